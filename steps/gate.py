"""May the best candidate ship?"""

from typing import Annotated

from zenml import log_metadata, step
from zenml.types import HTMLString

from tryon.recipe import Recipe
from tryon.stages import gate as stage
from tryon.types import DecisionRef, EvaluationRef, PreparedRef


@step
def gate(
    prepared: PreparedRef, evaluations: list[EvaluationRef], recipe: Recipe
) -> tuple[Annotated[DecisionRef, "decision"], Annotated[HTMLString, "comparison_report"]]:
    """Choose the winner and hold it to every rule; the step fails where a rule fails."""
    decision, report = stage.gate(prepared, evaluations, recipe)
    log_metadata({"winner": decision.winner.candidate.name, "rules": decision.rules})
    return decision, HTMLString(report)
