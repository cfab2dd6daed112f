"""The small values that travel between steps: references with content hashes, never folders."""

from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

Arrays = dict[str, np.ndarray]


class Reference(BaseModel):
    """A frozen, closed value; its content is its cache key, so it must hold no timestamps."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Lineage(Reference):
    """One record, written to ZenML, MLflow, the model version, the bundle and every response."""

    git_commit: str
    git_dirty: bool
    dataset_digest: str
    params_digest: str
    packages: dict[str, str]

    def as_tags(self) -> dict[str, str]:
        """Flat string tags for registries and headers."""
        record: dict[str, Any] = self.model_dump()
        packages = record.pop("packages")
        flat = {f"lineage.{key}": str(value) for key, value in record.items()}
        return flat | {f"lineage.package.{name}": value for name, value in packages.items()}


class DatasetRef(Reference):
    """A raw dataset as DVC knows it."""

    task: str
    path: str  # folder relative to the project's root, e.g. data/raw/makeup
    digest: str  # DVC's md5 of the folder ("….dir")
    rows: dict[str, int]  # per split
    licence: str


class ValidatedRef(Reference):
    """A dataset that passed its rules, and which rows were quarantined."""

    dataset: DatasetRef
    quarantine: str  # path of the list of quarantined rows (Parquet), relative to the root
    quarantined: dict[str, int]  # reason → rows
    digest: str  # of the dataset and the quarantined row ids
    report: str  # path of the HTML report


class PreparedRef(Reference):
    """Training-ready arrays in a content-addressed folder (see tryon.data.prepared)."""

    task: str
    path: str
    digest: str
    samples: dict[str, int]  # per split
    refused: dict[str, int]  # cause → rows
    dataset: DatasetRef | None = None  # what it was prepared from
    reports: dict[str, str] = {}  # name → path, kept with every run that trains on it


class AugmentedRef(Reference):
    """Prepared arrays and the checked policy that will vary them during training."""

    prepared: PreparedRef
    policy: str  # digest of the policy's description
    preview: str  # path of the contact sheet (PNG)


class CandidateRef(Reference):
    """One trained candidate: a run folder with `model.onnx`, weights, statistics, pictures."""

    task: str
    name: str
    path: str
    digest: str  # sha256 of model.onnx
    run_id: str  # MLflow run
    parity: float  # max |ONNX − torch|, values 0-1


class EvaluationRef(Reference):
    """What one candidate scored on the test split."""

    candidate: CandidateRef
    path: str  # folder with report.html, metrics.json, pictures
    metrics: dict[str, float]
    baselines: str  # folder with what the baselines scored on the same split


class DecisionRef(Reference):
    """The gate's verdict: the candidate that won, and every rule it passed."""

    winner: EvaluationRef
    path: str  # folder with comparison.html and gate.json
    rules: str  # the gate's table as text
    champion: str  # version it was compared with; "" for the first


class RegisteredRef(Reference):
    """A registered model version and the alias it carries now."""

    task: str
    version: str
    bundle: str  # folder of the ONNX bundle
    sha256: str  # of the network
    lineage: Lineage
