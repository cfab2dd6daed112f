"""Aliases move one way, and every move is on record."""

from pathlib import Path

import mlflow
import pytest

from tests.serving.networks import CARD, meta, zero_network
from tests.tracking.store import use
from tryon.errors import RegistryError
from tryon.serving.bundle import Bundle
from tryon.tracking.registry import (
    CHALLENGER,
    CHAMPION,
    PREVIOUS,
    Move,
    challenge,
    fetch,
    history,
    promote,
    register,
    rollback,
    version_at,
    versions,
)
from tryon.tracking.runs import RunLog

TASK, GATE = "makeup", "lsgan: passed (1 rules)\n  pass  enough  31.2  ≥ 25 dB"


@pytest.fixture
def registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two versions of one model, no alias yet."""
    root = use(tmp_path, monkeypatch)
    bundle = Bundle.write(root / "bundle", zero_network(), meta(), CARD)
    run = RunLog.start(TASK, "lsgan").run_id
    return [register(TASK, run, bundle.folder, {"candidate": n}, n) for n in ("first", "second")]


def aliases() -> dict[str, str]:
    found = {alias: version_at(TASK, alias) for alias in (CHAMPION, CHALLENGER, PREVIOUS)}
    return {alias: one.version for alias, one in found.items() if one}


def test_a_registered_version_carries_no_alias(registered: list[str], tmp_path: Path) -> None:
    assert registered == ["1", "2"]
    assert aliases() == {}
    assert history(TASK) == []
    assert [one.tags["candidate"] for one in versions(TASK)] == ["second", "first"]
    assert Bundle.open(fetch(TASK, "2", tmp_path / "fetched")).card == CARD


def test_registering_works_where_another_task_was_tracked_last(
    registered: list[str], tmp_path: Path
) -> None:
    mlflow.set_experiment("garment")
    bundle = Bundle.write(tmp_path / "third", zero_network(), meta(), CARD)
    run = RunLog.start(TASK, "hinge").run_id
    assert register(TASK, run, bundle.folder, {}, "third") == "3"


def test_a_challenger_is_promoted_and_the_champion_becomes_previous(registered: list[str]) -> None:
    for version in registered:
        challenge(TASK, version, "the best that passed", GATE)
        assert aliases()[CHALLENGER] == version
        promote(TASK, version, "the best that passed", GATE)
        assert CHALLENGER not in aliases()
    assert aliases() == {CHAMPION: "2", PREVIOUS: "1"}


def test_every_move_says_who_when_why_and_what_the_gate_measured(registered: list[str]) -> None:
    for version in registered:
        challenge(TASK, version, "challenges", GATE)
        promote(TASK, version, "wins", GATE)
    rollback(TASK, "shades are off")
    moves = history(TASK)
    assert [(move.action, move.version, move.replaced) for move in moves] == [
        ("challenge", "1", ""),
        ("promote", "1", ""),
        ("challenge", "2", ""),
        ("promote", "2", "1"),
        ("rollback", "1", "2"),
    ]
    assert {move.who for move in moves} == {"ada"}
    assert [move.time for move in moves] == sorted(move.time for move in moves)
    assert [move.why for move in moves[2:]] == ["challenges", "wins", "shades are off"]
    assert all(move.gate == GATE for move in moves[:4])
    of_version = {one.version: one.tags for one in versions(TASK)}
    assert set(dict(move.as_tag() for move in moves[2:4])) <= set(of_version["2"])


def test_a_new_challenger_takes_the_place_of_one_that_was_never_promoted(
    registered: list[str],
) -> None:
    challenge(TASK, "1", "interrupted")
    move = challenge(TASK, "2", "the next run")
    assert (move.version, move.replaced) == ("2", "1")
    assert aliases() == {CHALLENGER: "2"}


def test_a_dry_run_of_a_rollback_changes_nothing(registered: list[str]) -> None:
    for version in registered:
        promote(TASK, version, "wins")
    assert isinstance(rollback(TASK, "look first", dry_run=True), Move)
    assert aliases() == {CHAMPION: "2", PREVIOUS: "1"}
    assert len(history(TASK)) == 2


@pytest.mark.parametrize(
    ("promoted", "to", "says"),
    [
        ((), None, "no champion"),
        (("1",), None, "no previous"),
        (("1",), "1", "serves already"),
        (("1", "2"), "9", "no version 9"),
    ],
)
def test_where_there_is_nothing_to_go_back_to_it_says_so(
    registered: list[str], promoted: tuple[str, ...], to: str | None, says: str
) -> None:
    for version in promoted:
        promote(TASK, version, "wins")
    with pytest.raises(RegistryError, match=says):
        rollback(TASK, "by mistake", to)
