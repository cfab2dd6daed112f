"""The resolved options of a run, written before it starts and compared when it goes on."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from lightning.fabric import Fabric

from tryon.errors import TrainingError
from tryon.gan.checkpoint import atomically

if TYPE_CHECKING:
    from tryon.gan.engine import Job
    from tryon.gan.players import Players

NAME = "options.json"
FREE = {"checkpoint_every", "picture_every", "log_every", "workers", "threads"}


def resolve(job: "Job", fabric: Fabric, players: "Players") -> dict[str, Any]:
    """Everything that decides the run, and where it ran."""
    parameters = {
        name: sum(value.numel() for value in network.parameters())
        for name, network in players.raw.items()
    }
    return {
        "training": job.config.model_dump(mode="json"),
        "adversarial": job.adversarial,
        "seed": job.seed,
        "samples": len(job.dataset),
        "processes": fabric.world_size,
        "parameters": parameters,
        "environment": {"device": str(fabric.device), "torch": torch.__version__},
    }


def write(folder: Path, options: dict[str, Any]) -> None:
    """Save as options.json."""
    text = json.dumps(options, indent=2, sort_keys=True) + "\n"
    atomically(folder / NAME, lambda aside: aside.write_text(text))


def check(folder: Path, options: dict[str, Any]) -> None:
    """Compare with the options a run began with.

    Raises:
        TrainingError: names every value that changed and would change the result.
    """
    began = json.loads((folder / NAME).read_text())
    before, now = _decisive(began), _decisive(options)
    changed = [
        f"{key} {before.get(key)!r} → {now.get(key)!r}"
        for key in sorted(before.keys() | now.keys())
        if before.get(key) != now.get(key)
    ]
    if changed:
        raise TrainingError(
            f"the run in {folder} began with other options: {'; '.join(changed)}",
            code="other_options",
            hint=f"delete {folder} to begin anew, or put the options back",
        )


def _decisive(options: dict[str, Any]) -> dict[str, Any]:
    flat = {key: value for key, value in options.items() if key not in ("training", "environment")}
    return flat | {key: v for key, v in options["training"].items() if key not in FREE}
