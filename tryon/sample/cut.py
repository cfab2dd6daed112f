"""How garments are cut: pieces as grids that exist twice, laid flat and worn on a body.

Flat units are eye distances of the wearer, origin between the shoulders, y down. Each piece's
two grids [K, M, 2] have the same texture at the same node: that is the exact warp.
"""

from dataclasses import dataclass

import numpy as np

ARMPIT = 1.75  # under the shoulder line
WAISTBAND = 5.7  # of a torso of 7.9
ARMHOLE_ROWS = 10  # of a panel's grid, from the shoulder seam to the armpit


@dataclass(frozen=True)
class Piece:
    """One piece in both states."""

    name: str  # panel, sleeve_right, sleeve_left, leg_right, leg_left, collar_right, collar_left
    flat: np.ndarray  # [K, M, 2]
    worn: np.ndarray  # [K, M, 2]
    spine: np.ndarray  # [K, 2] worn, the middle


@dataclass(frozen=True)
class Cut:
    """The flat garment's measures that others need to know."""

    neck: float  # half the neck opening
    neck_top: float  # y of the neck points
    shoulder: tuple[float, float]
    armpit: tuple[float, float]
    levels: tuple[float, ...]  # y of armpit, waist, (hip,) hem
    widths: tuple[float, ...]  # half, there
