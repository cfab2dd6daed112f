"""Which bundles are served: one model of BentoML's store, looked up once, at import."""

from pathlib import Path

import bentoml
from bentoml.exceptions import NotFound

from bento.settings import Settings
from tryon.errors import BundleError
from tryon.registry import TASKS
from tryon.serving.bundle import META, Bundle

NAME = "tryon"
LATEST = f"{NAME}:latest"  # in a built bento: an alias of the version packed (bentofile.yaml)


def find(settings: Settings) -> Path:
    """Where the bundles lie: the folder `TRYON_BUNDLES` names, else the stored model.

    Raises:
        BundleError: `no_bundle` when there is neither.
    """
    if settings.bundles is not None:
        return settings.bundles
    try:
        return Path(bentoml.models.get(LATEST).path)
    except NotFound:
        raise BundleError(
            f"BentoML's model store holds no model {NAME!r}",
            code="no_bundle",
            hint="`make run` trains and packages one; TRYON_BUNDLES serves a folder of bundles",
        ) from None


def open_bundles(folder: Path) -> dict[str, Bundle]:
    """Open every bundle of a folder: one subfolder per task, or one bundle itself.

    Raises:
        BundleError: there is none, one does not open, its task is unknown or comes twice.
    """
    candidates = [folder, *sorted(folder.iterdir())] if folder.is_dir() else []
    opened: dict[str, Bundle] = {}
    for bundle in (Bundle.open(path) for path in candidates if (path / META).is_file()):
        task = bundle.meta.task
        if task not in TASKS or task in opened:
            known = ", ".join(sorted(TASKS))
            raise BundleError(
                f"{bundle.folder}: task {task!r} is {'repeated' if task in opened else 'unknown'}",
                code="invalid_meta",
                hint=f"tasks are {known}, one bundle each",
            )
        opened[task] = bundle
    if not opened:
        raise BundleError(
            f"{folder} holds no bundle",
            code="no_bundle",
            hint=f"expected {folder}/TASK/{META}",
        )
    return opened
