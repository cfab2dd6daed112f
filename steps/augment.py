"""The policy that varies the training pictures."""

from typing import Annotated

from PIL import Image
from zenml import log_metadata, step

from tryon.recipe import Recipe
from tryon.stages import augment as stage
from tryon.types import AugmentedRef, PreparedRef


@step
def augment(
    prepared: PreparedRef, recipe: Recipe
) -> tuple[Annotated[AugmentedRef, "policy"], Annotated[Image.Image, "augmentation_preview"]]:
    """Check the policy on real samples and draw its preview; training applies it on the fly."""
    augmented, preview = stage.augment(prepared, recipe)
    log_metadata({"policy": augmented.policy})
    return augmented, Image.fromarray(preview)
