"""From scored candidates to a champion: what the gate lets through, and what is on record then."""

import json
from pathlib import Path

import pytest

from tests.stages import candidates
from tests.stages.candidates import candidate, recipe
from tests.tracking.store import use
from tryon.errors import GateFailed
from tryon.makeup.predictor import Predictor
from tryon.paths import absolute
from tryon.stages.gate import gate
from tryon.stages.register import register
from tryon.tracking import registry
from tryon.tracking.client import client
from tryon.types import DecisionRef, EvaluationRef, PreparedRef

NOTHING = PreparedRef(task="makeup", path="var/none", digest="", samples={}, refused={})
BASELINES = {"no makeup": 20.25, "flat blend": 21.5, "mean shift": 27.125}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = use(tmp_path, monkeypatch)
    candidates.baselines(BASELINES)
    return root


def decided(*scored: EvaluationRef) -> DecisionRef:
    decision, _ = gate(NOTHING, list(scored), recipe("gate"))
    return decision


def test_the_best_that_passes_wins_and_every_run_says_so() -> None:
    better, weaker = candidate("lsgan", 33.5, "lsgan"), candidate("l1", 31.5, "none")
    decision, page = gate(NOTHING, [better, weaker], recipe("gate"))
    assert decision.winner == better
    assert "no champion" in decision.rules
    assert page == (absolute(decision.path) / "comparison.html").read_text()
    for one, won in ((better, "true"), (weaker, "false")):
        tags = client().get_run(one.candidate.run_id).data.tags
        assert (tags["gate"], tags["winner"]) == ("passed", won)


def test_a_failed_gate_is_written_down_before_it_stops_the_run() -> None:
    one = candidate("lsgan", 27.0, "lsgan")
    with pytest.raises(GateFailed, match="beats_mean_shift"):
        decided(one)
    record = json.loads(absolute("var/reports/makeup/gate.json").read_text())
    assert record["winner"] is None
    assert not record["candidates"]["lsgan"]["passed"]
    tags = client().get_run(one.candidate.run_id).data.tags
    assert (tags["gate"], tags["winner"]) == ("failed", "false")
    assert absolute("var/reports/makeup/comparison.html").is_file()


def test_the_winner_challenges_and_is_then_promoted_with_the_gates_figures() -> None:
    decision = decided(candidate("lsgan", 33.5, "lsgan"))
    registered, _ = register(candidates.dataset(), decision, recipe("register"))
    assert registered.version == "1"
    assert Predictor.load(absolute(registered.bundle)).size == 128
    moves = registry.history("makeup")
    assert [move.action for move in moves] == ["challenge", "promote"]
    for move in moves:
        assert (move.version, move.who, move.gate) == ("1", "ada", decision.rules)
        assert "33.5" in move.why
    assert registry.version_at("makeup", registry.CHALLENGER) is None
    champion = registry.version_at("makeup", registry.CHAMPION)
    assert champion is not None
    assert champion.version == "1"


def test_a_promotion_that_fails_leaves_a_challenger(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("the registry is gone")

    monkeypatch.setattr("tryon.stages.register.promote", broken)
    decision = decided(candidate("lsgan", 33.5, "lsgan"))
    with pytest.raises(OSError, match="gone"):
        register(candidates.dataset(), decision, recipe("register"))
    challenger = registry.version_at("makeup", registry.CHALLENGER)
    assert challenger is not None
    assert registry.version_at("makeup", registry.CHAMPION) is None


def test_the_same_network_again_moves_nothing() -> None:
    decision, dataset = decided(candidate("lsgan", 33.5, "lsgan")), candidates.dataset()
    first, _ = register(dataset, decision, recipe("register"))
    again, _ = register(dataset, decision, recipe("register"))
    assert again == first
    assert len(registry.history("makeup")) == 2


def test_the_card_compares_the_model_with_every_baseline() -> None:
    decision = decided(candidate("lsgan", 33.5, "lsgan"))
    _, card = register(candidates.dataset(), decision, recipe("register"))
    lines = card.splitlines()
    assert "| figure | lsgan | no makeup | flat blend | mean shift |" in lines
    (psnr,) = (line for line in lines if line.startswith("| PSNR in the regions (dB)"))
    assert [cell.strip() for cell in psnr.split("|")[2:-1]] == ["33.50", "20.25", "21.50", "27.12"]
