"""Bytes to pictures and back, at the border: limits first, then pixels, one colour model after it.

Everything inside the library is uint8 RGB [H, W, 3]; what reaches `decode` may be anything.
"""

import re
import struct
import zlib
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

from tryon.errors import ImageError

# What Pillow's readers raise on malformed bytes.
_BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError,
    ZeroDivisionError, struct.error, zlib.error,
)  # fmt: skip
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_SIGNATURES: tuple[tuple[str, int, bytes], ...] = (
    ("JPEG", 0, b"\xff\xd8\xff"),
    ("PNG", 0, b"\x89PNG\r\n\x1a\n"),
    ("WEBP", 8, b"WEBP"),
    ("GIF", 0, b"GIF8"),
    ("BMP", 0, b"BM"),
    ("TIFF", 0, b"II*\0"),
    ("TIFF", 0, b"MM\0*"),
    ("PSD", 0, b"8BPS"),
    ("PDF", 0, b"%PDF"),
    ("JPEG2000", 4, b"jP  "),
    ("AVIF", 4, b"ftypavif"),
    ("HEIC", 4, b"ftyp"),
    ("JXL", 0, b"\xff\x0a"),
)
_ORIENTATION = 0x0112  # EXIF tag
_WHERE = re.compile(r" ?<[^>]* at 0x[0-9a-f]+>")  # Pillow names the buffer's address: no reason
_UPRIGHT = {  # EXIF orientation → the transpose that undoes it
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Limits:
    """What is let in. Sizes are checked in the header, before any pixel is decoded."""

    max_bytes: int = 20_000_000
    max_pixels: int = 50_000_000
    min_side: int = 1  # shortest side in pixels
    formats: tuple[str, ...] = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True)
class Decoded:
    """A decoded photo and what its file said."""

    image: np.ndarray  # uint8 RGB [H, W, 3], upright
    format: str  # by its content, never by a file name
    mode: str  # Pillow's mode as stored: RGB, L, CMYK, I;16 …
    size: tuple[int, int]  # (width, height) as stored, before the EXIF orientation
    exif_rotated: bool  # True where an EXIF orientation was applied


def decode(data: bytes, limits: Limits | None = None) -> Decoded:
    """Decode a photo to upright RGB.

    The EXIF orientation is applied. Grey, palette and CMYK become RGB; 16 bits are scaled to 8;
    transparent pixels are laid on white. An embedded colour profile is left aside: values are
    taken as sRGB.

    Args:
        data: The file's bytes, JPEG, PNG or WebP.
        limits: What is let in; the defaults of `Limits` when left out.

    Raises:
        ImageError: `empty`, `too_large`, `not_an_image`, `unsupported_format`, `too_many_pixels`,
            `too_small`, `animated` or `broken_image`.
    """
    limits = limits or Limits()
    picture, name = _open(data, limits)
    mode, size = picture.mode, picture.size
    try:
        picture.load()
        rgb = _to_rgb(picture)
    except _BROKEN as error:
        raise _broken(name, error) from error
    turn = _UPRIGHT.get(_orientation(picture))
    if turn is not None:  # FLIP_LEFT_RIGHT is 0
        rgb = rgb.transpose(turn)
    return Decoded(np.array(rgb), name, mode, size, turn is not None)


def decode_labels(data: bytes, limits: Limits | None = None) -> np.ndarray:
    """Decode a label map to uint8 [H, W]: grey values or palette *indices*, never colours.

    Raises:
        ImageError: as `decode`; `unsupported_format` for a map that is coloured or lossy.
    """
    limits = limits or Limits(formats=("PNG",))
    picture, name = _open(data, limits)
    try:
        picture.load()
    except _BROKEN as error:
        raise _broken(name, error) from error
    if picture.mode in ("L", "P"):
        return np.array(picture)
    values = np.array(picture.convert("RGB") if picture.mode in ("1", "RGBA") else picture)
    if values.dtype == np.uint8 and values.ndim == 3 and values.shape[2] >= 2:
        if picture.mode == "LA" or (values == values[..., :1]).all():
            return np.ascontiguousarray(values[..., 0])
    elif values.ndim == 2 and values.max(initial=0) <= 255:
        return values.astype(np.uint8)
    raise ImageError(
        f"a label map must hold one value per pixel, got mode {picture.mode} with colours",
        code="unsupported_format",
        hint="save it as 8-bit grey or palette PNG",
    )


