"""Figures by group, with the worst group named."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tryon.metrics.result import Kind, Metric

UNKNOWN = "unknown"


def by_bins(values: pd.Series, bins: Sequence[tuple[int, int]], name: str) -> pd.Series:
    """Name the bin of each value: `1–3`, `4–5` …; a value in none of them is `unknown`."""
    labels = pd.Series(UNKNOWN, index=values.index, name=name, dtype=object)
    for low, high in bins:
        labels[(values >= low) & (values <= high)] = bin_name(low, high)
    return labels


def bin_name(low: int, high: int) -> str:
    """`4–5`, or `4` for a bin of one value."""
    return f"{low}–{high}" if high > low else str(low)


def slice_table(
    samples: pd.DataFrame, groups: pd.Series, order: Sequence[str] | None = None
) -> pd.DataFrame:
    """Mean of every figure per group, and `n`, the number of samples.

    Args:
        samples: One row per sample; columns that are no numbers are left out.
        groups: The group of each row.
        order: Groups to list, in this order, also those without a sample (n = 0).
    """
    figures = samples.select_dtypes("number")
    table = figures.groupby(groups.to_numpy()).mean()
    table.insert(0, "n", groups.value_counts().reindex(table.index).astype(float))
    if order is not None:
        extra = [group for group in table.index if group not in order]
        table = table.reindex([*order, *extra])
        table["n"] = table["n"].fillna(0.0)
    table.index.name = groups.name
    return table


def worst_group(table: pd.DataFrame, metric: Metric) -> tuple[str, float]:
    """The group with the worst mean of `metric`, and that mean; ("", NaN) where none has one."""
    values = table[metric.name].dropna()
    if values.empty:
        return "", float("nan")
    group = values.idxmin() if metric.direction == "higher" else values.idxmax()
    return str(group), float(values[group])


def pick(values: pd.Series, count: int, metric: Metric) -> dict[Kind, list[int]]:
    """Row positions of the best, median and worst samples, at most `count` of each, no row twice.

    Args:
        values: One figure per sample; NaN rows are not picked.
    """
    known = np.flatnonzero(values.notna().to_numpy())
    ranked = known[np.argsort(values.to_numpy()[known], kind="stable")]
    if metric.direction == "higher":
        ranked = ranked[::-1]
    count = min(count, max(1, len(ranked) // 3))
    middle = max(0, (len(ranked) - count) // 2)
    chosen: dict[Kind, list[int]] = {
        "worst": list(map(int, ranked[::-1][:count])),
        "median": list(map(int, ranked[middle : middle + count])),
        "best": list(map(int, ranked[:count])),
    }
    seen: set[int] = set()
    for kind, rows in chosen.items():
        chosen[kind] = [row for row in rows if row not in seen]
        seen.update(chosen[kind])
    return chosen
