"""Fingers that touch the face."""

import cv2
import numpy as np

from tryon.sample.drawing import Shape, blur, fill, smooth_closed, unit
from tryon.sample.light import Light


def draw_hand(
    anchor: np.ndarray,
    scale: float,
    skin: np.ndarray,
    light: Light,
    shape: Shape,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """A few fingers reaching up to `anchor` [2] (pixels): colour [H, W, 3] and alpha [H, W]."""
    colour = np.zeros((*shape, 3), np.float32)
    alpha = np.zeros(shape, np.float32)
    side = np.sign(anchor[0] - shape[1] / 2) or 1.0
    for finger in range(int(rng.integers(2, 5))):
        tip = anchor + np.array([side * 0.30 * finger, 0.10 * abs(finger - 1)]) * scale
        way = unit(np.array([side * (0.35 + 0.06 * finger), 1.0]))
        thick = scale * rng.uniform(0.135, 0.15)
        across = np.array([-way[1], way[0]])
        t = np.array([0.0, 0.18, 0.5, 1.0, 1.8, 3.2]) * scale
        wide = np.array([0.35, 0.8, 0.95, 1.0, 1.08, 1.15]) * thick
        left = tip + way * t[:, None] + across * wide[:, None]
        right = tip + way * t[:, None] - across * wide[:, None]
        shape_mask = fill(shape, smooth_closed(np.concatenate([left, right[::-1]])), 0.008 * scale)
        inner = cv2.distanceTransform((shape_mask > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
        height = np.sqrt(np.clip(inner / thick, 0, 1) * (2 - np.clip(inner / thick, 0, 1)))
        height = blur(height.astype(np.float32), 0.03 * scale) * thick
        slope_y, slope_x = np.gradient(height)
        normal = unit(np.stack([-slope_x, -slope_y, np.ones_like(height)], -1)).astype(np.float32)
        tone = skin * np.array([1.0, 0.90, 0.88], np.float32) * light.diffuse(normal)
        nail_at = tip + way * 0.15 * scale
        nail = smooth_closed(
            nail_at
            + np.array([[0, 0], [1, 0.3], [1, 1.3], [0, 1.6], [-1, 1.3], [-1, 0.3]])
            @ np.stack([across * 0.55 * thick, way * 0.11 * scale])
        )
        shine = fill(shape, nail, 0.01 * scale) * 0.35
        tone = tone * (1 + shine[..., None] * np.array([0.5, 0.3, 0.35], np.float32))
        dark = np.clip(blur(shape_mask, 0.04 * scale) - shape_mask, 0, 1)
        colour = colour * (1 - 0.8 * dark)[..., None]
        colour = colour + (tone - colour) * shape_mask[..., None]
        alpha = np.maximum(alpha, shape_mask)
    return colour.astype(np.float32), alpha
