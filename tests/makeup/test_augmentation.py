"""The training-time policy: everything moves together, and nothing by chance."""

from collections.abc import Callable, Sequence
from importlib.resources import files

import albumentations as A
import cv2
import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tryon.data.augmentation import check
from tryon.data.prepared import PreparedSplit
from tryon.errors import DataError
from tryon.gan.samples import collate
from tryon.makeup import analytic, augmentation, condition
from tryon.makeup.augmentation import FacePolicy, TrainingSet, contact_sheet, layout
from tryon.makeup.config import AugmentationConfig
from tryon.makeup.regions import region_masks
from tryon.types import Arrays
from tryon.vision import align
from tryon.vision.facemesh import MIRROR
from tryon.vision.parsing import Label

SIZE = 128
COUNT = 6
OFF = AugmentationConfig(**dict.fromkeys(AugmentationConfig.model_fields, 0))
"""Every part switched off."""


@pytest.fixture(scope="module")
def landmarks() -> np.ndarray:
    """Aligned faces of different shapes, float32 [N, 478, 2]."""
    with files("tryon.sample").joinpath("faces.npz").open("rb") as file:
        shapes = np.load(file)
        mean, basis = shapes["shape_mean"], shapes["shape_basis"].astype(np.float32)
    rng = np.random.default_rng(1)
    faces = mean + np.einsum("nk,kpd->npd", rng.normal(0, 0.7, (COUNT, len(basis))), basis)
    points = faces[..., :2] * 100
    return np.stack([align.move(align.face_square(p, SIZE, 1.55), p) for p in points])


