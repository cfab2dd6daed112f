"""Label maps and masks as the field stores them: indices, colours, lossy files, other sizes."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from tryon.errors import ImageError
from tryon.vision.human import CODING_NAMES, CODINGS, detect_coding, to_canonical, unknown_coding
from tryon.vision.images import Limits, decode, decode_labels, encode

MAPS_LOOKED_AT = 48  # to tell the coding
FILE_LIMITS = Limits(max_bytes=200_000_000)
# The colours LIP's and CIHP's parsers paint their 20 labels with (LIP_JPPNet, CIHP_PGN).
PALETTE = np.array([
    (0, 0, 0), (128, 0, 0), (255, 0, 0), (0, 85, 0), (170, 0, 51), (255, 85, 0), (0, 0, 85),
    (0, 119, 221), (85, 85, 0), (0, 85, 85), (85, 51, 0), (52, 86, 128), (0, 128, 0), (0, 0, 255),
    (51, 170, 221), (0, 255, 255), (85, 255, 170), (170, 255, 85), (255, 255, 0), (255, 170, 0),
], np.int32)  # fmt: skip
NEAR = 24  # a colour this far (per channel) from a palette's is still it
MOST_STRAY = 0.02  # share of pixels whose colour no palette holds
WHITE = 128  # garment masks are grey JPEGs: their values ring around 0 and 255


def read_labels(data: bytes) -> np.ndarray:
    """A label map uint8 [H, W]: indices as they are, the parsers' colours as their indices.

    Raises:
        ImageError: As `decode_labels`; `unsupported_format` for colours of no known palette.
    """
    try:
        return decode_labels(data)
    except ImageError as error:
        if error.code != "unsupported_format":
            raise
        picture = decode(data, FILE_LIMITS).image
    codes = picture.astype(np.int32) @ np.array([65536, 256, 1])
    present, where = np.unique(codes, return_inverse=True)
    colours = np.stack([present >> 16, present >> 8 & 255, present & 255], 1)
    far = np.abs(colours[:, None] - PALETTE).max(2)
    nearest = far.argmin(1).astype(np.uint8)
    stray = (far.min(1) > NEAR)[where].mean()
    if stray > MOST_STRAY:
        raise ImageError(
            f"{stray:.0%} of a coloured label map have colours of no known palette",
            code="unsupported_format",
            hint="save the label map with one value per pixel",
        )
    return nearest[where].reshape(picture.shape[:2])


def tell_coding(maps: Sequence[Path], named: str | None, say: Callable[[str], None]) -> str:
    """The label coding of map files: what the user named, else what the maps show; printed.

    Raises:
        DataError: `unknown_coding`.
    """
    if named is not None:
        if named not in CODINGS:
            raise unknown_coding(named)
        say(f"label coding {named} ({CODING_NAMES[named]}), as named")
        return named
    chosen = sorted({maps[at] for at in np.linspace(0, len(maps) - 1, MAPS_LOOKED_AT).astype(int)})
    coding, reason = detect_coding(_readable(chosen))
    say(f"label coding {coding} detected: {reason}")
    return coding


def _readable(paths: Sequence[Path]) -> Iterator[np.ndarray]:
    for path in paths:
        try:
            yield read_labels(path.read_bytes())
        except ImageError:
            continue  # its row keeps the bytes, and validation will name it


def canonical_parsing(data: bytes, coding: str, shape: tuple[int, int] | None) -> bytes:
    """A label map → canonical labels at `shape` [H, W] (nearest neighbour), as grey PNG."""
    return encode(_fitted(to_canonical(read_labels(data), coding), shape))


def garment_mask(data: bytes, shape: tuple[int, int] | None) -> bytes:
    """A garment mask, grey or JPEG → 0 or 255 at `shape` [H, W], as grey PNG."""
    grey = decode(data, FILE_LIMITS).image[..., 0]
    white = WHITE if grey.max(initial=0) > 1 else 1  # some save 0 and 1
    return encode(_fitted((grey >= white).astype(np.uint8) * 255, shape))


def _fitted(labels: np.ndarray, shape: tuple[int, int] | None) -> np.ndarray:
    if shape is None or labels.shape == shape:
        return labels
    return cv2.resize(labels, (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST)
