"""Eyebrows as single hairs."""

import cv2
import numpy as np

from tryon.sample.drawing import SHIFT, Shape, blur, fill, fixed, smooth_open, unit
from tryon.vision.facemesh import EYES


def draw_brows(
    landmarks: np.ndarray,
    scale: float,
    density: float,
    width: float,
    shape: Shape,
    rng: np.random.Generator,
) -> np.ndarray:
    """Alpha [H, W] of the hairs of both brows.

    Args:
        landmarks: [478, 2] pixels.
        scale: Eye distance in pixels.
        density: 0-1.
        width: Of the brow, 1 as the landmarks say.
        shape: Of the picture.
        rng: Source of randomness.
    """
    finer = 3
    canvas = np.zeros((shape[0] * finer, shape[1] * finer), np.uint8)
    base = np.zeros(shape, np.float32)
    count = round(130 * density) + 30
    for eye in EYES:
        top = smooth_open(landmarks[list(eye.brow_upper)], 8)
        bottom = smooth_open(landmarks[list(eye.brow_lower)], 8)
        middle = (top + bottom) / 2
        top, bottom = middle + (top - middle) * width, middle + (bottom - middle) * width
        at = rng.beta(1.15, 1.0, count) * (len(top) - 1.001)  # outer → inner end
        index, part = at.astype(int), (at % 1)[:, None]
        high = top[index] * (1 - part) + top[index + 1] * part
        low = bottom[index] * (1 - part) + bottom[index + 1] * part
        side = np.clip(rng.normal(0.5, 0.24, (count, 1)), 0.02, 0.98)
        root = low + (high - low) * side
        along = unit(top[index] - top[index + 1])
        rise = unit(high - low)
        inner = (at / len(top))[:, None]  # 1 near the nose: hairs stand upright there
        lean = along * (1 - 0.55 * inner**2) + rise * (0.55 * inner + 0.5 * (0.5 - side))
        tip = root + unit(lean) * rng.uniform(0.06, 0.12, (count, 1)) * scale
        bent = (root + tip) / 2 + rise * 0.012 * scale
        lines = list(fixed((np.stack([root, bent, tip], 1) + 0.5) * finer - 0.5))
        thick = max(1, round(0.008 * scale * finer))
        cv2.polylines(canvas, lines, False, (255,), thick, cv2.LINE_AA, SHIFT)
        shade = np.concatenate(
            [middle + (top - middle) * 0.55, (middle + (bottom - middle) * 0.55)[::-1]]
        )
        base = np.maximum(base, fill(shape, shade, 0.03 * scale))
    hairs = cv2.resize(canvas, shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return np.clip(blur(hairs, 0.3) * 0.85 + base * 0.35 * density, 0, 1)
