"""What every importer of faces shares: options, masks into the canonical coding, rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from tryon.data import importing
from tryon.data.importing import FILE_LIMITS, Imported, split_of
from tryon.data.shards import Row, ShardWriter
from tryon.errors import DataError, ImageError
from tryon.vision.images import decode, decode_labels, encode
from tryon.vision.parsing import CODING_NAMES, detect_coding, to_canonical

MASKS_LOOKED_AT = 64  # to tell the coding


@dataclass(frozen=True)
class ImportOptions(importing.ImportOptions):
    """What a user may decide about an import of faces.

    Attributes:
        coding: Label coding A-D of the masks; None = told from the masks.
        pseudo_targets: Take warped pseudo ground truth as pairs, where the layout has it.
    """

    coding: str | None = None
    pseudo_targets: bool = False


@dataclass(frozen=True)
class Entry:
    """One photo of a source, before it becomes a row."""

    image_id: str
    identity: str
    kind: str
    image: Path
    mask: Path | None = None
    split: str | None = None  # where the source says so


def tell_coding(masks: Sequence[Path], options: ImportOptions) -> str:
    """The label coding of mask files: what the user named, else what the masks show; printed.

    Raises:
        DataError: `unknown_coding`.
    """
    if options.coding is not None:
        if options.coding not in CODING_NAMES:
            raise DataError(
                f"unknown label coding {options.coding!r}",
                code="unknown_coding",
                hint="; ".join(f"{name} = {text}" for name, text in CODING_NAMES.items()),
            )
        options.say(f"label coding {options.coding} ({CODING_NAMES[options.coding]}), as named")
        return options.coding
    chosen = [masks[at] for at in np.linspace(0, len(masks) - 1, MASKS_LOOKED_AT).astype(int)]
    coding, reason = detect_coding(_readable(sorted(set(chosen))))
    options.say(f"label coding {coding} detected: {reason}")
    return coding


def _readable(paths: Iterable[Path]) -> Iterable[np.ndarray]:
    for path in paths:
        try:
            yield decode_labels(path.read_bytes())
        except ImageError:
            continue  # its row keeps the bytes, and validation will name it


def canonical_mask(data: bytes, coding: str, shape: tuple[int, ...]) -> bytes:
    """A mask file → canonical labels at `shape` [H, W] (nearest neighbour), as grey PNG."""
    labels = to_canonical(decode_labels(data), coding)
    if labels.shape != tuple(shape):
        labels = cv2.resize(labels, (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST)
    return encode(labels)


def photo_row(entry: Entry, coding: str | None) -> Row:
    """The raw row of one photo: the file's own bytes, and its mask in the canonical coding.

    A file that cannot be decoded is kept as it is: validation sets it aside with the reason.
    """
    data = entry.image.read_bytes()
    return {
        "image_id": entry.image_id,
        "identity": entry.identity,
        "image": data,
        "look": "",
        "kind": entry.kind,
        "landmarks": [],
        "parsing": _parsing(entry, data, coding),
        "skin_tone": 0,
        "attributes": "",
    }


def _parsing(entry: Entry, data: bytes, coding: str | None) -> bytes | None:
    if entry.mask is None or coding is None:
        return None
    raw = entry.mask.read_bytes()
    try:
        shape = decode(data, FILE_LIMITS).image.shape[:2]
        return canonical_mask(raw, coding, shape)
    except ImageError:
        return raw


def write_photos(
    entries: Sequence[Entry], writer: ShardWriter, options: ImportOptions, layout: str
) -> Imported:
    """Write photos, one row each, splits by identity unless the source has its own.

    Raises:
        DataError: `no_pictures`, `unknown_coding`.
    """
    if not entries:
        raise DataError(
            f"no pictures found for the {layout} layout",
            code="no_pictures",
            hint="check the path, or import with another format",
        )
    masks = [entry.mask for entry in entries if entry.mask is not None]
    coding = tell_coding(masks, options) if masks else None
    options.say(f"{len(entries)} photos, {len(masks)} label maps, layout {layout}")
    for entry in tqdm(entries, desc="importing", unit="photo"):
        writer.write(entry.split or split_of(entry.identity, options), photo_row(entry, coding))
    return Imported(
        layout, ("parsing",) if masks else (), {"coding": coding} if coding is not None else {}
    )
