"""May this model ship? Every rule with its value, limit and verdict. There is no off switch.

A rule compares one figure of the candidate with a limit: as it is (`absolute`), as the difference
to a baseline, to the champion, which the caller scored again on the same test set, or to the
control, the same network trained without the game. NaN and infinity fail, a missing figure fails, a
missing baseline fails. Only the rules against the champion are void for the first model, which has
none, and those against the control for the control itself; the absolute rules and the baselines
hold them.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tryon.errors import ConfigError, GateFailed
from tryon.metrics.result import Evaluation, Metric

ABSOLUTE = "absolute"
CHAMPION = "champion"
CONTROL = "control"
VOID = {CHAMPION: "the first model of this task", CONTROL: "trained without the game, or alone"}
Verdict = Literal["pass", "fail", "no champion", "no control"]


@dataclass(frozen=True)
class Rule:
    """One condition of shipping.

    Attributes:
        name: snake_case, unique in its gate.
        meaning: One sentence for people.
        metric: Name of the figure.
        limit: What the figure, or its difference to `against`, must keep.
        direction: Whether the limit is the least or the most allowed.
        against: `absolute`, `champion`, `control`, or the name of a baseline: its figure is
            subtracted.
        unit: Written after value and limit.
        relative: Whether the difference is divided by the other's figure.
    """

    name: str
    meaning: str
    metric: str
    limit: float
    direction: Literal["at_least", "at_most"]
    against: str = ABSOLUTE
    unit: str = ""
    relative: bool = False

    def keeps(self, value: float) -> bool:
        """Whether `value` keeps the limit; NaN and infinity never do."""
        if not math.isfinite(value):
            return False
        return value >= self.limit if self.direction == "at_least" else value <= self.limit

    @property
    def bound(self) -> str:
        """The limit as text, such as `≥ 2 dB over mean shift`."""
        sign = "≥" if self.direction == "at_least" else "≤"
        over = "" if self.against == ABSOLUTE else f" over {self.against}"
        limit = f"{100 * self.limit:g} %" if self.relative else f"{self.limit:g}"
        limit = limit.replace("-", "−")
        return f"{sign} {limit}{f' {self.unit}' if self.unit else ''}{over}"


@dataclass(frozen=True)
class Check:
    """A rule, applied."""

    rule: Rule
    value: float  # what the limit was held against; NaN where it could not be taken
    verdict: Verdict
    detail: str  # what the value was made of, or why there is none

    @property
    def shown(self) -> str:
        """The value for people: `–` where there is none."""
        return f"{self.value:.4g}".replace("-", "−") if math.isfinite(self.value) else "–"

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON and tags."""
        return {
            "rule": self.rule.name,
            "meaning": self.rule.meaning,
            "metric": self.rule.metric,
            "against": self.rule.against,
            "value": self.value if math.isfinite(self.value) else None,
            "limit": self.rule.limit,
            "direction": self.rule.direction,
            "unit": self.rule.unit,
            "relative": self.rule.relative,
            "verdict": self.verdict,
            "detail": self.detail,
        }


