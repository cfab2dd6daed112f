"""Training curves from `stats.jsonl` as one inline SVG that reads on light and dark paper."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

from tryon.errors import DataError

ASIDE = ("step", "elapsed_s", "memory_gb")
INK = "#8a8f98"
COLOURS = ("#b0506d", "#4d84b3", "#7a9a4b", "#c08a2e", "#7c6bb0")
COLUMNS = 3


def read_stats(path: Path) -> list[dict[str, float]]:
    """The lines of a `stats.jsonl`.

    Raises:
        DataError: there is no such file or a line is no JSON object.
    """
    if not path.is_file():
        raise DataError(f"no training statistics at {path}", hint="run the train step again")
    try:
        return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    except json.JSONDecodeError as error:
        raise DataError(f"{path} is no JSON-lines file: {error}") from None


def curves(runs: Mapping[str, list[dict[str, float]]]) -> Markup:
    """One small chart per figure over the steps, all runs in it.

    Args:
        runs: Candidate → lines of its `stats.jsonl`; empty gives an empty string.
    """
    names = list(dict.fromkeys(key for lines in runs.values() for line in lines for key in line))
    names = [name for name in names if name not in ASIDE]
    if not names:
        return Markup("")
    rows = -(-len(names) // COLUMNS)
    look: dict[Any, Any] = {
        "svg.hashsalt": "tryon",  # equal curves give equal bytes
        "font.size": 8, "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": INK,
        "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False,
        "axes.spines.right": False, "axes.linewidth": 0.6,
    }  # fmt: skip
    with mpl.rc_context(look):
        figure = Figure(figsize=(9.6, 1.7 * rows + 0.3), layout="constrained")
        figure.patch.set_alpha(0)
        axes = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
        for axis, name in zip(axes, names, strict=False):
            axis.patch.set_alpha(0)
            axis.set_title(name, loc="left", fontsize=8)
            for index, (run, lines) in enumerate(runs.items()):
                points = [(line["step"], line[name]) for line in lines if name in line]
                colour = COLOURS[index % len(COLOURS)]
                axis.plot(*zip(*points, strict=True), lw=1.2, color=colour, label=run)
        for axis in axes[len(names) :]:
            axis.set_axis_off()
        if len(runs) > 1:
            handles = [mpl.lines.Line2D([], [], color=COLOURS[i % len(COLOURS)], label=run)
                       for i, run in enumerate(runs)]  # fmt: skip
            figure.legend(handles=handles, loc="outside upper right", ncols=len(runs),
                          frameon=False)  # fmt: skip
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    svg = buffer.getvalue()
    return Markup(svg[svg.index("<svg") :])
