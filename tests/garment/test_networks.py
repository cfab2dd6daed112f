"""The networks' contracts, and that an objective trains them."""

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.garment.worn import config, write_split
from tryon.config import CandidateConfig
from tryon.data.prepared import PreparedSplit
from tryon.gan.engine import train
from tryon.gan.samples import collate
from tryon.garment import networks
from tryon.garment.augmentation import TrainingSet
from tryon.garment.networks import Discriminator, GarmentReader, Generator, Parser
from tryon.garment.objective import GIVEN, build, dressed


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> PreparedSplit:
    return write_split(tmp_path_factory.mktemp("prepared"))


@pytest.fixture(scope="module")
def batch(split: PreparedSplit) -> dict[str, torch.Tensor]:
    items = TrainingSet(split, None, 0)
    return collate([items[i] for i in range(4)])


def test_shapes_and_ranges(batch: dict[str, torch.Tensor]) -> None:
    made = Generator(8, 8, 8)(**{name: batch[name] for name in GIVEN})
    assert made.flow.shape == (4, 2, 8, 6)
    assert made.logits.shape == (4, 5, 64, 48)
    assert made.shade.shape == made.tint.shape == (4, 3, 64, 48)
    assert made.flow.abs().max() <= 0.12
    assert made.tint.abs().max() <= 1


def test_it_starts_near_the_pasted_warp(batch: dict[str, torch.Tensor]) -> None:
    made = Generator(8, 8, 8)(**{name: batch[name] for name in GIVEN})
    picture = dressed(batch, made)["picture"]
    hidden = torch.maximum(batch["front"], batch["limbs"] * batch["old"])
    cover = batch["warped"][:, 3:] * (1 - hidden)
    certain = (batch["edit"] == 1) & (cover == 1)
    apart = (picture - batch["warped"][:, :3]).abs() * certain
    assert apart.sum() / certain.sum() / 3 < 0.06
    outside = (batch["edit"] == 0).expand_as(picture)
    torch.testing.assert_close(picture[outside], batch["image"][outside], rtol=0, atol=0)


def test_a_weave_of_two_pixels_is_smoothed_away() -> None:
    weave = torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).repeat(8, 8)[None, None]
    assert networks.smooth(weave)[..., 1:-1, 1:-1].abs().max() < 1e-6
    ramp = torch.arange(16.0).repeat(16, 1)[None, None]
    torch.testing.assert_close(networks.smooth(ramp)[..., 1:-1], ramp[..., 1:-1])


def test_default_sizes_are_small() -> None:
    sizes = {
        type(network).__name__: sum(value.numel() for value in network.parameters())
        for network in (Generator(), Parser(), GarmentReader(), Discriminator())
    }
    assert sizes["Generator"] < 1.5e6
    assert sizes["Parser"] < 0.4e6
    assert sizes["GarmentReader"] < 0.4e6


def test_heat_peaks_at_the_joints() -> None:
    keypoints = torch.zeros(1, 18, 3)
    keypoints[0, 4] = torch.tensor([21.5, 41.5, 1.0])
    peaks = networks.heat(keypoints, 64, 48, 4)
    assert peaks.shape == (1, 18, 16, 12)
    assert divmod(int(peaks[0, 4].argmax()), 12) == (10, 5)
    assert peaks[0, :4].sum() == 0, "joints that are not seen are cold"


def test_readers_read_at_their_sizes(batch: dict[str, torch.Tensor]) -> None:
    parsed = Parser(8, 8)(batch["image"], batch["keypoints"], batch["category"])
    assert parsed.shape == (4, 10, 64, 48)
    mask, heat, present = GarmentReader(8, 8)(batch["photo"], batch["category"])
    assert mask.shape == (4, 1, 128, 96)
    assert heat.shape == (4, 29, 32, 24)
    assert present.shape == (4, 29)


@pytest.mark.parametrize("adversarial", ["none", "lsgan", "hinge"])
def test_a_short_training_lowers_every_term(
    split: PreparedSplit, tmp_path: Path, adversarial: str
) -> None:
    steps = 30 if adversarial == "none" else 3
    small = config(
        training={
            "batch_size": 4, "steps": steps, "warmup_steps": 1, "log_every": max(1, steps // 5),
            "workers": 0, "checkpoint_every": 1000, "picture_every": 1000,
        }
    )  # fmt: skip
    objective = build(small, CandidateConfig(adversarial=adversarial), 1)
    assert (objective.discriminator is None) == (adversarial == "none")
    items = TrainingSet(split, small.augmentation, 3)
    result = train(
        lambda: objective, items, config=small.training, adversarial=adversarial, seed=3,
        folder=tmp_path / adversarial, preview=[TrainingSet(split, None, 3)[0]],
    )  # fmt: skip
    names = ("pixels", "shape", "cloth", "cover", "bend", "labels", "mask", "points", "present")
    last = result.stats
    assert all(np.isfinite(last[f"generator/{name}"]) for name in names)
    if adversarial == "none":
        import json

        lines = (tmp_path / "none" / "stats.jsonl").read_text().splitlines()
        first = json.loads(lines[0])
        for name in ("pixels", "labels", "mask", "points"):
            assert last[f"generator/{name}"] < first[f"generator/{name}"], name
    else:
        assert np.isfinite(last["discriminator/adversarial"])


def test_equal_seeds_build_equal_networks() -> None:
    first, second = (build(config(), CandidateConfig(), 7) for _ in range(2))
    for one, other in zip(first.generator.parameters(), second.generator.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)
