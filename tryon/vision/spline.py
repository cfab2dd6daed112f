"""Thin-plate splines: the smoothest map of the plane that takes given points to given points."""

from dataclasses import dataclass

import numpy as np

TINY = 1e-12


@dataclass(frozen=True)
class ThinPlate:
    """A thin-plate spline (Bookstein 1989) from the plane to the plane.

    Attributes:
        centres: float64 [K, 2], where it is given, divided by `scale`.
        weights: float64 [K + 3, 2]: of the K radial functions, then of 1, x, y.
        scale: Pixels per unit of `centres`; keeps the system well conditioned.
    """

    centres: np.ndarray
    weights: np.ndarray
    scale: float

    @classmethod
    def fit(cls, source: np.ndarray, target: np.ndarray, stiffness: float = 0.0) -> "ThinPlate":
        """The spline with source[k] → target[k].

        Args:
            source: float [K, 2], K ≥ 3, not all on a line.
            target: float [K, 2].
            stiffness: 0 goes through every point; more bends less and comes only near (Wahba 1990).

        Raises:
            ValueError: fewer than three points, or all on a line.
        """
        source, target = np.asarray(source, np.float64), np.asarray(target, np.float64)
        if len(source) < 3 or source.shape != target.shape:
            raise ValueError(
                f"got points {source.shape} and {target.shape}, expected twice [K ≥ 3, 2]"
            )
        scale = float(np.ptp(source, axis=0).max()) or 1.0
        centres = source / scale
        count = len(centres)
        system = np.zeros((count + 3, count + 3))
        system[:count, :count] = _radial(centres, centres) + stiffness * np.eye(count)
        system[:count, count:] = np.column_stack([np.ones(count), centres])
        system[count:, :count] = system[:count, count:].T
        known = np.concatenate([target, np.zeros((3, 2))])
        if np.linalg.matrix_rank(system[:count, count:]) < 3:
            raise ValueError("all points of a spline lie on a line")
        return cls(centres, np.linalg.solve(system, known), scale)

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Where points float [N, 2] go, float64 [N, 2]."""
        at = np.asarray(points, np.float64) / self.scale
        count = len(self.centres)
        curved = _radial(at, self.centres) @ self.weights[:count]
        flat: np.ndarray = np.column_stack([np.ones(len(at)), at]) @ self.weights[count:]
        return curved + flat


def _radial(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """U(r) = r² log r², [N, K]; 0 at 0."""
    squared = ((points[:, None] - centres[None]) ** 2).sum(-1)
    return squared * np.log(np.maximum(squared, TINY))
