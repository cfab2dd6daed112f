"""A small real training that runs in seconds: recolour 8×8 pictures as a condition asks.

Run as a program it trains in a folder (the tests kill it and start it again):

    python -m tests.gan.toy FOLDER [key=value …]      keys of TrainingConfig, and `adversarial`
"""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from tests.gan.colours import SEED, Colours
from tryon.config import TrainingConfig
from tryon.gan.adversary import Adversary
from tryon.gan.engine import TrainingResult, train
from tryon.gan.launch import Log
from tryon.gan.losses import LOSSES
from tryon.gan.order import Index
from tryon.gan.terms import Batch, Terms


class Recolour(nn.Module):
    """image [N, 3, 8, 8], colour [N, 3] → picture [N, 3, 8, 8]; dropout makes it use the RNG."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(6, 12, 3, padding=1)
        self.norm = nn.BatchNorm2d(12)
        self.drop = nn.Dropout(0.1)
        self.last = nn.Conv2d(12, 3, 3, padding=1)

    def forward(self, image: Tensor, colour: Tensor) -> Tensor:
        painted = colour[:, :, None, None].expand(-1, -1, *image.shape[2:])
        hidden = self.drop(torch.relu(self.norm(self.first(torch.cat([image, painted], 1)))))
        return image + torch.tanh(self.last(hidden))


class Toy:
    """The objective: L1 to the target, and a small conditional discriminator."""

    def __init__(self, adversarial: str = "lsgan") -> None:
        with torch.random.fork_rng():
            torch.manual_seed(SEED)
            self.generator: nn.Module = Recolour()
            self.discriminator: nn.Module | None = None
            if adversarial != "none":
                norm: Any = nn.utils.parametrizations.spectral_norm
                norm = norm if LOSSES[adversarial].spectral else (lambda module: module)
                self.discriminator = nn.Sequential(
                    norm(nn.Conv2d(6, 8, 3, 2, 1)), nn.LeakyReLU(0.2), norm(nn.Conv2d(8, 1, 3))
                )

    def generate(self, generator: nn.Module, batch: Batch) -> Batch:
        return {"picture": generator(batch["image"], batch["colour"])}

    def discriminator_losses(
        self, discriminator: Any, batch: Batch, generated: Batch, adversary: Adversary, lazy: bool
    ) -> Terms:
        return adversary.discriminator_terms(
            discriminator,
            self._seen(batch["target"], batch["colour"]),
            self._seen(generated["picture"], batch["colour"]),
            self._seen(batch["target"], batch["colour"].roll(1, 0)),
            lazy=lazy,
        )

    def generator_losses(
        self, discriminator: Any | None, batch: Batch, generated: Batch, adversary: Adversary | None
    ) -> Terms:
        terms = Terms({"pixels": (generated["picture"] - batch["target"]).abs().mean()})
        if adversary is None or discriminator is None:
            return terms
        seen = self._seen(generated["picture"], batch["colour"])
        return terms | adversary.generator_terms(discriminator, seen)

    def compared(self, batch: Batch, generated: Batch) -> tuple[Tensor, Tensor]:
        return generated["picture"] - batch["image"], batch["target"] - batch["image"]

    def preview(self, generator: nn.Module, batch: Batch) -> Tensor:
        made = generator(batch["image"], batch["colour"])
        return torch.stack([batch["image"], made, batch["target"]], 1)

    def _seen(self, picture: Tensor, colour: Tensor) -> Tensor:
        return torch.cat([picture, colour[:, :, None, None].expand_as(picture)], 1)


def config(**changes: Any) -> TrainingConfig:
    """Small and fast; `changes` go over it."""
    small: dict[str, Any] = {
        "batch_size": 6, "steps": 24, "warmup_steps": 3, "checkpoint_every": 5, "log_every": 4,
        "picture_every": 12, "workers": 0, "generator_lr": 5e-3,
    }  # fmt: skip
    return TrainingConfig.model_validate(small | changes)


def run(
    folder: Path,
    adversarial: str = "lsgan",
    dataset: Colours | None = None,
    log: Log = lambda line, step: None,
    **changes: Any,
) -> TrainingResult:
    """Train the toy in `folder`."""
    return train(
        partial(Toy, adversarial),
        dataset or Colours(),
        config=config(**changes),
        adversarial=adversarial,
        seed=SEED,
        folder=folder,
        preview=[Colours()[Index(0, sample)] for sample in range(3)],
        log=log,
    )


if __name__ == "__main__":
    values = {key: value for key, _, value in (text.partition("=") for text in sys.argv[2:])}
    name = values.pop("adversarial", "lsgan")
    result = run(Path(sys.argv[1]), name, **{key: json.loads(v) for key, v in values.items()})
    print(result.weights)
