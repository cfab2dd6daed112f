"""One candidate, measured."""

from typing import Annotated

from zenml import log_metadata, step
from zenml.types import HTMLString

from tryon.recipe import Recipe
from tryon.stages import evaluate as stage
from tryon.types import CandidateRef, EvaluationRef, PreparedRef


@step
def evaluate(
    prepared: PreparedRef, candidate: CandidateRef, recipe: Recipe
) -> tuple[Annotated[EvaluationRef, "evaluation"], Annotated[HTMLString, "evaluation_report"]]:
    """Score what would ship on the held-out test split, against baselines and by slice."""
    evaluation, report = stage.evaluate(prepared, candidate, recipe)
    log_metadata({"metrics": evaluation.metrics})
    return evaluation, HTMLString(report)
