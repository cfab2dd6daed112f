"""params.yaml, typed and closed: an unknown key or a value out of range is an error."""

import hashlib
import json
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tryon.errors import ConfigError

Model = TypeVar("Model", bound=BaseModel)
Adversarial = Literal["none", "bce", "lsgan", "hinge", "wgan-gp"]


class Section(BaseModel):
    """A closed section of params.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ValidationConfig(Section):
    """Thresholds of the data rules every image task shares."""

    min_side: int = Field(128, ge=16, le=8192, description="shortest side in pixels")
    max_pixels: int = Field(50_000_000, ge=10_000, description="decoded size; above it is refused")
    min_brightness: float = Field(0.04, ge=0, le=1, description="mean luma")
    max_brightness: float = Field(0.97, ge=0, le=1, description="mean luma")
    min_sharpness: float = Field(8.0, ge=0, description="variance of the Laplacian, 0-255 grey")
    max_duplicate_distance: int = Field(
        16, ge=0, le=64, description="bits of the 256-bit perceptual hash that a copy may differ in"
    )
    max_quarantined_share: float = Field(0.02, ge=0, le=1, description="above it the run stops")


class TrainingConfig(Section):
    """One GAN training, the same for every task."""

    batch_size: int = Field(8, ge=1, le=4096)
    steps: int = Field(450, ge=1)
    generator_lr: float = Field(8e-4, gt=0, le=1)
    discriminator_lr: float = Field(1e-3, gt=0, le=1)
    betas: tuple[float, float] = (0.5, 0.99)
    warmup_steps: int = Field(30, ge=0)
    decay_from: float = Field(0.6, ge=0, le=1, description="share of the steps, then linear to 5 %")
    clip_norm: float = Field(1.0, gt=0)
    adversarial_weight: float = Field(0.05, ge=0)
    adversarial_from: float = Field(
        0.0, ge=0, lt=1, description="share of the steps before the game; 0 = from the start"
    )
    r1_weight: float = Field(0.0, ge=0, description="0 switches the penalty off")
    r1_every: int = Field(16, ge=1)
    discriminator_steps: int = Field(1, ge=1, le=10)
    ema_decay: float = Field(0.995, ge=0, lt=1)
    checkpoint_every: int = Field(100, ge=1, description="steps")
    picture_every: int = Field(150, ge=1, description="steps")
    log_every: int = Field(25, ge=1, description="steps per status line")
    workers: int = Field(1, ge=0, le=64, description="data loader processes")
    threads: int = Field(1, ge=1, le=256, description="torch intra-op threads on the CPU")
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = "32-true"
    compile: bool = False
    channels_last: bool = True
    devices: int = Field(1, ge=1, le=64)


class CandidateConfig(Section):
    """What one candidate changes."""

    adversarial: Adversarial = "lsgan"


class Distances(Section):
    """Which features the distribution distance uses; resolved once, logged, never a fallback."""

    features: Literal["random", "inception"] = "random"
    inception_weights: str | None = Field(
        None, description="path of pt_inception-2015-12-05 weights"
    )


class TaskConfig(Section):
    """The sections every task has. A task's own class narrows and extends them."""

    dataset: str = Field(
        "", description="folder of the raw dataset, versioned by DVC; empty = data/raw/TASK"
    )
    validation: ValidationConfig = ValidationConfig()
    training: TrainingConfig = TrainingConfig()
    candidates: dict[str, CandidateConfig] = Field(
        default_factory=dict, description="name → what it changes; params.yaml names at least one"
    )
    distances: Distances = Distances()

    def folder(self, task: str) -> str:
        """Where the raw dataset lies, relative to the project's root."""
        return self.dataset or f"data/raw/{task}"


class Params(Section):
    """The whole of params.yaml, tasks resolved to their own classes."""

    seed: int = Field(20, ge=0, le=2**31 - 1)
    workers: int = Field(2, ge=1, le=256, description="processes for rendering and preprocessing")
    profile: str = Field("", pattern="^[a-z0-9_-]*$", description="overlay params.PROFILE.yaml")
    tasks: dict[str, Any]

    def digest(self) -> str:
        """sha256 of the resolved values, independent of formatting and key order."""
        text = json.dumps(self.model_dump(mode="json", serialize_as_any=True), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def load_params(path: Path | None = None) -> Params:
    """Read params.yaml and, where it names a `profile`, params.PROFILE.yaml over it.

    Args:
        path: The file; by default `params.yaml` of the project's root (tryon.paths).

    Raises:
        ConfigError: names the key, the value and what is allowed.
    """
    from tryon.paths import project_root
    from tryon.registry import TASKS

    path = path or project_root() / "params.yaml"
    values = _read(path)
    if profile := values.get("profile"):
        values = _overlay(values, _read(path.with_name(f"params.{profile}.yaml")))
    named = values.get("tasks") or {}
    if unknown := sorted(set(named) - set(TASKS)):
        raise ConfigError(
            f"params: tasks has unknown {unknown}", hint=f"allowed: {', '.join(sorted(TASKS))}"
        )
    tasks = {
        name: parse(TASKS[name].config.Config, section or {}, f"tasks.{name}")
        for name, section in named.items()
    }
    for name, task in tasks.items():
        if not task.candidates:
            raise ConfigError(
                f"tasks.{name}.candidates: got none, expected at least one",
                hint="for example lsgan: {adversarial: lsgan}",
            )
    return parse(Params, values | {"tasks": tasks}, "")


def parse(model: type[Model], values: dict[str, Any], at: str) -> Model:
    """Validate `values`; every problem is named with its key, its value and what is allowed."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = [_explain(model, problem, at) for problem in error.errors(include_url=False)]
        raise ConfigError("; ".join(problems), hint="see params.yaml") from None


def _explain(model: type[BaseModel], problem: Any, at: str) -> str:
    key = ".".join(str(part) for part in ([at] if at else []) + list(problem["loc"]))
    if problem["type"] == "extra_forbidden":
        owner: Any = model
        for part in problem["loc"][:-1]:
            field = getattr(owner, "model_fields", {}).get(part)
            owner = field.annotation if field else None
        allowed = ", ".join(getattr(owner, "model_fields", {})) or "see the documentation"
        return f"{key}: unknown key (got {problem['input']!r}); allowed here: {allowed}"
    return f"{key}: got {problem['input']!r}; {problem['msg']}"


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ConfigError(f"no file {path}", hint="run from the project's root")
    values = yaml.safe_load(path.read_text())
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: expected a mapping, got {type(values).__name__}")
    return values


def _overlay(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        merged[key] = _overlay(base[key], value) if both else value
    return merged
