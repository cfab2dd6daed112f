"""The sample dataset: true, split by identity, with combinations that only the test split has."""

import json
from pathlib import Path

import pytest

from tests.caption.measured import broken
from tryon.caption.config import Config
from tryon.caption.grammar import combination
from tryon.caption.reading import right
from tryon.caption.sample import generate, plan
from tryon.caption.sample_rows import Drawn, Retold, facts_of
from tryon.data.card import SPLITS, Card
from tryon.data.shards import Row, ShardWriter, read
from tryon.errors import DataError
from tryon.garment import config as garment_config
from tryon.garment import sample as garment_sample
from tryon.makeup import config as makeup_config
from tryon.makeup import data as makeup_data
from tryon.makeup import sample as makeup_sample

SEED = 3
SHARES = {"validation_share": 0.2, "test_share": 0.3}
MAKEUP = makeup_config.Config.model_validate(
    {"sample": {"identities": 20, "size": 128, "looks": 2, **SHARES}}
)
GARMENT = garment_config.Config.model_validate(
    {"sample": {"identities": 20, "height": 192, "garments": 2, **SHARES}}
)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Of a sample that tells of a small makeup and a small garment sample, and of a few more."""
    raw = tmp_path_factory.mktemp("told-of")
    makeup_sample.generate(MAKEUP, raw / "makeup", SEED, 1)
    garment_sample.generate(GARMENT, raw / "garment", SEED, 1)
    own = {
        "makeup": str(raw / "makeup"), "garment": str(raw / "garment"), "faces": 2, "looks": 1,
        "face_size": 128, "persons": 2, "garments": 2, "person_height": 176,
        "held_out_share": 0.2,
    }  # fmt: skip
    return Config.model_validate({"sample": own})


@pytest.fixture(scope="module")
def folder(config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("sample") / "caption"
    generate(config, target, SEED, 1)
    return target


@pytest.fixture(scope="module")
def rows(folder) -> dict[str, list[Row]]:
    return {
        split: list(read(folder, split)) for split in SPLITS if Card.read(folder).counts.get(split)
    }


def test_captions_are_true_and_different(rows):
    for row in (row for own in rows.values() for row in own):
        facts = facts_of(row["attributes"])
        assert facts is not None
        assert len(set(row["captions"])) == 5
        for text in row["captions"]:
            assert all(right(text, facts).values()), text


def test_both_kinds_and_all_splits_are_there(rows):
    assert set(rows) == set(SPLITS)
    assert {json.loads(row["attributes"])["kind"] for row in rows["train"]} == {"face", "garment"}


def test_no_identity_is_in_two_splits(rows):
    identities = [{row["identity"] for row in own} for own in rows.values()]
    assert sum(map(len, identities)) == len(set.union(*identities))


def test_held_out_combinations_are_never_trained_on(folder, rows):
    hidden = set(Card.read(folder).parameters["figures"]["held_out"]["combinations"])
    shown = {
        split: {" ".join(combination(facts_of(row["attributes"]))) for row in own}
        for split, own in rows.items()
    }
    assert not hidden & (shown["train"] | shown["validation"])


def test_its_rows_keep_the_rules(folder, config):
    assert broken(folder, config.validation) == {}


def test_the_card_tells_of_the_texts(folder):
    card = Card.read(folder)
    assert card.parameters["figures"]["captions"] == 5 * sum(card.counts.values())
    assert card.provides == ("attributes",)


def test_identities_keep_the_split_they_have_in_the_other_samples(rows, config):
    sources = {"face": config.sample.makeup, "garment": config.sample.garment}
    for split, own in rows.items():
        for kind, folder in sources.items():
            told = {row["identity"] for row in own if row["image_id"].startswith(kind)}
            there = {f"{kind}-{row['identity']}" for row in read(Path(folder), split)}
            more = told - there
            assert told & there
            assert len(more) == (2 if split == "train" else 0)  # those drawn beside them


def test_every_picture_is_told_of_once(rows):
    names = [row["image_id"] for own in rows.values() for row in own]
    pictures = [row["image"] for own in rows.values() for row in own]
    assert len(names) == len(set(names)) == len(set(pictures))


def test_workers_change_nothing(config, folder, tmp_path):
    generate(config, tmp_path / "again", SEED, 2)
    assert Card.read(tmp_path / "again") == Card.read(folder)
    for split in SPLITS:
        assert list(read(tmp_path / "again", split)) == list(read(folder, split))


def test_plans_hold_every_row_and_every_tone(config):
    many = config.sample.model_copy(update={"persons": 20})
    orders = plan(many, SEED)
    assert orders == plan(many, SEED)
    retold = [each for each in orders if isinstance(each, Retold)]
    rows = sum(sum(Card.read(Path(each)).counts.values()) for each in (many.makeup, many.garment))
    assert sum(each.group.rows for each in retold) == rows
    drawn = [each for each in orders if isinstance(each, Drawn) and each.kind == "garment"]
    assert {each.tone for each in drawn} == set(range(1, 11))


def test_what_is_no_sample_is_refused(config, tmp_path):
    photos = tmp_path / "photos"
    with ShardWriter(photos, makeup_data.FEATURES) as writer:
        writer.write("train", {"image_id": "1", "identity": "someone", "kind": "bare"})
        writer.close(Card(name="photos", task="makeup", source="a camera", licence="own",
                          schema_version=makeup_data.SCHEMA_VERSION))  # fmt: skip
    other = config.sample.model_copy(update={"makeup": str(photos)})
    with pytest.raises(DataError, match="photos") as caught:
        plan(other, SEED)
    assert caught.value.code == "not_drawn"
    with pytest.raises(DataError) as caught:
        plan(config.sample.model_copy(update={"garment": str(tmp_path / "none")}), SEED)
    assert caught.value.code == "no_dataset"


def test_rows_without_facts_have_none():
    assert facts_of("") is None
    assert facts_of('{"brand": "x"}') is None
