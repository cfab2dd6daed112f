"""Coats of colour on skin: how a task passes in what it wants painted, at the level of albedo."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tryon.sample.drawing import blur

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


@dataclass(frozen=True)
class Coat:
    """One coat of paint.

    Args:
        mask: Where and how much, float32 [H, W] in [0, 1].
        colour: Linear RGB [3] of the opaque pigment.
        texture: How much of the skin's own relief shows through, 0-1.
        gloss: Wet highlights added, 0-1; negative takes the skin's own shine away.
        shimmer: Glitter, 0-1.
        evens: Blurs what lies under the coat (foundation) instead of keeping its pattern.
    """

    mask: np.ndarray
    colour: np.ndarray
    texture: float = 0.6
    gloss: float = 0.0
    shimmer: float = 0.0
    evens: bool = False


def lay(
    albedo: np.ndarray, coats: Sequence[Coat], scale: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Painted albedo [H, W, 3], gloss and shimmer [H, W]; `scale` is the eye distance in pixels."""
    gloss = np.zeros(albedo.shape[:2], np.float32)
    shimmer = np.zeros_like(gloss)
    painted = albedo
    for coat in coats:
        light = painted @ LUMA
        weight = blur(coat.mask, 0.1 * scale) + 1e-3
        if coat.evens:
            mean = blur(painted * coat.mask[..., None], 0.22 * scale)
            mean /= (blur(coat.mask, 0.22 * scale) + 1e-3)[..., None]
            relief = np.clip(light / np.maximum(mean @ LUMA, 1e-4), 0.3, 1.8)
            pigment = coat.colour * relief[..., None] ** coat.texture
        else:
            mean = blur(light * coat.mask, 0.1 * scale) / weight
            relief = np.clip(light / np.maximum(mean, 1e-4), 0.4, 1.9)
            pigment = coat.colour * relief[..., None] ** coat.texture
        painted = painted + (pigment - painted) * coat.mask[..., None]
        gloss += coat.mask * coat.gloss
        shimmer += coat.mask * coat.shimmer
    return painted, gloss, shimmer
