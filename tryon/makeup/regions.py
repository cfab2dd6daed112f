"""Soft masks of the makeup regions, drawn from the face mesh.

All sizes are shares of the eye distance, so that a mask scales with the face. Masks are drawn at
no more than `WORK_EYE_DISTANCE` pixels between the eyes and enlarged: their edges are soft, so
nothing is lost, and a large photo costs no more than a small one.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from tryon.makeup.look import REGIONS
from tryon.vision import facemesh
from tryon.vision.contours import closed, face_scale, inset, opened, resample, soft
from tryon.vision.facemesh import EYES, Eye

WORK_EYE_DISTANCE = 200.0  # pixels
FLOOR = 1 / 255  # smaller values are cut, so that every mask ends somewhere

# Rows of the mesh between the lashes and the brow, outer to inner, the subject's right eye.
CREASE = (247, 30, 29, 27, 28, 56, 190)
ORBIT = (225, 224, 223, 222, 221)


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
        masks *= visible
    masks[masks < FLOOR] = 0
    return np.minimum(masks, 1)


def _draw(points: np.ndarray, shape: tuple[int, int], unit: float) -> np.ndarray:
    def area(indices: Sequence[int], softness: float) -> np.ndarray:
        return soft([closed(points[list(indices)])], shape, softness * unit)

    outer = area(facemesh.LIPS_OUTER, 0.012)
    lips = outer * (1 - area(facemesh.LIPS_INNER, 0.006))
    eyes = np.maximum(*(area(eye.outline, 0.006) for eye in EYES))
    brows = np.maximum(*(area(eye.brow, 0.02) for eye in EYES))
    shadow = np.maximum(*(_shadow(points, eye, shape, unit) for eye in EYES)) * (1 - eyes)
    liner = soft([_liner(points, eye, unit) for eye in EYES], shape, 0.008 * unit)
    oval = inset(closed(points[list(facemesh.OVAL)]), 0.05 * unit)
    skin = soft([oval], shape, 0.05 * unit) * (1 - eyes) * (1 - outer) * (1 - 0.85 * brows)
    blush = np.maximum(*(_blush(points, eye, shape, unit) for eye in EYES))
    blush = blush * skin * (1 - area(facemesh.NOSTRILS, 0.02))
    named = {
        "lips": lips,
        "eyeshadow": shadow,
        "eyeliner": liner,
        "blush": blush,
        "brows": brows,
        "foundation": skin,
    }
    return np.stack([named[region] for region in REGIONS])


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


def _shadow(points: np.ndarray, eye: Eye, shape: tuple[int, int], unit: float) -> np.ndarray:
    """Full on the lid up to the crease, fading towards the brow and out past the corner."""
    out, up, width = _frame(points, eye)
    lid = opened(points[list(eye.upper_lid)])
    crease, orbit = (opened(points[row]) for row in _rows(eye))
    wing = points[eye.upper_lid[0]] + out * 0.14 * width + up * 0.13 * width
    crease, orbit = resample(crease, len(lid)), resample(orbit, len(lid))
    tops = (crease, crease + (orbit - crease) * 0.35, orbit)
    polygons = [np.concatenate([[wing], top, lid[::-1]]) for top in tops]
    return soft(polygons, shape, 0.02 * unit, weights=(0.5, 0.3, 0.2))


def _liner(points: np.ndarray, eye: Eye, unit: float) -> np.ndarray:
    """A line on the upper lashes that grows outwards and ends in a short wing."""
    out, up, width = _frame(points, eye)
    lid = opened(points[list(eye.upper_lid)])
    thickness = np.linspace(0.036, 0.010, len(lid))[:, None] * unit
    upper = (lid + up * thickness)[len(lid) // 6 :]  # the wing's edge runs straight from its tip
    wing = points[eye.upper_lid[0]] + out * 0.13 * width + up * 0.11 * width
    return np.concatenate([[wing], upper, lid[::-1] - up * 0.008 * unit])


def _blush(points: np.ndarray, eye: Eye, shape: tuple[int, int], unit: float) -> np.ndarray:
    """A soft ellipse from the apple of the cheek towards the temple."""
    up = points[facemesh.FOREHEAD] - points[facemesh.CHIN]
    up = up / max(float(np.hypot(*up)), 1e-6)
    cheek, temple = points[eye.cheek], points[eye.temple]
    across = np.array([-up[1], up[0]])
    reach = (temple - cheek) @ across
    across = across * (1 if reach > 0 else -1)
    centre = 0.75 * cheek + 0.25 * temple - 0.08 * unit * up
    dx = np.arange(shape[1], dtype=np.float32) - np.float32(centre[0])
    dy = np.arange(shape[0], dtype=np.float32)[:, None] - np.float32(centre[1])
    along, high = across / (0.62 * max(abs(reach), 0.22 * unit)), up / (0.30 * unit)
    u = dx * np.float32(along[0]) + dy * np.float32(along[1])
    v = dx * np.float32(high[0]) + dy * np.float32(high[1]) - np.float32(0.45) * u
    falloff = cv2.pow(u * u + v * v, 1.3)
    return cv2.exp(-np.minimum(falloff, 50))
