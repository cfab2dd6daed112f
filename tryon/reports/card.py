"""The model card: Markdown written from what a run recorded, with no section left empty.

Sections follow Mitchell et al. 2019, "Model Cards for Model Reporting" (arXiv 1810.03993).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from tryon.config import TaskConfig
from tryon.data.card import Card
from tryon.errors import DataError
from tryon.gates import GateReport
from tryon.metrics.result import Evaluation, Metric
from tryon.metrics.slices import worst_group
from tryon.reports.html import figure, number
from tryon.types import Lineage


@dataclass(frozen=True)
class CardText:
    """What only the task's authors can say."""

    summary: str
    intended_use: Sequence[str]
    out_of_scope: Sequence[str]
    limits: Sequence[str]
    fairness: str  # the slice that a card must show, such as `skin tone`


def model_card(
    task: str,
    text: CardText,
    evaluation: Evaluation,
    baselines: Mapping[str, Evaluation],
    gate: GateReport,
    lineage: Lineage,
    dataset: Card,
    config: TaskConfig,
    metrics: Mapping[str, Metric],
    primary: Metric,
    gain: Sequence[str] = (),
) -> str:
    """Write the card.

    Args:
        task: Name of the task.
        text: The task's own words.
        evaluation: The model that ships.
        baselines: On the same test split.
        gate: What it passed.
        lineage: Where it comes from.
        dataset: Card of the raw dataset.
        config: The task's parameters.
        metrics: How figures are called, in order.
        primary: What groups are judged by.
        gain: Sentences on what adversarial training added (`tryon.reports.comparison`).

    Raises:
        DataError: a section would be empty; names it.
    """
    name = evaluation.title
    chosen = config.candidates.get(name)
    adversarial = chosen.adversarial if chosen else "not recorded"
    sections = {
        "Intended use": _bullets(text.intended_use),
        "Out of scope": _bullets(text.out_of_scope),
        "Data": _lines(
            Dataset=f"{dataset.name} ({dataset.source})",
            Rows=", ".join(f"{k} {v}" for k, v in dataset.counts.items()),
            Persons=", ".join(f"{k} {v}" for k, v in dataset.identities.items()) or "not counted",
            Version=f"`{lineage.dataset_digest}` (DVC)",
        ),
        "Training": _lines(
            Candidate=f"`{name}`, adversarial loss: {adversarial}",
            **{k: f"`{v}`" for k, v in config.training.model_dump(mode="json").items()},
        ),
        "Metrics": _figures(evaluation, baselines, metrics)
        + "\n\n"
        + "\n".join(f"- {what}: {how}" for what, how in evaluation.protocol.items()),
        "Metrics by slice": "\n\n".join(
            _slice(slice_name, table, metrics, primary)
            for slice_name, table in evaluation.slices.items()
            if slice_name != text.fairness
        )
        or "The test split has one group only besides those under fairness.",
        f"Fairness by {text.fairness}": _fairness(evaluation, text.fairness, metrics, primary),
        "What adversarial training added": _bullets(gain)
        or "Not measured: the run had no twin trained without the adversarial term.",
        "Limits and risks": _bullets(text.limits),
        "Gate": f"```\n{gate.table()}\n```",
        "Licence": f"The model follows the licence of its data: {dataset.licence}.",
        "Lineage": _lines(
            Commit=f"`{lineage.git_commit}`"
            + (" with changes that were not committed" if lineage.git_dirty else ""),
            Dataset=f"`{lineage.dataset_digest}`",
            Parameters=f"`{lineage.params_digest}`",
            Packages=", ".join(f"{k} {v}" for k, v in lineage.packages.items()),
        ),
        "How to roll back": (
            f"`tryon rollback {task} --dry-run` shows what would change; `tryon rollback {task}` "
            "makes the previous champion serve again and writes down who did it and why."
        ),
    }
    if empty := [title for title, body in sections.items() if not body.strip()]:
        raise DataError(
            f"the model card of {task} would have empty sections: {', '.join(empty)}",
            hint="give the task's CardText, the dataset's card and the evaluation their content",
        )
    body = "\n\n".join(f"## {title}\n\n{content}" for title, content in sections.items())
    return f"# {task}: {name}\n\n{text.summary}\n\n{body}\n"


def _figures(
    evaluation: Evaluation, baselines: Mapping[str, Evaluation], metrics: Mapping[str, Metric]
) -> str:
    columns = [evaluation, *baselines.values()]
    rows = [
        [f"{metric.label} {f'({metric.unit})' if metric.unit else ''}".strip()]
        + [figure(column.metrics.get(name), metric) for column in columns]
        for name, metric in metrics.items()
        if name in evaluation.metrics
    ]
    return _table(["figure", *(column.title for column in columns)], rows)


def _slice(name: str, table: pd.DataFrame, metrics: Mapping[str, Metric], primary: Metric) -> str:
    shown = [metric for key, metric in metrics.items() if key in table][:6]
    rows = [
        [str(group), number(values["n"], 0)]
        + [figure(float(values[metric.name]), metric) for metric in shown]
        for group, values in table.iterrows()
    ]
    worst, _ = worst_group(table, primary)
    heads = [name, "n", *(metric.label for metric in shown)]
    return f"{_table(heads, rows)}\n\nWorst by {primary.label}: **{worst or 'none measured'}**."


def _fairness(
    evaluation: Evaluation, name: str, metrics: Mapping[str, Metric], primary: Metric
) -> str:
    table = evaluation.slices.get(name)
    if table is None:
        return ""
    empty = [str(group) for group, values in table.iterrows() if not values["n"]]
    warning = (
        f"\n\n**Not measured, because the test split has no sample of it: {', '.join(empty)}.**"
        if empty
        else ""
    )
    return _slice(name, table, metrics, primary) + warning


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _lines(**values: str) -> str:
    return "\n".join(f"- {name.replace('_', ' ')}: {value}" for name, value in values.items())


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(heads) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [heads, rule, *rows])