@pytest.fixture(scope="module")
def split(landmarks: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> PreparedSplit:
    """Prepared samples of these faces: smooth random pictures, lips and lids repainted."""
    folder = tmp_path_factory.mktemp("prepared") / "train"
    folder.mkdir()
    rng = np.random.default_rng(2)
    coarse = rng.integers(60, 200, (COUNT, 8, 8, 3), np.uint8)
    image = np.stack([cv2.resize(c, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC) for c in coarse])
    masks = np.stack([region_masks(p, (SIZE, SIZE)) for p in landmarks])
    lips = masks[:, :2].max(1)[..., None]
    target = image * (1 - 0.7 * lips) + 0.7 * lips * np.array([160, 30, 60])
    asked = np.zeros((COUNT, len(masks[0]), 5), np.float32)
    asked[:, :2, 3:] = 1, 0.4
    arrays = {
        "image": image,
        "target": np.rint(target).astype(np.uint8),
        "masks": np.rint(masks * 255).astype(np.uint8),
        "condition": asked,
        "landmarks": landmarks,
        "parsing": np.full((COUNT, SIZE, SIZE), Label.UNKNOWN, np.uint8),
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    pd.DataFrame({"image_id": [f"face-{i}" for i in range(COUNT)]}).to_parquet(
        folder / "table.parquet"
    )
    return PreparedSplit("train", folder)


def sample(split: PreparedSplit, index: int) -> Arrays:
    """One stored sample under the names the policy knows."""
    arrays = {name: np.asarray(array[index]) for name, array in split.arrays.items()}
    return {**{n: arrays[n] for n in ("image", "target", "masks", "landmarks")},
            "labels": arrays["parsing"]}  # fmt: skip


def test_the_default_policy_keeps_everything_together(split: PreparedSplit) -> None:
    augmentation.check(FacePolicy(AugmentationConfig()), split)


@pytest.mark.parametrize(
    "part",
    [
        {"flip": 1.0},
        {"rotate": 20.0},
        {"scale": 0.15},
        {"shift": 0.08},
        {"light": 0.5},
        {"tint": 0.3},
        {"noise": 0.1},
        {"mask_jitter": 0.02},
        {},
    ],
    ids=str,
)
def test_each_part_alone_keeps_everything_together(
    split: PreparedSplit, part: dict[str, float]
) -> None:
    augmentation.check(FacePolicy(OFF.model_copy(update=part)), split)


def test_a_policy_without_parts_changes_nothing(split: PreparedSplit) -> None:
    before = sample(split, 0)
    for name, array in FacePolicy(OFF)(before, (1, 2, 3)).items():
        np.testing.assert_array_equal(array, before[name])


def test_a_mirrored_face_is_the_mirrored_picture_with_swapped_sides(split: PreparedSplit) -> None:
    before = sample(split, 1)
    before["labels"] = np.full((SIZE, SIZE), Label.LEFT_EYE, np.uint8)
    after = FacePolicy(OFF.model_copy(update={"flip": 1.0}))(before, (0,))
    np.testing.assert_array_equal(after["image"], before["image"][:, ::-1])
    np.testing.assert_array_equal(after["masks"], before["masks"][..., ::-1])
    np.testing.assert_allclose(after["landmarks"][:, 1], before["landmarks"][list(MIRROR), 1])
    np.testing.assert_allclose(
        after["landmarks"][:, 0], SIZE - 1 - before["landmarks"][list(MIRROR), 0], atol=1e-4
    )
    assert (after["labels"] == Label.RIGHT_EYE).all()


# --- planted mistakes: each must be caught, and named -------------------------------------------


class Planted(FacePolicy):
    """The default policy with a mistake made after it, or another part in it."""

    def __init__(
        self,
        mistake: Callable[[Arrays, Arrays], None] | None = None,
        parts: Sequence[A.BasicTransform] | None = None,
        **strengths: float,
    ) -> None:
        super().__init__(AugmentationConfig().model_copy(update=strengths))
        self.mistake = mistake
        if parts is not None:
            self._parts = list(parts)
            self._compose = augmentation.compose(self._parts)

    def __call__(self, sample: Arrays, key: Sequence[int]) -> Arrays:
        """As the policy does, then the mistake."""
        out = super().__call__(sample, key)
        if self.mistake:
            self.mistake(sample, out)
        return out


class LinearLabels(augmentation.MoveFace):
    """Blends label maps."""

    def apply_to_mask(
        self, mask: np.ndarray, matrix: np.ndarray, wobble: np.ndarray, **params: object
    ) -> np.ndarray:
        """Linear for all."""
        return cv2.warpAffine(mask, matrix[:2], mask.shape[1::-1], flags=cv2.INTER_LINEAR)


class NamelessFlip(augmentation.FlipFace):
    """Mirrors label maps without renaming what has sides."""

    def apply_to_mask(self, mask: np.ndarray, **params: object) -> np.ndarray:
        """Mirror only."""
        return np.ascontiguousarray(mask[:, ::-1])


def stay(before: Arrays, out: Arrays) -> None:
    """Landmarks keep their old places."""
    out["landmarks"] = before["landmarks"]


def own_light(before: Arrays, out: Arrays) -> None:
    """The target gets light of its own."""
    out["target"] = np.clip(out["target"].astype(int) + 3, 0, 255).astype(np.uint8)


def shifted_picture(before: Arrays, out: Arrays) -> None:
    """The pictures move further than all else."""
    for name in ("image", "target"):
        out[name] = np.roll(out[name], 3, axis=1)


def by_chance(before: Arrays, out: Arrays) -> None:
    """Randomness that the key does not decide."""
    noise = np.random.default_rng().integers(0, 2, out["image"].shape, np.uint8)
    out["image"] = out["target"] = out["image"] // 2 + noise


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (Planted(stay, rotate=20.0), "landmarks and masks move apart"),
        (Planted(shifted_picture), "landmarks and pictures move apart"),
        (Planted(own_light), "equal image and target differ"),
        (Planted(by_chance), "equal keys gave different image"),
        (Planted(parts=[A.HorizontalFlip(p=1)]), "left and right landmarks unswapped"),
        (Planted(parts=[NamelessFlip(p=1)]), "landmark .* lies on label"),
        (Planted(parts=[LinearLabels(rotate=(20, 21), p=1)]), "labels .* appeared"),
        (Planted(shift=0.4), "landmarks stay in the frame"),
    ],
)
def test_a_broken_policy_is_named(landmarks: np.ndarray, policy: FacePolicy, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        check(policy, landmarks, layout(SIZE))
    assert caught.value.code == "augmentation"
    assert caught.value.hint


# --- what training sees --------------------------------------------------------------------------


def test_items_are_network_inputs(split: PreparedSplit) -> None:
    items = TrainingSet(split, AugmentationConfig(), seed=3)
    assert len(items) == COUNT
    item = items[4]
    shapes = {name: (array.shape, array.dtype.name) for name, array in item.items()}
    assert shapes == {
        "image": ((3, SIZE, SIZE), "float32"),
        "target": ((3, SIZE, SIZE), "float32"),
        "masks": ((6, SIZE, SIZE), "float32"),
        "condition": ((6, 5), "float32"),
        "shift": ((3, SIZE, SIZE), "float32"),
        "allowed": ((1, SIZE, SIZE), "float32"),
    }
    for name in ("image", "target", "masks"):
        assert 0 <= item[name].min() < item[name].max() <= 1
        assert item[name].flags.c_contiguous


def test_what_follows_from_an_item_is_what_the_network_would_compute(split: PreparedSplit) -> None:
    batch = collate([TrainingSet(split, AugmentationConfig(), seed=3)[1, 2]])
    inputs = (batch["image"], batch["masks"], batch["condition"])
    torch.testing.assert_close(batch["shift"], analytic.mean_shift(*inputs), atol=1e-5, rtol=0)
    torch.testing.assert_close(batch["allowed"], analytic.allowed(*inputs[1:]), atol=1e-6, rtol=0)


def test_the_condition_is_what_the_varied_target_shows(split: PreparedSplit) -> None:
    item = TrainingSet(split, AugmentationConfig(), seed=3)[2, 1]
    asked = split.arrays["condition"][1]
    expected = condition.measure(
        item["target"].transpose(1, 2, 0), item["masks"], asked[:, 3], asked[:, 4]
    )
    np.testing.assert_array_equal(item["condition"], expected)
    np.testing.assert_array_equal(item["condition"][:, 3], asked[:, 3])


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 2**31), epoch=st.integers(0, 10_000), index=st.integers(0, COUNT - 1))
def test_an_item_depends_on_seed_epoch_and_index_alone(
    split: PreparedSplit, seed: int, epoch: int, index: int
) -> None:
    once, again = (TrainingSet(split, AugmentationConfig(), seed) for _ in range(2))
    again[epoch + 1, (index + 1) % COUNT]
    for name, array in once[epoch, index].items():
        np.testing.assert_array_equal(array, again[epoch, index][name])


