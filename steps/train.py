"""One candidate, trained."""

from typing import Annotated

from zenml import log_metadata, step

from tryon.recipe import Recipe
from tryon.stages import train as stage
from tryon.tracking.runs import RunLog
from tryon.types import AugmentedRef, CandidateRef


@step(experiment_tracker=True)
def train(augmented: AugmentedRef, recipe: Recipe) -> Annotated[CandidateRef, "candidate"]:
    """Train a generator against its discriminator; a killed training goes on where it was."""
    candidate = stage.train(augmented, recipe, RunLog.active())
    log_metadata({"mlflow_run": candidate.run_id, "weights": candidate.digest})
    return candidate
