"""The aligned square and the ways there and back."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vision.drawn import picture, portrait
from tryon.vision import facemesh
from tryon.vision.align import face_square, invert, move, scale_of, warp


@settings(deadline=None)
@given(st.floats(-180, 180), st.floats(0.1, 8), st.floats(-900, 900), st.floats(-900, 900))
def test_the_square_does_not_depend_on_where_the_face_was(
    degrees: float, scale: float, x: float, y: float
) -> None:
    points = portrait().landmarks
    turn = np.radians(degrees)
    spin = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    moved = points @ spin.T + [x, y]
    first, second = (move(face_square(p, 128, 1.55), p) for p in (points, moved))
    assert np.abs(first - second).max() < 0.05


def test_eyes_are_level_and_the_face_inside() -> None:
    points = portrait().landmarks
    square = move(face_square(points, 128, 1.55), points)
    right, left = (square[list(eye.outline)].mean(0) for eye in facemesh.EYES)
    assert right[1] == pytest.approx(left[1], abs=1e-2)
    assert square.min() > 0
    assert square.max() < 128
    assert np.ptp(square, axis=0).max() == pytest.approx(128 / 1.55, rel=1e-3)


def test_there_and_back_is_the_same_place() -> None:
    matrix = face_square(portrait().landmarks, 96, 1.3)
    points = portrait().landmarks
    assert np.abs(move(invert(matrix), move(matrix, points)) - points).max() < 1e-2
    assert scale_of(matrix) * scale_of(invert(matrix)) == pytest.approx(1, rel=1e-4)


def test_warp_puts_pixels_where_move_puts_points() -> None:
    mark = np.zeros((600, 600), np.float32)
    matrix = np.array([[0.11, 0.02, 7.0], [-0.02, 0.11, 11.0]], np.float32)
    place = np.array([[310.0, 280.0]])
    cv2.circle(mark, (310, 280), 20, 1.0, -1)
    seen = warp(mark, matrix, 96)
    rows, columns = np.mgrid[:96, :96]
    centre = [(columns * seen).sum() / seen.sum(), (rows * seen).sum() / seen.sum()]
    assert centre == pytest.approx(move(matrix, place)[0].tolist(), abs=0.1)


def test_shrinking_averages_instead_of_picking() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (512, 512, 3), dtype=np.uint8)
    small = warp(noise, np.array([[0.1, 0, 0], [0, 0.1, 0]], np.float32), 48)
    assert small.std() < noise.std() / 4
    assert small.mean() == pytest.approx(noise.mean(), abs=2)


def test_warp_keeps_the_identity() -> None:
    matrix = np.array([[1, 0, 0], [0, 1, 0]], np.float32)
    assert (warp(picture(), matrix, 256) == picture()).all()
