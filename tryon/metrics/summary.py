"""From figures per sample to an evaluation: the same for every task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tryon.metrics.distances import frechet_distance, kernel_distance
from tryon.metrics.features import Features
from tryon.metrics.result import Evaluation, Metric, PictureRow
from tryon.metrics.slices import slice_table, worst_group

FEW = 24  # pictures under which no distance between sets is taken


@dataclass(frozen=True)
class Grouping:
    """How samples are sliced: the group of each row, and groups to list even if empty."""

    groups: pd.Series
    order: Sequence[str] | None = None


def distance_metrics(sets: Mapping[str, str]) -> list[Metric]:
    """The distances between sets, under the names that both kinds of features allow.

    Args:
        sets: Suffix of the figure's name → what the pictures show, as in `{"": "faces"}`.
    """
    listed = []
    for suffix, what in sets.items():
        meaning = f"between the results' and the truth's {what}"
        for kind, name in (("random", " (random features)"), ("inception", "")):
            frechet, kernel = distance_names(kind)
            first = "FID" if kind == "inception" else "Fréchet distance"
            second = "KID" if kind == "inception" else "kernel distance"
            listed += [
                Metric(frechet + suffix, f"{first}{name}, {what}", "lower", "", meaning, 4),
                Metric(kernel + suffix, f"{second}{name}, {what}", "lower", "", meaning, 5),
            ]
    return listed


def distance_names(kind: str) -> tuple[str, str]:
    """Names of the Fréchet and the kernel figure on `random` or `inception` features."""
    return ("fid", "kid") if kind == "inception" else ("frechet_random", "kernel_random")


def summarise(
    title: str,
    table: pd.DataFrame,
    scores: pd.DataFrame,
    finite: np.ndarray,
    groupings: Mapping[str, Grouping],
    fair: str,
    primary: Metric,
    sets: Mapping[str, tuple[np.ndarray, np.ndarray]],
    features: Features,
    pictures: Sequence[PictureRow],
    protocol: Mapping[str, str],
) -> Evaluation:
    """Means, slices, the worst group and the distances between sets.

    A model with a single output that is not finite has no means: every figure becomes NaN, and
    every rule on one fails.

    Args:
        title: Name of the model.
        table: What is known of each sample.
        scores: Figures of each sample, the same rows; NaN where a figure does not apply.
        finite: bool [N], whether the sample's whole output was finite.
        groupings: Slice name → groups.
        fair: The grouping in which no group may lie far under the mean: gives `worst_bin_loss`.
        primary: What groups are judged by.
        sets: Suffix → (results, truths), uint8 [M, H, W, 3] in the same order.
        features: Of the distances.
        pictures: Cases to show.
        protocol: Lines for the report; those on distances and the worst group are added.
    """
    scores = scores.mask(np.tile(~finite[:, None], scores.shape[1]))
    counts = {name: int(scores[name].notna().sum()) for name in scores}
    slices = {n: slice_table(scores, g.groups, g.order) for n, g in groupings.items()}
    worst, value = worst_group(slices[fair], primary)
    metrics = scores.mean().to_dict() | {"n": float(len(table))}
    metrics["worst_bin_loss"] = abs(metrics[primary.name] - value)
    notes = dict(protocol) | {f"worst {fair}": _say_worst(worst, value, primary, slices[fair])}
    left_out = {}
    if finite.all():
        frechet, kernel = distance_names(features.key)
        for suffix, (ours, truth) in sets.items():
            if len(ours) >= FEW:
                counts[frechet + suffix] = counts[kernel + suffix] = len(ours)
                first, second = features(ours), features(truth)
                metrics[frechet + suffix] = frechet_distance(first, second)
                distance = kernel_distance(first, second, paired=features.key == "random")
                metrics[kernel + suffix] = distance.value
                metrics[f"{kernel}{suffix}_error"] = distance.error
                left_out[kernel + suffix] = distance.left_out
        notes["distances"] = (
            f"{features.frechet} and {features.kernel}: {features.protocol}. Results and truth "
            "show the same persons; n is the number of pictures in each of the two sets, and "
            "figures compare only within one table"
        )
    else:
        metrics = {name: float("nan") for name in metrics} | {"n": float(len(table))}
    metrics["non_finite"] = float((~finite).sum())
    return Evaluation(
        title=title,
        metrics=metrics,
        samples=pd.concat([table, scores], axis=1),
        slices=slices,
        pictures=pictures,
        protocol=notes,
        counts=counts,
        distances=left_out,
    )


def _say_worst(group: str, value: float, primary: Metric, table: pd.DataFrame) -> str:
    empty = [str(name) for name, row in table.iterrows() if not row["n"]]
    unmeasured = f"; without a sample, so unmeasured: {', '.join(empty)}" if empty else ""
    named = f"{group} ({primary.label} {value:.{primary.digits}f} {primary.unit})" if group else "–"
    return named.strip() + unmeasured
