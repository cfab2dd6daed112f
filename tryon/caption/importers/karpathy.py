"""Karpathy's split files (`dataset_coco.json`, `dataset_flickr8k.json` …).

`{images: [{filename, filepath?, split, sentences: [{raw, tokens}]}]}`; 113,287 / 5,000 / 5,000
pictures of COCO, where `restval` belongs to train (Karpathy and Fei-Fei 2015, arXiv 1412.2306).
"""

from collections import Counter
from pathlib import Path
from typing import Any

from tryon.caption.importers.common import (
    Entry,
    Gallery,
    existing,
    own_split,
    read_json,
    tidy,
    write_entries,
)
from tryon.data.importing import Imported, ImportOptions
from tryon.data.shards import ShardWriter
from tryon.errors import DataError


def import_karpathy(path: Path, writer: ShardWriter, options: ImportOptions) -> Imported:
    """Import a split file; the pictures lie beside it or in folders beside it.

    Raises:
        DataError: `no_folder`, `unknown_layout`, `unknown_split`, `no_captions`, `no_pictures`.
    """
    existing(path)
    file = path if path.is_file() else next(iter(sorted(path.rglob("dataset*.json"))), None)
    if file is None:
        raise DataError(
            f"{path} holds no dataset_*.json",
            code="unknown_layout",
            hint="name Karpathy's split file, or the folder that holds it and the pictures",
        )
    content = read_json(file)
    images = content.get("images") if isinstance(content, dict) else None
    if not isinstance(images, list) or not all(_fits(image) for image in images):
        raise DataError(
            f"{file.name}: expected images with filename, split and sentences",
            code="unknown_layout",
            hint="COCO's own captions files are imported with the format coco",
        )
    gallery = Gallery(file.parent if path.is_file() else path)
    entries = [_entry(image, gallery, file.name) for image in images]
    counts = Counter(str(image["split"]) for image in images)
    options.say(", ".join(f"{split} {count:,}" for split, count in sorted(counts.items())))
    return write_entries(entries, writer, options, "Karpathy split", split=dict(counts))


def _fits(image: object) -> bool:
    return (
        isinstance(image, dict)
        and {"filename", "split", "sentences"} <= image.keys()
        and isinstance(image["sentences"], list)
        and all(isinstance(sentence, dict) for sentence in image["sentences"])
    )


def _entry(image: dict[str, Any], gallery: Gallery, where: str) -> Entry:
    name = str(image["filename"])
    return Entry(
        image_id=str(image.get("cocoid", Path(name).stem)),
        file=gallery.find(name, str(image.get("filepath", ""))),
        captions=[_text(sentence) for sentence in image["sentences"]],
        split=own_split(str(image["split"]), where),
    )


def _text(sentence: dict[str, Any]) -> str:
    """The sentence as written; its tokens where that is not kept."""
    if "raw" in sentence:
        return tidy(sentence["raw"])
    tokens = sentence.get("tokens")
    return tidy(" ".join(map(str, tokens))) if isinstance(tokens, list) else ""
