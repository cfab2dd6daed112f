"""Drawn portraits: exact twins, true landmarks and labels, variety, and what MediaPipe sees."""

from itertools import pairwise

import numpy as np
import pytest

from tryon.sample.accuracy import measure
from tryon.sample.paint import Coat
from tryon.sample.person import imagine
from tryon.sample.portrait import Portrait
from tryon.vision.facemesh import EYES, LIPS_OUTER
from tryon.vision.parsing import Label

SIZE = 160


@pytest.fixture(scope="module")
def portrait() -> Portrait:
    return Portrait(imagine(5, 4, SIZE), SIZE)


def lips_mask(portrait: Portrait) -> np.ndarray:
    return np.isin(portrait.parsing, (Label.UPPER_LIP, Label.LOWER_LIP)).astype(np.float32)


def test_a_person_is_a_function_of_seed_and_tone(portrait: Portrait) -> None:
    again = Portrait(imagine(5, 4, SIZE), SIZE)
    np.testing.assert_array_equal(again.picture(), portrait.picture())
    np.testing.assert_array_equal(again.parsing, portrait.parsing)
    assert (Portrait(imagine(6, 4, SIZE), SIZE).picture() != portrait.picture()).mean() > 0.5


def test_paint_changes_its_mask_and_nothing_far_from_it(portrait: Portrait) -> None:
    mask = lips_mask(portrait)
    coat = Coat(mask, np.array([0.5, 0.01, 0.02], np.float32), gloss=0.5)
    painted, bare = portrait.picture([coat]).astype(int), portrait.picture().astype(int)
    change = np.abs(painted - bare).max(2)
    rows, columns = np.nonzero(mask)
    near = np.zeros(mask.shape, bool)
    near[rows.min() - 5 : rows.max() + 6, columns.min() - 5 : columns.max() + 6] = True
    assert change[mask > 0].mean() > 10
    assert change[~near].max() == 0


def test_the_picture_after_paint_is_still_the_bare_one(portrait: Portrait) -> None:
    before = portrait.picture().copy()
    portrait.picture([Coat(lips_mask(portrait), np.array([0.0, 0.5, 0.0], np.float32))])
    np.testing.assert_array_equal(portrait.picture(), before)


@pytest.mark.parametrize("seed", range(4))
def test_labels_lie_where_the_landmarks_say(seed: int) -> None:
    person = imagine(seed, 1 + 3 * seed, SIZE)
    drawn = Portrait(person, SIZE)
    points, labels = drawn.landmarks, drawn.parsing
    assert set(np.unique(labels)) <= {int(label) for label in Label}
    for label, outline in (
        ((Label.UPPER_LIP, Label.LOWER_LIP, Label.MOUTH), LIPS_OUTER),
        ((Label.RIGHT_EYE,), EYES[0].outline),
        ((Label.LEFT_EYE,), EYES[1].outline),
    ):
        rows, columns = np.nonzero(np.isin(labels, label))
        if len(rows) < 20:
            continue  # covered by hair, a frame or a hand
        low, high = points[list(outline)].min(0) - 3, points[list(outline)].max(0) + 3
        assert (columns > low[0]).all()
        assert (columns < high[0]).all()
        assert (rows > low[1]).all()
        assert (rows < high[1]).all()
    assert points[EYES[0].iris[0], 0] < points[EYES[1].iris[0], 0]


def test_tones_grow_darker_over_the_whole_scale() -> None:
    light = [
        np.mean([imagine(s, tone, SIZE).skin.colour for s in range(5)]) for tone in range(1, 11)
    ]
    assert all(a > b for a, b in pairwise(light))
    assert light[0] > 12 * light[-1]


def test_people_differ() -> None:
    people = [imagine(seed, 1 + seed % 10, 256) for seed in range(200)]
    assert len({person.hair.kind for person in people}) >= 9
    assert len({person.beard for person in people}) >= 5
    assert len({person.glasses for person in people}) == 4
    assert any(person.hand for person in people)
    yaws = [person.pose.yaw for person in people]
    assert max(map(abs, yaws)) <= 25
    assert np.std(yaws) > 7
    noses = np.array([person.mesh[4] for person in people])
    assert noses.std(0).min() > 0.01


def test_a_face_finder_sees_what_was_drawn() -> None:
    found = measure(20)
    assert found.detection >= 0.95
    assert found.error("lips") < 7
    assert found.error("eyes") < 5
