"""Prepare a validated dataset for training."""

from tryon.config import load_params
from tryon.data.preparing import prepare
from tryon.data.quarantine import quarantined_ids
from tryon.paths import absolute, relative, workspace
from tryon.recipe import Recipe
from tryon.registry import TASKS
from tryon.types import PreparedRef, ValidatedRef


def preprocess(validated: ValidatedRef, recipe: Recipe) -> PreparedRef:
    """Raw rows → arrays in var/prepared/TASK/DIGEST; what is there already costs nothing."""
    store = prepare(
        recipe.task,
        absolute(validated.dataset.path),
        TASKS[recipe.task].preparation.factory(recipe.config, recipe.seed),
        inputs={
            "data": validated.digest,
            "parameters": recipe.model_dump_json(include={"seed", "values"}),
            "code": recipe.code,
        },
        folder=workspace() / "prepared" / recipe.task,
        left_out=quarantined_ids(absolute(validated.quarantine)),
        workers=load_params().workers,
    )
    reports = {"validation": validated.report, "preparation": relative(store.path / "report.html")}
    return store.reference().model_copy(update={"dataset": validated.dataset, "reports": reports})
