"""The garment sample dataset: deterministic, split by identity, and what it says is true."""

import json
from pathlib import Path

import numpy as np
import pytest

from tryon.config import CandidateConfig
from tryon.data.card import Card
from tryon.data.shards import read
from tryon.garment.config import Config, SampleConfig
from tryon.garment.garment import LANDMARKS
from tryon.garment.sample import generate, plan
from tryon.garment.sample_rows import draw
from tryon.vision.human import CLOTHES, PARTS
from tryon.vision.images import decode, decode_labels

HEIGHT = 192
TINY = Config(
    sample=SampleConfig(identities=20, height=HEIGHT),
    candidates={"l1": CandidateConfig(adversarial="none")},
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("sample") / "garment"
    generate(TINY, target, seed=3, workers=1)
    return target


def test_one_identity_gives_the_same_bytes_again(folder: Path) -> None:
    order = next(order for order in plan(TINY.sample, 3) if order.split == "test")
    stored = {row["image_id"]: row for row in read(folder, "test")}
    for row in draw(order):
        for name in ("image", "target", "garment", "garment_mask", "garment_raw", "parsing"):
            assert stored[row["image_id"]][name] == row[name], name


def test_splits_hold_their_share_and_every_tone() -> None:
    orders = plan(SampleConfig(identities=480), seed=20)
    for split, share in (("train", 0.7), ("validation", 0.1), ("test", 0.2)):
        chosen = [order for order in orders if order.split == split]
        assert abs(len(chosen) / 480 - share) < 0.03
        assert {order.tone for order in chosen} == set(range(1, 11))


def test_rows_are_whole_and_identities_stay_in_one_split(folder: Path) -> None:
    card = Card.read(folder)
    assert sum(card.identities.values()) == 20
    assert card.counts["train"] == 3 * card.identities["train"]
    assert card.counts["test"] == 4 * card.identities["test"]
    seen: dict[str, str] = {}
    kinds, categories = set(), set()
    for split in card.counts:
        for row in read(folder, split):
            assert seen.setdefault(row["identity"], split) == split
            shape = (HEIGHT, HEIGHT * 3 // 4)
            for name in ("image", "garment", "garment_raw"):
                assert decode(row[name]).image.shape == (*shape, 3)
            for name in ("parsing", "garment_mask", "garment_raw_mask"):
                assert decode_labels(row[name]).shape == shape
            assert set(np.unique(decode_labels(row["parsing"]))) <= PARTS
            assert row["keypoints"].shape == (54,)
            for name in ("garment_landmarks", "garment_raw_landmarks"):
                assert len(row[name]) == 2 * len(LANDMARKS[row["category"]])
            assert (row["target"] is None) == (row["kind"] != "cross")
            assert json.loads(row["attributes"])["garment"]
            kinds.add(row["kind"])
            categories.add(row["category"])
    assert kinds == {"paired", "cross", "unpaired"}
    assert categories == {"upper", "lower", "whole"}


def test_a_cross_pair_differs_only_where_clothes_do(folder: Path) -> None:
    pairs = [row for row in read(folder, "train") if row["kind"] == "cross"]
    assert len(pairs) >= 10
    for row in pairs:
        image, target = (decode(row[name]).image.astype(int) for name in ("image", "target"))
        labels, others = (decode_labels(row[name]) for name in ("parsing", "target_parsing"))
        change = np.abs(image - target).max(2)
        category = CLOTHES[row["category"]]
        assert np.isin(others, category).any()
        same = (labels == others) & ~np.isin(labels, category)
        assert (change[same] > 24).mean() < 0.03  # shadows of other sleeves and hems
        assert (change[(labels == 0) & (others == 0)] > 2).mean() < 0.03
