"""The quarantine list: which row was set aside, by which rule, what was seen and what may be."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tryon.data.expectations import Outcome
from tryon.data.hashing import near_pairs
from tryon.data.rules import NoCopies, OneSplit, Unique

SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("image_id", "split", "part", "rule", "observed", "limit")]
)


def quarantine_list(frame: pd.DataFrame, outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """One line per picture and rule it broke, in the dataset's order.

    Args:
        frame: One row per picture, as `measure` gives it.
        outcomes: What the rules found in it.
    """
    lines = [
        (index, outcome.rule.name, observed, outcome.rule.check.limit)
        for outcome in outcomes
        for index, observed in _observed(frame, outcome).items()
    ]
    listed = pd.DataFrame(lines, columns=["index", "rule", "observed", "limit"])
    named = frame[["image_id", "split", "part"]].astype(str)
    listed = listed.join(named, on="index").sort_values("index", kind="stable")
    return listed[SCHEMA.names].reset_index(drop=True)


def write_quarantine(listed: pd.DataFrame, path: Path) -> None:
    """Write the list as Parquet; it may be empty."""
    pq.write_table(pa.Table.from_pandas(listed, schema=SCHEMA, preserve_index=False), path)


def quarantined_ids(path: Path) -> set[str]:
    """The image ids a written list sets aside."""
    return set(pq.read_table(path, columns=["image_id"])["image_id"].to_pylist())


def _observed(frame: pd.DataFrame, outcome: Outcome) -> dict[int, str]:
    """Row → what was seen there, in words."""
    match outcome.rule.check:
        case NoCopies(distance):
            return _twins(frame, outcome, distance)
        case OneSplit(column):
            splits = frame.groupby(column)["split"].unique()
            return {
                index: f"{frame.at[index, column]} in {', '.join(splits[frame.at[index, column]])}"
                for index in outcome.failed
            }
        case Unique(column):
            times = frame.groupby([column, "part"]).size()
            return {
                index: f"{times[(frame.at[index, column], frame.at[index, 'part'])]} times"
                for index in outcome.failed
            }
        case check:
            return {index: _words(frame.at[index, check.column]) for index in outcome.failed}


def _twins(frame: pd.DataFrame, outcome: Outcome, distance: int) -> dict[int, str]:
    """Failed row → the id of a copy in another split."""
    hashed = frame[frame["phash"].notna()]
    twins: dict[int, str] = {}
    for pair in near_pairs(hashed["phash"], distance):
        first, second = (hashed.iloc[position] for position in pair)
        if first["split"] != second["split"]:
            for one, other in ((first, second), (second, first)):
                twins.setdefault(int(one.name), f"copy of {other['image_id']} in {other['split']}")
    return {index: twins[index] for index in outcome.failed}


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
