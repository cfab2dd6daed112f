"""Is a raw dataset what it should be? Measured, checked, reported, and broken rows set aside."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from tryon.config import ValidationConfig
from tryon.data import shards
from tryon.data.card import SPLITS, Card
from tryon.data.expectations import Outcome, check
from tryon.data.measuring import measure
from tryon.data.quarantine import quarantine_list, write_quarantine
from tryon.data.report import write_report
from tryon.data.rules import Contains, base_rules
from tryon.errors import DataError, ValidationFailed
from tryon.task import Task

QUARANTINE = "quarantine.parquet"
COLUMNS = "columns.parquet"
REPORT = "report.html"


@dataclass(frozen=True)
class ValidationResult:
    """What a validation found."""

    success: bool  # the share of broken rows is allowed and the dataset's own rules hold
    outcomes: tuple[Outcome, ...]
    passed: dict[str, int]  # split → rows
    quarantined: dict[str, int]  # rule → image ids; one that broke two rules counts in both
    quarantined_share: float
    quarantine: Path  # the list: image_id, split, part, rule, observed, limit
    report_path: Path
    report_html: str
    digest: str  # sha256 of the list


def validate(
    task: Task, dataset: Path, config: ValidationConfig, out: Path, workers: int
) -> ValidationResult:
    """Check every row of a raw dataset; write the report, the columns and the quarantine list.

    Rules about pixels come first; rows that break one are not asked about their content.

    Args:
        task: Whose rules.
        dataset: Folder with the shards and the card.
        config: The thresholds, the task's own `validation` section.
        out: Folder for `report.html`, `columns.parquet` and `quarantine.parquet`.
        workers: Processes.

    Raises:
        ValidationFailed: more rows than allowed broke a rule, or a rule of the dataset as a whole
            does not hold; the message names rules and counts, the list and the report are there.
        DataError: `no_dataset`, `broken_shard`, `wrong_counts`.
    """
    card = Card.read(dataset)
    if (rows := shards.count(dataset)) != card.counts:
        raise DataError(
            f"{dataset.name}: the card counts {card.counts}, the shards hold {rows}",
            code="wrong_counts",
            hint="fetch or generate the dataset again",
        )
    frame = measure(task.name, dataset, config.max_pixels, workers)
    rules = base_rules(config) + task.data.rules(config, card)
    outcomes = check(frame, [rule for rule in rules if rule.stage == "picture"])
    bad = frame.loc[_failed(outcomes), "image_id"]
    outcomes += check(
        frame[~frame["image_id"].isin(bad)], [rule for rule in rules if rule.stage == "content"]
    )
    broken = quarantine_list(frame, outcomes)
    out.mkdir(parents=True, exist_ok=True)
    write_quarantine(broken, out / QUARANTINE)
    frame.to_parquet(out / COLUMNS, index=False)
    result = _result(card, config, frame, outcomes, broken, out)
    html = write_report(out / REPORT, card, config, frame, broken, result, dataset)
    result = replace(result, report_html=html)
    if not result.success:
        raise _failure(result, config)
    return result


def _failed(outcomes: Sequence[Outcome]) -> list[int]:
    return sorted({index for outcome in outcomes for index in outcome.failed})


def _result(
    card: Card,
    config: ValidationConfig,
    frame: pd.DataFrame,
    outcomes: Sequence[Outcome],
    broken: pd.DataFrame,
    out: Path,
) -> ValidationResult:
    rows = frame.drop_duplicates(["shard", "group", "offset"])
    kept = rows.loc[~rows["image_id"].isin(broken["image_id"]), "split"].value_counts()
    by_rule = broken.drop_duplicates(["image_id", "rule"])["rule"].value_counts()
    whole = [outcome for outcome in outcomes if isinstance(outcome.rule.check, Contains)]
    share = 1 - int(kept.sum()) / max(1, len(rows))
    return ValidationResult(
        success=share <= config.max_quarantined_share and all(each.passed for each in whole),
        outcomes=tuple(outcomes),
        passed={split: int(kept.get(split, 0)) for split in SPLITS if split in card.counts},
        quarantined={str(rule): int(count) for rule, count in by_rule.items()},
        quarantined_share=share,
        quarantine=out / QUARANTINE,
        report_path=out / REPORT,
        report_html="",
        digest=hashlib.sha256(broken.to_csv(index=False).encode()).hexdigest(),
    )


def _failure(result: ValidationResult, config: ValidationConfig) -> ValidationFailed:
    whole = [
        f"{outcome.rule.name} (needs {outcome.rule.check.limit})"
        for outcome in result.outcomes
        if not outcome.passed and isinstance(outcome.rule.check, Contains)
    ]
    counts = [f"{rule} {count}" for rule, count in result.quarantined.items()]
    parts = []
    if result.quarantined_share > config.max_quarantined_share:
        parts.append(
            f"{result.quarantined_share:.1%} of the rows broke a rule, at most "
            f"{config.max_quarantined_share:.1%} may: {', '.join(counts)}"
        )
    if whole:
        parts.append(f"the dataset as a whole breaks {', '.join(whole)}")
    return ValidationFailed(
        "; ".join(parts),
        hint=f"the rows are listed in {result.quarantine}, with pictures in {result.report_path}",
    )
