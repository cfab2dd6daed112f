"""A plain folder of pictures and a table of captions: CSV, or with tabs, semicolons or bars."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tryon.caption.importers.common import (
    Entry,
    Gallery,
    existing,
    own_split,
    tidy,
    write_entries,
)
from tryon.data.importing import Imported, ImportOptions
from tryon.data.shards import ShardWriter
from tryon.errors import DataError

TABLES = ("captions.csv", "captions.tsv", "captions.txt", "metadata.csv", "*.csv", "*.tsv")
DELIMITERS = (",", "\t", ";", "|")
IMAGE = ("image", "file_name", "filename", "file", "path", "image_name", "picture")
CAPTION = ("caption", "captions", "text", "description", "comment", "sentence")
SPLIT = ("split", "set", "subset")
IDENTITY = ("identity", "person", "subject", "group")
MAX_FIELD = 1_000_000  # characters


def import_folder(path: Path, writer: ShardWriter, options: ImportOptions) -> Imported:
    """Import the pictures that a table names, with their captions.

    The table's first line names its columns: one of the picture's file, one or more of captions
    (`caption`, or `caption_1`, `caption_2` …), perhaps `split` and `identity`. Several lines may
    name the same picture.

    Raises:
        DataError: `no_folder`, `unknown_layout`, `unknown_split`, `no_captions`, `no_pictures`.
    """
    table = path if existing(path).is_file() else _table(path)
    gallery = Gallery(table.parent if path.is_file() else path)
    entries = list(caption_table(table, gallery, options).values())
    return write_entries(entries, writer, options, "folder with a table", file=table.name)


def _table(folder: Path) -> Path:
    found = (file for name in TABLES for file in sorted(folder.glob(name)) if file.is_file())
    table = next(found, None)
    if table is None:
        raise DataError(
            f"{folder} holds no table of captions",
            code="unknown_layout",
            hint="write captions.csv with the columns image,caption",
        )
    return table


def caption_table(table: Path, gallery: Gallery, options: ImportOptions) -> dict[str, Entry]:
    """The entries of a table by the name of the picture, in the order of the pictures.

    Raises:
        DataError: `unknown_layout`, `unknown_split`.
    """
    entries: dict[str, Entry] = {}
    unnamed = 0
    for name, captions, split, identity in _lines(table):
        if not name:
            unnamed += 1
            continue
        if name not in entries:
            entries[name] = _entry(name, gallery, options, identity)
            entries[name].split = own_split(split, table.name) if split else None
        entries[name].captions += captions
    if unnamed:
        options.say(f"{unnamed} lines name no picture, left out")
    times = Counter(entry.image_id for entry in entries.values())
    for name, entry in entries.items():
        if times[entry.image_id] > 1:  # files that differ in their suffix alone
            entry.image_id = Path(name).as_posix()
    return entries


def _entry(name: str, gallery: Gallery, options: ImportOptions, identity: str) -> Entry:
    place = Path(name.replace("\\", "/"))
    file = gallery.find(place.as_posix())
    image_id = place.with_suffix("").as_posix()
    if options.identity == "folder" and file is not None:
        identity = file.parent.relative_to(gallery.root).as_posix()
    elif options.identity == "file":
        identity = ""
    return Entry(image_id, file, identity=identity)


def _lines(table: Path) -> Iterator[tuple[str, list[str], str, str]]:
    """Name of the picture, captions, split and identity of each line."""
    csv.field_size_limit(MAX_FIELD)
    with table.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        header = text.readline()
        delimiter = max(DELIMITERS, key=header.count)
        text.seek(0)
        reader = csv.reader(text, delimiter=delimiter, skipinitialspace=True)
        try:
            columns = [name.strip().lower() for name in next(reader, [])]
            image, captions = _column(columns, IMAGE), _caption_columns(columns)
            if image is None or not captions:
                raise DataError(
                    f"{table.name} has the columns {', '.join(columns) or 'none'}",
                    code="unknown_layout",
                    hint=f"name one of the pictures ({IMAGE[0]}) and one of {CAPTION[0]}",
                )
            split, identity = _column(columns, SPLIT), _column(columns, IDENTITY)
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    texts = [tidy(_cell(cells, at)) for at in captions]
                    if len(captions) > 1:  # a picture may have fewer than the table has columns
                        texts = [each for each in texts if each] or [""]
                    yield _cell(cells, image), texts, _cell(cells, split), _cell(cells, identity)
        except csv.Error as error:
            raise DataError(
                f"{table.name}, line {reader.line_num}: {error}", code="unknown_layout"
            ) from None


def _column(columns: list[str], names: tuple[str, ...]) -> int | None:
    return next((columns.index(name) for name in names if name in columns), None)


def _caption_columns(columns: list[str]) -> list[int]:
    single = _column(columns, CAPTION)
    if single is not None:
        return [single]
    stems = [column.rstrip("0123456789").rstrip("_- ") for column in columns]
    return [at for at, stem in enumerate(stems) if stem in CAPTION]


def _cell(cells: list[str], at: int | None) -> str:
    return cells[at].strip() if at is not None and at < len(cells) else ""
