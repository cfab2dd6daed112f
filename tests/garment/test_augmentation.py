"""The policy moves everything of a frame together."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.garment.worn import samples, write_split
from tryon.data.prepared import PreparedSplit
from tryon.errors import DataError
from tryon.garment import augmentation, cameras, outline
from tryon.garment.areas import GROUP
from tryon.garment.augmentation import GarmentPolicy, TrainingSet
from tryon.garment.config import AugmentationConfig
from tryon.types import Arrays

STILL = AugmentationConfig(
    flip=0, scale=0, shift=0, light=0, tint=0, misfit=0, camera=0, clutter=0, turn=0, zoom=0,
    rough=0,
)  # fmt: skip


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
    sample = samples()[0].arrays
    out = GarmentPolicy(STILL)(sample, (1, 2, 3))
    np.testing.assert_array_equal(out["seen"], sample["image"])
    for name, array in sample.items():
        np.testing.assert_array_equal(out[name], array)


def test_a_mirrored_sample_mirrored_is_itself() -> None:
    sample = samples()[0].arrays
    flip = GarmentPolicy(STILL.model_copy(update={"flip": 1}))
    twice = flip(flip(sample, (0,)), (0,))
    for name, array in sample.items():
        np.testing.assert_allclose(twice[name], array, atol=1e-5, err_msg=name)


def test_a_garments_photo_moves_with_its_mask_and_points() -> None:
    y, x = np.mgrid[:128, :96].astype(np.float32)
    ramps = np.stack([x, y, 0 * x], -1).astype(np.uint8)  # every pixel says where it was
    mask = np.zeros((128, 96), np.uint8)
    mask[30:100, 20:80] = 255
    points = np.array([[0.3, 0.3], [0.5, 0.6], [np.nan, np.nan], [0.7, 0.7]], np.float32)
    for seed in range(8):
        rng = np.random.default_rng(seed)
        photo, cover, placed = cameras.laid(ramps, mask, points, 25, 0.3, rng)
        assert np.isnan(placed[2]).all()
        for before, after in zip(points, placed, strict=True):
            at = after * [96, 128] - 0.5
            if not (np.abs(after - 0.5) < 0.45).all():
                continue
            column, row = np.rint(at).astype(int)
            read = photo[row, column, :2].astype(float)
            assert np.abs(read - (before * [96, 128] - 0.5)).max() < 3
            assert cover[row, column] > 127


def test_readers_see_other_light_and_grounds_than_the_generator() -> None:
    sample = samples()[0].arrays
    policy = GarmentPolicy(STILL.model_copy(update={"camera": 1, "clutter": 1}))
    out = policy(sample, (4, 5))
    np.testing.assert_array_equal(out["image"], sample["image"])
    behind = sample["groups"] == GROUP["background"]
    apart = np.abs(out["seen"].astype(int) - sample["image"]).mean(-1)
    assert apart[behind].mean() > 10
    assert not np.array_equal(out["photo"], sample["photo"])
    np.testing.assert_array_equal(out["photo_mask"], sample["photo_mask"])


def test_an_outline_moves_with_its_points() -> None:
    """Points at the corners of a box are at the corners of what is dark in the frame."""
    photo = np.random.default_rng(0).integers(0, 255, (300, 400, 3), np.uint8)
    mask = np.zeros((300, 400), np.uint8)
    mask[40:240, 150:270] = 255
    boxed, corner = outline.framed(photo, mask, (128, 96))
    assert boxed.image.shape == (128, 96, 3)
    dark = boxed.image.mean(-1) < (outline.PALE + outline.FILL) / 2
    rows, columns = (np.flatnonzero(dark.mean(axis) > 0.3) for axis in (1, 0))
    for x, y, column, row in ((150, 40, 0, 0), (269, 239, -1, -1)):
        at = (np.array([x, y]) - corner) * boxed.scale + boxed.shift
        assert np.abs(at - [columns[column], rows[row]]).max() < 1
    assert dark.sum() > 0.6 * dark.size * 120 / 200, "it is as near as it gets"


def test_an_outline_shows_no_colour_and_little_of_a_print() -> None:
    mask = np.zeros((128, 96), np.uint8)
    mask[20:110, 20:80] = 255
    plain = np.full((128, 96, 3), (200, 30, 60), np.uint8)
    printed = plain.copy()
    printed[50:70, 35:60] = (20, 220, 240)
    first, _ = outline.framed(plain, mask, (128, 96))
    second, _ = outline.framed(printed, mask, (128, 96))
    inside = cv2.erode(first.plane(mask[10:120, 10:90]), np.ones((9, 9))) == 255
    assert np.abs(first.image[inside].astype(int) - outline.FILL).max() <= 1
    apart = np.abs(second.image.astype(int) - first.image)
    assert 0 < apart.max() < 0.35 * 255


def test_a_photo_without_its_garment_has_no_points(split: PreparedSplit) -> None:
    sample = {name: np.array(array[0]) for name, array in split.arrays.items()}
    sample["photo_mask"] = np.zeros_like(sample["photo_mask"])
    made = augmentation.to_inputs(sample)
    assert np.isnan(made["outline_points"]).all()
    np.testing.assert_allclose(made["outline"], outline.PALE / 255, atol=1e-6)


def test_a_rough_outline_keeps_to_the_garment() -> None:
    mask = np.zeros((128, 96), np.uint8)
    mask[20:110, 20:80] = 255
    rough = [outline.roughened(mask, 0.18, np.random.default_rng(seed)) for seed in range(8)]
    shares = [
        ((one > 127) & (mask > 127)).sum() / ((one > 127) | (mask > 127)).sum() for one in rough
    ]
    assert 0.85 < min(shares) < 1
    assert all(set(np.unique(one)) <= {0, 255} for one in rough)


def test_inputs_have_the_networks_shapes(split: PreparedSplit) -> None:
    items = TrainingSet(split, AugmentationConfig(), 5)
    assert len(items) == sum(sample.record["kind"] == "cross" for sample in samples())
    first, again = items[(1, 0)], items[(1, 0)]
    for name, array in first.items():
        np.testing.assert_array_equal(array, again[name])
        assert array.dtype == (np.int64 if name == "groups" else np.float32), name
    assert first["image"].shape == (3, 128, 96)
    assert first["warped"].shape == (4, 128, 96)
    assert first["parts"].shape == (10, 32, 24)
    assert first["groups"].shape == (64, 48)
    assert first["photo_mask"].shape == (1, 128, 96)
    assert first["outline"].shape == (3, 128, 96)
    assert first["outline_points"].shape == (29, 2)
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
