"""Soft masks of the makeup regions, drawn from the face mesh.

All sizes are shares of the eye distance, so that a mask scales with the face. Masks are drawn at
no more than `WORK_EYE_DISTANCE` pixels between the eyes and enlarged: their edges are soft, so
nothing is lost, and a large photo costs no more than a small one.
"""

import math
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np

from tryon.makeup.look import REGIONS, Region
from tryon.vision import facemesh
from tryon.vision.contours import (
    Patch,
    face_scale,
    inset,
    opened,
    outlines,
    resample,
    soft_patch,
)
from tryon.vision.facemesh import EYES, Eye

WORK_EYE_DISTANCE = 200.0  # pixels
FLOOR = 1 / 255  # smaller values are cut, so that every mask ends somewhere
SHADOW_WEIGHTS = (0.5, 0.3, 0.2)  # full on the lid, fading towards the brow
BLUSH_EDGE = 1.3  # exponent of the squared distance; a Gaussian has 1
BLUSH_REACH = np.log(255) ** (0.5 / BLUSH_EDGE)  # where it falls under FLOOR

# Rows of the mesh between the lashes and the brow, outer to inner, the subject's right eye.
CREASE = (247, 30, 29, 27, 28, 56, 190)
ORBIT = (225, 224, 223, 222, 221)
_MIRRORED = tuple(tuple(facemesh.MIRROR[point] for point in row) for row in (CREASE, ORBIT))
ROWS = ((EYES[0].upper_lid, CREASE, ORBIT), (EYES[1].upper_lid, *_MIRRORED))
LID_POINTS = np.array([[point for row in rows for point in row] for rows in ROWS])
OUTLINES = (
    *(eye.outline for eye in EYES), *(eye.brow for eye in EYES),
    facemesh.LIPS_OUTER, facemesh.LIPS_INNER, facemesh.NOSTRILS, facemesh.OVAL,
)  # fmt: skip

Box = tuple[slice, slice]


def region_masks(
    landmarks: np.ndarray, shape: tuple[int, int], visible: np.ndarray | None = None
) -> np.ndarray:
    """Soft masks of every region, float32 [R, H, W] in [0, 1], in the order of REGIONS.

    Args:
        landmarks: float [478, 2] pixels.
        shape: (H, W) of the picture.
        visible: What nothing covers, float [H, W] or per region [R, H, W] in [0, 1]
            (tryon.vision.occlusion); multiplied in.
    """
    height, width = shape
    scale = min(1.0, WORK_EYE_DISTANCE / face_scale(landmarks))
    small = (max(1, round(height * scale)), max(1, round(width * scale)))
    factor = np.array([small[1] / width, small[0] / height])
    points = (np.asarray(landmarks, np.float64) + 0.5) * factor - 0.5
    masks, boxes = _draw(points, small, face_scale(points))
    if small != (height, width):
        masks = np.stack(
            [cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR) for mask in masks]
        )
        boxes = [_enlarged(box, 1 / factor) for box in boxes]
    for index, box in enumerate(boxes):
        near = masks[index][box]
        if not near.size:
            continue
        if visible is not None:
            near *= visible[index][box] if visible.ndim == 3 else visible[box]
        cv2.threshold(near, FLOOR, 0, cv2.THRESH_TOZERO, near)
    return masks


def _enlarged(box: Box, factor: np.ndarray) -> Box:
    """A box of the small canvas in the large one, with room for what enlarging spreads."""
    rows, columns = (
        slice(max(0, int((part.start - 1) * by)), int((part.stop + 1) * by) + 1)
        for part, by in zip(box, factor[::-1].tolist(), strict=True)
    )
    return rows, columns


def _draw(points: np.ndarray, shape: tuple[int, int], unit: float) -> tuple[np.ndarray, list[Box]]:
    """The masks [R, H, W], and the box of each beyond which it is 0."""
    eyes, brows, (outer, inner, nose, oval) = _contours(points)

    def area(softness: float, *curves: np.ndarray) -> Patch:
        return soft_patch(curves, shape, softness * unit)

    masks = np.zeros((len(REGIONS), *shape), np.float32)
    plane = {region: mask for region, mask in zip(REGIONS, masks, strict=True)}
    frames = _frames(points)
    lids = [polygon for frame in frames for polygon in _shadow(frame)]
    shadow = soft_patch(lids, shape, 0.02 * unit, weights=SHADOW_WEIGHTS * len(EYES))
    drawn: dict[Region, Patch] = {
        "lips": area(0.012, outer),
        "eyeshadow": shadow,
        "eyeliner": area(0.008, *(_liner(frame, unit) for frame in frames)),
        "brows": area(0.02, *brows),
        "foundation": area(0.05, inset(oval, 0.05 * unit)),
    }
    for region, part in drawn.items():
        part.of(plane[region])[:] = part.plane
    opening, skin = area(0.006, *eyes), plane["foundation"]
    _take_out(plane["lips"], area(0.006, inner))
    _take_out(plane["eyeshadow"], opening)
    _take_out(skin, opening)
    _take_out(skin, drawn["lips"])
    _take_out(skin, drawn["brows"], 0.85)
    cheeks = [_add_blush(plane["blush"], points, eye, unit) for eye in EYES]
    _take_out(plane["blush"], area(0.02, nose))
    whole = _around(cheeks)
    plane["blush"][whole] *= skin[whole]
    boxes = {region: (part.rows, part.columns) for region, part in drawn.items()}
    boxes["blush"] = whole
    return masks, [boxes[region] for region in REGIONS]


def _contours(
    points: np.ndarray,
) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    """The curves of the eyes, of the brows; of the lips' outside and inside, nose and oval."""
    curves = outlines(points, OUTLINES)
    return curves[:2], curves[2:4], curves[4:]