def test_seed_epoch_and_index_all_matter(split: PreparedSplit) -> None:
    items = [TrainingSet(split, AugmentationConfig(), seed)[epoch, 0]["image"]
             for seed, epoch in ((1, 0), (2, 0), (1, 1))]  # fmt: skip
    assert not np.array_equal(items[0], items[1])
    assert not np.array_equal(items[0], items[2])
    np.testing.assert_array_equal(TrainingSet(split, AugmentationConfig(), 1)[0]["image"], items[0])


def test_parts_are_drawn_independently(split: PreparedSplit) -> None:
    policy = FacePolicy(OFF.model_copy(update={"flip": 0.5, "rotate": 10.0}))
    still = split.arrays["landmarks"][0]
    rest = turn_of(still)
    flips, turns = [], []
    for draw in range(200):
        points = policy(sample(split, 0), (draw,))["landmarks"]
        flips.append(mirrored(still, points))
        turns.append(turn_of(points) - (-rest if flips[-1] else rest))
    assert 0.38 < np.mean(flips) < 0.62
    assert abs(np.corrcoef(flips, turns)[0, 1]) < 0.2
    assert abs(np.corrcoef(flips, np.abs(turns))[0, 1]) < 0.2
    assert np.std(turns) == pytest.approx(10 / np.sqrt(3), rel=0.15)


def turn_of(points: np.ndarray) -> float:
    """Degrees the line through the eyes leans."""
    across = points[263] - points[33]
    return float(np.degrees(np.arctan2(across[1], across[0])))


def mirrored(still: np.ndarray, points: np.ndarray) -> bool:
    """Whether the faces' asymmetry changed sides."""
    shapes = [p - p.mean(0) for p in (still, points, points[list(MIRROR)] * [-1, 1])]
    fits = []
    for shape in shapes[1:]:
        u, _, vt = np.linalg.svd(shape.T @ shapes[0])
        fits.append(np.linalg.norm(shape @ u @ vt - shapes[0]))
    return fits[1] < fits[0]


def test_without_a_policy_items_are_the_stored_samples(split: PreparedSplit) -> None:
    item = TrainingSet(split, None, seed=0)[3]
    stored = split.arrays["target"][3].astype(np.float32) / 255
    np.testing.assert_allclose(item["target"], stored.transpose(2, 0, 1), atol=1e-7)
    np.testing.assert_array_equal(item["condition"], split.arrays["condition"][3])


def test_the_contact_sheet_shows_originals_and_variations(split: PreparedSplit) -> None:
    sheet = contact_sheet(split, FacePolicy(AugmentationConfig()), rows=2, columns=3)
    assert sheet.dtype == np.uint8
    assert sheet.ndim == 3
    assert sheet.shape[2] == 3
    assert sheet.std() > 20
    again = contact_sheet(split, FacePolicy(AugmentationConfig()), rows=2, columns=3)
    np.testing.assert_array_equal(sheet, again)


def test_the_digest_follows_the_strengths() -> None:
    default = FacePolicy(AugmentationConfig()).digest()
    assert FacePolicy(AugmentationConfig()).digest() == default
    assert FacePolicy(AugmentationConfig(rotate=7.0)).digest() != default
    assert FacePolicy(AugmentationConfig(mask_jitter=0.0)).digest() != default
