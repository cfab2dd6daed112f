"""The mesh's numbering: contours, mirror, triangles."""

import numpy as np

from tests.vision.drawn import portrait
from tryon.vision import facemesh
from tryon.vision.contours import closed, fill


def test_mirror_is_an_involution_that_swaps_the_eyes() -> None:
    mirror = np.array(facemesh.MIRROR)
    assert (mirror[mirror] == np.arange(facemesh.POINTS)).all()
    for part in ("upper_lid", "lower_lid", "brow_upper", "brow_lower"):
        right, left = getattr(facemesh.RIGHT_EYE, part), getattr(facemesh.LEFT_EYE, part)
        assert tuple(mirror[list(right)]) == left
    assert mirror[facemesh.MOUTH_RIGHT] == facemesh.MOUTH_LEFT
    assert mirror[facemesh.NOSE_TIP] == facemesh.NOSE_TIP


def test_triangles_cover_the_face_and_leave_eyes_and_mouth_open() -> None:
    mesh = facemesh.triangles()
    assert mesh.shape == (852, 3)
    assert sorted(np.unique(mesh)) == list(range(468))
    edges = np.sort(np.concatenate([mesh[:, [0, 1]], mesh[:, [1, 2]], mesh[:, [0, 2]]]), axis=1)
    _, counts = np.unique(edges, axis=0, return_counts=True)
    assert counts.max() == 2
    holes = len(facemesh.OVAL) + 2 * 16 + len(facemesh.LIPS_INNER)
    assert (counts == 1).sum() == holes


def test_left_is_the_subjects_left() -> None:
    points = portrait().landmarks
    assert points[facemesh.LEFT_EYE.iris[0], 0] > points[facemesh.RIGHT_EYE.iris[0], 0]


def test_inner_lips_lie_in_the_outer_lips_and_both_in_the_oval() -> None:
    points, shape = portrait().landmarks, (256, 256)
    inner, outer, oval = (
        fill([closed(points[list(ring)])], shape) > 0.5
        for ring in (facemesh.LIPS_INNER, facemesh.LIPS_OUTER, facemesh.OVAL)
    )
    assert (inner & ~outer).sum() <= 0.02 * outer.sum()
    assert not (outer & ~oval).any()
