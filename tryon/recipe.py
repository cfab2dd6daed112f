"""What one stage of the pipeline reads: its parameters and a digest of the code it reaches.

A recipe is passed to a step as a parameter and so becomes part of the step's cache key. That is how
a changed line in the library re-runs the stages that use it, and only those: the orchestrator
itself looks no further than the step's own function.
"""

import hashlib
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Any

import grimp

import tryon
from tryon.config import Params, TaskConfig, parse
from tryon.paths import workspace
from tryon.registry import TASKS
from tryon.types import Reference

# stage → (sections of the task's parameters, entry modules; "{task}" is the task's package)
STAGES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ingest": ((), ("tryon.stages.ingest",)),
    "validate": (("validation",), ("tryon.stages.validate", "{task}.data")),
    "preprocess": (("preprocess",), ("tryon.stages.preprocess", "{task}.preparation")),
    "augment": (("augmentation",), ("tryon.stages.augment", "{task}.augmentation")),
    "train": (
        ("preprocess", "augmentation", "network", "training", "candidates"),
        ("tryon.stages.train", "{task}.objective", "{task}.export", "{task}.augmentation"),
    ),
    "evaluate": (
        ("preprocess", "network", "evaluation", "distances", "gate"),
        ("tryon.stages.evaluate", "{task}.evaluation"),
    ),
    "gate": (
        ("preprocess", "network", "evaluation", "distances", "gate"),
        ("tryon.stages.gate", "{task}.evaluation"),
    ),
    "register": (
        ("preprocess", "training", "candidates"),
        ("tryon.stages.register", "{task}.evaluation"),
    ),
}
# Parameters reach the key by value, so the modules that only declare them stay out of the code.
DECLARATIONS = {"tryon.config", "tryon.errors", "tryon.types", "tryon.paths", "tryon.registry"}


class Recipe(Reference):
    """Everything besides its inputs that decides what a stage makes."""

    task: str
    stage: str
    seed: int
    values: dict[str, Any]  # the sections of params.yaml this stage reads, resolved
    code: str  # digest of the library modules this stage reaches
    workspace: str  # identity of var/: its deletion makes every stage run again

    @property
    def config(self) -> Any:
        """The task's own `Config`; sections this stage does not read are at their defaults."""
        return parse(TASKS[self.task].config.Config, self.values, f"tasks.{self.task}")


def recipe(params: Params, task: str, stage: str, candidate: str | None = None) -> Recipe:
    """The recipe of one stage; with `candidate` it holds that one of the candidates alone."""
    sections, entries = STAGES[stage]
    config: TaskConfig = params.tasks[task]
    if candidate is not None:
        chosen = {candidate: config.candidates[candidate]}
        config = config.model_copy(update={"candidates": chosen})
    values = config.model_dump(mode="json", include=set(sections))
    package = TASKS[task].package
    return Recipe(
        task=task,
        stage=stage,
        seed=params.seed,
        values=values,
        code=code_digest(tuple(entry.format(task=package) for entry in entries)),
        workspace=workspace_id(),
    )


@lru_cache(maxsize=64)
def code_digest(entries: tuple[str, ...]) -> str:
    """sha256 over the sources of `entries` and of every module of the library they import.

    Raises:
        KeyError: an entry is no module of this library.
    """
    graph = _imports()
    reached = set(entries)
    for entry in entries:
        reached |= graph.find_upstream_modules(entry)
    sources = {name: _source(name) for name in reached if not _declares(name)}
    digest = hashlib.sha256()
    for name in sorted(sources):
        digest.update(name.encode() + b"\0" + sources[name] + b"\0")
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _imports() -> grimp.ImportGraph:
    return grimp.build_graph("tryon", cache_dir=None)


def _declares(module: str) -> bool:
    return module in DECLARATIONS or module.endswith(".config")


def _source(module: str) -> bytes:
    base = Path(tryon.__file__).parent.joinpath(*module.split(".")[1:])
    path = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
    extras = sorted(base.glob("*.yaml")) + sorted(base.glob("*.npz")) if base.is_dir() else []
    return b"".join(file.read_bytes() for file in [path, *extras])


def workspace_id() -> str:
    """A random name kept in var/; written once."""
    file = workspace() / "id"
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(uuid.uuid4().hex)
    return file.read_text()
