"""The gate: NaN fails, what is missing fails, nothing switches it off, all failures are told."""

import inspect
import json
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tryon import gates
from tryon.errors import ConfigError, GateFailed
from tryon.gates import CHAMPION, CONTROL, GateReport, Rule, check, choose
from tryon.metrics.result import Evaluation, Metric

QUALITY = Metric("quality", "quality", "higher", "dB")
RULES = [
    Rule("enough", "good enough", "quality", 10, "at_least", unit="dB"),
    Rule("clean", "no change outside", "outside", 0, "at_most"),
    Rule("beats_plain", "worth its cost", "quality", 2, "at_least", "plain", "dB"),
    Rule("keeps", "no worse than now", "quality", -0.1, "at_least", CHAMPION, "dB"),
]


def model(title="candidate", **metrics) -> Evaluation:
    return Evaluation(title, {"quality": 15.0, "outside": 0.0, **metrics}, pd.DataFrame())


PLAIN = {"plain": model("plain", quality=12.0)}


def failed(report: GateReport) -> list[str]:
    return [entry.rule.name for entry in report.failed]


def test_the_first_model_is_held_by_absolute_rules_and_baselines():
    report = check(RULES, model(), PLAIN, None)
    assert report.passed
    assert [entry.verdict for entry in report.checks] == ["pass", "pass", "pass", "no champion"]
    assert failed(check(RULES, model(quality=9.0), PLAIN, None)) == ["enough", "beats_plain"]


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_only_finite_values_within_the_limit_pass(value):
    report = check(RULES[:2], model(quality=value, outside=value), {}, None)
    verdicts = {entry.rule.name: entry.verdict == "pass" for entry in report.checks}
    assert verdicts == {
        "enough": math.isfinite(value) and value >= 10,
        "clean": math.isfinite(value) and value <= 0,
    }


@pytest.mark.parametrize("name", ["quality", "outside"])
def test_nan_fails(name):
    report = check(RULES, model(**{name: math.nan}), PLAIN, model("champion"))
    expected = {"quality": ["enough", "beats_plain", "keeps"], "outside": ["clean"]}
    assert failed(report) == expected[name]
    assert all("is not finite" in entry.detail for entry in report.failed)


def test_a_missing_figure_fails():
    report = check(RULES, Evaluation("bare", {}, pd.DataFrame()), PLAIN, model("champion"))
    assert len(report.failed) == len(RULES)
    assert "outside of bare was not measured" in report.checks[1].detail


def test_a_missing_baseline_fails():
    report = check(RULES, model(), {}, None)
    assert failed(report) == ["beats_plain"]
    assert "no baseline named 'plain'" in report.failed[0].detail


def test_a_champion_without_the_figure_does_not_let_pass():
    assert failed(check(RULES, model(), PLAIN, model("champion", quality=math.nan))) == ["keeps"]


@pytest.mark.parametrize(("champion", "expected"), [(15.05, []), (15.2, ["keeps"]), (5.0, [])])
def test_the_champion_may_lose_its_place_only_to_what_is_no_worse(champion, expected):
    assert failed(check(RULES, model(), PLAIN, model("champion", quality=champion))) == expected


def test_everything_that_failed_is_told():
    report = check(RULES, model(quality=math.nan, outside=7.0), PLAIN, model("champion"))
    with pytest.raises(GateFailed) as stopped:
        report.raise_if_failed()
    for rule in RULES:
        assert rule.name in stopped.value.message
    assert "champion keeps serving" in stopped.value.hint


def test_a_report_survives_json():
    report = check(RULES, model(outside=math.nan), PLAIN, None)
    again = GateReport.from_dict(json.loads(json.dumps(report.as_dict())))
    assert again.as_dict() == report.as_dict()
    assert again.table() == report.table()
    assert failed(again) == ["clean"]


def test_the_table_has_every_rule_its_value_and_its_limit():
    text = check(RULES, model(outside=3.0), PLAIN, None).table()
    assert text.startswith("candidate: FAILED (4 rules)")
    for piece in (
        "FAIL",
        "≥ 10 dB",
        "≤ 0",
        "≥ 2 dB over plain",
        "≥ −0.1 dB over champion",
        "15 − 12",
    ):
        assert piece in text


@pytest.mark.parametrize("rules", [[], [RULES[0], RULES[0]]])
def test_a_gate_without_clear_rules_is_an_error(rules):
    with pytest.raises(ConfigError, match="a gate needs rules"):
        check(rules, model(), PLAIN, None)


def test_there_is_no_off_switch():
    words = ("skip", "force", "ignore", "enabled", "dry", "allow")
    for function in (check, choose, GateReport.raise_if_failed):
        assert not [p for p in inspect.signature(function).parameters if p.startswith(words)]
    assert "environ" not in inspect.getsource(gates)


def test_the_best_that_passes_wins():
    candidates = {
        "a": model("a", quality=16.0),
        "b": model("b", quality=18.0),
        "c": model("c", quality=30.0, outside=1.0),
        "d": model("d", quality=18.0),
    }
    reports = {name: check(RULES, e, PLAIN, None) for name, e in candidates.items()}
    assert choose(candidates, reports, QUALITY) == "b"


def test_nobody_wins_where_nobody_passes():
    candidates = {"a": model("a", quality=1.0), "b": model("b", outside=1.0)}
    reports = {name: check(RULES, e, PLAIN, None) for name, e in candidates.items()}
    with pytest.raises(GateFailed) as stopped:
        choose(candidates, reports, QUALITY)
    for piece in ("a [enough", "beats_plain", "b [clean"):
        assert piece in stopped.value.message


AGAINST_CONTROL = [
    Rule("kept", "costs nothing", "quality", -0.02, "at_least", CONTROL, relative=True),
    Rule("gained", "is worth having", "spread", 0.2, "at_least", CONTROL, relative=True),
]


def test_a_game_is_held_against_the_same_network_without_it():
    control = model("control", spread=0.5)
    good = check(AGAINST_CONTROL, model(quality=14.8, spread=0.61), {}, None, control)
    assert good.passed
    assert good.checks[1].value == pytest.approx(0.22)
    bad = check(AGAINST_CONTROL, model(quality=14.6, spread=0.59), {}, None, control)
    assert failed(bad) == ["kept", "gained"]
    assert "≥ −2 % over control" in bad.table()
    assert GateReport.from_dict(json.loads(json.dumps(bad.as_dict()))) == bad


def test_the_control_is_not_held_against_itself():
    report = check(AGAINST_CONTROL, model(spread=0.1), {}, None)
    assert report.passed
    assert {entry.verdict for entry in report.checks} == {"no control"}


def test_nothing_is_a_share_of_nothing():
    report = check(AGAINST_CONTROL, model(spread=0.1), {}, None, model("control", spread=0.0))
    assert failed(report) == ["gained"]
