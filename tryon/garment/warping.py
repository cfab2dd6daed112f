"""Drawing a fitted garment: each piece of the photo resampled into the person's picture.

Every piece has a map (picture pixels → photo pixels) and a place; pieces are laid one over the
other, the trunk first. Edges are those of the garment's own mask, so they are as fine as the photo.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.garment.pieces import Fit, Strip

FINER = 2  # the garment is drawn so many times finer, then averaged
SPARSE = 4  # the scale of a piece is told by every fourth pixel
SLIVER = 0.012  # of the photo's height: half of what is too thin to be the trunk
FIXED = 4  # fractional bits of cv2's coordinates


@dataclass(frozen=True)
class Cloth:
    """A garment's photo, ready to be drawn.

    Attributes:
        rgba: float32 [h, w, 4] in [0, 1], colour premultiplied with the mask.
    """

    rgba: np.ndarray

    @classmethod
    def of(cls, photo: np.ndarray, mask: np.ndarray) -> "Cloth":
        """From the photo uint8 [h, w, 3] and its mask uint8 [h, w], 0 to 255."""
        alpha = mask.astype(np.float32) * np.float32(1 / 255)
        colour = photo.astype(np.float32) * np.float32(1 / 255) * alpha[..., None]
        return cls(np.dstack([colour, alpha]))

    def halved(self, times: int) -> "Cloth":
        """Half the size, `times` times over: what is drawn smaller must not alias."""
        rgba = self.rgba
        for _ in range(times):
            size = (max(1, rgba.shape[1] // 2), max(1, rgba.shape[0] // 2))
            rgba = cv2.resize(rgba, size, interpolation=cv2.INTER_AREA)
        return Cloth(rgba)

    def without(self, strips: tuple[Strip, ...]) -> "Cloth":
        """The cloth with these strips cut out: what is left is the trunk's."""
        area = np.zeros(self.rgba.shape[:2], np.uint8)
        for strip in strips:
            _fill(area, _outline(strip.widened(0.3).flat), 1)
        rest = ((self.rgba[..., 3] > 0.5) & (area == 0)).astype(np.uint8)
        if strips:  # slivers along the cut would be drawn out into threads by the spline
            kernel = np.ones((2 * round(rest.shape[0] * SLIVER) + 1,) * 2, np.uint8)
            core = cv2.dilate(cv2.erode(rest, kernel), np.ones((5, 5), np.uint8))
            rest = np.where(area, 0, cv2.dilate(core, kernel))
        kept = cv2.blur(rest.astype(np.float32), (3, 3))
        return Cloth(self.rgba * kept[..., None])


def draw(cloth: Cloth, fit: Fit, shape: tuple[int, int], finer: int = FINER) -> np.ndarray:
    """The garment as it is worn, float32 [H, W, 4] in [0, 1], colour premultiplied.

    Args:
        cloth: The garment's photo.
        fit: Its pieces, in the pixels of that photo and of the picture.
        shape: (H, W) of the picture.
        finer: Drawn so many times finer, then averaged.
    """
    large = (shape[0] * finer, shape[1] * finer)
    total: np.ndarray = np.zeros((*large, 4), np.float32)
    for layer in _layers(cloth, fit, large, finer):
        total = layer + (1 - layer[..., 3:]) * total
    if finer > 1:
        total = cv2.resize(total, shape[::-1], interpolation=cv2.INTER_AREA)
    return np.clip(total, 0, 1)


def _layers(cloth: Cloth, fit: Fit, shape: tuple[int, int], finer: int) -> list[np.ndarray]:
    layers = []
    if fit.trunk is not None:
        at = _spline_map(fit, shape, finer)
        rest = cloth.without(fit.strips)
        layers.append(_sample(rest, at, np.ones(shape, bool)))
    for strip in fit.strips:
        at, inside = strip_map(strip.widened(), shape, finer)
        layers.append(_sample(cloth, at, inside))
    return layers


def _spline_map(fit: Fit, shape: tuple[int, int], finer: int, step: int = 8) -> np.ndarray:
    """The trunk's map, solved on a coarse grid: it is smooth. float32 [H, W, 2]."""
    assert fit.trunk is not None
    rows, columns = (np.arange(0, side + step, step, dtype=np.float64) for side in shape)
    y, x = np.meshgrid(rows, columns, indexing="ij")
    fine = np.stack([x.ravel(), y.ravel()], 1)
    coarse = fit.trunk((fine + 0.5) / finer - 0.5).reshape(len(rows), len(columns), 2)
    yy, xx = np.mgrid[: shape[0], : shape[1]].astype(np.float32) / step
    return cv2.remap(coarse.astype(np.float32), xx, yy, cv2.INTER_LINEAR)


def strip_map(
    strip: Strip, shape: tuple[int, int], finer: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """A strip's map float32 [H, W, 2] and where it is, bool [H, W]: affine triangle by triangle.

    Args:
        strip: Worn in the pixels of a picture `finer` times smaller than `shape`.
        shape: (H, W).
        finer: See there.
    """
    worn = (strip.worn + 0.5) * finer - 0.5
    worn_at, flat_at = worn.reshape(-1, 2), strip.flat.reshape(-1, 2)
    first = 2 * np.arange(len(worn) - 1)
    mesh = np.concatenate([first[:, None] + [0, 1, 2], first[:, None] + [1, 3, 2]], 1)
    mesh = mesh.reshape(-1, 3)
    owner = np.full(shape, -1, np.int32)
    for index, corners in enumerate(mesh):
        _fill(owner, worn_at[corners], index)
    system = np.concatenate([worn_at[mesh], np.ones((len(mesh), 3, 1))], 2)
    flat = np.abs(np.linalg.det(system)) < 1e-6
    system[flat] += np.eye(3)
    maps = np.linalg.solve(system, flat_at[mesh]).astype(np.float32)  # [T, 3, 2]
    rows, columns = np.nonzero(owner >= 0)
    chosen = maps[owner[rows, columns]]
    at = np.full((*shape, 2), -1e4, np.float32)
    place = np.stack([columns, rows, np.ones(len(rows))], 1).astype(np.float32)
    at[rows, columns] = np.einsum("ni,nij->nj", place, chosen)
    return at, owner >= 0


def _sample(cloth: Cloth, at: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """The cloth at photo pixels `at`, averaged first where it is drawn much smaller."""
    there = inside[::SPARSE, ::SPARSE]
    step = np.abs(np.diff(at[::SPARSE, ::SPARSE], axis=1)).sum(-1)[there[:, 1:] & there[:, :-1]]
    shrink = float(np.median(step)) / SPARSE if len(step) else 1.0
    times = max(0, int(np.floor(np.log2(max(shrink, 1.0)) + 0.3)))
    small = cloth.halved(times)
    ratio = np.array(small.rgba.shape[1::-1], np.float32) / cloth.rgba.shape[1::-1]
    place = np.asarray((at + 0.5) * ratio - 0.5, np.float32)
    drawn = cv2.remap(
        small.rgba, place[..., 0], place[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT
    )
    return np.asarray(drawn * inside[..., None])


def _outline(stations: np.ndarray) -> np.ndarray:
    return np.concatenate([stations[:, 0], stations[::-1, 1]])


def _fill(canvas: np.ndarray, corners: np.ndarray, value: int) -> None:
    points = np.rint(np.clip(corners, -1e4, 1e4) * 2**FIXED).astype(np.int32)
    if canvas.dtype == np.int32:
        cv2.fillConvexPoly(canvas, points, (value,), cv2.LINE_8, FIXED)
    else:
        cv2.fillPoly(canvas, [points], (value,), cv2.LINE_8, FIXED)
