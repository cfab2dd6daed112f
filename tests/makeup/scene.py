"""One rendered face with its masks, for the tests of what is put on it."""

from functools import cache
from typing import NamedTuple

import numpy as np

from tests.vision.drawn import picture, portrait
from tryon.makeup.regions import region_masks


class Scene(NamedTuple):
    """A face ready for makeup."""

    image: np.ndarray  # float32 [H, W, 3]
    masks: np.ndarray  # float32 [R, H, W]
    landmarks: np.ndarray
    eye_distance: float


@cache
def scene(seed: int = 3, tone: int = 5, size: int = 192) -> Scene:
    """A bare rendered face. Do not write to its arrays."""
    drawn = portrait(seed, tone, size)
    image = picture(seed, tone, size).astype(np.float32) / 255
    masks = region_masks(drawn.landmarks, (size, size))
    return Scene(image, masks, drawn.landmarks, drawn.eye_distance)
