"""Checkpoints that a kill at any moment cannot break: written aside, then renamed."""

import os
import re
from pathlib import Path
from typing import Any

import torch

from tryon.errors import TrainingError

KEPT = 2
NAME = re.compile(r"step-(\d{8})\.pt")


def write(folder: Path, step: int, state: dict[str, Any]) -> Path:
    """Write `state` (tensors, numbers, strings and containers of them) as the one of `step`.

    The newest two stay. A reader sees either the whole file or none of it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"step-{step:08d}.pt"
    atomically(path, lambda aside: torch.save(state, aside))
    for old in _all(folder)[:-KEPT]:
        old.unlink()
    return path


def latest(folder: Path) -> Path | None:
    """The newest checkpoint; None where there is none."""
    found = _all(folder)
    return found[-1] if found else None


def read(path: Path) -> dict[str, Any]:
    """Load a checkpoint onto the CPU; nothing in it is unpickled.

    Raises:
        TrainingError: if it cannot be read.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, OSError, EOFError, ValueError, KeyError) as error:
        raise TrainingError(
            f"checkpoint {path.name} cannot be read: {error}",
            hint=f"delete {path}; the run goes on from the one before it",
        ) from error


def atomically(path: Path, write_to: Any) -> None:
    """Call `write_to(aside)`, then move `aside` over `path` once it is safely on the disk."""
    aside = path.with_name(f".{path.name}.partial")
    write_to(aside)
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    aside.replace(path)


def _all(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("step-*.pt") if NAME.fullmatch(path.name))
