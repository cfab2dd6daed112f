"""From photos to aligned arrays."""

from typing import Annotated

from zenml import log_metadata, step

from tryon.recipe import Recipe
from tryon.stages import preprocess as stage
from tryon.types import PreparedRef, ValidatedRef


@step
def preprocess(validated: ValidatedRef, recipe: Recipe) -> Annotated[PreparedRef, "prepared"]:
    """Find landmarks, masks and parsing, align; refusals are counted by their cause."""
    prepared = stage.preprocess(validated, recipe)
    log_metadata({"samples": prepared.samples, "refused": prepared.refused})
    return prepared
