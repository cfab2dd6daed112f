"""Broken and unusual pictures, written by hand where no library would write them."""

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image


def photo(side: int = 64, seed: int = 0) -> np.ndarray:
    """A smooth colourful picture with some texture, uint8 [side, side, 3]."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(40, 216, (6, 6, 3), dtype=np.uint8)
    smooth = np.asarray(Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC))
    return np.clip(smooth + rng.normal(0, 8, smooth.shape), 0, 255).astype(np.uint8)


def saved(image: np.ndarray | Image.Image, format: str, **options: Any) -> bytes:
    """Encoded by Pillow."""
    picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
    buffer = BytesIO()
    picture.save(buffer, format, **options)
    return buffer.getvalue()


def png(width: int, height: int, depth: int, colour: int, rows: bytes) -> bytes:
    """A PNG with any header, even an impossible one. `rows` are raw filtered scan lines."""

    def chunk(name: bytes, body: bytes) -> bytes:
        checksum = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def bomb(side: int = 30_000) -> bytes:
    """A few hundred bytes that claim `side`² pixels."""
    return png(side, side, 8, 2, b"\0" * 64)


def rgb16(values: np.ndarray) -> bytes:
    """A 16-bit RGB PNG of uint16 [H, W, 3]."""
    height, width, _ = values.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    return png(width, height, 16, 2, rows)


def animated(format: str) -> bytes:
    """Two frames."""
    first, second = (Image.fromarray(photo(seed=seed)) for seed in (1, 2))
    return saved(first, format, save_all=True, append_images=[second])


def rotated(image: np.ndarray, orientation: int) -> bytes:
    """A JPEG that says how it has to be turned."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(image, "JPEG", exif=exif, quality=95, subsampling=0)
