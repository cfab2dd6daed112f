"""CPM-Synt-2: `triplet/{imgs,segs}/NAME_with_pattXXX.png`, source | reference | ground truth."""

import json
from pathlib import Path

import numpy as np
from tqdm import tqdm

from tryon.data.importing import Imported, pictures, split_of
from tryon.data.shards import Row, ShardWriter
from tryon.errors import DataError, ImageError
from tryon.makeup.importers.common import (
    ImportOptions,
    canonical_mask,
    tell_coding,
)
from tryon.makeup.importers.warp import tiles
from tryon.vision.images import decode_labels, encode
from tryon.vision.parsing import CODING_NAMES, detect_coding

JOINT = "_with_"


def import_triplets(path: Path, writer: ShardWriter, options: ImportOptions) -> Imported:
    """Import triplets as pairs: the source, and the same face made up, which is true ground truth.

    The person is the name before `_with_`, so that one source never lies in two splits.

    Raises:
        DataError: `unknown_layout`, `no_pictures`, `unknown_coding`.
    """
    root = next((at for at in (path, path / "triplet") if (at / "imgs").is_dir()), None)
    if root is None:
        raise DataError(
            f"{path} holds no imgs/ nor triplet/imgs/",
            code="unknown_layout",
            hint="name the folder of CPM-Synt-2 that holds triplet/",
        )
    files = pictures(root / "imgs")
    if not files:
        raise DataError(f"{root / 'imgs'} is empty", code="no_pictures", hint="check the path")
    masks = {file: root / "segs" / file.name for file in files}
    masks = {file: mask for file, mask in masks.items() if mask.is_file()}
    coding = _coding(list(masks.values()), options) if masks else None
    options.say(f"{len(files)} triplets, {len(masks)} label maps, layout CPM-Synt-2")
    for file in tqdm(files, desc="importing", unit="triplet"):
        identity = file.stem.split(JOINT)[0]
        row = _pair(file, masks.get(file), coding) | {"identity": identity}
        writer.write(split_of(identity, options), row)
    return Imported(
        "CPM-Synt-2", ("parsing",) if masks else (), {"coding": coding} if coding else {}
    )


def _coding(masks: list[Path], options: ImportOptions) -> str:
    if options.coding is not None:
        return tell_coding(masks, options)
    coding, reason = detect_coding(_first_tile(mask.read_bytes()) for mask in masks[:64])
    options.say(f"label coding {coding} ({CODING_NAMES[coding]}) detected: {reason}")
    return coding


def _first_tile(data: bytes) -> np.ndarray:
    labels = decode_labels(data)
    return labels[:, : labels.shape[1] // 3]


def _pair(file: Path, mask: Path | None, coding: str | None) -> Row:
    reference = file.stem.split(JOINT)[-1]
    row: Row = {
        "image_id": file.stem,
        "kind": "pair",
        "look": "",
        "landmarks": [],
        "skin_tone": 0,
        "attributes": json.dumps({"reference": reference}),
    }
    data = file.read_bytes()
    try:
        source, _, target = tiles(data, file.name)
    except ImageError:
        return row | {"image": data, "target": data}  # validation names what is wrong with it
    row |= {"image": encode(source), "target": encode(target)}
    if mask is not None and coding is not None:
        labels = encode(_first_tile(mask.read_bytes()))
        row["parsing"] = canonical_mask(labels, coding, source.shape[:2])
    return row
