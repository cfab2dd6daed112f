"""The loop as a whole: it learns, says what it does, stops on rubbish, and resumes exactly."""

import json
import logging
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from tests.gan import toy
from tests.gan.colours import Colours
from tryon.errors import TrainingError
from tryon.gan import checkpoint, health
from tryon.gan.engine import train
from tryon.gan.losses import LOSSES
from tryon.gan.order import Index, Order
from tryon.gan.trail import read_stats

LOSS_NAMES = ["none", *LOSSES]


def same(first: Path, second: Path) -> bool:
    """Whether two weight files hold bit-equal tensors."""
    a, b = load_file(first), load_file(second)
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("name", LOSS_NAMES)
def test_trains_and_leaves_a_trail(name: str, tmp_path: Path) -> None:
    told: list[int] = []
    pictures: list[Path] = []
    result = train(
        lambda: toy.Toy(name),
        Colours(),
        config=toy.config(r1_weight=0.1, r1_every=4, discriminator_steps=2),
        adversarial=name,
        seed=toy.SEED,
        folder=tmp_path,
        preview=[Colours()[Index(0, i)] for i in range(3)],
        log=lambda figures, step: told.append(step),
        log_picture=lambda path, step: pictures.append(path),
    )
    lines = read_stats(tmp_path / "stats.jsonl")
    assert [line["step"] for line in lines] == told == [4, 8, 12, 16, 20, 24]
    assert lines[-1]["generator/pixels"] < 0.7 * lines[0]["generator/pixels"]
    assert result.stats == lines[-1]
    assert all(line["images_per_s"] > 0 and line["memory_gb"] > 0 for line in lines)
    assert [path.name for path in pictures] == ["00000000.png", "00000012.png", "00000024.png"]
    assert Image.open(pictures[-1]).size == (3 * 8 + 2 * 4, 3 * 8 + 2 * 4)
    options = json.loads((tmp_path / "options.json").read_text())
    assert options["adversarial"] == name
    assert options["training"]["steps"] == 24
    game = {"discriminator/adversarial", "discriminator/separation", "generator/adversarial"}
    assert (game <= set(lines[-1])) == (name != "none")
    assert ("discriminator/r1" in lines[-1]) == (name != "none")
    assert ("discriminator/gradient_penalty" in lines[-1]) == (name == "wgan-gp")
    assert len(list((tmp_path / "checkpoints").iterdir())) == checkpoint.KEPT


def test_one_run_equals_another(tmp_path: Path) -> None:
    first, second = toy.run(tmp_path / "a"), toy.run(tmp_path / "b")
    assert same(first.weights, second.weights)
    other = train(
        toy.Toy, Colours(), config=toy.config(), adversarial="lsgan", seed=99,
        folder=tmp_path / "c", preview=[Colours()[Index(0, 0)]],
    )  # fmt: skip
    assert not same(first.weights, other.weights)


class Stop(RuntimeError):
    """Breaks off a training from outside."""


@pytest.mark.parametrize("name", ["lsgan", "wgan-gp"])
@pytest.mark.parametrize("at", [8, 20])
def test_a_broken_off_run_goes_on_exactly(name: str, at: int, tmp_path: Path) -> None:
    whole = toy.run(tmp_path / "whole", name)

    def stop(figures: dict[str, float], step: int) -> None:
        if step == at:
            raise Stop

    with pytest.raises(Stop):
        train(
            lambda: toy.Toy(name), Colours(), config=toy.config(), adversarial=name, seed=toy.SEED,
            folder=tmp_path / "part", preview=[Colours()[Index(0, i)] for i in range(3)], log=stop,
        )  # fmt: skip
    part = toy.run(tmp_path / "part", name)
    assert same(whole.weights, part.weights)
    timeless = [
        [
            {key: value for key, value in line.items() if not key.endswith(("_s", "_gb"))}
            for line in read_stats(folder / "stats.jsonl")
        ]
        for folder in (tmp_path / "whole", tmp_path / "part")
    ]
    assert timeless[0] == timeless[1]


def test_a_finished_run_returns_at_once(tmp_path: Path) -> None:
    first = toy.run(tmp_path)
    before = first.weights.stat().st_mtime_ns
    again = toy.run(tmp_path)
    assert again == first
    assert again.weights.stat().st_mtime_ns == before


