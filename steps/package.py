"""The champions of all tasks, packed for the service."""

from typing import Annotated

from zenml import log_metadata, step

from tryon.stages import package as stage
from tryon.types import RegisteredRef


@step
def package(champions: list[RegisteredRef], packed: str) -> Annotated[dict[str, str], "packed"]:
    """Put each champion's bundle in the model store; `packed` changes when one has gone missing."""
    tags = stage.package({champion.task: champion.bundle for champion in champions})
    log_metadata({**tags})
    return tags
