"""How figures are taken and told: one line each, with its limit and whether it keeps it."""

from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter
from typing import Any

WARM = 5  # rounds that are not counted


def figure(
    name: str,
    value: float,
    limit: float,
    at_least: bool = True,
    unit: str = "×",
    detail: str = "",
) -> bool:
    """Print one measured figure beside its limit.

    Args:
        name: What was measured, e.g. `preprocessing ÷ bare mesh, one process`.
        value: The measured figure.
        limit: What it must reach (`at_least`) or must not exceed.
        at_least: Whether more is better.
        unit: Written after both numbers.
        detail: What the figure was made of, e.g. `61 ÷ 74 images/s`.

    Returns:
        Whether the limit is kept. NaN never keeps it.

    Example:
        >>> figure("preprocessing, two processes", 1.86, 1.8, detail="113 ÷ 61 images/s")
        ok    preprocessing, two processes              1.86 × (limit ≥ 1.8 ×)  113 ÷ 61 images/s
        True
    """
    kept = value >= limit if at_least else value <= limit
    verdict = "ok" if kept else "MISS"
    sign = "≥" if at_least else "≤"
    line = f"{verdict:5s} {name:40s} {value:5.4g} {unit} (limit {sign} {limit:g} {unit})"
    print(f"{line}  {detail}".rstrip(), flush=True)
    return kept


def medians(ways: Sequence[Callable[[], Any]], rounds: int) -> list[float]:
    """Median seconds of each way, in turn, so that a busy machine slows all alike."""
    seconds: list[list[float]] = [[] for _ in ways]
    for _ in range(WARM + rounds):
        for way, taken in zip(ways, seconds, strict=True):
            start = perf_counter()
            way()
            taken.append(perf_counter() - start)
    return [median(taken[WARM:]) for taken in seconds]