def test_other_options_are_refused_but_harmless_ones_may_change(tmp_path: Path) -> None:
    toy.run(tmp_path, steps=10)
    with pytest.raises(TrainingError, match=r"generator_lr 0\.005 → 0\.1"):
        toy.run(tmp_path, steps=10, generator_lr=0.1)
    toy.run(tmp_path, steps=10, log_every=2, checkpoint_every=3)


def test_an_unreadable_checkpoint_says_what_to_do(tmp_path: Path) -> None:
    toy.run(tmp_path, steps=10)
    path = checkpoint.latest(tmp_path / "checkpoints")
    assert path is not None
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(TrainingError, match="delete"):
        toy.run(tmp_path, steps=10)
    path.unlink()
    assert toy.run(tmp_path, steps=10).steps == 10


def test_checkpoints_hold_no_pickled_objects(tmp_path: Path) -> None:
    toy.run(tmp_path, steps=10)
    path = checkpoint.latest(tmp_path / "checkpoints")
    assert path is not None
    state = torch.load(path, weights_only=True)  # would raise on anything but plain values
    assert state["step"] == 10


def test_a_half_written_checkpoint_is_not_seen(tmp_path: Path) -> None:
    checkpoint.write(tmp_path, 5, {"step": 5})
    (tmp_path / ".step-00000010.pt.partial").write_bytes(b"half")
    assert checkpoint.latest(tmp_path) == tmp_path / "step-00000005.pt"


def test_a_non_finite_term_stops_the_run_with_its_name_and_step(tmp_path: Path) -> None:
    broken = 66  # in epoch 1
    first = next(
        step
        for step, batch in enumerate(Order(40, 6, toy.SEED))
        if any(epoch * 40 + sample >= broken for epoch, sample in batch)
    )
    with pytest.raises(TrainingError, match=rf"became nan at step {first}") as caught:
        toy.run(tmp_path, dataset=Colours(broken_at=broken))
    assert caught.value.code == "not_finite"
    assert not (tmp_path / "generator.safetensors").exists()
    path = checkpoint.latest(tmp_path / "checkpoints")
    state = checkpoint.read(path) if path else {"step": 0}
    assert state["step"] <= first, "no checkpoint holds broken weights"


def test_a_game_needs_a_discriminator(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="needs a discriminator"):
        train(
            lambda: toy.Toy("none"), Colours(), config=toy.config(), adversarial="hinge", seed=0,
            folder=tmp_path, preview=[Colours()[Index(0, 0)]],
        )  # fmt: skip


def test_bf16_trains_too(tmp_path: Path) -> None:
    assert np.isfinite(toy.run(tmp_path, precision="bf16-mixed").stats["generator/pixels"])


def test_threads_and_random_states_of_the_caller_stay(tmp_path: Path) -> None:
    torch.manual_seed(3)
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    toy.run(tmp_path, steps=4)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_num_threads() == threads


def test_collapse_is_seen_and_said(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """A generator that cannot hear its condition and sees no picture makes one thing only."""
    objective = toy.Toy("none")

    class Deaf(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.constant = torch.nn.Parameter(torch.zeros(3, 1, 1))

        def forward(self, image: torch.Tensor, colour: torch.Tensor) -> torch.Tensor:
            return image + self.constant

    objective.generator = Deaf()
    with caplog.at_level(logging.WARNING):
        result = train(
            lambda: objective, Colours(), config=toy.config(), adversarial="none", seed=0,
            folder=tmp_path, preview=[Colours()[Index(0, 0)]],
        )  # fmt: skip
    assert any("mode collapse" in warning for warning in result.warnings)
    assert "mode collapse" in caplog.text


def test_diversity_of_known_spreads() -> None:
    wanted = torch.tensor([[0.0], [1.0], [2.0]])
    assert health.diversity(wanted, wanted) == pytest.approx(1)
    assert health.diversity(0.25 * wanted + 7, wanted) == pytest.approx(0.25)
    assert np.isnan(health.diversity(wanted[:1], wanted[:1]))


def test_warnings_come_once_and_only_when_they_last() -> None:
    watch = health.Health()
    said = [watch.watch(step, {"separation": 1.0}) for step in range(health.PATIENCE + 3)]
    assert [bool(lines) for lines in said] == [False] * (health.PATIENCE - 1) + [True] + [False] * 3
    watch.watch(100, {"separation": 0.7})
    assert watch.runs["wins"] == 0
    assert health.Health(**watch.state()) == watch
