"""`train`: one GAN training from start, or from where it was killed, to the shipped weights."""

import logging
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from lightning.fabric import Fabric
from safetensors.torch import save_file

from tryon.config import TrainingConfig
from tryon.errors import TryonError
from tryon.gan import checkpoint, options, rng
from tryon.gan.health import diversity
from tryon.gan.launch import Listener, Log, LogPicture, launch
from tryon.gan.loading import batches
from tryon.gan.objective import Objective
from tryon.gan.opening import Opening
from tryon.gan.players import Players
from tryon.gan.samples import Dataset, collate
from tryon.gan.trail import STATS, Trail, read_stats
from tryon.types import Arrays

LOGGER = logging.getLogger(__name__)
WEIGHTS = "generator.safetensors"


@dataclass(frozen=True)
class TrainingResult:
    """A finished run.

    Attributes:
        steps: Generator steps done.
        folder: The run's folder.
        weights: The averaged generator (safetensors).
        stats: The last status line.
        warnings: What the health watch said.
    """

    steps: int
    folder: Path
    weights: Path
    stats: dict[str, float]
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Job:
    """Everything a training process needs; picklable."""

    objective: Callable[[], Objective]
    dataset: Dataset
    preview: Sequence[Arrays]
    config: TrainingConfig
    adversarial: str
    seed: int
    folder: Path
    opening: Path | None = None


def train(
    objective: Callable[[], Objective],
    dataset: Dataset,
    *,
    config: TrainingConfig,
    adversarial: str,
    seed: int,
    folder: Path,
    preview: Sequence[Arrays],
    opening: Path | None = None,
    log: Log = lambda figures, step: None,
    log_picture: LogPicture = lambda path, step: None,
) -> TrainingResult:
    """Train, or go on training where a checkpoint in `folder` says so.

    A run that was killed at any moment and is called again with the same arguments ends with the
    same weights, bit for bit, as one that was not (same machine, same threads). A finished run
    returns at once.

    Args:
        objective: Makes the task's networks, freshly initialised, and its terms; called once in
            each process, and picklable where there are several.
        dataset: Map-style; asked for `Index(epoch, sample)`, gives named arrays.
        config: Sizes, schedule, precision, devices.
        adversarial: Name of the adversarial loss; "none" trains the generator's own terms alone.
        seed: Of everything random here. The networks' initial weights are the caller's.
        folder: Gets checkpoints/, pictures/, stats.jsonl, options.json, generator.safetensors.
        preview: The fixed samples pictured over time.
        opening: Folder that runs have in common which differ in their game alone: the steps before
            the game are done by the first of them. None = this run does its own.
        log: Called with the figures of every status line and its step.
        log_picture: Called with the path of every picture grid and its step.

    Raises:
        TrainingError: no data; a non-finite term (named, with its step); a checkpoint of another
            configuration.
    """
    job = Job(objective, dataset, preview, config, adversarial, seed, folder, opening)
    return launch(
        _train, job, devices=config.devices, precision=config.precision,
        log=log, log_picture=log_picture,
    )  # fmt: skip


def _train(fabric: Fabric, job: Job, listener: Listener) -> TrainingResult:
    with _threads(job.config.threads), rng.isolated(job.seed + fabric.global_rank):
        try:
            return _Run(fabric, job, listener).finish()
        except TryonError as error:
            listener.failed(error)
            raise


