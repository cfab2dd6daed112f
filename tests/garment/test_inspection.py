"""The columns of garment rows: drawn rows keep every rule, each fault breaks its own."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.garment.layouts import coded
from tryon.data.card import Card
from tryon.data.rules import Between, OneOf
from tryon.garment.config import GarmentValidation
from tryon.garment.data import rules
from tryon.garment.inspection import Inspector
from tryon.garment.sample_rows import Order, draw
from tryon.vision.images import decode, decode_labels, encode

Row = dict[str, Any]
CARD = Card(
    name="drawn", task="garment", source="drawn", licence="CC0-1.0",
    provides=("parsing", "keypoints", "garment_mask", "garment_landmarks"),
)  # fmt: skip


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    return Inspector()


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return [row for index in range(3) for row in draw(Order(index, 7, "test", 1 + index, 288, 2))]


def stored(row: Row) -> Row:
    """A row as the shards give it back."""
    lists = ("keypoints", "garment_landmarks", "garment_raw_landmarks")
    return row | {name: np.asarray(row[name], np.float32) for name in lists}


def broken_rules(inspector: Inspector, row: Row) -> set[str]:
    """Names of the rules that the columns of any picture of the row break."""
    row = stored(row)
    parts = [part for part in inspector.parts if row[part] is not None]
    columns = inspector.columns(row, {part: decode(row[part]).image for part in parts})
    found = set()
    for rule in rules(GarmentValidation(), CARD):
        for part in parts:
            value = columns[part].get(rule.check.column)  # type: ignore[union-attr]
            if value is not None and not _kept(rule.check, value):
                found.add(rule.name)
    return found


def _kept(check: Any, value: Any) -> bool:
    if isinstance(check, OneOf):
        return value in check.values
    assert isinstance(check, Between)
    low, high = check.minimum, check.maximum
    return (low is None or value >= low) and (high is None or value <= high)


def test_drawn_rows_keep_every_rule(inspector: Inspector, rows: list[Row]) -> None:
    assert {row["kind"] for row in rows} == {"paired", "cross", "unpaired"}
    for row in rows:
        assert broken_rules(inspector, row) == set(), row["image_id"]


def _mask(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Row], Row]:
    return lambda row: {"garment_mask": encode(change(decode_labels(row["garment_mask"])))}


FAULTS: dict[str, tuple[Callable[[Row], Row], set[str]]] = {
    "no person": (
        lambda row: {"image": encode(np.full_like(decode(row["image"]).image, 128))},
        {"person_found"},
    ),
    "kind": (lambda row: {"kind": "other"}, {"kind_known"}),
    "category": (lambda row: {"category": "hat"}, {"category_known"}),
    "no garment": (lambda row: {"garment": None}, {"garment_readable"}),
    "broken garment": (lambda row: {"garment": b"\xff\xd8\xffno"}, {"garment_readable"}),
    "no target": (lambda row: {"target": None}, {"target_present"}),
    "target size": (
        lambda row: {"target": encode(decode(row["target"]).image[:-8]), "target_parsing": None},
        {"target_size"},
    ),
    "attributes": (lambda row: {"attributes": "{"}, {"attributes_readable"}),
    "tone": (lambda row: {"skin_tone": 11}, {"skin_tone_range"}),
    "no parsing": (lambda row: {"parsing": None}, {"parsing_present"}),
    "keypoints elsewhere": (
        lambda row: {"keypoints": [9999.0, 9999.0, 1.0] * 18}, {"keypoints_inside"},
    ),
    "keypoints moved": (
        lambda row: {"keypoints": (np.reshape(row["keypoints"], (18, 3)) * [0.5, 0.6, 1]).ravel()},
        {"keypoints_true"},
    ),
    "parsing size": (
        lambda row: {"parsing": encode(decode_labels(row["parsing"])[:-2])}, {"parsing_readable"},
    ),
    "stray labels": (
        lambda row: {"parsing": encode(np.where(
            np.arange(216)[None] < 4, 77, decode_labels(row["parsing"])).astype(np.uint8))},
        {"labels_known"},
    ),
    "coding": (
        lambda row: {"parsing": encode(coded(decode_labels(row["parsing"]), "ATR"))},
        {"label_coding"},
    ),
    "mask size": (_mask(lambda mask: mask[:-2]), {"mask_readable"}),
    "mask grey": (_mask(lambda mask: mask // 2 + 3), {"mask_readable"}),
    "mask empty": (_mask(np.zeros_like), {"mask_cover"}),
    "landmarks": (lambda row: {"garment_landmarks": [1.0] * 7}, {"landmarks_readable"}),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_breaks_its_own_rule(inspector: Inspector, rows: list[Row], fault: str) -> None:
    change, expected = FAULTS[fault]
    row = next(row for row in rows if row["kind"] == "cross")
    assert broken_rules(inspector, row | change(row)) == expected
