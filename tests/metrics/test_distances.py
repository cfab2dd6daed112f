"""Distances between sets, against pytorch-fid, torch-fidelity and torchmetrics."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch_fidelity.metric_fid import (
    KEY_METRIC_FID,
    fid_features_to_statistics,
    fid_statistics_to_metric,
)
from torch_fidelity.metric_kid import KEY_METRIC_KID_MEAN, kid_features_to_metric
from torchmetrics.image.kid import poly_mmd

from tryon.errors import DataError
from tryon.metrics.distances import frechet_distance, kernel_distance

# (n, d) → pytorch-fid 0.3.0, torch-fidelity 0.4.0, torchmetrics 1.9, on `seeded(n, d)`
REFERENCE = {
    (500, 64): (12.229700674906383, 12.229700674906496, 12.229700674856787),
    (100, 64): (26.699445157046966, 26.699445157047194, 26.69944515679228),
    (50, 256): (382.17737136175134, 382.1773712425123, 382.1773684830207),  # singular
    (40, 2048): (4891.904815532366, 4891.904815543461, 4891.904429016402),  # singular
}


def seeded(n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Two correlated Gaussian sets [n, d] that differ in scale and place."""
    mix = np.random.RandomState(99).randn(d, d) / np.sqrt(d)
    first = np.random.RandomState(0).randn(n, d) @ mix
    return first, (np.random.RandomState(1).randn(n, d) @ mix) * 1.3 + 0.2


@pytest.mark.parametrize("size", REFERENCE)
def test_frechet_equals_three_implementations(size):
    ours = frechet_distance(*seeded(*size))
    for theirs in REFERENCE[size]:
        assert ours == pytest.approx(theirs, rel=3e-7)


@pytest.mark.parametrize(("n", "d"), [(300, 32), (80, 96)])
def test_frechet_equals_torch_fidelity_live(n, d):
    first, second = seeded(n, d)
    statistics = [fid_features_to_statistics(torch.from_numpy(x)) for x in (first, second)]
    theirs = fid_statistics_to_metric(*statistics, verbose=False)[KEY_METRIC_FID]
    assert frechet_distance(first, second) == pytest.approx(theirs, rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(3, 40), st.integers(3, 40), st.integers(1, 12), st.integers(0, 2**16))
def test_frechet_is_a_distance(n, m, d, seed):
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(n, d)), rng.normal(size=(m, d)) + 0.1
    there, back = frechet_distance(first, second), frechet_distance(second, first)
    assert there == pytest.approx(back, rel=1e-6, abs=1e-7)
    assert there >= -1e-7
    assert frechet_distance(first, first) == pytest.approx(0, abs=1e-6)


def test_frechet_of_shifted_copies_is_the_squared_shift():
    first, _ = seeded(60, 8)
    assert frechet_distance(first, first + 0.5) == pytest.approx(8 * 0.25)


@pytest.mark.parametrize(("n", "d"), [(50, 16), (30, 64)])
def test_kernel_equals_torch_fidelity_and_torchmetrics(n, d):
    first, second = seeded(n, d)
    ours = kernel_distance(first, second).value
    options = {"kid_subsets": 1, "kid_subset_size": n, "kid_kernel": "poly", "verbose": False}
    polynomial = {
        "kid_kernel_poly_degree": 3,
        "kid_kernel_poly_gamma": None,
        "kid_kernel_poly_coef0": 1.0,
    }
    tensors = torch.from_numpy(first), torch.from_numpy(second)
    theirs = kid_features_to_metric(*tensors, rng_seed=1, **options, **polynomial)
    assert ours == pytest.approx(theirs[KEY_METRIC_KID_MEAN], rel=1e-9)
    assert ours == pytest.approx(float(poly_mmd(*tensors)), rel=1e-9)


def test_left_out_values_are_those_of_smaller_sets():
    first, second = seeded(12, 5)
    distance = kernel_distance(first, second)
    for row in range(12):
        smaller = kernel_distance(np.delete(first, row, 0), np.delete(second, row, 0))
        assert distance.left_out[row] == pytest.approx(smaller.value, rel=1e-9, abs=1e-12)


def test_kernel_error_covers_the_truth():
    """The distance of two samples of one distribution is 0 within a few standard errors."""
    rng = np.random.default_rng(3)
    misses = 0
    for _ in range(40):
        distance = kernel_distance(rng.normal(size=(60, 6)), rng.normal(size=(60, 6)))
        misses += abs(distance.value) > 3 * distance.error
    assert misses <= 4


@pytest.mark.parametrize("distance", [frechet_distance, kernel_distance])
def test_unusable_features_are_refused(distance):
    good = np.zeros((5, 3))
    for first, second in [
        (good, np.zeros((5, 4))),
        (good[:1], good[:1]),
        (good[0], good[0]),
        (good, np.full((5, 3), np.nan)),
    ]:
        with pytest.raises(DataError):
            distance(first, second)
