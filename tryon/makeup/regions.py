"""Soft masks of the makeup regions, drawn from the face mesh.

All sizes are shares of the eye distance, so that a mask scales with the face. Masks are drawn at
no more than `WORK_EYE_DISTANCE` pixels between the eyes and enlarged: their edges are soft, so
nothing is lost, and a large photo costs no more than a small one.
"""

import cv2
import numpy as np

from tryon.makeup.look import REGIONS
from tryon.vision import facemesh
from tryon.vision.facemesh import EYES, Eye

WORK_EYE_DISTANCE = 200.0  # pixels
FLOOR = 1 / 255  # smaller values are cut, so that every mask ends somewhere

# Rows of the mesh between the lashes and the brow, outer to inner, the subject's right eye.
CREASE = (247, 30, 29, 27, 28, 56, 190)
ORBIT = (225, 224, 223, 222, 221)


def face_scale(landmarks: np.ndarray) -> float:
    """The eye distance in pixels, as it would be if the face looked ahead.

    The height of the nose stands in where a turned head brings the pupils together.
    """
    points = np.asarray(landmarks, np.float64)
    eyes = np.hypot(*(points[facemesh.LEFT_EYE.iris[0]] - points[facemesh.RIGHT_EYE.iris[0]]))
    nose = np.hypot(*(points[168] - points[2]))
    return float(max(eyes, 1.1 * nose, 1e-3))  # 1.27 is the median ratio on portraits


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
    masks = _draw(points, small, face_scale(points))
    if small != (height, width):
        masks = np.stack(
            [cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR) for mask in masks]
        )
    if visible is not None:
        masks = masks * visible
    return np.where(masks < FLOOR, 0, np.minimum(masks, 1)).astype(np.float32)


def _draw(points: np.ndarray, shape: tuple[int, int], unit: float) -> np.ndarray:
    canvas = _Canvas(shape, unit)
    outer = canvas.area(_closed(points[list(facemesh.LIPS_OUTER)]), 0.012)
    inner = canvas.area(_closed(points[list(facemesh.LIPS_INNER)]), 0.006)
    lips = outer * (1 - inner)
    eyes = canvas.blurred([_closed(points[list(eye.outline)]) for eye in EYES], 0.006)
    brows = canvas.blurred([_closed(points[list(eye.brow)]) for eye in EYES], 0.02)
    shadow = sum(_shadow(canvas, points, eye) for eye in EYES) * (1 - eyes)
    liner = canvas.blurred([_liner(points, eye, unit) for eye in EYES], 0.008)
    oval = _inset(_closed(points[list(facemesh.OVAL)]), 0.05 * unit)
    nostrils = canvas.blurred([_closed(points[list(facemesh.NOSTRILS[0])])], 0.02)
    skin = canvas.area(oval, 0.05) * (1 - eyes) * (1 - outer) * (1 - 0.85 * brows)
    blush = np.maximum.reduce([_blush(canvas, points, eye, unit) for eye in EYES])
    blush = blush * skin * (1 - nostrils)
    named = {
        "lips": lips,
        "eyeshadow": shadow,
        "eyeliner": liner,
        "blush": blush,
        "brows": brows,
        "foundation": skin,
    }
    return np.clip(np.stack([named[region] for region in REGIONS]), 0, 1).astype(np.float32)


class _Canvas:
    """Anti-aliased soft polygons of one size; softness is a share of the eye distance."""

    def __init__(self, shape: tuple[int, int], unit: float) -> None:
        self.shape = shape
        self.unit = unit

    def union(self, polygons: list[np.ndarray]) -> np.ndarray:
        filled = np.zeros(self.shape, np.uint8)
        for polygon in polygons:
            fixed = np.rint(np.clip(polygon, -4e3, 2e4) * 16).astype(np.int32)
            cv2.fillPoly(filled, [fixed], 255, cv2.LINE_AA, 4)
        return filled.astype(np.float32) / 255

    def blurred(self, polygons: list[np.ndarray], softness: float) -> np.ndarray:
        return cv2.GaussianBlur(self.union(polygons), (0, 0), max(softness * self.unit, 0.3))

    def area(self, polygon: np.ndarray, softness: float) -> np.ndarray:
        return self.blurred([polygon], softness)

    def grid(self) -> tuple[np.ndarray, np.ndarray]:
        rows, columns = np.mgrid[: self.shape[0], : self.shape[1]].astype(np.float32)
        return columns, rows


