"""Fingers that touch the face."""

import cv2
import numpy as np

from tryon.sample.drawing import Shape, blur, fill, smooth_closed, unit
from tryon.sample.light import Light

_ALONG = np.array([0.0, 0.10, 0.32, 0.50, 0.62, 0.95, 1.30])  # tip → knuckle, eye distances
_WIDTH = np.array([0.45, 0.84, 0.90, 1.0, 0.93, 1.04, 1.12])  # of the finger's thickness
_BEND = np.array([0.0, 0.0, 0.01, 0.03, 0.05, 0.12, 0.22])


def draw_hand(
    anchor: np.ndarray,
    scale: float,
    skin: np.ndarray,
    light: Light,
    shape: Shape,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """A hand from below whose fingertips reach `anchor` [2] pixels: colour [H, W, 3] and alpha."""
    colour = np.zeros((*shape, 3), np.float32)
    alpha = np.zeros(shape, np.float32)
    side = 1.0 if anchor[0] > shape[1] / 2 else -1.0
    thick = scale * rng.uniform(0.125, 0.145)
    lean = rng.uniform(0.25, 0.5)
    knuckles = []
    fingers = []
    for finger in range(int(rng.integers(3, 5))):
        start = anchor + scale * np.array([side * 0.255 * finger, (0.10, 0.0, 0.06, 0.22)[finger]])
        way = unit(np.array([side * (lean - 0.07 * finger), 1.0]))
        fingers.append((start, way))
        knuckles.append(start + way * _ALONG[-1] * scale)
    palm = np.array(knuckles)
    wrist = palm.mean(0) + scale * np.array([side * 0.35, 1.5])
    ends = wrist + np.array([[0.45, 0], [-0.45, 0]]) * scale
    hull = cv2.convexHull(np.concatenate([palm, ends]).astype(np.float32))[:, 0]
    _add(colour, alpha, _inflate(fill(shape, hull, 0.10 * scale), 4 * thick, skin, light, scale))
    for start, way in reversed(fingers):
        across = np.array([-way[1], way[0]])
        middle = start + (way * _ALONG[:, None] + side * across * _BEND[:, None]) * scale
        left = middle + across * (_WIDTH * thick)[:, None]
        right = middle - across * (_WIDTH * thick)[:, None]
        mask = fill(shape, smooth_closed(np.concatenate([left, right[::-1]])), 0.006 * scale)
        tone, mask = _inflate(mask, thick, skin, light, scale)
        at = start + way * 0.16 * scale
        nail = at + 0.6 * thick * (
            np.array([[-1, -0.8], [0, -1.2], [1, -0.8], [0.9, 0.9], [0, 1.15], [-0.9, 0.9]])
            @ np.stack([across, way])
        )
        plate = fill(shape, smooth_closed(nail), 0.008 * scale)[..., None]
        tone = tone * (1 + plate * np.array([0.28, 0.14, 0.18], np.float32)) + 0.03 * plate
        _add(colour, alpha, (tone.astype(np.float32), mask))
    return colour, alpha


def _inflate(
    mask: np.ndarray, thick: float, skin: np.ndarray, light: Light, scale: float
) -> tuple[np.ndarray, np.ndarray]:
    """A flat shape [H, W] shaded as if it were round at its edges."""
    inner = cv2.distanceTransform((mask > 0.5).astype(np.uint8), cv2.DIST_L2, 5) / thick
    inner = np.clip(inner, 0, 1)
    height = blur(np.sqrt(inner * (2 - inner)).astype(np.float32), 0.025 * scale) * thick
    slope_y, slope_x = np.gradient(height)
    normal = unit(np.stack([-slope_x, -slope_y, np.ones_like(height)], -1)).astype(np.float32)
    red = 1 - 0.10 * (1 - inner[..., None]) * np.array([0.3, 1.0, 1.0], np.float32)
    tone = skin * np.array([0.98, 0.90, 0.88], np.float32) * light.diffuse(normal) * red
    return tone.astype(np.float32), mask


def _add(colour: np.ndarray, alpha: np.ndarray, layer: tuple[np.ndarray, np.ndarray]) -> None:
    """Lay a part over the hand, in place, with a soft shadow around it."""
    tone, mask = layer
    shadow = np.clip(blur(mask, 2.0) - mask, 0, 1)
    colour *= (1 - 0.7 * shadow)[..., None]
    colour += (tone - colour) * mask[..., None]
    np.maximum(alpha, mask, out=alpha)
