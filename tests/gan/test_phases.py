"""The game may begin later than the training."""

from pathlib import Path

import pytest
import torch

from tests.gan.colours import SEED, Colours
from tests.gan.toy import Toy, config
from tryon.errors import TrainingError
from tryon.gan.engine import train
from tryon.gan.order import Index
from tryon.gan.trail import read_stats


class Rehearsing(Toy):
    """Counts who is asked."""

    def __init__(self, adversarial: str = "lsgan") -> None:
        super().__init__(adversarial)
        self.asked: list[str] = []

    def generate(self, generator, batch):
        self.asked.append("generate")
        return super().generate(generator, batch)

    def rehearse(self, generator, batch):
        self.asked.append("rehearse")
        return super().generate(generator, batch)


def trained(folder: Path, toy: Toy, adversarial: str = "lsgan", opening=None, log=None, **changes):
    return train(
        lambda: toy,
        Colours(),
        config=config(log_every=1, **changes),
        adversarial=adversarial,
        seed=SEED,
        folder=folder,
        preview=[Colours()[Index(0, 0)]],
        opening=opening,
        **({"log": log} if log else {}),
    )


def test_the_game_begins_where_it_is_told_to(tmp_path):
    toy = Rehearsing()
    before = [value.clone() for value in toy.discriminator.state_dict().values()]
    trained(tmp_path / "half", toy, steps=8, adversarial_from=0.5, picture_every=100)
    assert toy.asked == ["rehearse"] * 4 + ["generate"] * 4
    stats = read_stats(tmp_path / "half" / "stats.jsonl")
    played = [any(name.startswith("discriminator/") for name in line) for line in stats]
    assert played == [False] * 4 + [True] * 4
    assert any(
        not torch.equal(old, new)
        for old, new in zip(before, toy.discriminator.state_dict().values(), strict=True)
    )


def test_an_opening_is_done_once(tmp_path):
    """Whoever comes first: the game ends as if it had been alone, and so does its control."""
    options = {"steps": 9, "adversarial_from": 0.5, "picture_every": 100}
    alone = {
        name: trained(tmp_path / f"{name} alone", Toy(name), name, **options)
        for name in ("none", "lsgan", "bce")
    }
    heard: list[int] = []
    for name in ("none", "lsgan", "bce"):
        toy = Rehearsing(name)
        result = trained(
            tmp_path / name, toy, name, opening=tmp_path / "opening",
            log=lambda figures, step: heard.append(step), **options,
        )  # fmt: skip
        assert result.weights.read_bytes() == alone[name].weights.read_bytes()
        assert _told(result.folder) == _told(alone[name].folder)
        assert heard == list(range(1, 10))
        heard.clear()
        done = {"none": ["rehearse"] * 9, "lsgan": ["generate"] * 4, "bce": ["generate"] * 4}
        assert toy.asked == done[name]


def test_an_opening_of_other_options_is_refused(tmp_path):
    options = {"steps": 4, "adversarial_from": 0.5, "opening": tmp_path / "opening"}
    trained(tmp_path / "first", Toy("none"), "none", **options)
    with pytest.raises(TrainingError, match="clip_norm"):
        trained(tmp_path / "second", Toy("lsgan"), "lsgan", clip_norm=0.5, **options)


def _told(folder: Path) -> list[dict[str, float]]:
    own = ("elapsed_s", "images_per_s", "memory_gb")
    return [
        {name: value for name, value in line.items() if name not in own}
        for line in read_stats(folder / "stats.jsonl")
    ]


def test_from_the_start_unless_told_otherwise(tmp_path):
    toy = Rehearsing()
    trained(tmp_path / "all", toy, steps=3, picture_every=100)
    assert toy.asked == ["generate"] * 3
