"""Versioned data → validated → prepared → trained candidates → a gated champion → the service."""

from typing import Any

from zenml import pipeline
from zenml.enums import ExecutionMode

from steps.augment import augment
from steps.evaluate import evaluate
from steps.gate import gate
from steps.ingest import ingest
from steps.package import package
from steps.preprocess import preprocess
from steps.register import register
from steps.train import train
from steps.validate import validate
from tryon.config import Params, load_params
from tryon.lineage import dataset_digest
from tryon.recipe import recipe
from tryon.stages.package import packed_state


@pipeline(name="training", execution_mode=ExecutionMode.FAIL_FAST)
def training() -> None:
    """Train, compare and register every task of params.yaml, then pack the champions."""
    params = load_params()
    package([champion(params, task) for task in params.tasks], packed_state())


def champion(params: Params, task: str) -> Any:
    """One task's branch: from its dataset to its registered champion."""

    def of(stage: str, candidate: str | None = None) -> dict[str, Any]:
        name = "_".join(filter(None, (stage, task, candidate)))
        return {"recipe": recipe(params, task, stage, candidate), "id": name}

    folder = params.tasks[task].folder(task)
    dataset = ingest(path=folder, digest=dataset_digest(folder), **of("ingest"))
    validated, _ = validate(dataset, **of("validate"))
    prepared = preprocess(validated, **of("preprocess"))
    policy, _ = augment(prepared, **of("augment"))
    evaluations = []
    for name in params.tasks[task].candidates:
        # One MLflow run per training, in the task's experiment: candidates stand side by side.
        tracked = {"experiment_tracker": {"experiment_name": task, "nested": True}}
        candidate = train.with_options(settings=tracked)(policy, **of("train", name))
        evaluation, _ = evaluate(prepared, candidate, **of("evaluate", name))
        evaluations.append(evaluation)
    decision, _ = gate(prepared, evaluations, **of("gate"))
    registered, _ = register(dataset, decision, **of("register"))
    return registered
