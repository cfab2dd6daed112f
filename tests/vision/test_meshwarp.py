"""Colours travel from one face to the same place on another."""

import numpy as np

from tests.vision.drawn import portrait
from tryon.vision import facemesh
from tryon.vision.contours import closed, fill, inset
from tryon.vision.meshwarp import mesh_warp


def test_to_itself_is_the_identity_inside_the_mesh() -> None:
    points = portrait().landmarks
    values = np.random.default_rng(0).random((256, 256, 3), np.float32)
    same, inside = mesh_warp(values, points, points, (256, 256))
    assert inside.mean() > 0.1
    assert np.abs(same - values)[inside].max() < 0.05


def test_a_place_marked_by_the_mesh_arrives_at_the_same_place() -> None:
    source, target = portrait().landmarks, portrait(8, 2).landmarks
    rows, columns = np.mgrid[:256, :256].astype(np.float32)
    moved, _ = mesh_warp(np.stack([columns, rows], -1), source, target, (256, 256))
    for index in (1, 50, 280, 105, 334, 17, 152, 205, 425):
        x, y = np.rint(target[index]).astype(int)
        assert np.hypot(*(moved[y, x] - source[index])) < 4


def test_eyes_and_mouth_are_holes() -> None:
    points = portrait(3, 5, 512).landmarks
    _, inside = mesh_warp(np.zeros((512, 512, 1), np.float32), points, points, (512, 512))
    for eye in facemesh.EYES:
        hole = fill([inset(closed(points[list(eye.outline)]), 4)], (512, 512)) > 0.9
        assert not inside[hole].any()
