"""How a region without makeup differs from the skin beside it, over the portraits of the project.

Measured on 517 photographs of all skin tones with `condition.mean_lab`, most of them bare, the
fifteen per cent farthest out left out of each fit: the expected CIELAB difference from the skin is
linear in the skin's own colour, and the rest is normal with the given covariance.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Natural:
    """The normal model of one region.

    Attributes:
        base: Expected difference from the skin at skin (0, 0, 0), CIELAB [3].
        slope: How it changes with the skin's own CIELAB, [3, 3].
        covariance: Of the difference, CIELAB [3, 3].
    """

    base: tuple[float, ...]
    slope: tuple[tuple[float, ...], ...]
    covariance: tuple[tuple[float, ...], ...]

    def excess(self, region: np.ndarray, skin: np.ndarray) -> np.ndarray:
        """What of a region's CIELAB [3] its skin [3] does not explain, CIELAB [3]."""
        return region - skin - np.array(self.base) - skin @ np.array(self.slope)

    def distance(self, excess: np.ndarray) -> float:
        """Mahalanobis distance of an excess [3] from a bare region's."""
        return float(np.sqrt(excess @ np.linalg.solve(np.array(self.covariance), excess)))


NATURAL = {
    "lips": Natural(
        (4.051, -10.321, -6.764),
        ((-0.306, 0.388, 0.086), (0.055, -0.05, 0.07), (0.134, -0.066, -0.142)),
        ((29.36, -10.2, -3.35), (-10.2, 20.16, 4.94), (-3.35, 4.94, 8.19)),
    ),
    "eyeshadow": Natural(
        (-20.651, -4.615, -4.09),
        ((0.023, 0.093, 0.071), (0.108, -0.208, -0.078), (0.14, 0.022, -0.117)),
        ((184.91, 4.17, 23.85), (4.17, 5.04, 4.43), (23.85, 4.43, 11.65)),
    ),
    "eyeliner": Natural(
        (-7.072, -8.108, -4.523),
        ((-0.512, 0.129, 0.052), (-0.032, -0.372, -0.069), (0.213, 0.029, -0.356)),
        ((74.25, 15.79, 22.96), (15.79, 10.28, 11.14), (22.96, 11.14, 18.47)),
    ),
    "blush": Natural(
        (2.291, 0.69, 3.787),
        ((0.0, -0.002, -0.052), (-0.006, 0.03, 0.0), (-0.087, 0.015, 0.041)),
        ((28.11, -5.81, -3.56), (-5.81, 4.33, 2.04), (-3.56, 2.04, 3.98)),
    ),
}
