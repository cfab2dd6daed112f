"""Which data this run sees."""

from typing import Annotated

from zenml import log_metadata, step

from tryon.recipe import Recipe
from tryon.stages import ingest as stage
from tryon.types import DatasetRef


@step
def ingest(recipe: Recipe, path: str, digest: str) -> Annotated[DatasetRef, "dataset"]:
    """Name the dataset by DVC's hash; `digest` is part of the cache key, so new data is seen."""
    dataset = stage.ingest(recipe.task, path, digest)
    log_metadata(dataset.model_dump())
    return dataset
