"""The columns that validation looks at, measured in worker processes: imports are kept few."""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

from tryon.data.hashing import perceptual_hash, sha256
from tryon.data.shards import Group, Row, read_group
from tryon.errors import ImageError
from tryon.registry import TASKS
from tryon.vision.images import Limits, decode

MAX_BYTES = 200_000_000
REMEMBERED = 4  # pictures: those of one person come in many rows, one after the other
SHARPNESS_SIDE = 256  # pixels; sharpness is comparable only at one scale

Picture = tuple[dict[str, Any], np.ndarray | None]

_inspector: Any = None  # one per worker process
_limits: Limits
_known: dict[bytes, Picture] = {}


def start_inspecting(task: str, max_pixels: int) -> None:
    """Make this process's inspector: the first call in each worker."""
    global _inspector, _limits
    cv2.setNumThreads(1)
    _known.clear()
    _inspector = TASKS[task].inspection.Inspector()
    _limits = Limits(max_bytes=MAX_BYTES, max_pixels=max_pixels)


def measure_group(group: Group) -> list[dict[str, Any]]:
    """The columns of every picture of a row group."""
    return [
        {"shard": group.path.name, "group": group.number, "offset": offset, "split": group.split}
        | columns
        for offset, row in enumerate(read_group(group))
        for columns in _measure_row(row)
    ]


def _measure_row(row: Row) -> Iterator[dict[str, Any]]:
    first, *others = _inspector.parts
    parts = [first, *(part for part in others if row[part] is not None)]
    measured = {part: _remembered(row[part] or b"") for part in parts}
    own = _inspector.columns(row, {part: image for part, (_, image) in measured.items()})
    for part, (columns, _) in measured.items():
        named = {"image_id": row["image_id"], "part": part, "identity": row["identity"]}
        yield named | columns | own[part]


def _remembered(data: bytes) -> Picture:
    """`picture_columns` of a picture that may have been in one of the last rows."""
    if data not in _known:
        if len(_known) >= REMEMBERED:
            del _known[next(iter(_known))]
        _known[data] = picture_columns(data, _limits)
    return _known[data]


def picture_columns(data: bytes, limits: Limits) -> Picture:
    """The columns of one encoded picture, and its pixels uint8 RGB [H, W, 3] if it has any."""
    columns: dict[str, Any] = {"bytes": len(data), "sha256": sha256(data)}
    try:
        decoded = decode(data, limits)
    except ImageError as error:
        return columns | {"error": error.code, "message": error.message}, None
    grey = cv2.cvtColor(decoded.image, cv2.COLOR_RGB2GRAY)
    height, width = grey.shape
    return columns | {
        "error": "",
        "message": "",
        "format": decoded.format,
        "mode": decoded.mode,
        "exif_rotated": decoded.exif_rotated,
        "width": width,
        "height": height,
        "short_side": min(width, height),
        "phash": perceptual_hash(grey),
        "brightness": float(grey.mean()) / 255,
        "sharpness": sharpness(grey),
    }, decoded.image


def sharpness(grey: np.ndarray) -> float:
    """Variance of the Laplacian of uint8 [H, W], its longer side shrunk to 256 pixels at most.

    Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy" (ICPR 2000).
    """
    scale = SHARPNESS_SIDE / max(grey.shape)
    if scale < 1:
        size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return float(cv2.Laplacian(grey, cv2.CV_64F).var())