def encode(image: np.ndarray, format: str = "PNG", quality: int = 95) -> bytes:
    """Encode uint8 [H, W, 3] RGB or [H, W] grey; equal pixels give equal bytes.

    Args:
        image: The picture; one value per pixel is kept as 8-bit grey.
        format: PNG (lossless), JPEG or WEBP.
        quality: 1-100 for JPEG and WebP. From 90 on JPEG keeps full colour resolution.

    Raises:
        ImageError: `unsupported_format` for another format, dtype or shape.
    """
    grey = image.ndim == 2
    if image.dtype != np.uint8 or not (grey or (image.ndim == 3 and image.shape[2] == 3)):
        raise ImageError(
            f"expected uint8 [H, W, 3] or [H, W], got {image.dtype} {list(image.shape)}",
            code="unsupported_format",
        )
    options: dict[str, dict[str, int]] = {
        "PNG": {"compress_level": 1},
        "JPEG": {"quality": quality, "subsampling": 0 if quality >= 90 else 2},
        "WEBP": {"quality": quality},
    }
    if format not in options:
        raise ImageError(
            f"cannot write {format}", code="unsupported_format", hint=f"use {', '.join(options)}"
        )
    buffer = BytesIO()
    Image.fromarray(image).save(buffer, format, **options[format])
    return buffer.getvalue()


def sniff(data: bytes) -> str | None:
    """The format by the first bytes, None when it is no picture known to us."""
    for name, at, mark in _SIGNATURES:
        if data[at : at + len(mark)] == mark:
            return name
    return None


def _open(data: bytes, limits: Limits) -> tuple[Image.Image, str]:
    """Check everything the header can tell; no pixel is decoded."""
    allowed = ", ".join(limits.formats)
    if not data:
        raise ImageError("the file is empty (0 bytes)", code="empty", hint=f"send {allowed}")
    if len(data) > limits.max_bytes:
        raise ImageError(
            f"the file has {len(data):,} bytes, at most {limits.max_bytes:,} are allowed",
            code="too_large",
            hint="scale it down or save it with stronger compression",
        )
    name = sniff(data)
    if name is None:
        raise ImageError("these bytes are no picture", code="not_an_image", hint=f"send {allowed}")
    if name not in limits.formats:
        raise ImageError(
            f"{name} is not accepted", code="unsupported_format", hint=f"send {allowed}"
        )
    try:
        picture = Image.open(BytesIO(data), formats=[name])
        frames = getattr(picture, "n_frames", 1)
    except _BOMB as error:
        raise _too_many(str(error), limits) from error
    except _BROKEN as error:
        raise _broken(name, error) from error
    width, height = picture.size
    if width * height > limits.max_pixels:
        raise _too_many(f"{width}×{height} pixels", limits)
    if min(width, height) < max(1, limits.min_side):
        raise ImageError(
            f"the picture is {width}×{height}, its shorter side must be ≥ {limits.min_side}",
            code="too_small",
            hint="send a larger photo",
        )
    if frames > 1 and picture.format != "MPO":  # MPO: a phone's JPEG with a preview behind it
        raise ImageError(
            f"an animation of {frames} frames", code="animated", hint="send a single picture"
        )
    return picture, name


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I;16"):
        values = np.asarray(picture).astype(np.float32) / 257  # 65535 → 255: scaled, not clipped
        return Image.fromarray(np.rint(values).astype(np.uint8)).convert("RGB")
    if picture.mode in ("I", "F"):
        raise ImageError(
            f"mode {picture.mode} (32 bits per pixel) has no defined white",
            code="unsupported_format",
            hint="save it with 8 or 16 bits per channel",
        )
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _orientation(picture: Image.Image) -> int:
    """EXIF orientation 1-8; damaged metadata counts as upright, the pixels being fine."""
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except _BROKEN:
        return 1


def _broken(name: str, error: BaseException) -> ImageError:
    if isinstance(error, ImageError):
        return error
    return ImageError(
        f"the {name} data is damaged or cut off: {_WHERE.sub('', str(error))}",
        code="broken_image",
        hint="open and save it again, or send it again",
    )


def _too_many(size: str, limits: Limits) -> ImageError:
    return ImageError(
        f"too many pixels: {size}; at most {limits.max_pixels:,} are allowed",
        code="too_many_pixels",
        hint="scale the picture down",
    )
