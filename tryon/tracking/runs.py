"""Runs that can be compared: parameters, figures over time, pictures, files, the data seen."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
from mlflow.data.dataset_source_registry import resolve_dataset_source
from mlflow.data.meta_dataset import MetaDataset
from mlflow.entities import DatasetInput, InputTag, Metric, Param, RunTag

from tryon.errors import RegistryError
from tryon.paths import project_root
from tryon.tracking.client import client, tracking_uri


def ensure_experiment(task: str) -> str:
    """The task's experiment, its artifacts beside the database; made if absent. Returns its id."""
    api = client()
    known = api.get_experiment_by_name(task)
    if known is not None:
        return str(known.experiment_id)
    if not tracking_uri().startswith("sqlite"):
        return str(api.create_experiment(task))
    location = (project_root() / "mlruns" / task).as_uri()
    return str(api.create_experiment(task, artifact_location=location))


class RunLog:
    """Writes to one MLflow run by its id, finished or not; batches, because SQLite is slow."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        self._client = client()

    @classmethod
    def active(cls) -> "RunLog":
        """The run the orchestrator opened for this step.

        Raises:
            RegistryError: there is none.
        """
        run = mlflow.active_run()
        if run is None:
            raise RegistryError("no MLflow run is open", hint="is the step tracked?")
        return cls(run.info.run_id)

    @classmethod
    def start(cls, task: str, name: str) -> "RunLog":
        """A run of its own, for use without an orchestrator."""
        run = client().create_run(ensure_experiment(task), run_name=name)
        return cls(run.info.run_id)

    def params(self, values: Mapping[str, Any]) -> None:
        """Log parameters; nested mappings become dotted keys."""
        flat = [Param(key, str(value)[:6000]) for key, value in _flatten(values)]
        for start in range(0, len(flat), 100):
            self._client.log_batch(self.run_id, params=flat[start : start + 100])

    def metrics(self, values: Mapping[str, float], step: int = 0) -> None:
        """Log one set of numbers."""
        now = int(datetime.now(UTC).timestamp() * 1000)
        metrics = [Metric(_key(key), float(value), now, step) for key, value in values.items()]
        self._client.log_batch(self.run_id, metrics=metrics)

    def tags(self, values: Mapping[str, str]) -> None:
        """Set tags."""
        tags = [RunTag(key, value[:5000]) for key, value in values.items()]
        self._client.log_batch(self.run_id, tags=tags)

    def picture(self, image: np.ndarray, key: str, step: int | None = None) -> None:
        """Log a uint8 [H, W, 3] picture; with `step` it joins a series shown over time."""
        if step is None:
            self._client.log_image(self.run_id, image, artifact_file=f"{key}.png")
        else:
            self._client.log_image(self.run_id, image, key=key, step=step)

    def file(self, path: Path, folder: str | None = None) -> None:
        """Keep a file (or the content of a folder) with the run."""
        if path.is_dir():
            self._client.log_artifacts(self.run_id, str(path), folder)
        else:
            self._client.log_artifact(self.run_id, str(path), folder)

    def dataset(self, name: str, path: str, digest: str) -> None:
        """Record which data the run saw, with DVC's hash as the digest."""
        source = resolve_dataset_source((project_root() / path).as_uri())
        dataset = MetaDataset(source, name=name, digest=digest[:36])  # type: ignore[abstract]
        entity = dataset._to_mlflow_entity()
        tag = InputTag("mlflow.data.context", "training")
        self._client.log_inputs(self.run_id, [DatasetInput(entity, tags=[tag])])

    def finish(self, status: str = "FINISHED") -> None:
        """Close a run opened by `start`."""
        self._client.set_terminated(self.run_id, status)


def run_metrics(run_id: str) -> dict[str, float]:
    """The last value of every metric of a run."""
    return dict(client().get_run(run_id).data.metrics)


def run_curve(run_id: str, metric: str) -> list[tuple[int, float]]:
    """(step, value) of one metric of a run."""
    return [(point.step, point.value) for point in client().get_metric_history(run_id, metric)]


def _flatten(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat += _flatten(value, f"{prefix}{key}.")
        else:
            flat.append((f"{prefix}{key}", value))
    return flat


def _key(name: str) -> str:
    """MLflow allows letters, digits, _ - . space / : in metric names."""
    return "".join(letter if letter.isalnum() or letter in "_-. /:" else "-" for letter in name)
