"""Every kind of picture file is decoded right or refused with its cause; none crashes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from tests.data import pictures
from tests.data.pictures import photo, saved
from tryon.errors import ImageError
from tryon.vision.images import Limits, decode, decode_labels, encode, sniff

PHOTO = photo()
SEEDS = [
    saved(PHOTO, "JPEG"),
    saved(PHOTO, "JPEG", progressive=True),
    pictures.rotated(PHOTO, 6),
    saved(PHOTO, "PNG"),
    saved(Image.fromarray(PHOTO).convert("P"), "PNG"),
    saved(PHOTO, "WEBP"),
    pictures.animated("WEBP"),
]


def code_of(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(ImageError) as caught:
        decode(data, limits)
    assert caught.value.message
    return caught.value.code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"hello, this is no picture at all", "not_an_image"),
        (b"\x89PN", "not_an_image"),
        (saved(PHOTO, "JPEG")[:-400], "broken_image"),
        (saved(PHOTO, "PNG")[:900], "broken_image"),
        (saved(PHOTO, "WEBP")[:300], "broken_image"),
        (saved(PHOTO, "PNG")[:20], "broken_image"),
        (pictures.bomb(), "too_many_pixels"),
        (pictures.bomb(9_000), "too_many_pixels"),
        (pictures.animated("PNG"), "animated"),
        (pictures.animated("WEBP"), "animated"),
        (pictures.animated("GIF"), "unsupported_format"),
        (saved(PHOTO, "BMP"), "unsupported_format"),
        (saved(PHOTO, "TIFF"), "unsupported_format"),
        (b"\0\0\0\x18ftypheic" + bytes(64), "unsupported_format"),
    ],
)
def test_refused_with_its_cause(data: bytes, code: str) -> None:
    assert code_of(data) == code


@pytest.mark.parametrize("size", [(0, 0), (0, 5), (5, 0)])
def test_no_pixels_is_refused(size: tuple[int, int]) -> None:
    assert code_of(pictures.png(*size, 8, 2, b"")) in {"too_small", "broken_image"}


def test_limits_are_inclusive() -> None:
    data = saved(PHOTO, "PNG")
    exact = Limits(max_bytes=len(data), max_pixels=64 * 64, min_side=64)
    assert decode(data, exact).image.shape == (64, 64, 3)
    assert code_of(data, Limits(max_bytes=len(data) - 1)) == "too_large"
    assert code_of(data, Limits(max_pixels=64 * 64 - 1)) == "too_many_pixels"
    assert code_of(data, Limits(min_side=65)) == "too_small"
    assert code_of(data, Limits(formats=("JPEG",))) == "unsupported_format"


def test_bomb_is_refused_without_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(*_: object) -> None:
        raise AssertionError("pixels were decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", load)
    assert code_of(pictures.bomb()) == "too_many_pixels"


def test_lossless_formats_keep_every_pixel() -> None:
    assert (decode(saved(PHOTO, "PNG")).image == PHOTO).all()
    assert (decode(saved(PHOTO, "WEBP", lossless=True)).image == PHOTO).all()
    assert (decode(encode(PHOTO)).image == PHOTO).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int) -> None:
    data = pictures.rotated(PHOTO[:40], orientation)
    decoded = decode(data)
    with Image.open(__import__("io").BytesIO(data)) as stored:
        upright = np.asarray(ImageOps.exif_transpose(stored))
    assert (decoded.image == upright).all()
    assert decoded.exif_rotated == (orientation != 1)
    assert decoded.size == (64, 40)


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    ramp = np.linspace(0, 65535, 64 * 64).astype(np.uint16).reshape(64, 64)
    grey = decode(saved(Image.fromarray(ramp), "PNG"))
    assert grey.mode == "I;16"
    assert np.abs(grey.image[..., 0] - ramp / 257).max() <= 0.5
    colour = decode(pictures.rgb16(np.stack([ramp, ramp[::-1], ramp // 2], -1)))
    assert np.abs(colour.image[..., 2] - (ramp // 2) / 257).max() <= 1


def test_grey_and_palette_become_the_same_colours() -> None:
    grey = Image.fromarray(PHOTO).convert("L")
    assert (decode(saved(grey, "PNG")).image == np.asarray(grey)[..., None]).all()
    palette = Image.fromarray(PHOTO).quantize(32)
    assert (decode(saved(palette, "PNG")).image == np.asarray(palette.convert("RGB"))).all()


def test_transparent_pixels_are_laid_on_white() -> None:
    layer = np.dstack([PHOTO, np.full((64, 64), 255, np.uint8)])
    layer[:32, :, :] = (10, 200, 30, 0)
    image = decode(saved(layer, "PNG")).image
    assert (image[:32] == 255).all()
    assert (image[32:] == PHOTO[32:]).all()
    assert (decode(saved(Image.fromarray(layer).convert("LA"), "PNG")).image[:32] == 255).all()


def test_cmyk_keeps_its_colours() -> None:
    data = saved(Image.fromarray(PHOTO).convert("CMYK"), "JPEG", quality=97, subsampling=0)
    decoded = decode(data)
    assert decoded.mode == "CMYK"
    assert np.abs(decoded.image.astype(int) - PHOTO).mean() < 6


def test_phone_jpeg_with_a_preview_is_one_picture() -> None:
    first, second = (Image.fromarray(photo(seed=seed)) for seed in (1, 2))
    data = saved(first, "MPO", save_all=True, append_images=[second])
    assert decode(data).format == "JPEG"


def test_damaged_metadata_is_no_reason_to_refuse_the_pixels() -> None:
    data = bytearray(pictures.rotated(PHOTO, 6))
    at = data.index(b"Exif\0\0") + 6
    data[at : at + 8] = b"\xff" * 8
    assert decode(bytes(data)).exif_rotated is False


def test_the_name_of_the_format_comes_from_the_content() -> None:
    assert [sniff(data) for data in SEEDS[:4]] == ["JPEG", "JPEG", "JPEG", "PNG"]
    assert sniff(b"RIFF") is None


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12),
    st.floats(0, 1),
)
def test_mutated_files_are_decoded_or_refused(
    data: bytes, edits: list[tuple[float, int]], keep: float
) -> None:
    changed = bytearray(data)
    for at, value in edits:
        changed[int(at * (len(changed) - 1))] = value
    if keep < 0.5:
        changed = changed[: int(2 * keep * len(changed))]
    try:
        image = decode(bytes(changed)).image
    except ImageError as error:
        assert error.code  # noqa: PT017
    else:
        assert image.dtype == np.uint8
        assert image.ndim == 3


def test_labels_are_values_never_colours() -> None:
    labels = np.arange(64 * 64, dtype=np.uint8).reshape(64, 64) % 19
    palette = Image.fromarray(labels)
    palette.putpalette(np.random.default_rng(0).integers(0, 256, 768, np.uint8).tobytes())
    for picture in (Image.fromarray(labels), palette, Image.fromarray(np.dstack([labels] * 3))):
        assert (decode_labels(saved(picture, "PNG")) == labels).all()
    with pytest.raises(ImageError, match="one value per pixel"):
        decode_labels(saved(PHOTO, "PNG"))
    with pytest.raises(ImageError, match="not accepted"):
        decode_labels(saved(labels, "JPEG"))


def test_encoding_is_deterministic_and_refuses_other_arrays() -> None:
    assert encode(PHOTO, "JPEG", 90) == encode(PHOTO.copy(), "JPEG", 90)
    assert (decode_labels(encode(PHOTO[..., 0])) == PHOTO[..., 0]).all()
    assert np.abs(decode(encode(PHOTO, "JPEG", 95)).image.astype(int) - PHOTO).mean() < 4
    with pytest.raises(ImageError, match="expected uint8"):
        encode(PHOTO.astype(np.float32))
    with pytest.raises(ImageError, match="cannot write"):
        encode(PHOTO, "GIF")