def _frame(points: np.ndarray, eye: Eye) -> tuple[np.ndarray, np.ndarray, float]:
    """The eye's own axes: outwards along the lids, upwards to the brow, and its width."""
    outer, inner = points[eye.upper_lid[0]], points[eye.upper_lid[-1]]
    width = float(np.hypot(*(outer - inner)))
    out = (outer - inner) / max(width, 1e-6)
    up = np.array([out[1], -out[0]])
    towards_brow = points[list(eye.brow)].mean(0) - (outer + inner) / 2
    return out, up * (1 if up @ towards_brow > 0 else -1), width


def _rows(eye: Eye) -> tuple[list[int], list[int]]:
    if eye is facemesh.RIGHT_EYE:
        return list(CREASE), list(ORBIT)
    return [facemesh.MIRROR[p] for p in CREASE], [facemesh.MIRROR[p] for p in ORBIT]


def _shadow(canvas: _Canvas, points: np.ndarray, eye: Eye) -> np.ndarray:
    """Full on the lid up to the crease, fading towards the brow and out past the corner."""
    out, up, width = _frame(points, eye)
    lid = _open(points[list(eye.upper_lid)])
    crease, orbit = (_open(points[row]) for row in _rows(eye))
    wing = points[eye.upper_lid[0]] + out * 0.14 * width + up * 0.13 * width
    crease, orbit = _resample(crease, len(lid)), _resample(orbit, len(lid))
    tops = ((crease, 0.5), (crease + (orbit - crease) * 0.35, 0.3), (orbit, 0.2))
    mask = np.zeros(canvas.shape, np.float32)
    for top, weight in tops:
        polygon = np.concatenate([[wing], top, lid[::-1]])
        mask += weight * canvas.area(polygon, 0.02)
    return mask


def _liner(points: np.ndarray, eye: Eye, unit: float) -> np.ndarray:
    """A line on the upper lashes that grows outwards and ends in a short wing."""
    out, up, width = _frame(points, eye)
    lid = _open(points[list(eye.upper_lid)])
    thickness = np.linspace(0.036, 0.010, len(lid))[:, None] * unit
    upper = (lid + up * thickness)[len(lid) // 6 :]  # the wing's edge runs straight from its tip
    wing = points[eye.upper_lid[0]] + out * 0.13 * width + up * 0.11 * width
    return np.concatenate([[wing], upper, lid[::-1] - up * 0.008 * unit])


def _blush(canvas: _Canvas, points: np.ndarray, eye: Eye, unit: float) -> np.ndarray:
    """A soft ellipse from the apple of the cheek towards the temple."""
    up = points[facemesh.FOREHEAD] - points[facemesh.CHIN]
    up = up / max(float(np.hypot(*up)), 1e-6)
    cheek, temple = points[eye.cheek], points[eye.temple]
    across = np.array([-up[1], up[0]])
    reach = (temple - cheek) @ across
    across = across * (1 if reach > 0 else -1)
    centre = 0.75 * cheek + 0.25 * temple - 0.08 * unit * up
    columns, rows = canvas.grid()
    dx, dy = columns - np.float32(centre[0]), rows - np.float32(centre[1])
    u = (dx * across[0] + dy * across[1]) / (0.62 * max(abs(reach), 0.22 * unit))
    v = (dx * up[0] + dy * up[1]) / (0.30 * unit) - 0.45 * u
    return np.exp(-np.minimum((u * u + v * v) ** 1.3, 50)).astype(np.float32)


def _inset(polygon: np.ndarray, by: float) -> np.ndarray:
    """Move a closed contour towards its centre by about `by` pixels."""
    arm = polygon - polygon.mean(0)
    length = np.hypot(arm[:, 0], arm[:, 1])[:, None]
    return polygon.mean(0) + arm * np.maximum(1 - by / np.maximum(length, 1e-6), 0)


def _resample(line: np.ndarray, count: int) -> np.ndarray:
    at = np.linspace(0, len(line) - 1, count)
    low = np.minimum(at.astype(int), len(line) - 2)
    return line[low] + (line[low + 1] - line[low]) * (at - low)[:, None]


def _closed(points: np.ndarray, between: int = 4) -> np.ndarray:
    """Catmull-Rom curve through a closed contour."""
    return _spline(np.concatenate([points[-1:], points, points[:2]]), between)


def _open(points: np.ndarray, between: int = 4) -> np.ndarray:
    """Catmull-Rom curve through an open contour, its ends included."""
    padded = np.concatenate([points[:1], points, points[-1:]])
    return np.concatenate([_spline(padded, between), points[-1:]])


def _spline(points: np.ndarray, between: int) -> np.ndarray:
    before, start, end, after = points[:-3], points[1:-2], points[2:-1], points[3:]
    t = np.linspace(0, 1, between, endpoint=False)[None, :, None]
    before, start, end, after = (part[:, None] for part in (before, start, end, after))
    curve = 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )
    return curve.reshape(-1, 2)
