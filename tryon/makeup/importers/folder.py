"""A plain folder of face photos: bare faces, from which the makeup operator makes pairs."""

from collections import Counter
from pathlib import Path

from tryon.data.importing import Imported, pictures
from tryon.data.shards import ShardWriter
from tryon.errors import DataError
from tryon.makeup.importers.common import (
    Entry,
    ImportOptions,
    write_photos,
)

MOST_PER_PERSON = 20  # mean pictures per subfolder up to which a subfolder is taken for a person


def import_folder(path: Path, writer: ShardWriter, options: ImportOptions) -> Imported:
    """Import every picture below `path` as a bare face.

    A person is a subfolder or a file (`options.identity`); `auto` takes subfolders for persons
    when there are several and they hold few pictures each, and prints what it took.

    Raises:
        DataError: `no_folder`, `no_pictures`.
    """
    if not path.is_dir():
        raise DataError(f"no folder {path}", code="no_folder", hint="check the path")
    files = pictures(path)
    by_folder = _persons_are_folders(path, files, options)
    options.say(f"one person per {'subfolder' if by_folder else 'file'}")
    stems = [file.relative_to(path).with_suffix("").as_posix() for file in files]
    times = Counter(stems)
    entries = [
        Entry(
            image_id=stem if times[stem] == 1 else file.relative_to(path).as_posix(),
            identity=file.parent.relative_to(path).as_posix() if by_folder else stem,
            kind="bare",
            image=file,
        )
        for file, stem in zip(files, stems, strict=True)
    ]
    return write_photos(entries, writer, options, "folder")


def _persons_are_folders(path: Path, files: list[Path], options: ImportOptions) -> bool:
    if options.identity != "auto":
        return options.identity == "folder"
    holders = Counter(file.parent for file in files)
    return path not in holders and len(holders) > 1 and len(files) / len(holders) <= MOST_PER_PERSON
