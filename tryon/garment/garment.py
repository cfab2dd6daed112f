"""The nouns of the garment task: categories, kinds of garments, and their named landmarks."""

from typing import Literal, get_args

import numpy as np

Category = Literal["upper", "lower", "whole"]
CATEGORIES: tuple[Category, ...] = get_args(Category)

_SIDE_UPPER = (
    "shoulder",  # where the sleeve, or the armhole, meets the shoulder seam
    "sleeve_outer",  # halfway down the sleeve, on its outer edge
    "cuff_outer",
    "cuff_inner",
    "sleeve_inner",
    "armpit",
    "waist",
)
_NECK = ("neck_back", "neck_right", "neck_front", "neck_left")
_SIDE_LOWER = ("hip", "knee_outer", "cuff_outer", "cuff_inner", "knee_inner", "hem")


def _both(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{name}_{side}" for side in ("right", "left") for name in names)


# "right" is the wearer's right: the left half of a garment's front view. A landmark that a garment
# does not have is NaN: a vest has no cuffs, trousers have no hem, a skirt has no cuffs, knees and
# crotch. DeepFashion2's 294 landmarks map onto these (tryon.garment.importers.deepfashion2).
LANDMARKS: dict[Category, tuple[str, ...]] = {
    "upper": (*_NECK, *_both((*_SIDE_UPPER, "hem")), "hem_middle"),
    "whole": (*_NECK, *_both((*_SIDE_UPPER, "hip", "hem")), "hem_middle"),
    "lower": (
        "waist_right", "waist_middle", "waist_left", *_both(_SIDE_LOWER), "crotch", "hem_middle",
    ),
}  # fmt: skip


def flatten(category: Category, points: dict[str, tuple[float, float]]) -> list[float]:
    """Named points (pixels) in the order of `LANDMARKS`, flattened; NaN for those not named.

    Raises:
        KeyError: A name the category does not have.
    """
    if unknown := set(points) - set(LANDMARKS[category]):
        raise KeyError(f"{category} garments have no landmarks {sorted(unknown)}")
    return [float(v) for name in LANDMARKS[category] for v in points.get(name, (np.nan, np.nan))]