def _take_out(plane: np.ndarray, part: Patch, share: float = 1.0) -> None:
    near = part.of(plane)
    near *= 1 - part.plane if share == 1 else 1 - np.float32(share) * part.plane


def _around(boxes: list[Box]) -> Box:
    """The box around boxes."""
    rows, columns = zip(*boxes, strict=True)
    return (
        slice(min(r.start for r in rows), max(r.stop for r in rows)),
        slice(min(c.start for c in columns), max(c.stop for c in columns)),
    )


class _Frame(NamedTuple):
    """One eye's own axes: `out` along the lids, `up` to the brow, unit vectors; its width.

    All curves run from the outer corner to the inner and have equally many points.
    """

    lid: np.ndarray  # the upper lid's curve
    tops: tuple[np.ndarray, ...]  # where the shadow ends: the crease, beyond it, the orbit's rim
    out: np.ndarray
    up: np.ndarray
    width: float


def _frames(points: np.ndarray) -> list[_Frame]:
    frames = []
    for lid, *tops in _lids() @ points.take(LID_POINTS, 0)[:, None]:
        outer, inner = lid[0], lid[-1]
        x, y = (outer - inner).tolist()
        width = max(math.hypot(x, y), 1e-6)
        out, up = np.array([x, y]) / width, np.array([y, -x]) / width
        towards_brow = tops[-1][len(lid) // 2] - (outer + inner) / 2
        frames.append(_Frame(lid, tuple(tops), out, up if up @ towards_brow > 0 else -up, width))
    return frames


@cache
def _lids() -> np.ndarray:
    """What turns LID_POINTS of one eye into the curves of a frame, [4, N, points]."""
    lid, crease, orbit = (
        opened(part)
        for part in np.split(np.eye(len(LID_POINTS[0])), np.cumsum([len(r) for r in ROWS[0]])[:-1])
    )
    crease, orbit = resample(crease, len(lid)), resample(orbit, len(lid))
    return np.stack([lid, crease, crease + (orbit - crease) * 0.35, orbit])


def _shadow(frame: _Frame) -> list[np.ndarray]:
    """From the lid up to the crease, to a third beyond it, and to the orbit's rim."""
    back = frame.lid[::-1]
    wing = frame.lid[:1] + (frame.out * 0.14 + frame.up * 0.13) * frame.width
    return [np.concatenate([wing, top, back]) for top in frame.tops]


def _liner(frame: _Frame, unit: float) -> np.ndarray:
    """A line on the upper lashes that grows outwards and ends in a short wing."""
    lid, out, up, width = frame.lid, frame.out, frame.up, frame.width
    thickness = _tapered(len(lid)) * unit
    upper = (lid + up * thickness)[len(lid) // 6 :]  # the wing's edge runs straight from its tip
    wing = lid[0] + out * 0.13 * width + up * 0.11 * width
    return np.concatenate([[wing], upper, lid[::-1] - up * 0.008 * unit])


@cache
def _tapered(count: int) -> np.ndarray:
    """The liner's thickness along the lid, [count, 1] eye distances."""
    return np.linspace(0.036, 0.010, count)[:, None]


def _add_blush(canvas: np.ndarray, points: np.ndarray, eye: Eye, unit: float) -> Box:
    """Raise the canvas to a soft ellipse from the apple of the cheek towards the temple.

    Returns:
        The box it lies in.
    """
    up_x, up_y = (points[facemesh.FOREHEAD] - points[facemesh.CHIN]).tolist()
    length = max(math.hypot(up_x, up_y), 1e-6)
    up_x, up_y = up_x / length, up_y / length
    (cheek_x, cheek_y), (temple_x, temple_y) = (
        points[eye.cheek].tolist(),
        points[eye.temple].tolist(),
    )
    reach = (temple_y - cheek_y) * up_x - (temple_x - cheek_x) * up_y
    half = math.copysign(0.62 * max(abs(reach), 0.22 * unit), reach)
    x = 0.75 * cheek_x + 0.25 * temple_x - 0.08 * unit * up_x
    y = 0.75 * cheek_y + 0.25 * temple_y - 0.08 * unit * up_y
    ux, uy = -up_y / half, up_x / half  # pixels → the ellipse's (u, v)
    vx, vy = up_x / (0.30 * unit) - 0.45 * ux, up_y / (0.30 * unit) - 0.45 * uy
    spread = BLUSH_REACH / abs(ux * vy - uy * vx)
    wide, high = spread * math.hypot(uy, vy), spread * math.hypot(ux, vx)
    height, width = canvas.shape
    left, right = max(0, math.floor(x - wide)), min(width, math.ceil(x + wide) + 1)
    top, bottom = max(0, math.floor(y - high)), min(height, math.ceil(y + high) + 1)
    if left >= right or top >= bottom:
        return slice(0, 0), slice(0, 0)
    dx = np.arange(left, right, dtype=np.float32) - np.float32(x)
    dy = np.arange(top, bottom, dtype=np.float32)[:, None] - np.float32(y)
    # u² + v² of the ellipse, gathered by powers of dx and dy
    squared = dx * np.float32(2 * (ux * uy + vx * vy)) + dy * np.float32(uy * uy + vy * vy)
    squared *= dy
    squared += dx * dx * np.float32(ux * ux + vx * vx)
    np.maximum(squared, 0, out=squared)
    ellipse = cv2.exp(-cv2.pow(squared, BLUSH_EDGE))
    near = canvas[top:bottom, left:right]
    np.maximum(near, ellipse, out=near)
    return slice(top, bottom), slice(left, right)
