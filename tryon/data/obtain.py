"""From a source or a folder of the field's own to a raw dataset: all of it, or none of it."""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from tryon.data.archive import is_archive, unpack
from tryon.data.card import Card
from tryon.data.download import fetch, transfer
from tryon.data.hashing import sha256_file
from tryon.data.shards import ShardWriter
from tryon.data.sources import Source
from tryon.errors import DataError
from tryon.registry import TASKS
from tryon.task import Task


def import_dataset(
    task: Task,
    format: str,
    path: Path,
    out: Path,
    *,
    name: str,
    source: str,
    licence: str,
    options: Mapping[str, Any],
) -> Card:
    """Turn a layout on disk into a raw dataset at `out`, which is replaced as a whole.

    Args:
        task: Whose importers and schema.
        format: Name of the importer.
        path: The folder or file to read.
        out: The dataset's folder.
        name: Of the dataset.
        source: Where the pictures come from, for the card.
        licence: Of the pictures, for the card.
        options: Fields of the task's `ImportOptions`.

    Raises:
        DataError: `unknown_format`, `unknown_option`, and those of the importer.
    """
    importers = task.importers.IMPORTERS
    if format not in importers:
        raise DataError(
            f"unknown format {format!r} for {task.name}",
            code="unknown_format",
            hint=f"there are {', '.join(sorted(importers))}",
        )
    known = [field.name for field in fields(task.importers.ImportOptions)]
    if unknown := sorted(set(options) - set(known)):
        raise DataError(
            f"unknown import options {unknown}",
            code="unknown_option",
            hint=f"there are {', '.join(known)}",
        )
    with ShardWriter(out, task.data.FEATURES) as writer:
        found = importers[format](path, writer, task.importers.ImportOptions(**options))
        card = Card(
            name=name,
            task=task.name,
            source=source,
            licence=licence,
            schema_version=task.data.SCHEMA_VERSION,
            provides=found.provides,
            parameters={"format": format, "layout": found.layout} | found.parameters,
        )
        return writer.close(card)


def get(name: str, source: Source, downloads: Path, out: Path, mirror: str | None = None) -> Card:
    """Fetch an open dataset, check it, and import it to `out`.

    Args:
        name: Of the source.
        source: The source.
        downloads: Where fetched files are kept.
        out: The dataset's folder; untouched until everything is there and right.
        mirror: Folder or address to fetch from instead.

    Raises:
        DataError: those of `fetch`, `unpack` and `import_dataset`.
    """
    if not source.pinned:
        missing = ", ".join(file.file for file in source.files if not file.sha256)
        raise DataError(
            f"{name} is not pinned: no sha256 for {missing}",
            code="not_pinned",
            hint=f"`tryon data pin {name}` fetches it and prints the lines for data/sources.yaml",
        )
    fetched = [fetch(file, downloads, mirror) for file in source.files]
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=downloads) as unpacked:
        folder = Path(unpacked)
        for path in fetched:
            _place(path, folder, source)
        return import_dataset(
            TASKS[source.task],
            source.importer,
            folder / source.subfolder,
            out,
            name=name,
            source=source.homepage,
            licence=source.licence,
            options=source.options,
        )


def pin(source: Source, downloads: Path, mirror: str | None = None) -> dict[str, tuple[str, int]]:
    """Fetch a source's files unchecked and tell each one's sha256 and size.

    Raises:
        DataError: those of `transfer`.
    """
    found = {}
    for file in source.files:
        part = transfer(file, downloads, mirror)
        path = part.replace(downloads / file.file)
        found[file.file] = sha256_file(path), path.stat().st_size
    return found


def _place(path: Path, folder: Path, source: Source) -> None:
    """Unpack an archive; link any other file, or copy it where links are impossible."""
    if is_archive(path):
        unpack(path, folder, source.keep)
        return
    try:
        (folder / path.name).hardlink_to(path)
    except OSError:
        shutil.copyfile(path, folder / path.name)
