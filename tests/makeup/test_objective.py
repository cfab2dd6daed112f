"""The makeup objective: what it weighs, what the discriminator sees, that it learns and resumes."""

import multiprocessing as mp
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.gan.test_engine import same
from tests.makeup.faces import Faces
from tryon.config import CandidateConfig, TrainingConfig
from tryon.gan.adversary import Adversary
from tryon.gan.engine import TrainingResult, train
from tryon.gan.losses import LOSSES
from tryon.gan.order import Index
from tryon.gan.samples import collate
from tryon.gan.trail import read_stats
from tryon.makeup import analytic
from tryon.makeup.config import Config
from tryon.makeup.networks import PAINTED
from tryon.makeup.objective import FOCUS, build, focused_l1

SMALL = Config.model_validate({"network": {"width": 8, "discriminator_width": 8, "crop": 16}})


@pytest.fixture
def batch() -> dict[str, torch.Tensor]:
    faces = Faces()
    return collate([faces[Index(0, sample)] for sample in range(4)])


def test_the_seed_alone_decides_the_initial_weights() -> None:
    candidate = CandidateConfig(adversarial="hinge")
    torch.manual_seed(1)
    first = build(SMALL, candidate, seed=5)
    torch.manual_seed(2)
    second, third = build(SMALL, candidate, seed=5), build(SMALL, candidate, seed=6)
    weights = [
        torch.cat([p.detach().flatten() for p in objective.generator.parameters()])
        for objective in (first, second, third)
    ]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_no_game_no_discriminator() -> None:
    assert build(SMALL, CandidateConfig(adversarial="none")).discriminator is None


def test_spectral_norm_gives_way_to_the_gradient_penalty() -> None:
    def names(adversarial: str) -> str:
        objective = build(SMALL, CandidateConfig(adversarial=adversarial))
        assert objective.discriminator is not None
        return " ".join(objective.discriminator.state_dict())

    assert "parametrizations" in names("hinge")
    assert "parametrizations" not in names("wgan-gp")


def test_focus_weighs_asked_regions_but_not_foundation(batch: dict[str, torch.Tensor]) -> None:
    batch["masks"] = torch.zeros(4, 6, 64, 64)
    batch["masks"][:, analytic.LIPS, :32] = 1
    batch["masks"][:, analytic.BLUSH, 32:] = 1
    batch["masks"][:, analytic.FOUNDATION] = 1
    batch["condition"][:, :, 3] = torch.tensor([1.0, 0, 0, 0, 0, 1])
    off = batch["target"] + 0.1
    assert focused_l1(off, batch).item() == pytest.approx(0.1 * (1 + FOCUS / 2), rel=1e-4)


def test_nothing_changes_where_nothing_is_asked(batch: dict[str, torch.Tensor]) -> None:
    objective = build(SMALL, CandidateConfig(adversarial="none"))
    made = objective.generate(objective.generator, batch)["picture"]
    outside = (analytic.allowed(batch["masks"], batch["condition"]) == 0).expand_as(made)
    assert outside.any()
    assert torch.equal(made[outside], batch["image"][outside])


def test_the_discriminator_sees_real_made_and_mismatched(batch: dict[str, torch.Tensor]) -> None:
    objective = build(SMALL, CandidateConfig(adversarial="lsgan"))
    seen = objective.generate(objective.generator, batch)
    channels = 6 + 6 + PAINTED
    for name in ("real", "fake", "mismatched"):
        assert seen[name].shape == (4 * 3, channels, 16, 16)
    assert seen["weight"].shape == (4 * 3,)
    torch.testing.assert_close(seen["real"][:, :12], seen["mismatched"][:, :12])
    assert not torch.equal(seen["real"][:, 12:], seen["mismatched"][:, 12:])
    torch.testing.assert_close(seen["real"][:, 6:], seen["fake"][:, 6:])
    assert not torch.equal(seen["real"][:, :3], seen["fake"][:, :3])
    assert seen["fake"].requires_grad


@pytest.mark.parametrize("name", LOSSES)
def test_every_game_reaches_the_generator(name: str, batch: dict[str, torch.Tensor]) -> None:
    objective = build(SMALL, CandidateConfig(adversarial=name))
    adversary = Adversary(LOSSES[name], weight=1.0, r1_weight=1.0)
    seen = objective.generate(objective.generator, batch)
    detached = {key: value.detach() for key, value in seen.items()}
    terms = objective.discriminator_losses(
        objective.discriminator, batch, detached, adversary, True
    )
    assert torch.isfinite(terms.total())
    assert "r1" in terms.losses
    losses = objective.generator_losses(objective.discriminator, batch, seen, adversary).losses
    losses["adversarial"].backward()
    gradient = [p.grad for p in objective.generator.parameters() if p.grad is not None]
    assert sum(float(g.abs().sum()) for g in gradient) > 0


def run(folder: Path, adversarial: str = "lsgan", steps: int = 12) -> TrainingResult:
    """A short training on the drawn faces."""
    faces = Faces()
    return train(
        lambda: build(SMALL, CandidateConfig(adversarial=adversarial), seed=3),
        faces,
        config=TrainingConfig(
            steps=steps, batch_size=4, workers=0, log_every=1, checkpoint_every=5, warmup_steps=3,
            picture_every=100, generator_lr=2e-3,
        ),
        adversarial=adversarial,
        seed=3,
        folder=folder,
        preview=[faces[Index(0, sample)] for sample in range(2)],
    )  # fmt: skip


def test_a_killed_training_ends_with_the_same_weights(tmp_path: Path) -> None:
    whole = run(tmp_path / "whole")
    folder = tmp_path / "killed"
    context = mp.get_context("forkserver")
    context.set_forkserver_preload(["tests.makeup.test_objective"])
    process = context.Process(target=run, args=(folder,))
    process.start()
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.is_alive():
        lines = read_stats(folder / "stats.jsonl")
        if lines and lines[-1]["step"] >= 7:
            break
        time.sleep(0.002)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert not (folder / "generator.safetensors").exists()
    assert same(whole.weights, run(folder).weights)


def test_it_overfits_eight_pictures_beyond_the_shift(tmp_path: Path) -> None:
    """The targets darken towards the region's edge, which no constant shift can do."""
    result = run(tmp_path, "none", steps=60)
    lines = read_stats(tmp_path / "stats.jsonl")
    first = np.mean([line["generator/pixels"] for line in lines[:5]])
    last = np.mean([line["generator/pixels"] for line in lines[-5:]])
    assert last < 0.75 * first
    assert result.warnings == []
