"""Photos in, a picture out: what the routes of every task that reads photos share."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from bento.forms import MEDIA_TYPE, Format, FormRoute, require_single_fields
from bento.headers import Stopwatch, model_headers
from bento.schemas import errors
from tryon.errors import ImageError
from tryon.serving.bundle import Bundle
from tryon.vision.images import Limits, decode, encode

AnswerFormat = Annotated[Format, Form(description="of the answer")]


@dataclass(frozen=True)
class Answer:
    """A finished picture."""

    content: bytes
    format: Format
    headers: dict[str, str]

    def response(self) -> Response:
        """As it is sent."""
        return Response(self.content, media_type=MEDIA_TYPE[self.format], headers=self.headers)


def form_router(task: str) -> APIRouter:
    """A router of forms with photos; its routes answer with a picture unless they say otherwise."""
    return APIRouter(
        tags=[task],
        route_class=FormRoute,
        dependencies=[Depends(require_single_fields)],
        default_response_class=Response,
        responses=errors(400, 408, 413, 415, 422, 429, 503),
    )


def read(data: bytes, limits: Limits, whose: str = "") -> np.ndarray:
    """A photo, uint8 RGB [H, W, 3].

    Raises:
        ImageError: `whose` says which of several photos it was.
    """
    try:
        return decode(data, limits).image
    except ImageError as error:
        raise ImageError(f"{whose}{error.message}", code=error.code, hint=error.hint) from error


def finish(
    image: np.ndarray, format: Format, watch: Stopwatch, bundle: Bundle, **headers: str
) -> Answer:
    """Encode a picture, uint8 RGB [H, W, 3]; the headers say which model made it and how fast."""
    with watch.stage("encode"):
        content = encode(image, format.upper())
    return Answer(content, format, model_headers(bundle) | watch.header() | headers)


def warm_up_codecs() -> np.ndarray:
    """Let this thread's codecs load what they load once; the blank picture they were tried on."""
    blank = np.full((256, 256, 3), 128, np.uint8)
    for format in MEDIA_TYPE:
        decode(encode(blank, format.upper()))
    return blank
