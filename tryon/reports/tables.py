"""Tables of figures, ready to be drawn: models side by side, and groups of samples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from tryon.metrics.result import Evaluation, Metric
from tryon.metrics.slices import worst_group
from tryon.reports.html import figure, number

ARROWS = {"higher": "↑", "lower": "↓", "none": ""}


@dataclass(frozen=True)
class Cell:
    """One figure; `best` marks the best of its row."""

    text: str
    best: bool = False
    bar: float | None = None  # percent of the row's widest, for a bar under the figure


@dataclass(frozen=True)
class Row:
    """A labelled row; `title` explains it on hover, `mark` is a badge."""

    label: str
    unit: str
    title: str
    cells: Sequence[Cell]
    mark: str = ""


def models_table(
    evaluations: Sequence[Evaluation], metrics: Mapping[str, Metric], candidates: Sequence[str]
) -> list[Row]:
    """One row per figure, one cell per model.

    Args:
        evaluations: The columns.
        metrics: What to show, in order; figures that no model has are left out.
        candidates: Titles among which the best is marked (baselines are not in the race).
    """
    rows = []
    for name, metric in metrics.items():
        values = [e.metrics.get(name, float("nan")) for e in evaluations]
        if all(value != value for value in values):
            continue
        race = [v for e, v in zip(evaluations, values, strict=True) if e.title in candidates]
        cells = [
            Cell(
                figure(value, metric),
                len(race) > 1
                and e.title in candidates
                and metric.direction != "none"
                and value == value
                and not any(metric.better(other, value) for other in race),
            )
            for e, value in zip(evaluations, values, strict=True)
        ]
        counts = {e.counts[name] for e in evaluations if name in e.counts}
        n = f", n = {', '.join(map(str, sorted(counts)))}" if counts else ""
        label = f"{metric.label}{n if _is_distance(name) else ''} {ARROWS[metric.direction]}"
        rows.append(Row(label.strip(), metric.unit, f"{metric.meaning}{n}", cells))
    return rows


def slice_rows(table: pd.DataFrame, metrics: Sequence[Metric], primary: Metric) -> list[Row]:
    """One row per group: n, then each figure; the worst group by the primary figure is marked."""
    worst, _ = worst_group(table, primary)
    shown = [metric for metric in metrics if metric.name in table]
    highest = table[primary.name].max()
    rows = []
    for group, values in table.iterrows():
        cells = [Cell(number(values["n"], 0))]
        for metric in shown:
            value = float(values[metric.name])
            share = 100 * value / highest if metric is primary and value == value else None
            cells.append(Cell(figure(value, metric), bar=share))
        mark = "worst" if str(group) == worst and len(table) > 1 else ""
        mark = mark or ("no samples" if not values["n"] else "")
        rows.append(Row(str(group), "", "", cells, mark))
    return rows


def _is_distance(name: str) -> bool:
    return name.startswith(("fid", "kid", "frechet", "kernel"))
