"""Check a raw dataset and set aside what breaks a rule."""

import hashlib

from tryon.config import load_params
from tryon.data.validation import validate as validate_dataset
from tryon.paths import absolute, relative, workspace
from tryon.recipe import Recipe
from tryon.registry import TASKS
from tryon.types import DatasetRef, ValidatedRef


def validate(dataset: DatasetRef, recipe: Recipe) -> tuple[ValidatedRef, str]:
    """Validate a dataset; returns the reference and the HTML report.

    Raises:
        ValidationFailed: more rows broke a rule than params.yaml allows.
    """
    result = validate_dataset(
        TASKS[recipe.task],
        absolute(dataset.path),
        recipe.config.validation,
        workspace() / "reports" / recipe.task / "validation",
        load_params().workers,
    )
    digest = hashlib.sha256(f"{dataset.digest} {result.digest}".encode()).hexdigest()
    validated = ValidatedRef(
        dataset=dataset,
        quarantine=relative(result.quarantine),
        quarantined=result.quarantined,
        digest=digest,
        report=relative(result.report_path),
    )
    return validated, result.report_html
