"""The report on one candidate: verdict first, then figures, slices, pictures, curves, protocol."""

from collections.abc import Mapping
from pathlib import Path

from tryon.gates import GateReport
from tryon.metrics.result import Evaluation, Metric
from tryon.reports.curves import curves, read_stats
from tryon.reports.html import figure, render
from tryon.reports.tables import models_table, slice_rows

FACTS = 5  # figures above the fold
SLICED = 6  # figures per slice table


def evaluation_page(
    task: str,
    evaluation: Evaluation,
    baselines: Mapping[str, Evaluation],
    gate: GateReport,
    metrics: Mapping[str, Metric],
    primary: Metric,
    champion: Evaluation | None = None,
    stats: Path | None = None,
) -> str:
    """One self-contained HTML page.

    Args:
        task: Name of the task.
        evaluation: The candidate.
        baselines: Scored on the same split.
        gate: The gate's report of the candidate.
        metrics: How figures are called, in the order of the tables.
        primary: What pictures and slices are ranked by.
        champion: Scored on the same split, where there is one.
        stats: The run's `stats.jsonl`, for the curves.

    Raises:
        DataError: `stats` is given and unreadable.
    """
    others = [*baselines.values(), *([champion] if champion else [])]
    shown = _named(evaluation, metrics)
    return render(
        "evaluation.html.j2",
        task=task,
        evaluation=evaluation,
        gate=gate,
        champion=champion,
        primary=primary,
        facts=[_fact(evaluation, metric) for metric in shown[:FACTS]],
        titles=[evaluation.title, *(other.title for other in others)],
        table=models_table([evaluation, *others], metrics, [evaluation.title]),
        heads=["n", *(_head(metric) for metric in shown[:SLICED])],
        slices={
            name: slice_rows(table, shown[:SLICED], primary)
            for name, table in evaluation.slices.items()
        },
        curves=curves({evaluation.title: read_stats(stats)}) if stats else "",
    )


def _named(evaluation: Evaluation, metrics: Mapping[str, Metric]) -> list[Metric]:
    return [metric for name, metric in metrics.items() if name in evaluation.samples]


def _head(metric: Metric) -> str:
    return f"{metric.label}, {metric.unit}" if metric.unit else metric.label


def _fact(evaluation: Evaluation, metric: Metric) -> dict[str, str]:
    text = figure(evaluation.metrics.get(metric.name), metric)
    return {"label": metric.label, "text": text, "unit": metric.unit}