class _Run:
    """The state of one training in one process."""

    def __init__(self, fabric: Fabric, job: Job, listener: Listener) -> None:
        self.fabric, self.job, self.config, self.listener = fabric, job, job.config, listener
        self.objective = job.objective()
        self.players = Players(fabric, self.objective, job.config, job.adversarial)
        self.step = 0
        elapsed_s = 0.0
        resolved = options.resolve(job, fabric, self.players)
        self.opening = Opening(job.opening, job.config, resolved) if job.opening else None
        path = checkpoint.latest(job.folder / "checkpoints")
        if path is not None:
            options.check(job.folder, resolved)
        elif self.opening and (path := self.opening.found()) and fabric.is_global_zero:
            job.folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.opening.stats, job.folder / STATS)
            for line in read_stats(job.folder / STATS):
                listener.figures(line, int(line["step"]))
        if path is not None:
            state = checkpoint.read(path)
            self.step, elapsed_s = state["step"], state["elapsed_s"]
            self.players.load(state["players"])
            rank = fabric.global_rank
            rng.restore({name: each[rank].clone() for name, each in state["rng"].items()})
            LOGGER.info("resuming %s at step %d", job.folder.name, self.step)
        self.trail = Trail(
            job.folder, self.config.steps, self.step, elapsed_s, fabric.is_global_zero
        )
        fabric.barrier()  # nobody writes before all have read
        if fabric.is_global_zero:
            options.write(job.folder, resolved)

    def finish(self) -> TrainingResult:
        """Do the steps that are left."""
        preview = self.players.place(collate(self.job.preview))
        per_step = self.config.batch_size * self.fabric.world_size * self.config.discriminator_steps
        if self.step == 0:
            self._picture(preview)
        used = self.step * self.config.discriminator_steps
        with (
            batches(self.job.dataset, self.config, self.job.seed, used, self.fabric) as stream,
            self.trail,
        ):
            while self.step < self.config.steps:
                compared = self._advance(stream)
                self.step += 1
                done = self.step == self.config.steps
                self.trail.bar.update()
                if done or self.step % self.config.log_every == 0:
                    self._tick(compared, per_step)
                if done or self.step % self.config.picture_every == 0:
                    self._picture(preview)
                if done:
                    self._ship()
                if done or self.step % self.config.checkpoint_every == 0:
                    self._checkpoint()
                if self.opening and self.step == self.opening.steps:
                    self._leave_opening(self.opening)
        self.fabric.barrier()
        stats = read_stats(self.trail.stats)
        return TrainingResult(
            self.step, self.job.folder, self.job.folder / WEIGHTS,
            stats[-1] if stats else {}, list(self.players.health.warnings),
        )  # fmt: skip

    def _advance(self, stream: Iterator[dict[str, Any]]) -> Callable[[], float]:
        players = self.players
        for _ in range(self.config.discriminator_steps - 1):
            players.practise(self.step, players.place(next(stream)))
        batch = players.place(next(stream))
        generated = players.play(self.step, batch)
        return lambda: diversity(*self.objective.compared(batch, generated))

    def _tick(self, compared: Callable[[], float], per_step: int) -> None:
        figures = self.players.meter.flush()
        figures["health/diversity"] = compared()
        watched = {
            "diversity": figures["health/diversity"],
            "separation": figures.get("discriminator/separation", float("nan")),
        }
        for warning in self.players.health.watch(self.step, watched):
            LOGGER.warning("%s: %s", self.job.folder.name, warning)
        line = self.trail.tick(self.step, figures, per_step)
        if self.fabric.is_global_zero:
            self.listener.figures(line, self.step)

    def _picture(self, preview: dict[str, torch.Tensor]) -> None:
        if self.fabric.is_global_zero:
            path = self.trail.pictures(self.step, self.players.preview(preview))
            self.listener.picture(path, self.step)

    def _ship(self) -> None:
        if self.fabric.is_global_zero:
            weights = {
                name: value.detach().cpu().contiguous()
                for name, value in self.players.average.module.state_dict().items()
            }
            checkpoint.atomically(
                self.job.folder / WEIGHTS, lambda aside: save_file(weights, aside)
            )

    def _checkpoint(self) -> None:
        state = self._state(self.players.state())
        if self.fabric.is_global_zero:
            checkpoint.write(self.job.folder / "checkpoints", self.step, state)
        self.fabric.barrier()

    def _leave_opening(self, opening: Opening) -> None:
        players = self.players.state()
        for part in ("networks", "optimisers"):
            players[part] = {"generator": players[part]["generator"]}
        state = self._state(players)
        if self.fabric.is_global_zero:
            opening.keep(self.step, state, self.trail.stats)
        self.fabric.barrier()

    def _state(self, players: dict[str, Any]) -> dict[str, Any]:
        states = {name: value.to(self.fabric.device) for name, value in rng.capture().items()}
        everyone: Any = self.fabric.all_gather(states)
        gathered = {
            name: value.reshape(self.fabric.world_size, -1).cpu()
            for name, value in everyone.items()
        }
        return {
            "step": self.step,
            "elapsed_s": self.trail.elapsed_s(),
            "players": players,
            "rng": gathered,
        }


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
