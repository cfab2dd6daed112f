"""Inside the lips: a dark hollow, teeth, tongue; and the seam where lips meet."""

from dataclasses import dataclass

import numpy as np

from tryon.sample.drawing import (
    Shape,
    blur,
    fill,
    grid,
    smooth_closed,
    smooth_open,
    smoothstep,
    stroke,
)
from tryon.vision.facemesh import LIPS_INNER, LIPS_OUTER

_HALF = len(LIPS_INNER) // 2
UPPER_EDGE = (*LIPS_INNER[_HALF:], LIPS_INNER[0])[::-1]  # right corner → left corner
LOWER_EDGE = LIPS_INNER[: _HALF + 1]


@dataclass(frozen=True)
class MouthLayer:
    """What is seen between and on the lips."""

    colour: np.ndarray  # [H, W, 3] of the inside
    alpha: np.ndarray  # [H, W] of the inside
    seam: np.ndarray  # [H, W] darkening where the lips touch
    lips: np.ndarray  # [H, W] the red of the lips, soft
    volume: np.ndarray  # [H, W] signed shading of the lips' roundness


def draw_mouth(
    landmarks: np.ndarray, scale: float, lit: np.ndarray, shape: Shape, rng: np.random.Generator
) -> MouthLayer:
    """Draw the mouth of [478, 2] landmarks; `lit` is the diffuse light [H, W, 3]."""
    x, y = grid(shape)
    outline = smooth_closed(landmarks[list(LIPS_OUTER)])
    inner = smooth_closed(landmarks[list(LIPS_INNER)])
    upper, lower = landmarks[list(UPPER_EDGE)], landmarks[list(LOWER_EDGE)]
    gap = float(np.linalg.norm(upper[5] - lower[5])) / scale
    inside = fill(shape, inner, 0.007 * scale) * float(smoothstep(0.012, 0.035, gap))
    lips = np.clip(fill(shape, outline, 0.014 * scale) - inside, 0, 1)

    left, right = landmarks[61], landmarks[291]
    axis = (right - left) / (np.linalg.norm(right - left) + 1e-6)
    down = np.array([-axis[1], axis[0]])
    middle = (upper[5] + lower[5]) / 2
    along = ((x - middle[0]) * axis[0] + (y - middle[1]) * axis[1]) / scale
    across = ((x - upper[5][0]) * down[0] + (y - upper[5][1]) * down[1]) / scale
    hollow = np.array([0.055, 0.018, 0.016], np.float32)
    light = lit[int(np.clip(middle[1], 0, shape[0] - 1)), int(np.clip(middle[0], 0, shape[1] - 1))]
    colour = np.ones((*shape, 3), np.float32) * hollow
    # teeth hang from the upper lip along an arc and fall into the dark at the sides
    half = 0.5 * np.linalg.norm(right - left) / scale
    droop = 0.05 * (along / max(half, 0.1)) ** 2
    long = rng.uniform(0.17, 0.21)
    teeth = (1 - smoothstep(long - 0.03, long, across + droop)) * smoothstep(0.03, 0.07, np.float64(
        gap))  # fmt: skip
    width = 0.075 * (1 - 0.35 * np.minimum(np.abs(along) / max(half, 0.1), 1))
    gaps = np.abs(np.mod(along / width + 0.5, 1) - 0.5)
    teeth_light = 1 - 0.30 * np.exp(-((gaps / 0.07) ** 2))
    teeth_light = teeth_light * (1 - 0.75 * smoothstep(0.35, 0.95, np.abs(along) / max(half, 0.1)))
    under_lip = 0.55 + 0.45 * smoothstep(0.0, 0.06, across)
    enamel = np.array([0.62, 0.57, 0.48], np.float32) * rng.uniform(0.75, 1.05)
    enamel = enamel * (teeth_light * under_lip)[..., None] * light
    colour = colour + (enamel - colour) * teeth[..., None]
    if gap > 0.16:
        tongue = np.exp(-((along / 0.22) ** 2) - ((across - gap * 0.98) / 0.09) ** 2)
        red = np.array([0.33, 0.10, 0.10], np.float32) * light
        colour = colour + (red - colour) * (0.75 * tongue * (1 - teeth))[..., None]

    line = smooth_open((upper + lower) / 2)
    seam = stroke(shape, [line], max(1.0, 0.022 * scale), 0.011 * scale) * (1 - inside)
    corners = np.zeros(shape, np.float32)
    for corner in (left, right):
        far = ((x - corner[0]) ** 2 + (y - corner[1]) ** 2) / (0.035 * scale) ** 2
        corners = np.maximum(corners, np.exp(-far))
    rounded = blur(lips, 0.045 * scale)
    volume = np.gradient(rounded, axis=0).astype(np.float32) * scale * 0.10
    return MouthLayer(colour, inside, np.clip(seam + 0.45 * corners, 0, 1), lips, volume)
