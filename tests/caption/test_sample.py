"""The sample dataset: true, split by identity, with combinations that only the test split has."""

import json
from pathlib import Path

import pytest

from tests.caption.measured import broken
from tryon.caption.config import Config
from tryon.caption.grammar import combination
from tryon.caption.reading import right
from tryon.caption.sample import generate, plan
from tryon.caption.sample_rows import facts_of
from tryon.data.card import SPLITS, Card
from tryon.data.shards import Row, read

CONFIG = Config.model_validate(
    {
        "sample": {
            "faces": 10, "looks": 2, "face_size": 128, "persons": 10, "garments": 2,
            "person_height": 176, "held_out_share": 0.2, "test_share": 0.3,
        },
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("sample") / "caption"
    generate(CONFIG, target, 3, 1)
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


def test_its_rows_keep_the_rules(folder):
    assert broken(folder, CONFIG.validation) == {}


def test_the_card_tells_of_the_texts(folder):
    card = Card.read(folder)
    assert card.parameters["figures"]["captions"] == 5 * sum(card.counts.values())
    assert card.provides == ("attributes",)


def test_plans_are_stable_and_in_their_shares():
    orders = plan(Config().sample, 20)
    assert orders == plan(Config().sample, 20)
    assert orders != plan(Config().sample, 21)
    share = sum(order.split == "test" for order in orders) / len(orders)
    assert share == pytest.approx(0.1, abs=0.03)
    for split in SPLITS:
        assert {order.kind for order in orders if order.split == split} == {"face", "garment"}
    assert {order.tone for order in orders if order.split == "test"} == set(range(1, 11))


def test_rows_without_facts_have_none():
    assert facts_of("") is None
    assert facts_of('{"brand": "x"}') is None
