"""What every importer of garments shares: options, entries and how they become rows."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tqdm import tqdm

from tryon.data import importing
from tryon.data.importing import FILE_LIMITS, SUFFIXES, Imported, require, share_of
from tryon.data.shards import Row, ShardWriter
from tryon.errors import DataError, ImageError
from tryon.garment.garment import CATEGORIES, Category
from tryon.garment.importers.labels import canonical_parsing, garment_mask, tell_coding
from tryon.vision.images import decode


@dataclass(frozen=True)
class ImportOptions(importing.ImportOptions):
    """What a user may decide about an import of persons and garments.

    Attributes:
        coding: Label coding of the parsing, LIP or ATR; None = told from the maps.
        category: upper, lower or whole, where the source does not say it; None = upper, printed.
    """

    coding: str | None = None
    category: Category | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.category is not None:
            importing.one_of("category", self.category, CATEGORIES)


Keypoints = Callable[[tuple[int, int]], list[float]]  # (height, width) of the image → 54 numbers


@dataclass(frozen=True)
class Entry:
    """One row of a source, before its files are read."""

    image_id: str
    identity: str
    garment_id: str
    category: Category
    kind: Literal["paired", "unpaired"]
    image: Path
    garment: Path
    mask: Path | None = None
    parsing: Path | None = None
    keypoints: Keypoints | None = None
    split: str | None = None  # where the source says so
    attributes: dict[str, Any] = field(default_factory=dict)


def split_of(entry: Entry, options: ImportOptions) -> str:
    """The source's test split is kept; its training split gives up a share for validation."""
    place = share_of(entry.identity)
    if entry.split == "test":
        return "test"
    test = 0.0 if entry.split else options.test_share
    if place < test:
        return "test"
    return "validation" if place < test + options.validation_share else "train"


def existing(folder: Path | None, stem: str) -> Path | None:
    """The file of that stem in `folder`, whatever its suffix."""
    if folder is None:
        return None
    return next((p for s in SUFFIXES if (p := folder / f"{stem}{s}").is_file()), None)


def first_folder(root: Path, *names: str) -> Path | None:
    """The first of the named folders that exists: the field spells them differently."""
    return next((root / name for name in names if (root / name).is_dir()), None)


def read_pairs(file: Path) -> list[list[str]]:
    """The columns of each line of a pair list."""
    return [line.split() for line in file.read_text().splitlines() if line.strip()]


def write_entries(
    entries: Sequence[Entry], writer: ShardWriter, options: ImportOptions, layout: str
) -> Imported:
    """Write one row per entry; the label coding is detected, or the user's, and printed.

    Raises:
        DataError: `no_pictures`, `missing_files`, `unknown_coding`.
    """
    if not entries:
        raise DataError(
            f"no pairs found for the {layout} layout",
            code="no_pictures",
            hint="check the path, or import with another format",
        )
    require({entry.image for entry in entries}, "person pictures")
    require({entry.garment for entry in entries}, "garment pictures")
    maps = sorted({entry.parsing for entry in entries if entry.parsing is not None})
    coding = tell_coding(maps, options.coding, options.say) if maps else None
    counts = {kind: sum(entry.kind == kind for entry in entries) for kind in ("paired", "unpaired")}
    options.say(
        f"{counts['paired']} paired and {counts['unpaired']} unpaired rows, {len(maps)} label "
        f"maps, {sum(entry.mask is not None for entry in entries)} with garment masks, "
        f"{sum(entry.keypoints is not None for entry in entries)} with keypoints, layout {layout}"
    )
    for entry in tqdm(entries, desc="importing", unit="row"):
        writer.write(split_of(entry, options), entry_row(entry, coding))
    given = (
        ("parsing", all(entry.parsing is not None for entry in entries)),
        ("keypoints", all(entry.keypoints is not None for entry in entries)),
        ("garment_mask", all(entry.mask is not None for entry in entries)),
    )
    provides = tuple(name for name, everywhere in given if everywhere)
    return Imported(layout, provides, {"coding": coding} if coding else {})


def entry_row(entry: Entry, coding: str | None) -> Row:
    """The raw row of one entry: the files' own bytes, labels canonical, coordinates in pixels.

    A file that cannot be decoded is kept as it is: validation sets it aside with the reason.
    """
    image, garment = entry.image.read_bytes(), entry.garment.read_bytes()
    shape = _shape(image)
    row: Row = {
        "image_id": entry.image_id,
        "identity": entry.identity,
        "garment_id": entry.garment_id,
        "category": entry.category,
        "kind": entry.kind,
        "image": image,
        "garment": garment,
        "garment_landmarks": [],
        "garment_raw_landmarks": [],
        "keypoints": [],
        "skin_tone": 0,
        "attributes": json.dumps(entry.attributes, sort_keys=True) if entry.attributes else "",
    }
    if entry.keypoints is not None and shape is not None:
        row["keypoints"] = entry.keypoints(shape)
    if entry.parsing is not None and coding is not None:
        row["parsing"] = _or_raw(entry.parsing, lambda data: canonical_parsing(data, coding, shape))
    if entry.mask is not None:
        row["garment_mask"] = _or_raw(entry.mask, lambda data: garment_mask(data, _shape(garment)))
    return row


def _shape(data: bytes) -> tuple[int, int] | None:
    try:
        height, width = decode(data, FILE_LIMITS).image.shape[:2]
    except ImageError:
        return None
    return height, width


def _or_raw(path: Path, turn: Callable[[bytes], bytes]) -> bytes:
    data = path.read_bytes()
    try:
        return turn(data)
    except ImageError:
        return data
