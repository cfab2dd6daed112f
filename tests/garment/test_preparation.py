"""Rows become samples of the declared shapes, or are refused with their cause."""

import numpy as np
import pytest

from tests.garment.worn import HEIGHT, PERSONS, rows, samples
from tryon.errors import Refusal
from tryon.garment.areas import GROUP
from tryon.garment.config import PreprocessConfig
from tryon.garment.garment import LANDMARKS
from tryon.garment.points import from_points
from tryon.garment.preparation import Preparer
from tryon.vision.images import encode


def test_samples_are_as_declared() -> None:
    preparer = Preparer(PreprocessConfig(height=HEIGHT), 20)
    for sample in samples():
        assert set(sample.arrays) == set(preparer.arrays)
        assert set(sample.record) == set(preparer.columns)
        for name, spec in preparer.arrays.items():
            array = sample.arrays[name]
            assert (array.shape, array.dtype) == (spec.shape, np.dtype(spec.dtype)), name


def test_a_cross_sample_shows_the_other_garment() -> None:
    for sample in samples():
        changed = np.abs(sample.arrays["image"].astype(int) - sample.arrays["target"]).max(-1)
        if sample.record["kind"] == "cross":
            hands = sample.arrays["groups"] == GROUP["arms"]  # a sleeve may reach under them
            outside = (sample.arrays["edit"] == 0) & ~hands
            assert changed.max() > 60
            assert (changed[outside] > 40).mean() < 0.02, "what differs may be repainted"
        else:
            assert changed.max() == 0


def test_found_keypoints_are_near_the_given_ones() -> None:
    errors = [sample.record["keypoint_error"] for sample in samples()]
    assert np.mean(errors) < 0.2


def test_the_photos_landmarks_lie_on_the_garment() -> None:
    for sample in samples():
        points = from_points(sample.record["category"], sample.arrays["photo_points"])
        assert len(points) == len(LANDMARKS[sample.record["category"]])
        inside = points[(np.abs(points - 0.5) < 0.5).all(1)]  # a photo may cut a garment off
        x, y = np.rint(inside * [HEIGHT * 3 // 4, HEIGHT] - 0.5).astype(int).T
        near = np.pad(sample.arrays["photo_mask"], 3, "edge")
        found = [near[b : b + 7, a : a + 7].max() > 100 for a, b in zip(x, y, strict=True)]
        assert np.mean(found) > 0.9


def test_only_training_rows_get_noisy_landmarks() -> None:
    row = rows(PERSONS[0])[0]
    with Preparer(PreprocessConfig(height=HEIGHT, landmark_noise=0.05), 20) as preparer:
        exact = preparer.prepare(row)[0].arrays["warped"]
        noisy, again = (
            preparer.prepare({**row, "split": "train"})[0].arrays["warped"] for _ in range(2)
        )
    assert np.abs(exact.astype(int) - noisy).max() > 50
    np.testing.assert_array_equal(noisy, again)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"image": encode(np.full((256, 192, 3), 127, np.uint8))}, "no_person"),
        ({"garment": None}, "garment_missing"),
        ({"garment_mask": None}, "labels_missing"),
        ({"garment_landmarks": []}, "labels_missing"),
        ({"garment_mask": encode(np.zeros((9, 9), np.uint8))}, "mask_wrong_size"),
        ({"parsing": None}, "labels_missing"),
        ({"parsing": encode(np.zeros((256, 192), np.uint8))}, "nothing_to_replace"),
    ],
)
def test_refusals(change: dict[str, bytes | None], code: str) -> None:
    with (
        Preparer(PreprocessConfig(height=HEIGHT), 20) as preparer,
        pytest.raises(Refusal) as refusal,
    ):
        preparer.prepare({**rows(PERSONS[0])[0], **change})
    assert refusal.value.code == code


def test_a_twin_of_another_size_is_refused() -> None:
    row = {**rows(PERSONS[0])[1], "target": encode(np.zeros((9, 9, 3), np.uint8))}
    with (
        Preparer(PreprocessConfig(height=HEIGHT), 20) as preparer,
        pytest.raises(Refusal) as refusal,
    ):
        preparer.prepare(row)
    assert refusal.value.code == "pair_mismatch"
