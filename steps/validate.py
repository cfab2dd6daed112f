"""Is the data what it should be?"""

from typing import Annotated

from zenml import log_metadata, step
from zenml.types import HTMLString

from tryon.recipe import Recipe
from tryon.stages import validate as stage
from tryon.types import DatasetRef, ValidatedRef


@step
def validate(
    dataset: DatasetRef, recipe: Recipe
) -> tuple[Annotated[ValidatedRef, "validated"], Annotated[HTMLString, "validation_report"]]:
    """Check every row with Great Expectations, quarantine what breaks a rule, or stop."""
    validated, report = stage.validate(dataset, recipe)
    log_metadata({"quarantined": validated.quarantined})
    return validated, HTMLString(report)
