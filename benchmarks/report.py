"""One line per figure: its name, its value, its limit and whether it keeps it."""


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
