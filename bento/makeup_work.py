"""What a thread does for one makeup request: bytes in, bytes and headers out."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from bento.forms import Format
from bento.headers import Stopwatch, model_headers
from tryon.errors import ImageError, Refusal
from tryon.makeup.look import Look, Region
from tryon.makeup.predictor import Predictor, Result
from tryon.serving.bundle import Bundle
from tryon.vision.images import Limits, decode, encode


@dataclass(frozen=True)
class Answer:
    """A finished picture."""

    content: bytes
    headers: dict[str, str]
    reached: dict[str, Any]


def warm_up(predictor: Predictor) -> None:
    """Let this thread's codecs and face finder load what they load once."""
    blank = np.full((256, 256, 3), 128, np.uint8)
    for format in ("PNG", "JPEG", "WEBP"):
        decode(encode(blank, format))
    with suppress(Refusal):  # there is no face to find
        predictor.apply(blank, Look())


def apply_look(
    predictor: Predictor, photo: bytes, look: Look, format: Format, limits: Limits, bundle: Bundle
) -> Answer:
    """A look on a photo."""
    watch = Stopwatch("makeup")
    with watch.stage("decode"):
        image = _decode(photo, limits)
    with watch.stage("makeup"):
        result = predictor.apply(image, look)
    return _finish(watch, result, format, bundle)


def transfer_look(
    predictor: Predictor,
    photo: bytes,
    reference: bytes,
    regions: tuple[Region, ...],
    intensity: float,
    format: Format,
    limits: Limits,
    bundle: Bundle,
) -> Answer:
    """A reference photo's makeup on a photo."""
    watch = Stopwatch("makeup")
    with watch.stage("decode"):
        image, copied = _decode(photo, limits), _decode(reference, limits, "the reference: ")
    with watch.stage("makeup"):
        result = predictor.transfer(image, copied, regions=regions, intensity=intensity)
    return _finish(watch, result, format, bundle)


def _decode(data: bytes, limits: Limits, whose: str = "") -> np.ndarray:
    try:
        return decode(data, limits).image
    except ImageError as error:
        raise ImageError(f"{whose}{error.message}", code=error.code, hint=error.hint) from error


def _finish(watch: Stopwatch, result: Result, format: Format, bundle: Bundle) -> Answer:
    with watch.stage("encode"):
        content = encode(result.image, format.upper())
    return Answer(content, model_headers(bundle) | watch.header(), result.reached)
