"""The report that sets candidates side by side: who won, by what, and what each idea was worth."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tryon.gates import GateReport
from tryon.metrics.paired import Gain, gains, say_gain
from tryon.metrics.result import Evaluation, Metric, PictureRow
from tryon.reports.curves import curves, read_stats
from tryon.reports.html import figure, render
from tryon.reports.tables import models_table

RESULT, TRUTH = "result", "ground truth"


def comparison_page(
    task: str,
    evaluations: Mapping[str, Evaluation],
    baselines: Mapping[str, Evaluation],
    gates: Mapping[str, GateReport],
    winner: str | None,
    metrics: Mapping[str, Metric],
    primary: Metric,
    controls: Sequence[str] = (),
    champion: Evaluation | None = None,
    stats: Mapping[str, Path] | None = None,
) -> str:
    """One self-contained HTML page.

    Args:
        task: Name of the task.
        evaluations: Candidates by name, all scored on the same split.
        baselines: By name, on the same split.
        gates: The gate's report of each candidate.
        winner: The candidate that ships; None if none may.
        metrics: How figures are called, in the order of the tables.
        primary: What the winner was chosen by.
        controls: Candidates trained without the adversarial term.
        champion: On the same split, where there is one.
        stats: Candidate → its run's `stats.jsonl`.
    """
    others = [*baselines.values(), *([champion] if champion else [])]
    columns = [*evaluations.values(), *others]
    return render(
        "comparison.html.j2",
        task=task,
        winner=winner,
        winning=figure(evaluations[winner].metrics[primary.name], primary) if winner else "",
        passed=sum(gate.passed for gate in gates.values()),
        candidates=list(evaluations),
        champion=champion,
        primary=primary,
        titles=[column.title for column in columns],
        table=models_table(columns, metrics, [e.title for e in evaluations.values()]),
        comparisons=[
            _comparison(evaluations[name], evaluations[control], metrics)
            for control in controls
            for name in evaluations
            if name not in controls
        ],
        pictures=_side_by_side(columns),
        gates=[gates[name] for name in evaluations],
        curves=curves({name: read_stats(path) for name, path in (stats or {}).items()}),
        protocol=next(iter(evaluations.values())).protocol,
    )


def adversarial_gain(
    evaluations: Mapping[str, Evaluation], controls: Sequence[str], metrics: Mapping[str, Metric]
) -> list[str]:
    """One honest sentence per adversarial candidate and control, for cards and logs."""
    return [
        _comparison(evaluations[name], evaluations[control], metrics)["sentence"]
        for control in controls
        for name in evaluations
        if name not in controls
    ]


def _comparison(
    model: Evaluation, control: Evaluation, metrics: Mapping[str, Metric]
) -> dict[str, Any]:
    compared = gains(model, control, list(metrics.values()))
    return {
        "title": model.title,
        "control": control.title,
        "sentence": say_gain(model.title, control.title, compared),
        "rows": [_row(gain) for gain in compared],
    }


def _row(gain: Gain) -> dict[str, Any]:
    metric = gain.metric
    sign = "+" if gain.difference > 0 else ""
    return {
        "label": metric.label,
        "unit": metric.unit,
        "model": figure(gain.model, metric),
        "control": figure(gain.control, metric),
        "difference": sign + figure(gain.difference, metric),
        "half_width": figure(gain.half_width, metric),
        "n": gain.n,
        "verdict": gain.verdict,
    }


def _side_by_side(columns: Sequence[Evaluation]) -> list[PictureRow]:
    """The samples that every model shows: what was there, every model's result, the truth."""
    shown = [[row for row in column.pictures if row.kind == "same"] for column in columns]
    rows = []
    for same in zip(*shown, strict=False):
        first = dict(same[0].pictures)
        result, truth = first.pop(RESULT), first.pop(TRUTH)
        before = {t: p for t, p in first.items() if not t.startswith("difference")}
        results: dict[str, np.ndarray] = {columns[0].title: result}
        for column, row in zip(columns[1:], same[1:], strict=True):
            results[column.title] = row.pictures[RESULT]
        caption = " · ".join(same[0].caption.split(" · ")[:3])
        rows.append(PictureRow("same", caption, {**before, **results, TRUTH: truth}))
    return rows
