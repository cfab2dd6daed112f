"""Makes `zenml pipeline run training` work as it is: this module becomes the pipeline."""

import sys

from pipelines.stack import ensure_stack

ensure_stack()

from pipelines.training import training  # noqa: E402  (steps bind to the stack made above)

sys.modules[__name__] = training
