"""Which bundles are served: one model of BentoML's store, pinned when the service is loaded."""

from pathlib import Path

import bentoml
from bentoml.exceptions import NotFound
from bentoml.models import BentoModel

from bento.settings import Settings
from tryon.errors import BundleError
from tryon.registry import TASKS
from tryon.serving.bundle import META, Bundle

NAME = "tryon"
LATEST = f"{NAME}:latest"  # inside a built bento BentoML resolves this to the version it packed


def pinned(settings: Settings) -> BentoModel | None:
    """The exact stored version to serve; None when `TRYON_BUNDLES` names a folder instead.

    Raises:
        BundleError: `no_bundle` when the store holds none.
    """
    if settings.bundles is not None:
        return None
    try:
        return BentoModel(bentoml.models.get(LATEST).tag)
    except NotFound:
        raise BundleError(
            f"BentoML's model store holds no model {NAME!r}",
            code="no_bundle",
            hint="`make run` trains and packages one; TRYON_BUNDLES serves a folder of bundles",
        ) from None


def folder_of(model: BentoModel | None, settings: Settings) -> Path:
    """Where the bundles lie."""
    if settings.bundles is not None:
        return settings.bundles
    if model is None:
        raise BundleError("neither a stored model nor TRYON_BUNDLES", code="no_bundle")
    return Path(bentoml.models.get(model.tag).path)


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
