"""One list of garment landmarks for all categories, as the network that finds them has it."""

import numpy as np

from tryon.garment.garment import CATEGORIES, LANDMARKS, Category

POINTS: tuple[str, ...] = tuple(dict.fromkeys(n for c in CATEGORIES for n in LANDMARKS[c]))
_AT = {name: place for place, name in enumerate(POINTS)}
MIRROR = tuple(
    _AT[name.replace("_right", "_#").replace("_left", "_right").replace("_#", "_left")]
    for name in POINTS
)


def to_points(category: Category, landmarks: np.ndarray | None) -> np.ndarray:
    """A category's flattened landmarks → float64 [P, 2], NaN for those there are none of."""
    points = np.full((len(POINTS), 2), np.nan)
    if landmarks is not None and len(landmarks):
        places = [_AT[name] for name in LANDMARKS[category]]
        points[places] = np.asarray(landmarks, np.float64).reshape(-1, 2)
    return points


def from_points(category: Category, points: np.ndarray) -> np.ndarray:
    """The inverse: [P, 2] → [K, 2] in the order of LANDMARKS of the category."""
    return points[[_AT[name] for name in LANDMARKS[category]]]
