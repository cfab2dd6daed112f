"""Thin-plate splines go through their points and leave straight things straight."""

import numpy as np
import pytest

from tryon.vision.spline import ThinPlate


def test_it_goes_through_every_point() -> None:
    random = np.random.default_rng(0)
    source, target = random.uniform(0, 500, (2, 12, 2))
    np.testing.assert_allclose(ThinPlate.fit(source, target)(source), target, atol=1e-6)


def test_an_affine_map_stays_affine() -> None:
    random = np.random.default_rng(1)
    source, elsewhere = random.uniform(0, 300, (2, 9, 2))
    matrix, shift = np.array([[1.3, 0.2], [-0.1, 0.8]]), np.array([12.0, -40.0])
    spline = ThinPlate.fit(source, source @ matrix + shift)
    np.testing.assert_allclose(spline(elsewhere), elsewhere @ matrix + shift, atol=1e-6)


def test_stiffness_bends_less() -> None:
    random = np.random.default_rng(2)
    source = random.uniform(0, 100, (16, 2))
    target = source + random.normal(0, 5, (16, 2))
    free, stiff = (ThinPlate.fit(source, target, s) for s in (0.0, 10.0))
    assert np.abs(free(source) - target).max() < 1e-6
    assert np.abs(stiff(source) - target).mean() > 1
    bends = [np.abs(one.weights[:16]).sum() for one in (free, stiff)]
    assert bends[1] < bends[0]


@pytest.mark.parametrize("points", [np.zeros((2, 2)), np.arange(10.0).reshape(5, 2)])
def test_points_that_decide_nothing_are_refused(points: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"points|line"):
        ThinPlate.fit(points, points)
