"""Bent strips of surface between two edges: limbs, trunks and panels of cloth, as pixels.

A strip is a grid of points [K, M, 2] in picture units: K along it, M across. Rasterised finer than
the picture, it gives for each pixel where along (0-1) and where across (-1 … 1) it lies.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.sample.drawing import Shape
from tryon.sample.raster import rasterise

FINER = 2  # a patch's pixels against the picture's
Box = tuple[int, int, int, int]  # left, top, right, bottom in picture pixels


@dataclass(frozen=True)
class Layer:
    """Premultiplied linear RGBA [h, w, 4] at a place of the picture, with its label."""

    box: Box
    rgba: np.ndarray
    label: int

    @property
    def here(self) -> tuple[slice, slice]:
        """The place as slices."""
        left, top, right, bottom = self.box
        return slice(top, bottom), slice(left, right)


@dataclass(frozen=True)
class Patch:
    """A rasterised strip, `FINER` times finer than the picture."""

    box: Box
    inside: np.ndarray  # bool [h, w]
    along: np.ndarray  # [h, w] 0-1
    across: np.ndarray  # [h, w] -1 … 1
    side: np.ndarray  # [h, w, 2] unit vector towards growing `across`
    extra: np.ndarray  # [h, w, C]

    def layer(self, colour: np.ndarray, alpha: np.ndarray, label: int) -> Layer:
        """Shrink colour [h, w, 3] with alpha [h, w] to the picture's pixels."""
        fine = np.dstack([colour * alpha[..., None], alpha]).astype(np.float32)
        size = (self.box[2] - self.box[0], self.box[3] - self.box[1])
        return Layer(self.box, cv2.resize(fine, size, interpolation=cv2.INTER_AREA), label)


def tube(spine: np.ndarray, radius: np.ndarray, columns: int = 7) -> np.ndarray:
    """A strip [K, M, 2] around a spine [K, 2]; across grows to the spine's right-hand side."""
    way = np.gradient(spine, axis=0)
    way /= np.linalg.norm(way, axis=1, keepdims=True) + 1e-9
    side = np.stack([way[:, 1], -way[:, 0]], 1)
    return between(spine - side * radius[:, None], spine + side * radius[:, None], columns)


def between(first: np.ndarray, second: np.ndarray, columns: int = 7) -> np.ndarray:
    """A strip [K, M, 2] from edge to edge [K, 2]."""
    share = spread(columns)[None, :, None] * 0.5 + 0.5
    return first[:, None] * (1 - share) + second[:, None] * share


def spread(columns: int) -> np.ndarray:
    """Places across [M], denser at the edges."""
    return np.sin(np.linspace(-0.5, 0.5, columns) * np.pi)


def bend(points: np.ndarray, count: int, soft: float = 0.35) -> tuple[np.ndarray, np.ndarray]:
    """A polyline through joints as a spine with rounded bends.

    Args:
        points: Joints [J, 2].
        count: Points of the spine.
        soft: Share of each link that the rounding takes.

    Returns:
        The spine [count, 2] and its place [count] in joints, 0 … J - 1.
    """
    places = np.linspace(0, len(points) - 1, 16 * (len(points) - 1) + 1)
    spine = np.stack([np.interp(places, range(len(points)), points[:, k]) for k in (0, 1)], 1)
    for joint in range(1, len(points) - 1):
        near = np.abs(places - joint) < soft
        t = ((places[near] - joint) / soft + 1)[:, None] / 2
        before = points[joint] + (points[joint - 1] - points[joint]) * soft
        after = points[joint] + (points[joint + 1] - points[joint]) * soft
        spine[near] = (1 - t) ** 2 * before + 2 * t * (1 - t) * points[joint] + t**2 * after
    step = np.linalg.norm(np.diff(spine, axis=0), axis=1)
    length = np.concatenate([[0], np.cumsum(step)])
    at = np.linspace(0, length[-1], count)
    spine_x, spine_y = (np.interp(at, length, spine[:, k]) for k in (0, 1))
    return np.stack([spine_x, spine_y], 1), np.interp(at, length, places)


def patch(
    points: np.ndarray,
    shape: Shape,
    extra: np.ndarray | None = None,
    margin: int = 2,
    order: np.ndarray | None = None,
) -> Patch | None:
    """Rasterise a strip.

    Args:
        points: [K, M, 2] picture pixels.
        shape: Of the picture; nothing outside is drawn.
        extra: Values [K, M, C] to spread over the pixels.
        margin: Picture pixels of room around.
        order: Depth [K], larger is nearer; default: along the strip.

    Returns:
        None where nothing of it is in the picture.
    """
    rows, columns = points.shape[:2]
    low = np.floor(points.reshape(-1, 2).min(0)).astype(int) - margin
    high = np.ceil(points.reshape(-1, 2).max(0)).astype(int) + margin
    left, top = (max(0, int(v)) for v in low)
    right, bottom = min(shape[1], int(high[0])), min(shape[0], int(high[1]))
    if right - left < 2 or bottom - top < 2:
        return None
    size = ((bottom - top) * FINER, (right - left) * FINER)
    local = (points.reshape(-1, 2) - [left, top] + 0.5) * FINER - 0.5
    depth = np.arange(rows, dtype=float) if order is None else order
    found = rasterise(local, np.repeat(depth, columns), _faces(rows, columns), size)
    side = points[:, -1] - points[:, 0]
    side = side / (np.linalg.norm(side, axis=1, keepdims=True) + 1e-9)
    values = [
        np.repeat(np.linspace(0, 1, rows), columns)[:, None],
        np.tile(spread(columns), rows)[:, None],
        np.repeat(side, columns, axis=0),
        np.ones((rows * columns, 1)),
    ]
    if extra is not None:
        values.append(extra.reshape(rows * columns, -1))
    picture = found.spread(np.concatenate(values, 1))
    return Patch(
        (left, top, right, bottom), picture[..., 4] > 0.5, picture[..., 0], picture[..., 1],
        picture[..., 2:4], picture[..., 5:],
    )  # fmt: skip


def _faces(rows: int, columns: int) -> np.ndarray:
    at = np.arange((rows - 1) * columns).reshape(rows - 1, columns)[:, :-1].ravel()
    upper = np.stack([at, at + 1, at + columns], 1)
    lower = np.stack([at + 1, at + columns + 1, at + columns], 1)
    return np.stack([upper, lower], 1).reshape(-1, 3)
