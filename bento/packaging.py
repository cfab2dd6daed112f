"""Puts the champions of all tasks into BentoML's model store, as one model."""

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import bentoml

from bento.models import NAME
from tryon.errors import BundleError
from tryon.serving.bundle import Bundle


def pack(bundles: Mapping[str, Path]) -> str:
    """Store the bundles together, so that a service always loads a set that was packed as one.

    Args:
        bundles: Task → folder of its bundle.

    Returns:
        The stored model's tag, `tryon:VERSION`. `tryon:latest` names it from now on.

    Raises:
        BundleError: a bundle does not open or belongs to another task, or there is none.
    """
    opened = {task: Bundle.open(folder) for task, folder in sorted(bundles.items())}
    if not opened:
        raise BundleError("no bundle to pack", code="no_bundle", hint="register a champion first")
    labels = {"tasks": " ".join(opened)}
    for task, bundle in opened.items():
        if bundle.meta.task != task:
            raise BundleError(
                f"{bundle.folder} is a bundle of {bundle.meta.task!r}, not of {task!r}",
                code="invalid_meta",
            )
        labels |= _labels(task, bundle)
    metrics = {task: dict(bundle.meta.metrics) for task, bundle in opened.items()}
    with bentoml.models.create(NAME, labels=labels, metadata={"metrics": metrics}) as model:
        for task, bundle in opened.items():
            target = Path(model.path) / task
            target.mkdir()
            for name in bundle.files:
                shutil.copyfile(bundle.folder / name, target / name)
    return str(model.tag)


def _labels(task: str, bundle: Bundle) -> dict[str, str]:
    lineage = bundle.meta.lineage
    return {
        f"{task}.version": bundle.meta.version,
        f"{task}.sha256": bundle.meta.sha256,
        f"{task}.git_commit": lineage.git_commit,
        f"{task}.git_dirty": str(lineage.git_dirty).lower(),
        f"{task}.dataset_digest": lineage.dataset_digest,
        f"{task}.params_digest": lineage.params_digest,
    }


def main(arguments: list[str]) -> None:
    """`python -m bento.packaging TASK=FOLDER …`: packs, prints {task: tag} as one line of JSON."""
    bundles = dict(argument.split("=", 1) for argument in arguments)
    tag = pack({task: Path(folder) for task, folder in bundles.items()})
    print(json.dumps(dict.fromkeys(bundles, tag)))


if __name__ == "__main__":
    main(sys.argv[1:])
