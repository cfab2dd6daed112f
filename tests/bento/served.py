"""Every task the service answers for: a bundle without training, sound requests, and odd ones.

A new task adds a module `served_TASK` and its line here: load and fuzz then reach it too.
"""

from pathlib import Path

from tests.bento import served_caption, served_garment, served_makeup
from tests.bento.asking import Served

SERVED: tuple[Served, ...] = (
    served_makeup.SERVED,
    served_garment.SERVED,
    served_caption.SERVED,
)


def write_bundles(folder: Path) -> Path:
    """A folder of bundles as TRYON_BUNDLES takes it, one for each task."""
    for served in SERVED:
        served.write(folder / served.task)
    return folder
