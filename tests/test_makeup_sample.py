"""The makeup sample dataset: deterministic, split by identity, and what it says is true."""

import json
from pathlib import Path

import numpy as np
import pytest

from tryon.config import CandidateConfig
from tryon.data.card import Card
from tryon.data.shards import read
from tryon.makeup.config import Config, SampleConfig
from tryon.makeup.look import REGIONS, Look
from tryon.makeup.regions import region_masks
from tryon.makeup.sample import generate, plan
from tryon.vision.images import Limits, decode

TINY = Config(
    sample=SampleConfig(identities=20, size=128),
    candidates={"l1": CandidateConfig(adversarial="none")},
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("sample") / "makeup"
    generate(TINY, target, seed=3, workers=1)
    return target


def test_the_bytes_do_not_depend_on_the_number_of_workers(folder: Path, tmp_path: Path) -> None:
    generate(TINY, tmp_path / "makeup", seed=3, workers=2)
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "makeup").iterdir())
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / "makeup" / name).read_bytes(), name


def test_splits_hold_their_share_and_every_tone() -> None:
    orders = plan(SampleConfig(identities=480), seed=20)
    for split, share in (("train", 0.7), ("validation", 0.1), ("test", 0.2)):
        chosen = [order for order in orders if order.split == split]
        assert abs(len(chosen) / 480 - share) < 0.03
        assert {order.tone for order in chosen} == set(range(1, 11))


def test_rows_are_whole_and_identities_stay_in_one_split(folder: Path) -> None:
    card = Card.read(folder)
    assert sum(card.identities.values()) == 20
    assert card.counts["train"] > 1.5 * card.identities["train"]
    assert card.counts["test"] == card.identities["test"]
    seen: dict[str, str] = {}
    for split in card.counts:
        for row in read(folder, split):
            assert seen.setdefault(row["identity"], split) == split
            image = decode(row["image"], Limits()).image
            assert image.shape == (128, 128, 3)
            assert row["landmarks"].shape == (956,)
            assert 1 <= row["skin_tone"] <= 10
            assert json.loads(row["attributes"])["skin_tone"] == row["skin_tone"]
            assert (row["target"] is None) == (row["kind"] == "bare")


def test_twins_differ_only_where_the_look_asks(folder: Path) -> None:
    changed = 0
    for row in read(folder, "train"):
        if row["kind"] != "pair":
            continue
        look = Look.model_validate_json(row["look"])
        bare, made_up = (decode(row[name], Limits()).image for name in ("image", "target"))
        masks = region_masks(row["landmarks"].reshape(478, 2), bare.shape[:2])
        asked = [masks[i] for i, region in enumerate(REGIONS) if region in look.regions]
        change = np.abs(bare.astype(int) - made_up).max(2)
        if not asked:
            assert change.max() == 0
            continue
        reach = np.max(asked, axis=0) > 0
        rows, columns = np.nonzero(change)
        inside = np.argwhere(reach)
        for point in np.column_stack([rows, columns])[~reach[rows, columns]]:
            assert np.abs(inside - point).max(1).min() <= 5
        changed += int(change.max() > 8)
    assert changed >= 5
