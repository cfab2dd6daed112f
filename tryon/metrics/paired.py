"""What one model adds over another on the same samples, and whether that is more than noise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tryon.errors import DataError
from tryon.metrics.distances import jackknife
from tryon.metrics.result import Evaluation, Metric

SIGNIFICANT = 1.96  # standard errors: a 95 % interval
NAMED = 4  # figures a sentence names of each verdict, the clearest first


@dataclass(frozen=True)
class Gain:
    """One figure of a model minus that of its control, with a 95 % interval."""

    metric: Metric
    model: float
    control: float
    difference: float
    half_width: float
    n: int

    @property
    def verdict(self) -> str:
        """`better`, `worse`, or `no difference` where the interval holds 0."""
        if not abs(self.difference) > self.half_width:
            return "no difference"
        return "better" if self.metric.better(self.model, self.control) else "worse"


def gains(model: Evaluation, control: Evaluation, metrics: Sequence[Metric]) -> list[Gain]:
    """Compare two models figure by figure, sample by sample.

    Samples of one person depend on each other, so the interval of a mean comes from the means per
    person; that of a kernel distance from leaving out pairs of pictures (jackknife).

    Args:
        model: For example a candidate with an adversarial term.
        control: For example the same network trained without it.
        metrics: Figures to compare; those not measured on both are left out.

    Raises:
        DataError: the two were not scored on the same samples.
    """
    ids = [list(e.samples["image_id"]) for e in (model, control)]
    if ids[0] != ids[1]:
        raise DataError(
            f"{model.title} and {control.title} were scored on different samples",
            hint="score both on the same prepared test split",
        )
    compared = (_gain(model, control, metric) for metric in metrics if metric.direction != "none")
    return [gain for gain in compared if gain is not None]


def _gain(model: Evaluation, control: Evaluation, metric: Metric) -> Gain | None:
    name = metric.name
    if name not in model.metrics or name not in control.metrics:
        return None
    ours, theirs = model.metrics[name], control.metrics[name]
    if name in model.distances and name in control.distances:
        n = len(model.distances[name])
        error = jackknife(model.distances[name] - control.distances[name])
    elif name in model.samples and name in control.samples:
        change = (model.samples[name] - control.samples[name]).dropna()
        persons = change.groupby(model.samples["identity"]).mean()
        n = len(persons)
        error = float(persons.std(ddof=1) / np.sqrt(n)) if n > 1 else float("nan")
    else:
        return None
    return Gain(metric, ours, theirs, ours - theirs, SIGNIFICANT * error, n)


def say_gain(model: str, control: str, compared: Sequence[Gain]) -> str:
    """The honest sentence: what got better, what got worse, what did not move."""
    parts = []
    for verdict in ("better", "worse"):
        found = [gain for gain in compared if gain.verdict == verdict]
        found.sort(key=lambda gain: -abs(gain.difference) / max(gain.half_width, 1e-12))
        if found:
            rest = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
            parts.append(f"{verdict} in {'; '.join(map(_say, found[:NAMED]))}{rest}")
    same = sum(gain.verdict == "no difference" for gain in compared)
    if not parts:
        return (
            f"On these samples {model} cannot be told from {control}: none of {len(compared)} "
            "figures differs by more than its 95 % interval."
        )
    rest = f"; {same} of {len(compared)} figures do not differ" if same else ""
    return f"Against {control}, {model} is {', and '.join(parts)}{rest} (95 % intervals)."


def _say(gain: Gain) -> str:
    digits = gain.metric.digits
    change = f"{gain.difference:+.{digits}f} ± {gain.half_width:.{digits}f}".replace("-", "−")
    return f"{gain.metric.label} {change} {gain.metric.unit}".strip()
