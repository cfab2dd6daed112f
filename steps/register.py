"""The winner becomes a registered model version, and the champion."""

from typing import Annotated

from zenml import log_metadata, step
from zenml.types import MarkdownString

from tryon.recipe import Recipe
from tryon.stages import register as stage
from tryon.types import DatasetRef, DecisionRef, RegisteredRef


@step
def register(
    dataset: DatasetRef, decision: DecisionRef, recipe: Recipe
) -> tuple[Annotated[RegisteredRef, "registered"], Annotated[MarkdownString, "model_card"]]:
    """Write the bundle with its card, register it, move the aliases."""
    registered, card = stage.register(dataset, decision, recipe)
    log_metadata(registered.model_dump())
    return registered, MarkdownString(card)
