"""The same cloth in other colours: many more colours to learn from, at a tenth of a drawing."""

import numpy as np

from tryon.sample.textile import cloth_colour
from tryon.vision.colour import from_linear, to_linear

LIT = 0.7  # of a cloth's own light that comes back, about
LEAST = 0.004  # linear: below it a pixel is noise,
MOST = 3.0  # and more than so much brighter shows it
TRIES = 8
BRIGHT = 95  # percentile of a cloth's pixels that may not burn out


def recoloured(image: np.ndarray, mask: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
    """The picture with its cloth in a drawn colour, light and folds kept: linear light times a hue.

    Args:
        image: uint8 RGB [H, W, 3].
        mask: Where the cloth is, bool [H, W].
        rng: Of the colour.

    Returns:
        uint8 RGB [H, W, 3]; None where no colour was found that the cloth can take.
    """
    cloth = to_linear(image[mask])
    if not len(cloth):
        return None
    base, bright = np.median(cloth, 0), np.percentile(cloth, BRIGHT, 0)
    for _ in range(TRIES):
        change = LIT * cloth_colour(rng) / np.maximum(base, LEAST)
        if change.max() <= MOST and (change * bright).max() <= 1:
            picture = image.copy()
            picture[mask] = np.rint(from_linear(np.clip(cloth * change, 0, 1)) * 255)
            return picture
    return None
