"""Small charts as inline SVG: no network, no fonts, colours from the page's style."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup, escape

WIDTH, HEIGHT, FLOOR = 260, 96, 18  # SVG units; FLOOR is the strip of the axis
BINS = 24


def histogram(values: np.ndarray, limits: Sequence[float | None] = ()) -> Markup:
    """A histogram of numbers, with dashed lines at the limits that a rule sets.

    Args:
        values: The numbers; not-a-number is left out.
        limits: Bounds to draw; None is skipped.
    """
    values = np.asarray(values, np.float64)
    values = values[np.isfinite(values)]
    if not len(values):
        return Markup('<p class="note">nothing measured</p>')
    bounds = [limit for limit in limits if limit is not None]
    low, high = min([values.min(), *bounds]), max([np.quantile(values, 0.98), *bounds])
    if high <= low:
        low, high = low - 0.5, high + 0.5
    counts, _ = np.histogram(np.clip(values, low, high), BINS, (low, high))
    marks = [(limit - low) / (high - low) for limit in bounds]
    more = "+" if values.max() > high else ""
    return _bars(counts, _number(low), _number(high) + more, marks)


def categories(counts: Sequence[int], names: Sequence[str], fills: Sequence[str] = ()) -> Markup:
    """Bars over named categories, each optionally in its own colour (CSS)."""
    return _bars(np.asarray(counts), "", "", [], names, fills)


def _bars(
    counts: np.ndarray,
    left: str,
    right: str,
    marks: Sequence[float],
    names: Sequence[str] = (),
    fills: Sequence[str] = (),
) -> Markup:
    step, room = WIDTH / len(counts), HEIGHT - FLOOR - 10
    top = max(int(counts.max()), 1)
    parts = []
    for at, count in enumerate(counts):
        tall = room * count / top
        fill = fills[at] if fills else "var(--accent)"
        parts.append(
            f'<rect x="{at * step + 0.5:.1f}" y="{HEIGHT - FLOOR - tall:.1f}" '
            f'width="{step - 1:.1f}" height="{tall:.1f}" '
            f'style="fill:{escape(fill)};stroke:var(--line)">'
            f"<title>{int(count)}</title></rect>"
        )
        if names:
            parts.append(_text(at * step + step / 2, HEIGHT - 4, names[at], "middle"))
            if count:
                parts.append(_text((at + 0.5) * step, HEIGHT - FLOOR - tall - 3, count, "middle"))
    for mark in marks:
        x = f"{mark * WIDTH:.1f}"
        parts.append(
            f'<line x1="{x}" x2="{x}" y1="0" y2="{HEIGHT - FLOOR}" '
            'style="stroke:var(--fail);stroke-dasharray:3 3"/>'
        )
    if left:
        parts += [_text(0, HEIGHT - 4, left, "start"), _text(WIDTH, HEIGHT - 4, right, "end")]
    parts.append(
        f'<line x1="0" x2="{WIDTH}" y1="{HEIGHT - FLOOR}" y2="{HEIGHT - FLOOR}" '
        'style="stroke:var(--line)"/>'
    )
    return Markup(
        f'<svg viewBox="-4 -4 {WIDTH + 8} {HEIGHT + 8}" role="img" width="100%">'
        f"{''.join(parts)}</svg>"
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _text(x: float, y: float, words: object, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
        f'style="fill:var(--soft);font-size:11px">{escape(words)}</text>'
    )
