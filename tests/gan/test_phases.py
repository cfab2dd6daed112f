"""The game may begin later than the training."""

from pathlib import Path

import torch

from tests.gan.colours import SEED, Colours
from tests.gan.toy import Toy, config
from tryon.gan.engine import train
from tryon.gan.order import Index
from tryon.gan.trail import read_stats


class Rehearsing(Toy):
    """Counts who is asked."""

    def __init__(self) -> None:
        super().__init__("lsgan")
        self.asked: list[str] = []

    def generate(self, generator, batch):
        self.asked.append("generate")
        return super().generate(generator, batch)

    def rehearse(self, generator, batch):
        self.asked.append("rehearse")
        return super().generate(generator, batch)


def trained(folder: Path, toy: Toy, **changes):
    return train(
        toy,
        Colours(),
        config=config(log_every=1, **changes),
        adversarial="lsgan",
        seed=SEED,
        folder=folder,
        preview=[Colours()[Index(0, 0)]],
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


def test_from_the_start_unless_told_otherwise(tmp_path):
    toy = Rehearsing()
    trained(tmp_path / "all", toy, steps=3, picture_every=100)
    assert toy.asked == ["generate"] * 3
