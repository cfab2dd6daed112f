"""Check the augmentation policy and draw its preview."""

import numpy as np
from PIL import Image

from tryon.data.prepared import PreparedStore
from tryon.paths import absolute, relative, workspace
from tryon.recipe import Recipe
from tryon.registry import TASKS
from tryon.types import AugmentedRef, PreparedRef


def augment(prepared: PreparedRef, recipe: Recipe) -> tuple[AugmentedRef, np.ndarray]:
    """The checked policy, and its contact sheet as uint8 [H, W, 3].

    Raises:
        DataError: the policy moves landmarks off the pixels or breaks masks.
    """
    augmentation = TASKS[recipe.task].augmentation
    split = PreparedStore.open(absolute(prepared.path)).split("train")
    policy = augmentation.policy(recipe.config.augmentation)
    augmentation.check(policy, split)
    sheet = augmentation.contact_sheet(split, policy)
    path = workspace() / "reports" / recipe.task / "augmentation.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(sheet).save(path)
    reference = AugmentedRef(prepared=prepared, policy=policy.digest(), preview=relative(path))
    return reference, sheet
