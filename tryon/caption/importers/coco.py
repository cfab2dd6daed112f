"""COCO captions: `{images: [{id, file_name, …}], annotations: [{image_id, caption, …}]}`."""

from dataclasses import replace
from pathlib import Path

from tryon.caption.importers.common import (
    Entry,
    Gallery,
    existing,
    read_json,
    tidy,
    write_entries,
)
from tryon.data.importing import Imported, ImportOptions
from tryon.data.shards import ShardWriter
from tryon.errors import DataError

HOLDS = ("images", "annotations")


def import_coco(path: Path, writer: ShardWriter, options: ImportOptions) -> Imported:
    """Import one captions file, or the folder that holds `annotations/captions_*.json`.

    A file with `train` or `val` in its name is that split. Where there is no test file, `val`
    becomes the test split and validation is taken from the training pictures.

    Raises:
        DataError: `no_folder`, `unknown_layout`, `no_captions`, `no_pictures`.
    """
    files, root = _files(existing(path))
    gallery = Gallery(root)
    splits = _splits(files, options)
    if "train" in splits and "validation" not in splits:
        options = replace(options, test_share=0.0)
        splits = [None if split == "train" else split for split in splits]
    entries: dict[str, Entry] = {}
    for file, split in zip(files, splits, strict=True):
        for entry in _entries(file, gallery, split, options):
            entries.setdefault(entry.image_id, entry)
    names = [file.name for file in files]
    return write_entries(list(entries.values()), writer, options, "COCO captions", files=names)


def _files(path: Path) -> tuple[list[Path], Path]:
    """The captions files, and the folder below which the pictures lie."""
    if path.is_file():
        nested = path.parent.name == "annotations"
        return [path], path.parent.parent if nested else path.parent
    files = sorted(path.rglob("captions_*.json"))
    if not files:
        raise DataError(
            f"{path} holds no captions_*.json",
            code="unknown_layout",
            hint="name the captions file, or the folder with annotations/ and the pictures",
        )
    return files, path


def _splits(files: list[Path], options: ImportOptions) -> list[str | None]:
    """The split of each file by its name; None = its pictures are drawn into splits."""
    words = {"train": "train", "val": "validation", "test": "test"}
    found = [
        next((split for word, split in words.items() if word in file.stem.lower()), None)
        for file in files
    ]
    if None in found or "train" not in found or len(set(found)) == 1:
        options.say("no train and test files: pictures are drawn into splits by their ids")
        return [None] * len(files)
    if "test" in found:
        return found
    options.say("val becomes the test split, validation is taken from train")
    return ["test" if split == "validation" else split for split in found]


def _entries(
    file: Path, gallery: Gallery, split: str | None, options: ImportOptions
) -> list[Entry]:
    content = read_json(file)
    if not isinstance(content, dict) or not all(_are_objects(content.get(k)) for k in HOLDS):
        what = "a list of results" if isinstance(content, list) else "no COCO captions"
        raise DataError(
            f"{file.name} is {what}: expected an object with images and annotations",
            code="unknown_layout",
            hint="captions with pictures are in annotations/captions_*.json",
        )
    entries: dict[str, Entry] = {}
    for image in content["images"]:
        name = str(image.get("file_name", ""))
        entries[str(image.get("id"))] = Entry(
            image_id=str(image.get("id")),
            file=gallery.find(name, file.stem.removeprefix("captions_")) if name else None,
            split=split,
            width=_number(image.get("width")),
            height=_number(image.get("height")),
        )
    strays = 0
    for annotation in content["annotations"]:
        entry = entries.get(str(annotation.get("image_id")))
        if entry is None:
            strays += 1
        else:
            entry.captions.append(tidy(annotation.get("caption")))
    captioned = [entry for entry in entries.values() if entry.captions]
    if strays:
        options.say(f"{file.name}: {strays} captions name no picture, left out")
    if bare := len(entries) - len(captioned):
        options.say(f"{file.name}: {bare} pictures have no caption, left out")
    return captioned


def _are_objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _number(value: object) -> int:
    return value if isinstance(value, int) and 0 < value < 2**31 else 0
