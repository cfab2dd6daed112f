"""The gate lets good captioners through and stops each kind of bad one."""

import pytest

from tests.caption import squares
from tryon import gates
from tryon.caption.baselines import Telling
from tryon.caption.config import Config, GateConfig
from tryon.caption.criteria import METRICS, PRIMARY, rules
from tryon.caption.evaluation import baselines, evaluate_telling
from tryon.caption.preparation import captions_of
from tryon.gates import GateReport
from tryon.metrics.result import Evaluation

OTHERS = ("here is a square", "something with corners", "look at that shape")


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory):
    return squares.prepared(tmp_path_factory.mktemp("squares"), 60).split("test")


@pytest.fixture(scope="module")
def known(split) -> dict[str, Evaluation]:
    return baselines(split, squares.CONFIG)


def scored(split, captions: list[str], sets: list[list[str]]) -> Evaluation:
    evaluation = evaluate_telling(Telling(captions, sets), split, squares.CONFIG, "candidate")
    return evaluation.with_metrics(parity=1e-6)


def judged(candidate: Evaluation, known, control: Evaluation | None = None) -> GateReport:
    return gates.check(rules(squares.CONFIG), candidate, known, None, control)


def failed(report: GateReport) -> set[str]:
    return {check.rule.name for check in report.failed}


@pytest.fixture(scope="module")
def first(split) -> list[str]:
    return [own[0] for own in captions_of(split)]


@pytest.fixture(scope="module")
def control(split, first) -> Evaluation:
    """Says what is right, and nearly always the same."""
    return scored(split, first, [[text, text, f"{text} here"] for text in first])


def test_a_good_captioner_ships(split, known, first, control):
    assert judged(control, known).passed
    several = scored(split, first, [[text, *OTHERS[:2]] for text in first])
    assert judged(several, known, control).passed
    assert PRIMARY.better(several.metrics[PRIMARY.name], control.metrics[PRIMARY.name])


def test_one_caption_for_all_is_a_collapse(split, known):
    same = ["a large red square"] * len(split)
    report = judged(scored(split, same, [list(OTHERS) for _ in same]), known)
    assert {"no_collapse", "beats_prior", "bleu"} <= failed(report)


def test_one_that_repeats_itself_is_stopped(split, known, first):
    looping = [f"{text} {text} {text}" for text in first]
    report = judged(scored(split, looping, [list(OTHERS) for _ in first]), known)
    assert "no_repeats" in failed(report)


def test_a_game_must_keep_agreement_and_bring_variety(split, known, first, control):
    worse = [*first[:-1], "a square of no colour"]
    varied = scored(split, worse, [list(OTHERS) for _ in first])
    assert failed(judged(varied, known, control)) == {"bleu_kept"}
    assert failed(judged(control, known, control)) == {"diversity_up"}


def test_words_that_are_wrong_are_a_rule_where_the_data_tell():
    names = {rule.name for rule in rules(Config())}
    assert {"attributes_right", "colours_right"} <= names
    silent = GateConfig(min_attributes_right=0, min_colours_right=0)
    quiet = {rule.name for rule in rules(Config(gate=silent))}
    assert names - quiet == {"attributes_right", "colours_right"}


def test_every_rule_is_about_a_figure_that_is_measured():
    assert all(rule.metric in METRICS for rule in rules(Config()))
