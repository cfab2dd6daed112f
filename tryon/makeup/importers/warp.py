"""SSAT's warped pseudo ground truth: `warp/MAKEUP_BARE.jpg`, the third of three square tiles."""

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from tryon.data.importing import FILE_LIMITS, pictures, split_of
from tryon.data.shards import Row, ShardWriter
from tryon.errors import DataError, ImageError
from tryon.makeup.importers.common import (
    Entry,
    ImportOptions,
    photo_row,
)
from tryon.vision.images import decode, decode_labels, encode


def write_warped_pairs(
    folder: Path,
    entries: Sequence[Entry],
    writer: ShardWriter,
    options: ImportOptions,
    coding: str | None,
) -> int:
    """Write one pair per warp picture of a bare photo; returns how many.

    The bare photo, scaled to the tile, is the image; the third tile is its target. Reversed names
    (removal) are left out. A pair belongs to the bare photo's identity and thus to its split.

    Raises:
        DataError: `unknown_layout` for a picture that is not three square tiles.
    """
    bare = {Path(entry.image_id).name: entry for entry in entries if entry.kind == "bare"}
    made_up = {Path(entry.image_id).name for entry in entries if entry.kind == "made_up"}
    files = pictures(folder)
    named = [(file, match) for file in files if (match := _match(file.stem, made_up, set(bare)))]
    options.say(f"{len(named)} of {len(files)} warp pictures are pairs, the others are removals")
    for file, (reference, source) in tqdm(named, desc="pairs", unit="pair"):
        entry = bare[source]
        row = _pair(file, entry, coding) | {"image_id": f"warp/{file.stem}"}
        row["attributes"] = json.dumps({"reference": reference})
        writer.write(entry.split or split_of(entry.identity, options), row)
    return len(named)


def _match(stem: str, made_up: set[str], bare: set[str]) -> tuple[str, str] | None:
    """Where the two names are joined; names may hold underscores themselves."""
    joints = [at for at, letter in enumerate(stem) if letter == "_"]
    pairs = [(stem[:at], stem[at + 1 :]) for at in joints]
    return next((pair for pair in pairs if pair[0] in made_up and pair[1] in bare), None)


def tiles(data: bytes, name: str) -> list[np.ndarray]:
    """Cut a picture of three square tiles side by side, each uint8 RGB [S, S, 3].

    Raises:
        DataError: `unknown_layout`.
        ImageError: the bytes are no picture.
    """
    image = decode(data, FILE_LIMITS).image
    side = image.shape[0]
    if image.shape[1] != 3 * side:
        raise DataError(
            f"{name} is {image.shape[1]}×{side}, expected three square tiles side by side",
            code="unknown_layout",
            hint="check which dataset this is",
        )
    return [image[:, at * side : (at + 1) * side] for at in range(3)]


def _pair(file: Path, entry: Entry, coding: str | None) -> Row:
    row = photo_row(entry, coding) | {"kind": "pair"}
    try:
        target = tiles(file.read_bytes(), file.name)[2]
        image = decode(row["image"], FILE_LIMITS).image
    except ImageError:
        return row | {"target": file.read_bytes()}  # validation names what is wrong with it
    size = target.shape[1], target.shape[0]
    row["image"] = encode(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    row["target"] = encode(target)
    if row["parsing"] is not None:
        labels = cv2.resize(decode_labels(row["parsing"]), size, interpolation=cv2.INTER_NEAREST)
        row["parsing"] = encode(labels)
    return row
