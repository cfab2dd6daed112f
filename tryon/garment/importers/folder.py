"""A plain pair of folders: persons and garments, matched by name or by a list.

`PATH/{persons,person,image,images,model}` and `PATH/{garments,garment,cloth,clothes}`, optionally
`PATH/{garment-masks,cloth-mask,masks}` and `PATH/{parsing,image-parse}` with the same names, and
`PATH/pairs.txt` with lines "person garment [category]". Without a list, equal names are pairs.
"""

from pathlib import Path
from typing import cast

from tryon.data.importing import SUFFIXES, Imported
from tryon.data.shards import ShardWriter
from tryon.errors import DataError
from tryon.garment.garment import CATEGORIES, Category
from tryon.garment.importers.common import (
    Entry,
    ImportOptions,
    existing,
    first_folder,
    read_pairs,
    write_entries,
)

PERSONS = ("persons", "person", "image", "images", "model")
GARMENTS = ("garments", "garment", "cloth", "clothes")
MASKS = ("garment-masks", "garment_masks", "cloth-mask", "cloth_mask", "masks")
PARSES = ("parsing", "image-parse-v3", "image-parse")


def import_folder(path: Path, writer: ShardWriter, options: ImportOptions) -> Imported:
    """Import pairs of a person and the garment that this person wears.

    Raises:
        DataError: `unknown_layout`, `missing_files`, `unknown_category`, `unknown_coding`.
    """
    persons, garments = first_folder(path, *PERSONS), first_folder(path, *GARMENTS)
    if persons is None or garments is None:
        raise DataError(
            f"{path} holds no pair of folders: one of {', '.join(PERSONS)} and one of "
            f"{', '.join(GARMENTS)}",
            code="unknown_layout",
            hint="put persons and garments into two folders, a pair under one name",
        )
    masks, parses = first_folder(path, *MASKS), first_folder(path, *PARSES)
    by_folder = options.identity == "folder"
    options.say(
        f"persons in {persons.name}/, garments in {garments.name}/, one person per "
        f"{'subfolder' if by_folder else 'file'}"
    )
    entries = []
    for person, garment, category in _pairs(path, persons, garments, options):
        name = person.relative_to(persons).with_suffix("").as_posix()
        entries.append(
            Entry(
                image_id=f"{name}+{garment.stem}" if person.stem != garment.stem else name,
                identity=person.parent.name if by_folder else name,
                garment_id=garment.relative_to(garments).with_suffix("").as_posix(),
                category=category,
                kind="paired",
                image=person,
                garment=garment,
                mask=existing(masks, garment.stem),
                parsing=existing(parses, name),
            )
        )
    return write_entries(entries, writer, options, "folder pair")


def _pairs(
    path: Path, persons: Path, garments: Path, options: ImportOptions
) -> list[tuple[Path, Path, Category]]:
    listed = path / "pairs.txt"
    if listed.is_file():
        options.say(f"pairs from {listed.name}")
        return [
            (persons / line[0], garments / line[1], _category(line[2:], options))
            for line in read_pairs(listed)
            if len(line) > 1
        ]
    files = sorted(p for p in persons.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
    found = []
    for person in files:
        garment = existing(garments, person.relative_to(persons).with_suffix("").as_posix())
        if garment is not None:
            found.append((person, garment, _category([], options)))
    if len(found) < len(files):
        options.say(f"{len(files) - len(found)} persons have no garment of their name: left out")
    return found


def _category(named: list[str], options: ImportOptions) -> Category:
    category = named[0] if named else options.category or "upper"
    if category not in CATEGORIES:
        raise DataError(
            f"unknown category {category!r}",
            code="unknown_category",
            hint=f"use {', '.join(CATEGORIES)}",
        )
    return cast(Category, category)
