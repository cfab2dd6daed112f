"""The model registry: versions, aliases, and a record of every move."""

import getpass
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.types import Schema, TensorSpec

from tryon.errors import RegistryError
from tryon.tracking.client import client

CHAMPION, CHALLENGER, PREVIOUS = "champion", "challenger", "previous"


def model_name(task: str) -> str:
    """The registered model's name."""
    return f"tryon-{task}"


@dataclass(frozen=True)
class Version:
    """A registered model version."""

    version: str
    run_id: str
    created: str  # ISO time, UTC
    description: str
    tags: dict[str, str]

    @classmethod
    def of(cls, found: Any) -> "Version":
        """From MLflow's own record."""
        created = datetime.fromtimestamp(found.creation_timestamp / 1000, UTC)
        return cls(
            str(found.version),
            found.run_id or "",
            created.isoformat(timespec="seconds"),
            found.description or "",
            dict(found.tags),
        )


def register(
    task: str, run_id: str, bundle: Path, tags: Mapping[str, str], description: str
) -> str:
    """Register a bundle as a new model version with signature, model, meta and card.

    Returns:
        The version's number. It carries no alias yet.
    """
    import onnx

    api = client()
    model = onnx.load(bundle / "model.onnx")
    signature = ModelSignature(
        inputs=Schema([_tensor(value) for value in model.graph.input]),
        outputs=Schema([_tensor(value) for value in model.graph.output]),
    )
    # A tracked step leaves its own task's experiment active in this process.
    mlflow.set_experiment(experiment_id=api.get_run(run_id).info.experiment_id)
    with mlflow.start_run(run_id=run_id, nested=mlflow.active_run() is not None):
        info = mlflow.onnx.log_model(
            model,
            name="model",
            signature=signature,
            registered_model_name=model_name(task),
            save_as_external_data=False,
            pip_requirements=["onnxruntime", "numpy"],
            extra_files=[
                str(path)
                for path in sorted(bundle.iterdir())
                if path.suffix in (".json", ".md", ".onnx") and path.name != "model.onnx"
            ],
        )
    version = str(info.registered_model_version)
    for key, value in tags.items():
        api.set_model_version_tag(model_name(task), version, key, value[:5000])
    api.update_model_version(model_name(task), version, description=description)
    api.set_registered_model_tag(model_name(task), "task", task)
    return version


def version_at(task: str, alias: str) -> Version | None:
    """The version an alias points at; None where there is no such model or alias."""
    try:
        return Version.of(client().get_model_version_by_alias(model_name(task), alias))
    except MlflowException as error:
        if error.error_code in {"INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"}:
            return None
        raise


def fetch(task: str, version: str, folder: Path) -> Path:
    """Copy a version's bundle (its networks, meta.json, card.md) out of the registry.

    Raises:
        RegistryError: there is no such version.
    """
    client()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            found = mlflow.artifacts.download_artifacts(
                f"models:/{model_name(task)}/{version}", dst_path=scratch
            )
            folder.mkdir(parents=True, exist_ok=True)
            for path in (Path(found) / "model.onnx", *(Path(found) / "extra_files").iterdir()):
                shutil.copyfile(path, folder / path.name)
    except MlflowException as error:
        raise RegistryError(
            f"no version {version} of {model_name(task)}: {error.message}",
            hint=f"`tryon lineage {task}` lists what is registered",
        ) from None
    return folder


@dataclass(frozen=True)
class Move:
    """One alias that moved: who gave it to which version, and why."""

    time: str
    who: str
    action: str  # challenge | promote | rollback
    version: str
    replaced: str  # the version that had the alias before; "" for none
    why: str
    gate: str = ""

    def as_tag(self) -> tuple[str, str]:
        """Key and value of the registered model's tag that keeps it."""
        return f"move.{self.time}", json.dumps(self.__dict__)


def challenge(task: str, version: str, why: str, gate: str = "") -> Move:
    """Make `version` the challenger: registered, and not serving yet."""
    replaced = _number(version_at(task, CHALLENGER))
    client().set_registered_model_alias(model_name(task), CHALLENGER, version)
    return _keep(task, _record(version, replaced, "challenge", why, gate))


def promote(task: str, version: str, why: str, gate: str = "") -> Move:
    """Make `version` the champion and no longer the challenger; the old champion is `previous`."""
    return _serve(task, version, "promote", why, gate)


def rollback(task: str, why: str, to: str | None = None, dry_run: bool = False) -> Move:
    """Make the previous champion (or version `to`) the champion again.

    Raises:
        RegistryError: no champion, no previous version, or `to` already serves.
    """
    champion = version_at(task, CHAMPION)
    previous = version_at(task, PREVIOUS)
    if champion is None:
        raise RegistryError(
            f"{model_name(task)} has no champion", hint="`zenml pipeline run training` makes one"
        )
    target = to or (previous.version if previous else None)
    if target is None:
        raise RegistryError(
            f"{model_name(task)} has no previous champion to go back to",
            hint="name a version: --to VERSION",
        )
    if target == champion.version:
        raise RegistryError(f"version {target} serves already", hint="name another: --to VERSION")
    if target not in {known.version for known in versions(task)}:
        raise RegistryError(
            f"{model_name(task)} has no version {target}",
            hint=f"`tryon lineage {task}` lists what is registered",
        )
    if dry_run:
        return _record(target, champion.version, "rollback", why, "")
    return _serve(task, target, "rollback", why, "")


def versions(task: str) -> list[Version]:
    """All versions, newest first."""
    found = client().search_model_versions(f"name='{model_name(task)}'")
    return [Version.of(one) for one in sorted(found, key=lambda one: -int(one.version))]


def history(task: str) -> list[Move]:
    """Every move on record, oldest first."""
    try:
        tags = client().get_registered_model(model_name(task)).tags
    except MlflowException:
        return []
    moves = [json.loads(value) for key, value in tags.items() if key.startswith("move.")]
    return sorted((Move(**move) for move in moves), key=lambda move: move.time)


def _serve(task: str, version: str, action: str, why: str, gate: str) -> Move:
    api, name = client(), model_name(task)
    replaced = _number(version_at(task, CHAMPION))
    if replaced and replaced != version:
        api.set_registered_model_alias(name, PREVIOUS, replaced)
    api.set_registered_model_alias(name, CHAMPION, version)
    if _number(version_at(task, CHALLENGER)) == version:
        api.delete_registered_model_alias(name, CHALLENGER)
    return _keep(task, _record(version, replaced, action, why, gate))


def _keep(task: str, move: Move) -> Move:
    """Write a move to the model, which holds them all, and to its version."""
    client().set_registered_model_tag(model_name(task), *move.as_tag())
    client().set_model_version_tag(model_name(task), move.version, *move.as_tag())
    return move


def _record(version: str, replaced: str, action: str, why: str, gate: str) -> Move:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    who = os.environ.get("TRYON_USER") or getpass.getuser()
    return Move(now, who, action, version, replaced, why, gate[:4000])


def _number(version: Version | None) -> str:
    return version.version if version else ""


def _tensor(value: Any) -> TensorSpec:
    shape = [
        dim.dim_value if dim.HasField("dim_value") else -1
        for dim in value.type.tensor_type.shape.dim
    ]
    return TensorSpec(np.dtype("float32"), tuple(shape), value.name)
