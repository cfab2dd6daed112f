"""Pictures for the service: a face in every form it should take, and every form it should not."""

import io
import struct
import zlib

import numpy as np
from PIL import Image
from skimage.data import astronaut


def face(left: int = 80, top: int = 0) -> np.ndarray:
    """A photo with one face, uint8 RGB [320, 288, 3] (NASA, public domain), cut out anywhere."""
    return np.ascontiguousarray(astronaut()[top : top + 320, left : left + 288])


def save(image: np.ndarray | Image.Image, format: str = "PNG", **options: object) -> bytes:
    """A picture as bytes."""
    picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    return buffer.getvalue()


def read(data: bytes) -> np.ndarray:
    """Bytes as uint8 RGB."""
    return np.array(Image.open(io.BytesIO(data)).convert("RGB"))


def rotated_by_exif() -> bytes:
    """The face stored on its side, with the EXIF orientation that sets it upright again."""
    stored = Image.fromarray(np.rot90(face(), k=1).copy())  # orientation 6: turn right to view
    exif = Image.Exif()
    exif[0x0112] = 6
    return save(stored, "JPEG", exif=exif, quality=95)


def two_faces() -> bytes:
    """Two faces of one size."""
    return save(np.concatenate([face(), face()[:, ::-1]], axis=1))


def sixteen_bit() -> bytes:
    """The face as 16-bit grey."""
    grey = np.array(Image.fromarray(face()).convert("L")).astype(np.uint16) * 257
    return save(Image.fromarray(grey))


def animation(format: str) -> bytes:
    """Three frames."""
    frames = [Image.fromarray(np.roll(face(), k, axis=1)) for k in (0, 5, 10)]
    return save(frames[0], format, save_all=True, append_images=frames[1:], duration=50)


def png_header(width: int, height: int) -> bytes:
    """A PNG that declares a size and holds hardly any pixel data."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def good() -> dict[str, bytes]:
    """Unusual files that the service must take."""
    picture = Image.fromarray(face())
    return {
        "jpeg": save(face(), "JPEG", quality=90),
        "png": save(face()),
        "webp": save(face(), "WEBP"),
        "cmyk": save(picture.convert("CMYK"), "JPEG"),
        "grey": save(picture.convert("L")),
        "16-bit grey": sixteen_bit(),
        "palette": save(picture.quantize(128)),
        "transparent": save(picture.convert("RGBA")),
        "turned by EXIF": rotated_by_exif(),
    }


def bad() -> dict[str, tuple[bytes, int, str]]:
    """Name → (file, expected status, expected code)."""
    whole = save(face(), "JPEG")
    png = save(face())
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
    small = Image.fromarray(face()).resize((36, 40))
    return {
        "zero bytes": (b"", 422, "empty"),
        "text": (b"no picture at all", 415, "not_an_image"),
        "html": (b"<html><body>404</body></html>", 415, "not_an_image"),
        "truncated jpeg": (whole[: len(whole) // 2], 422, "broken_image"),
        "truncated png": (png[: len(png) // 2], 422, "broken_image"),
        "only a signature": (png[:8], 422, "broken_image"),
        "0x0 png": (png_header(0, 0), 422, "broken_image"),
        "0x5 png": (png_header(0, 5), 422, "broken_image"),
        "bomb": (png_header(60_000, 60_000), 413, "too_many_pixels"),
        "over the limit": (png_header(6_000, 6_000), 413, "too_many_pixels"),
        "gif": (save(face(), "GIF"), 415, "unsupported_format"),
        "bmp": (save(face(), "BMP"), 415, "unsupported_format"),
        "tiff": (save(face(), "TIFF"), 415, "unsupported_format"),
        "animated webp": (animation("WEBP"), 415, "animated"),
        "animated png": (animation("PNG"), 415, "animated"),
        "no face": (save(noise), 422, "no_face"),
        "one pixel": (save(noise[:1, :1]), 422, "no_face"),
        "several faces": (two_faces(), 422, "several_faces"),
        "small face": (save(small), 422, "face_too_small"),
    }
