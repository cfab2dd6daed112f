"""Faces from statistics, and the drawing tools under them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tryon.sample.drawing import fill, smooth_closed, stroke
from tryon.sample.head import Pose
from tryon.sample.raster import rasterise
from tryon.sample.shape import TEXTURE, draw_face, statistics, texture
from tryon.vision.facemesh import LIPS_INNER, MIRROR


def test_the_mean_face_is_symmetric_and_in_its_frame() -> None:
    mean = statistics().shape_mean
    mirrored = (mean * [-1, 1, 1])[list(MIRROR)]
    assert np.abs(mean - mirrored).max() < 1e-3
    assert abs(mean[[33, 133, 362, 263]].mean(0)).max() < 0.05
    assert mean[152, 1] > mean[4, 1] > mean[10, 1]  # chin, nose, forehead: y points down
    assert mean[4, 2] > mean[234, 2]  # the nose is nearer than the temples


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31 - 1))
def test_every_drawn_mouth_is_closed_or_open_never_crossed(seed: int) -> None:
    mesh, colour = draw_face(np.random.default_rng(seed), -1.0)
    for lower, upper in zip(LIPS_INNER[1:10], LIPS_INNER[:10:-1], strict=True):
        assert mesh[lower, 1] > mesh[upper, 1]
    assert np.isfinite(colour).all()


def test_the_texture_spreads_every_value() -> None:
    places = len(statistics().colour_mean)
    constant = texture(np.full((places, 3), 0.25, np.float32))
    assert constant.shape == (TEXTURE, TEXTURE, 3)
    np.testing.assert_allclose(constant, 0.25, atol=1e-3)


def test_the_nearer_triangle_is_seen_and_values_are_interpolated() -> None:
    points = np.array([[0, 0], [30, 0], [0, 30], [0, 0], [30, 0], [0, 30]], float)
    depth = np.array([0, 0, 0, 1, 1, 1], float)
    triangles = np.array([[0, 1, 2], [3, 4, 5]])
    found = rasterise(points, depth, triangles, (32, 32))
    assert set(found.corners.ravel()) == {3, 4, 5}
    ramp = found.spread(points[:, :1])
    assert abs(ramp[5, 10, 0] - 10) < 0.1


def test_a_head_looking_ahead_projects_without_a_turn() -> None:
    pose = Pose(0, 0, 0, 50, (100, 100))
    x, y, depth = pose.project(np.array([1.0, -1.0, 0.0]))
    assert (round(x), round(y), depth) == (150, 50, 0)


def test_polygons_and_lines_have_their_size() -> None:
    box = np.array([[10, 10], [30, 10], [30, 20], [10, 20]], float)
    assert 200 <= fill((40, 40), box).sum() < 280  # OpenCV grows the edge by half a pixel
    assert 0.8 < stroke((40, 40), [box], 1.0).max() <= 1
    assert len(smooth_closed(box, 5)) == 20
