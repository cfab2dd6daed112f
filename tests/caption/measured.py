"""Caption rows measured and checked as validation does, in this process."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from tryon.caption.config import CaptionValidation
from tryon.caption.data import FEATURES, rules
from tryon.caption.inspection import Inspector
from tryon.data.card import SPLITS, Card
from tryon.data.columns import MAX_BYTES, picture_columns
from tryon.data.expectations import check
from tryon.data.rules import base_rules
from tryon.data.shards import Row, ShardWriter, read
from tryon.vision.images import Limits

CARD = Card(name="captions", task="caption", source="test", licence="CC0-1.0")


def write(folder: Path, rows: Mapping[str, Sequence[Row]], card: Card = CARD) -> Path:
    """A raw dataset of these rows by split."""
    with ShardWriter(folder, FEATURES) as writer:
        for split, members in rows.items():
            for row in members:
                writer.write(split, row)
        writer.close(card)
    return folder


def measured(folder: Path) -> pd.DataFrame:
    """One row per picture, with every column that rules ask for."""
    inspector, limits = Inspector(), Limits(max_bytes=MAX_BYTES)
    records: list[dict[str, Any]] = []
    for split in SPLITS:
        for row in read(folder, split):
            columns, image = picture_columns(row["image"] or b"", limits)
            named = {name: row[name] for name in ("image_id", "identity")}
            own = inspector.columns(row, {"image": image})["image"]
            records.append(named | {"part": "image", "split": split} | columns | own)
    return pd.DataFrame.from_records(records)


def broken(folder: Path, config: CaptionValidation, card: Card = CARD) -> dict[str, set[str]]:
    """Image id → the rules its row breaks; rules of the dataset as a whole stand under ""."""
    frame = measured(folder)
    every = base_rules(config) + rules(config, card)
    found: dict[str, set[str]] = {}
    usable = frame
    for stage in ("picture", "content"):
        for outcome in check(usable, [rule for rule in every if rule.stage == stage]):
            for index in outcome.failed:
                found.setdefault(frame.at[index, "image_id"], set()).add(outcome.rule.name)
            if not outcome.passed and not outcome.failed:
                found.setdefault("", set()).add(outcome.rule.name)
        usable = frame[~frame["image_id"].isin(found)]
    return found
