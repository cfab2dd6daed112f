"""Soft masks of the makeup regions, drawn from the face mesh.

All sizes are shares of the eye distance, so that a mask scales with the face. Masks are drawn at
no more than `WORK_EYE_DISTANCE` pixels between the eyes and enlarged: their edges are soft, so
nothing is lost, and a large photo costs no more than a small one.
"""

import math
from typing import NamedTuple

import cv2
import numpy as np

from tryon.makeup.look import REGIONS
from tryon.vision import facemesh
from tryon.vision.contours import closed, face_scale, inset, opened, resample, soft
from tryon.vision.facemesh import EYES, Eye

WORK_EYE_DISTANCE = 200.0  # pixels
FLOOR = 1 / 255  # smaller values are cut, so that every mask ends somewhere
SHADOW_WEIGHTS = (0.5, 0.3, 0.2)  # full on the lid, fading towards the brow
BLUSH_EDGE = 1.3  # exponent of the squared distance; a Gaussian has 1
BLUSH_REACH = np.log(255) ** (0.5 / BLUSH_EDGE)  # where it falls under FLOOR

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
    flat = masks.reshape(-1, width)
    cv2.threshold(flat, FLOOR, 0, cv2.THRESH_TOZERO, flat)
    return np.minimum(masks, 1, out=masks)


def _draw(points: np.ndarray, shape: tuple[int, int], unit: float) -> np.ndarray:
    def area(softness: float, *contours: tuple[int, ...]) -> np.ndarray:
        return soft([closed(points.take(c, 0)) for c in contours], shape, softness * unit)

    outer = area(0.012, facemesh.LIPS_OUTER)
    inner = area(0.006, facemesh.LIPS_INNER)
    open_eyes = 1 - area(0.006, *(eye.outline for eye in EYES))
    brows = area(0.02, *(eye.brow for eye in EYES))
    frames = [_frame(points, eye) for eye in EYES]
    lids = [polygon for frame in frames for polygon in _shadow(points, frame)]
    shadow = soft(lids, shape, 0.02 * unit, weights=SHADOW_WEIGHTS * len(EYES))
    liner = soft([_liner(frame, unit) for frame in frames], shape, 0.008 * unit)
    oval = inset(closed(points.take(facemesh.OVAL, 0)), 0.05 * unit)
    skin = soft([oval], shape, 0.05 * unit) * open_eyes * (1 - outer) * (1 - 0.85 * brows)
    blush = np.zeros(shape, np.float32)
    for eye in EYES:
        _add_blush(blush, points, eye, unit)
    blush *= 1 - area(0.02, facemesh.NOSTRILS)
    masks = np.empty((len(REGIONS), *shape), np.float32)
    np.multiply(outer, 1 - inner, out=masks[REGIONS.index("lips")])
    np.multiply(shadow, open_eyes, out=masks[REGIONS.index("eyeshadow")])
    masks[REGIONS.index("eyeliner")] = liner
    np.multiply(blush, skin, out=masks[REGIONS.index("blush")])
    masks[REGIONS.index("brows")] = brows
    masks[REGIONS.index("foundation")] = skin
    return masks


class _Frame(NamedTuple):
    """One eye's own axes: `out` along the lids, `up` to the brow, unit vectors; its width."""

    eye: Eye
    lid: np.ndarray  # the upper lid's curve, outer corner to inner
    out: np.ndarray
    up: np.ndarray
    width: float


def _frame(points: np.ndarray, eye: Eye) -> _Frame:
    outer, inner = points[eye.upper_lid[0]], points[eye.upper_lid[-1]]
    width = math.hypot(*(outer - inner).tolist())
    out = (outer - inner) / max(width, 1e-6)
    up = np.array([out[1], -out[0]])
    towards_brow = points.take(eye.brow, 0).mean(0) - (outer + inner) / 2
    lid = opened(points.take(eye.upper_lid, 0))
    return _Frame(eye, lid, out, up * (1 if up @ towards_brow > 0 else -1), width)


def _rows(eye: Eye) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if eye is facemesh.RIGHT_EYE:
        return CREASE, ORBIT
    return tuple(facemesh.MIRROR[p] for p in CREASE), tuple(facemesh.MIRROR[p] for p in ORBIT)


def _shadow(points: np.ndarray, frame: _Frame) -> list[np.ndarray]:
    """From the lid up to the crease, to a third beyond it, and to the orbit's rim."""
    lid = frame.lid
    crease, orbit = (resample(opened(points.take(row, 0)), len(lid)) for row in _rows(frame.eye))
    wing = lid[:1] + (frame.out * 0.14 + frame.up * 0.13) * frame.width
    tops = (crease, crease + (orbit - crease) * 0.35, orbit)
    return [np.concatenate([wing, top, lid[::-1]]) for top in tops]


def _liner(frame: _Frame, unit: float) -> np.ndarray:
    """A line on the upper lashes that grows outwards and ends in a short wing."""
    lid, out, up, width = frame.lid, frame.out, frame.up, frame.width
    thickness = np.linspace(0.036, 0.010, len(lid))[:, None] * unit
    upper = (lid + up * thickness)[len(lid) // 6 :]  # the wing's edge runs straight from its tip
    wing = lid[0] + out * 0.13 * width + up * 0.11 * width
    return np.concatenate([[wing], upper, lid[::-1] - up * 0.008 * unit])


def _add_blush(canvas: np.ndarray, points: np.ndarray, eye: Eye, unit: float) -> None:
    """Raise the canvas to a soft ellipse from the apple of the cheek towards the temple."""
    up = points[facemesh.FOREHEAD] - points[facemesh.CHIN]
    up = up / max(float(np.hypot(*up)), 1e-6)
    cheek, temple = points[eye.cheek], points[eye.temple]
    across = np.array([-up[1], up[0]])
    reach = (temple - cheek) @ across
    across = across * (1 if reach > 0 else -1)
    centre = 0.75 * cheek + 0.25 * temple - 0.08 * unit * up
    high = up / (0.30 * unit)
    along = across / (0.62 * max(abs(reach), 0.22 * unit))
    axes = np.stack([along, high - 0.45 * along])  # pixels → the ellipse's (u, v)
    half = BLUSH_REACH * np.hypot(*np.linalg.inv(axes).T)
    left, top = np.clip(np.floor(centre - half), 0, canvas.shape[::-1]).astype(int)
    right, bottom = np.clip(np.ceil(centre + half) + 1, 0, canvas.shape[::-1]).astype(int)
    if left >= right or top >= bottom:
        return
    dx = np.arange(left, right, dtype=np.float32) - np.float32(centre[0])
    dy = np.arange(top, bottom, dtype=np.float32)[:, None] - np.float32(centre[1])
    (ux, uy), (vx, vy) = axes.astype(np.float32)
    u, v = dx * ux + dy * uy, dx * vx + dy * vy
    ellipse = cv2.exp(-cv2.pow(u * u + v * v, BLUSH_EDGE))
    near = canvas[top:bottom, left:right]
    np.maximum(near, ellipse, out=near)
