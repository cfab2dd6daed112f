"""Lines that age draws into skin, as relief on the unwrapped face."""

import cv2
import numpy as np

from tryon.sample.drawing import SHIFT, blur, fixed, smooth_open
from tryon.sample.shape import TEXTURE, statistics, unwrap

# Curves over the mean face, (x, y) in eye distances, the subject's left half; (when, depth):
# the age at which they begin to show and how deep they get.
_LINES: tuple[tuple[float, float, tuple[tuple[float, float], ...]], ...] = (
    (0.35, 0.20, ((0.0, -0.64), (0.3, -0.67), (0.6, -0.62))),
    (0.40, 0.20, ((0.0, -0.73), (0.3, -0.76), (0.55, -0.72))),
    (0.55, 0.15, ((0.0, -0.80), (0.25, -0.82), (0.45, -0.80))),
    (0.45, 0.22, ((0.09, -0.20), (0.11, -0.33), (0.09, -0.44))),
    (0.30, 0.22, ((0.90, -0.02), (1.00, -0.05), (1.08, -0.11))),
    (0.35, 0.22, ((0.90, 0.03), (1.01, 0.05), (1.09, 0.07))),
    (0.45, 0.20, ((0.88, 0.08), (0.98, 0.14), (1.04, 0.21))),
    (0.15, 0.30, ((0.24, 0.15), (0.42, 0.24), (0.62, 0.22))),
    (0.50, 0.20, ((0.22, 0.22), (0.40, 0.34), (0.62, 0.34))),
    (0.15, 0.34, ((0.29, 0.58), (0.42, 0.78), (0.52, 1.02), (0.53, 1.12))),
    (0.50, 0.24, ((0.44, 1.15), (0.46, 1.28), (0.42, 1.40))),
)


def wrinkles(age: float, finer: int, rng: np.random.Generator) -> np.ndarray:
    """Relative darkening [T·finer, T·finer] in log units: furrows above 0, their rims below.

    Args:
        age: 0-1.
        finer: How much finer than the texture.
        rng: Source of randomness: every face has its own share of the lines.
    """
    side = TEXTURE * finer
    mean = statistics().shape_mean
    furrow = np.zeros((side, side), np.float32)
    for begins, depth, line in _LINES:
        strength = depth * np.clip((age - begins) / 0.6, 0, 1) * rng.uniform(0.3, 1.2)
        if strength <= 0.01:
            continue
        canvas = np.zeros((side, side), np.uint8)
        for sign in (-1.0, 1.0):
            curve = np.array(line) * [sign, 1] + rng.normal(0, 0.012, (len(line), 2))
            gaps = np.linalg.norm(mean[None, :468, :2] - curve[:, None], axis=2)
            flat = np.column_stack([curve, mean[gaps.argmin(1), 2]])
            points = smooth_open(unwrap(flat) * finer, 6)
            cv2.polylines(canvas, [fixed(points)], False, (255,), 2, cv2.LINE_AA, SHIFT)
        furrow = np.maximum(furrow, canvas.astype(np.float32) / 255 * strength)
    wide = blur(furrow, 1.1 * finer)
    rim = np.roll(blur(furrow, 1.4 * finer), int(1.8 * finer), axis=0)
    return 1.6 * wide - 0.9 * rim
