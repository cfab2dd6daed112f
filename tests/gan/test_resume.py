"""Processes that are really killed, loader processes, and several processes at once."""

import json
import multiprocessing as mp
import os
import signal
import time
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.gan import toy
from tests.gan.colours import Colours
from tests.gan.test_engine import same
from tryon.errors import TrainingError
from tryon.gan import checkpoint
from tryon.gan.engine import Job
from tryon.gan.launch import launch
from tryon.gan.order import Index
from tryon.gan.trail import read_stats

STEPS = 60


@pytest.fixture(scope="module")
def processes() -> Any:
    """Real processes whose imports are paid once."""
    context = mp.get_context("forkserver")
    context.set_forkserver_preload(["tests.gan.toy"])
    return context


def kill_after(process: BaseProcess, folder: Path, step: int) -> None:
    """Wait until status lines have reached `step`, then SIGKILL in the middle of the work."""
    process.start()
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.is_alive():
        lines = read_stats(folder / "stats.jsonl")
        if lines and lines[-1]["step"] >= step:
            break
        time.sleep(0.002)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert process.exitcode == -signal.SIGKILL, "it ended before it could be killed"
    assert not (folder / "generator.safetensors").exists()


@pytest.mark.parametrize("workers", [0, 1])
def test_killed_twice_then_run_again(workers: int, processes: Any, tmp_path: Path) -> None:
    options: dict[str, Any] = {"steps": STEPS, "log_every": 1, "checkpoint_every": 7}
    whole = toy.run(tmp_path / "whole", **options)
    options["workers"] = workers
    folder = tmp_path / "killed"
    for step in (9, 31):  # mid-epoch, between checkpoints
        kill_after(processes.Process(target=toy.run, args=(folder,), kwargs=options), folder, step)
    assert checkpoint.latest(folder / "checkpoints") is not None
    process = processes.Process(target=toy.run, args=(folder,), kwargs=options)
    process.start()
    process.join(120)
    assert process.exitcode == 0
    assert same(whole.weights, folder / "generator.safetensors")
    steps = [line["step"] for line in read_stats(folder / "stats.jsonl")]
    assert steps == list(range(1, STEPS + 1)), "one line per step, none twice"


def job(folder: Path, **changes: Any) -> Job:
    """A DDP run of the toy; 48 samples = 4 steps of 2 × 6."""
    return Job(
        changes.pop("objective", toy.Toy), changes.pop("dataset", Colours(48)),
        [Colours()[Index(0, i)] for i in range(2)],
        toy.config(devices=2, **changes), "lsgan", toy.SEED, folder,
    )  # fmt: skip


def several(fabric: Any, folder: Path, listener: Any) -> None:
    """In each of two processes: a whole run; a run that breaks and goes on; then one that fails."""
    from tryon.gan.engine import _train

    kept = toy.Toy()
    _train(fabric, job(folder / "whole", objective=lambda: kept), listener)
    mine = torch.cat([p.detach().flatten() for p in kept.generator.parameters()])
    everyone = fabric.all_gather(mine)
    seen = torch.tensor([fabric.global_rank])

    broken = job(folder / "part", dataset=Colours(48, broken_at=2 * 48))
    try:
        _train(fabric, broken, listener)
    except TrainingError as error:
        message = str(error)
    resumed = _train(fabric, job(folder / "part"), listener)
    report = {
        "ranks": fabric.all_gather(seen).flatten().tolist(),
        "equal": bool((everyone[0] == everyone[1]).all()),
        "finite": bool(torch.isfinite(everyone).all()),
        "broke": message,
        "steps": resumed.steps,
    }
    if fabric.is_global_zero:
        (folder / "report.json").write_text(json.dumps(report))
    _train(fabric, job(folder / "fails", dataset=Colours(48, broken_at=0)), listener)


def test_two_processes_hold_equal_weights_resume_exactly_and_fail_aloud(tmp_path: Path) -> None:
    told: list[int] = []
    with pytest.raises(TrainingError, match="became nan at step 0"):
        launch(
            several, tmp_path, devices=2, precision="32-true",
            log=lambda figures, step: told.append(step), log_picture=lambda path, step: None,
        )  # fmt: skip
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["ranks"] == [0, 1]
    assert report["equal"]
    assert report["finite"]
    assert "at step 8" in report["broke"]
    assert report["steps"] == 24
    assert same(
        tmp_path / "whole" / "generator.safetensors", tmp_path / "part" / "generator.safetensors"
    )
    assert told[:6] == [4, 8, 12, 16, 20, 24], "figures reach the process that asked"
    lines = read_stats(tmp_path / "whole" / "stats.jsonl")
    assert lines[-1]["generator/pixels"] < 0.7 * lines[0]["generator/pixels"]


def test_a_training_starts_its_own_processes(tmp_path: Path) -> None:
    told: list[int] = []
    result = toy.run(
        tmp_path, "hinge", devices=2, steps=4, log_every=2, log=lambda line, step: told.append(step)
    )
    assert (result.steps, told) == (4, [2, 4])
    assert result.weights.is_file()
    assert json.loads((tmp_path / "options.json").read_text())["processes"] == 2
