"""One key light, a soft surrounding light, and how skin answers to them."""

from dataclasses import dataclass

import numpy as np

from tryon.sample.drawing import unit

WRAP = np.array([0.42, 0.26, 0.20], np.float32)  # light under the skin reaches further in red
FRONT = unit(np.array([0.0, -0.45, 0.9]))  # where the portraits' own light mostly comes from


@dataclass(frozen=True)
class Light:
    """Directions in the camera frame (x right, y down, z to the viewer)."""

    direction: np.ndarray  # [3] towards the key light
    key: float  # strength of the key light, 0-1; the rest surrounds
    key_colour: np.ndarray  # [3]
    fill_colour: np.ndarray  # [3]
    exposure: float

    def diffuse(self, normal: np.ndarray, shadow: np.ndarray | float = 1.0) -> np.ndarray:
        """Light [..., 3] that a surface of `normal` [..., 3] sends back; 1 is facing the key."""
        facing = normal @ self.direction.astype(np.float32)
        surround = (1 - self.key) * (0.78 - 0.22 * normal[..., 1])  # more from above
        channels = [
            self.key * key * np.clip((facing + wrap) / (1 + wrap), 0, 1) * shadow + surround * fill
            for key, fill, wrap in zip(self.key_colour, self.fill_colour, WRAP, strict=True)
        ]
        return np.stack(channels, -1).astype(np.float32)

    def gloss(self, normal: np.ndarray, power: float) -> np.ndarray:
        """Blinn-Phong highlight of the key light, [...] in [0, 1]."""
        half = unit(self.direction + np.array([0, 0, 1.0])).astype(np.float32)
        return np.clip(normal @ half, 0, 1) ** power


def portrait_light(normal: np.ndarray) -> np.ndarray:
    """The light already contained in the statistics' colours, [..., 3]; normals of the face."""
    facing = normal @ FRONT.astype(np.float32)
    lit = np.clip((facing[..., None] + WRAP) / (1 + WRAP), 0, 1)
    return 0.55 * lit + 0.45 * (0.78 - 0.22 * normal[..., 1:2])


def draw_light(rng: np.random.Generator, darkness: float) -> Light:
    """Mostly soft daylight and rooms, sometimes a hard or coloured light.

    Args:
        rng: Source of randomness.
        darkness: Of the skin, 0-1; photographers expose for the face.
    """
    side, up = np.radians([np.clip(rng.normal(0, 34), -80, 80), rng.uniform(5, 60)])
    direction = np.array([np.sin(side) * np.cos(up), -np.sin(up), np.cos(side) * np.cos(up)])
    warm = rng.normal(0, 0.05)
    cast = np.array([1 + warm, 1 + rng.normal(0, 0.012), 1 - 1.2 * warm])
    fill = np.array([1 - 0.6 * warm, 1.0, 1 + 0.8 * warm])
    if rng.random() < 0.08:
        fill = fill * (0.8 + 0.4 * rng.random(3))
    return Light(
        direction=unit(direction),
        key=float(rng.uniform(0.3, 0.75)),
        key_colour=cast.astype(np.float32),
        fill_colour=fill.astype(np.float32),
        exposure=float(np.clip(rng.normal(0.97 + 0.31 * darkness, 0.11), 0.72, 1.5)),
    )
