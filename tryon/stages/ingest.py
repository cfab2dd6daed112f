"""Name the data: what DVC knows, what its card says."""

from tryon.data.card import Card
from tryon.errors import DataError
from tryon.paths import absolute
from tryon.types import DatasetRef


def ingest(task: str, path: str, digest: str) -> DatasetRef:
    """The reference of a raw dataset.

    Args:
        task: Which task it is meant for.
        path: Folder relative to the project's root.
        digest: DVC's hash of the folder (tryon.lineage.dataset_digest).

    Raises:
        DataError: there is no dataset, or it belongs to another task.
    """
    card = Card.read(absolute(path))
    if card.task != task:
        raise DataError(
            f"{path} is a dataset for {card.task!r}, not for {task!r}",
            hint=f"name another folder in params.yaml: tasks.{task}.dataset",
        )
    return DatasetRef(task=task, path=path, digest=digest, rows=card.counts, licence=card.licence)
