"""The policy moves everything of a frame together."""

from pathlib import Path

import numpy as np
import pytest

from tests.garment.worn import samples, write_split
from tryon.data.prepared import PreparedSplit
from tryon.errors import DataError
from tryon.garment import augmentation
from tryon.garment.augmentation import GarmentPolicy, TrainingSet
from tryon.garment.config import AugmentationConfig
from tryon.types import Arrays


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> PreparedSplit:
    return write_split(tmp_path_factory.mktemp("prepared"))


def test_the_policy_passes_its_check(split: PreparedSplit) -> None:
    augmentation.check(augmentation.policy(AugmentationConfig()), split)


class Lazy(GarmentPolicy):
    """Leaves one array where it was."""

    left = "keypoints"

    def __call__(self, sample: Arrays, key: object) -> Arrays:
        return {**super().__call__(sample, key), self.left: sample[self.left]}  # type: ignore[arg-type]


@pytest.mark.parametrize("left", ["keypoints", "edit", "warped"])
def test_what_stays_behind_is_noticed(
    split: PreparedSplit, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = type("Lazier", (Lazy,), {"left": left})(AugmentationConfig(flip=1))
    monkeypatch.setattr(augmentation, "GarmentPolicy", type(policy))
    with pytest.raises(DataError, match="augmentation"):
        augmentation.check(policy, split)


def test_nothing_at_strength_0() -> None:
    still = AugmentationConfig(flip=0, scale=0, shift=0, light=0, tint=0, misfit=0)
    sample = samples()[0].arrays
    out = GarmentPolicy(still)(sample, (1, 2, 3))
    for name, array in sample.items():
        np.testing.assert_array_equal(out[name], array)


def test_a_mirrored_sample_mirrored_is_itself() -> None:
    sample = samples()[0].arrays
    flip = GarmentPolicy(AugmentationConfig(flip=1, scale=0, shift=0, light=0, tint=0, misfit=0))
    twice = flip(flip(sample, (0,)), (0,))
    for name, array in sample.items():
        np.testing.assert_allclose(twice[name], array, atol=1e-5, err_msg=name)


def test_inputs_have_the_networks_shapes(split: PreparedSplit) -> None:
    items = TrainingSet(split, AugmentationConfig(), 5)
    assert len(items) == sum(sample.record["kind"] != "unpaired" for sample in samples())
    first, again = items[(1, 0)], items[(1, 0)]
    for name, array in first.items():
        np.testing.assert_array_equal(array, again[name])
        assert array.dtype == (np.int64 if name == "groups" else np.float32), name
    assert first["image"].shape == (3, 128, 96)
    assert first["warped"].shape == (4, 128, 96)
    assert first["parts"].shape == (10, 32, 24)
    assert first["groups"].shape == (64, 48)
    assert first["photo_mask"].shape == (1, 64, 48)
    assert (first["warped"][:3] <= first["warped"][3:] + 1e-6).all()


def test_the_sheet_shows_every_kind(split: PreparedSplit, tmp_path: Path) -> None:
    sheet = augmentation.contact_sheet(split, augmentation.policy(AugmentationConfig()))
    assert sheet.dtype == np.uint8
    assert sheet.shape[2] == 3
    assert sheet.std() > 20


def test_the_digest_names_the_strengths() -> None:
    first, second = (GarmentPolicy(AugmentationConfig(flip=p)).digest() for p in (0.5, 0.4))
    assert first != second
    assert first == GarmentPolicy(AugmentationConfig()).digest()
