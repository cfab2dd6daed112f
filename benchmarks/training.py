"""What the engine costs beyond the steps: `python -m benchmarks.training --task garment`.

A task's objective on random tensors of the sizes of params.yaml, batches of 8, one thread: the
engine's whole loop
(schedule, clipping, averaging, health, trail) against a bare loop that only draws a batch, makes
the same discriminator and generator step and calls the optimisers. Counted in CPU seconds, so that
a busy machine distorts neither, turn by turn, best of all turns.
"""

import argparse
import sys
import tempfile
import time
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import torch

from benchmarks.report import figure
from benchmarks.subjects import SUBJECTS, objective, samples
from tryon.config import CandidateConfig, TaskConfig, TrainingConfig, load_params
from tryon.gan.adversary import Adversary
from tryon.gan.engine import train
from tryon.gan.losses import LOSSES
from tryon.gan.order import Index, Order
from tryon.gan.samples import collate
from tryon.types import Arrays

LIMIT = 0.90
CHUNK = 5  # steps per measurement; the engine writes a status line after each
ADVERSARIAL = "lsgan"


class Noise:
    """Random tensors in the shape of a task's samples, made once."""

    def __init__(self, task: str, config: TaskConfig) -> None:
        self.task, self.config = task, config
        self.samples: list[Arrays] = samples(task, config)

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: Index) -> Arrays:
        return self.samples[index.sample]

    def objective(self) -> Any:
        """Fresh networks."""
        return objective(self.task, self.config, CandidateConfig(adversarial=ADVERSARIAL))


def engine(data: Noise, config: TrainingConfig) -> list[float]:
    """CPU seconds per step of the engine, chunk by chunk, the first left out."""
    times: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        train(
            data.objective,
            data,
            config=config,
            adversarial=ADVERSARIAL,
            seed=0,
            folder=Path(folder),
            preview=data.samples[:1],
            log=lambda figures, step: times.append(time.process_time()),
        )
    return [(after - before) / CHUNK for before, after in pairwise(times)]


def bare(data: Noise, config: TrainingConfig) -> list[float]:
    """CPU seconds per step of a loop that does nothing else."""
    objective = data.objective()
    generator, discriminator = objective.generator, objective.discriminator
    assert discriminator is not None
    networks = [
        network.to(memory_format=torch.channels_last) for network in (generator, discriminator)
    ]
    optimisers = [
        torch.optim.Adam(network.parameters(), 1e-4, betas=config.betas, fused=True)
        for network in networks
    ]
    adversary = Adversary(LOSSES[ADVERSARIAL], config.adversarial_weight)
    times = [time.process_time()]
    order = Order(len(data), config.batch_size, seed=0)
    for step, indices in enumerate(islice(order, config.steps), 1):
        batch = collate([data[index] for index in indices])
        generated = objective.generate(generator, batch)
        detached = {name: value.detach() for name, value in generated.items()}
        judged = objective.discriminator_losses(discriminator, batch, detached, adversary, False)
        optimisers[1].zero_grad()
        judged.total().backward()
        optimisers[1].step()
        discriminator.requires_grad_(False)
        made = objective.generator_losses(discriminator, batch, generated, adversary)
        discriminator.requires_grad_(True)
        optimisers[0].zero_grad()
        made.total().backward()
        optimisers[0].step()
        if step % CHUNK == 0:
            times.append(time.process_time())
    return [(after - before) / CHUNK for before, after in pairwise(times[1:])]


def main() -> int:
    """Print the ratio; 1 if it misses its limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", choices=sorted(SUBJECTS), default="makeup")
    parser.add_argument("--chunks", type=int, default=3, help=f"of {CHUNK} steps, per turn")
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    config = TrainingConfig(
        batch_size=8, steps=CHUNK * (arguments.chunks + 1), workers=0, log_every=CHUNK,
        checkpoint_every=10_000, picture_every=10_000,
    )  # fmt: skip
    data = Noise(arguments.task, load_params().tasks[arguments.task])
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(arguments.turns):
        theirs += bare(data, config)
        ours += engine(data, config)
    kept = figure(
        f"{arguments.task}: training step rate ÷ bare loop",
        min(theirs) / min(ours),
        LIMIT,
        detail=f"{1e3 * min(theirs):.0f} of {1e3 * min(ours):.0f} ms of CPU per step",
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
