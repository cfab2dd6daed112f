"""Distances between two sets of pictures, given as features of each.

The Fréchet distance is the one of Heusel et al. 2017 (arXiv 1706.08500); the kernel distance is the
unbiased polynomial MMD² of Bińkowski et al. 2018 (arXiv 1801.01401). Which features they are
computed on, and therefore whether they may be called FID and KID, is decided in
`tryon.metrics.features`.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from tryon.errors import DataError


def frechet_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Fréchet distance of the Gaussians fitted to two feature sets (mean, unbiased covariance).

    |μ₁ − μ₂|² + tr Σ₁ + tr Σ₂ − 2 tr (Σ₁Σ₂)^½, where the last trace is the nuclear norm of A Bᵀ
    for any A, B with AᵀA = Σ₁ and BᵀB = Σ₂: no square root of a matrix is taken, and singular
    covariances (fewer pictures than features) need no correction.

    Args:
        first: [N, D], at least two rows.
        second: [M, D], at least two rows.

    Raises:
        DataError: the shapes do not fit or a value is not finite.
    """
    first, second = _checked(first, second)
    a, b = _root(first), _root(second)
    product = a @ b.T
    small = product @ product.T if product.shape[0] <= product.shape[1] else product.T @ product
    values = linalg.eigvalsh(small, overwrite_a=True, check_finite=False)
    cross = np.sqrt(np.clip(values, 0.0, None)).sum()
    shift = first.mean(0) - second.mean(0)
    return float(shift @ shift + np.square(a).sum() + np.square(b).sum() - 2.0 * cross)


@dataclass(frozen=True)
class KernelDistance:
    """An unbiased estimate (it may be below zero), its standard error and what it was made of."""

    value: float
    error: float  # jackknife standard error, pictures of both sets left out in pairs
    left_out: np.ndarray  # [N] the estimate without pair i, to compare two models on one test set


def kernel_distance(first: np.ndarray, second: np.ndarray, paired: bool = False) -> KernelDistance:
    """Unbiased MMD² with the kernel (xᵀy / D + 1)³ over all pictures (no subsets are drawn).

    Args:
        first: [N, D], at least three rows.
        second: [N, D]; row i belongs to the same test sample as row i of `first`.
        paired: Leave the pairs (i, i) out of the cross term (the U-statistic of Gretton et al.
            2012). Where both sets show the same persons, only this is unbiased, and only this is
            exactly 0 for equal sets. KID as published counts them.

    Raises:
        DataError: the shapes do not fit or a value is not finite.
    """
    first, second = _checked(first, second)
    n = len(first)
    if len(second) != n or n < 3:
        raise DataError(
            f"the kernel distance needs two sets of the same size, at least 3; "
            f"got {n} and {len(second)}"
        )
    same = _kernel(first, first) + _kernel(second, second)
    cross = _kernel(first, second)
    np.fill_diagonal(same, 0.0)
    if paired:
        np.fill_diagonal(cross, 0.0)

    def estimate(same: np.ndarray, cross: np.ndarray, n: int) -> np.ndarray:
        return same / (n * (n - 1)) - 2.0 * cross / (n * (n - 1) if paired else n * n)

    left_out = estimate(  # the sums without row and column i; the diagonal of `same` is 0
        same.sum() - 2.0 * same.sum(1),
        cross.sum() - cross.sum(1) - cross.sum(0) + cross.diagonal(),
        n - 1,
    )
    value = float(estimate(same.sum(), cross.sum(), n))
    return KernelDistance(value, jackknife(left_out), left_out)


def _root(features: np.ndarray) -> np.ndarray:
    """A matrix [min(N, D), D] whose Gram matrix is the unbiased covariance of the rows."""
    centred = (features - features.mean(0)) / np.sqrt(len(features) - 1)
    if centred.shape[0] <= centred.shape[1]:
        return centred
    return linalg.qr(centred, mode="r", overwrite_a=True, check_finite=False)[0][: centred.shape[1]]


def _kernel(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return (first @ second.T / first.shape[1] + 1.0) ** 3


def jackknife(left_out: np.ndarray) -> float:
    """Standard error of an estimate from its values with each sample left out, [N]."""
    n = len(left_out)
    return float(np.sqrt((n - 1) / n * np.square(left_out - left_out.mean()).sum()))


def _checked(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if first.ndim != 2 or second.ndim != 2 or first.shape[1] != second.shape[1]:
        raise DataError(
            f"feature sets must be [N, D] and [M, D]; got {first.shape} and {second.shape}"
        )
    if len(first) < 2 or len(second) < 2:
        raise DataError(
            f"a distance between sets needs two pictures each; got {len(first)}, {len(second)}"
        )
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise DataError("feature sets hold values that are not finite")
    return first, second