@dataclass(frozen=True)
class GateReport:
    """All rules of a gate, applied to one candidate."""

    title: str
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether no rule failed."""
        return not self.failed

    @property
    def failed(self) -> tuple[Check, ...]:
        """The rules that failed."""
        return tuple(check for check in self.checks if check.verdict == "fail")

    def table(self) -> str:
        """The report as a text table: one line per rule, its verdict first."""
        width = max(len(check.rule.name) for check in self.checks)
        bounds = max(len(check.rule.bound) for check in self.checks)
        head = f"{self.title}: {'passed' if self.passed else 'FAILED'} ({len(self.checks)} rules)"
        lines = [
            f"  {check.verdict.upper() if check.verdict == 'fail' else check.verdict:11s} "
            f"{check.rule.name:{width}s}  {check.shown:>10s}  {check.rule.bound:{bounds}s}  "
            f"{check.detail}".rstrip()
            for check in self.checks
        ]
        return "\n".join([head, *lines])

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "title": self.title,
            "passed": self.passed,
            "checks": [check.as_dict() for check in self.checks],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "GateReport":
        """The inverse of `as_dict`."""
        return cls(values["title"], tuple(_restore(check) for check in values["checks"]))

    def reasons(self) -> Iterator[str]:
        """One sentence per rule that failed."""
        for check in self.failed:
            yield (f"{check.rule.name}: {check.shown}, must be {check.rule.bound} ({check.detail})")

    def raise_if_failed(self) -> None:
        """Stop the run unless every rule passed.

        Raises:
            GateFailed: lists every rule that failed, not only the first.
        """
        if not self.passed:
            raise GateFailed(
                f"{self.title} fails {len(self.failed)} of {len(self.checks)} rules: "
                + "; ".join(self.reasons()),
                hint="the champion keeps serving; see the evaluation report",
            )


def check(
    rules: Sequence[Rule],
    candidate: Evaluation,
    baselines: Mapping[str, Evaluation],
    champion: Evaluation | None,
    control: Evaluation | None = None,
) -> GateReport:
    """Hold a candidate to every rule.

    Args:
        rules: At least one, each with a name of its own.
        candidate: The candidate on the test split.
        baselines: The baselines on the same split, by the names the rules use.
        champion: The champion on the same split; None if there is none yet.
        control: The candidate trained without the game, on the same split; None if there is none,
            or it is this one.

    Raises:
        ConfigError: no rules, or two of one name: a gate that could not say what it let through.
    """
    names = [rule.name for rule in rules]
    if not names or len(set(names)) < len(names):
        raise ConfigError(f"a gate needs rules, each with its own name; got {names}")
    others: dict[str, Evaluation | None] = {**baselines, CHAMPION: champion, CONTROL: control}
    return GateReport(candidate.title, tuple(_check(rule, candidate, others) for rule in rules))


def choose(
    evaluations: Mapping[str, Evaluation], reports: Mapping[str, GateReport], primary: Metric
) -> str:
    """The candidate with the best primary figure among those that passed the gate.

    Args:
        evaluations: Candidates by name.
        reports: The gate's report of each.
        primary: What the best is judged by; ties go to the first.

    Raises:
        GateFailed: nobody passed; lists every rule every candidate failed.
    """
    passing = [name for name in evaluations if reports[name].passed]
    if not passing:
        listed = "; ".join(f"{n} [{'; '.join(reports[n].reasons())}]" for n in evaluations)
        raise GateFailed(
            f"no candidate of {len(evaluations)} passes every rule: {listed or 'none was scored'}",
            hint="the champion keeps serving; see the comparison report",
        )
    best = passing[0]
    for name in passing[1:]:
        figures = evaluations[name].metrics[primary.name], evaluations[best].metrics[primary.name]
        if primary.better(*figures):
            best = name
    return best


def _check(rule: Rule, candidate: Evaluation, others: Mapping[str, Evaluation | None]) -> Check:
    own = _figure(candidate, rule.metric)
    if rule.against == ABSOLUTE:
        detail = rule.metric if math.isfinite(own) else _why(candidate, rule.metric)
        return Check(rule, own, "pass" if rule.keeps(own) else "fail", detail)
    if rule.against not in others:
        return Check(rule, math.nan, "fail", f"no baseline named {rule.against!r} was scored")
    other = others[rule.against]
    if other is None:
        verdict: Verdict = "no champion" if rule.against == CHAMPION else "no control"
        return Check(rule, math.nan, verdict, VOID[rule.against])
    theirs = _figure(other, rule.metric)
    value = own - theirs
    if rule.relative:
        value = value / theirs if theirs > 0 else math.nan
    if math.isnan(value):
        detail = _why(candidate if math.isnan(own) else other, rule.metric)
    else:
        detail = f"{rule.metric}: {own:.4g} − {theirs:.4g}"
        detail = f"{detail}, ÷ {theirs:.4g}" if rule.relative else detail
    return Check(rule, value, "pass" if rule.keeps(value) else "fail", detail)


def _figure(evaluation: Evaluation, metric: str) -> float:
    return float(evaluation.metrics.get(metric, math.nan))


def _why(evaluation: Evaluation, metric: str) -> str:
    state = "is not finite" if metric in evaluation.metrics else "was not measured"
    return f"{metric} of {evaluation.title} {state}"


def _restore(values: Mapping[str, Any]) -> Check:
    rule = Rule(
        name=values["rule"],
        **{k: values[k] for k in ("meaning", "metric", "limit", "direction", "against", "unit")},
        relative=values.get("relative", False),
    )
    value = math.nan if values["value"] is None else values["value"]
    return Check(rule, value, values["verdict"], values["detail"])
