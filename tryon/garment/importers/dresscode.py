"""DressCode: `{dresses,lower_body,upper_body}/{images,keypoints,label_maps}` and pair lists.

In `images`, 000001_0 is a person and 000001_1 a garment; keypoints are 000001_2, label maps (ATR)
000001_4. Garment masks exist only where a follower added them (`masks`, `cloth_mask`). The lists
of each category's own folder are read, not the copies in the root.
"""

from pathlib import Path

from tryon.data.importing import Imported
from tryon.data.shards import ShardWriter
from tryon.errors import DataError
from tryon.garment.garment import Category
from tryon.garment.importers.common import (
    Entry,
    ImportOptions,
    existing,
    first_folder,
    read_pairs,
    write_entries,
)
from tryon.garment.importers.openpose import dresscode

FOLDERS: dict[str, Category] = {"upper_body": "upper", "lower_body": "lower", "dresses": "whole"}
LISTS = (
    ("train_pairs.txt", "train"),
    ("test_pairs_paired.txt", "test"),
    ("test_pairs_unpaired.txt", "test"),
)


def import_dresscode(path: Path, writer: ShardWriter, options: ImportOptions) -> Imported:
    """Import the categories of DressCode that are there (or the one that `options` names).

    Raises:
        DataError: `unknown_layout`, `missing_files`, `unknown_coding`, `broken_keypoints`.
    """
    entries: dict[str, Entry] = {}
    for name, category in FOLDERS.items():
        base = path / name
        if not (base / "images").is_dir() or options.category not in (None, category):
            continue
        before = len(entries)
        for file, split in LISTS:
            if not (base / file).is_file():
                continue
            for person, garment, *_ in read_pairs(base / file):
                entry = _entry(base, name, person, garment, category, split)
                entries.setdefault(entry.image_id, entry)
        options.say(f"{name}: category {category}, {len(entries) - before} rows")
    if not entries:
        raise DataError(
            f"{path} has no DressCode layout: no {', '.join(FOLDERS)} with images/ and pair lists",
            code="unknown_layout",
            hint="name the folder that holds upper_body/, lower_body/ or dresses/",
        )
    return write_entries(list(entries.values()), writer, options, "DressCode")


def _entry(
    base: Path, name: str, person: str, garment: str, category: Category, split: str
) -> Entry:
    number, other = Path(person).stem.split("_")[0], Path(garment).stem.split("_")[0]
    masks = first_folder(base, "masks", "cloth_mask", "cloth-mask")
    paired = number == other
    return Entry(
        image_id=f"{name}/{number}" + ("" if paired else f"+{other}"),
        identity=f"{name}/{number}",
        garment_id=f"{name}/{other}",
        category=category,
        kind="paired" if paired else "unpaired",
        image=base / "images" / person,
        garment=base / "images" / garment,
        mask=existing(masks, f"{other}_1"),
        parsing=existing(base / "label_maps", f"{number}_4"),
        keypoints=dresscode(base / "keypoints" / f"{number}_2.json"),
        split=split,
    )
