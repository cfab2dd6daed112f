"""Makeup: a look or a reference photo, applied to a photo at its own resolution."""

import json
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel

from bento.backend import Backend
from bento.forms import MEDIA_TYPE, Format, FormRoute, read_object, read_photo
from bento.headers import MODEL_HEADERS
from bento.makeup_looks import LookInfo, read_look, read_regions
from bento.makeup_work import Answer, apply_look, transfer_look, warm_up
from bento.schemas import errors, picture
from tryon.makeup.look import GLOSS, REGIONS, catalogue

__all__ = ["router", "warm_up"]

MAX_TEXT = 20_000  # characters of a JSON field
LOOK_EXAMPLES = ["classic red", '{"regions": {"lips": {"colour": "#a8161f", "finish": "gloss"}}}']
HEADERS = MODEL_HEADERS | {
    "X-Makeup": "JSON: per region the colour asked, the colour reached, their CIEDE2000"
}
POSTED = errors(400, 408, 413, 415, 422, 429, 503)


class Looks(BaseModel):
    """The catalogue and what a look may be made of."""

    looks: list[LookInfo]
    regions: list[str]
    finishes: list[str]


def router(backend: Backend) -> APIRouter:
    """`POST /makeup`, `POST /makeup/transfer`, `GET /looks`."""
    routes = APIRouter(tags=["makeup"])
    form_routes = APIRouter(tags=["makeup"], route_class=FormRoute)
    bundle, limits = backend.bundles["makeup"], backend.settings.photo_limits
    listed = Looks(
        looks=[LookInfo.of(name, look) for name, look in catalogue().items()],
        regions=list(REGIONS),
        finishes=list(GLOSS),
    )

    @routes.get("/looks", summary="The named looks")
    async def looks() -> Looks:
        return listed

    @form_routes.post(
        "/makeup",
        summary="Put a look on a photo",
        response_class=Response,
        responses=picture("The photo with the look, at its own resolution", HEADERS) | POSTED,
    )
    async def makeup(
        photo: Annotated[UploadFile, File(description="JPEG, PNG or WebP with one face")],
        look: Annotated[
            str,
            Form(
                max_length=MAX_TEXT,
                description="a name from /looks, or a look as JSON",
                examples=LOOK_EXAMPLES,
            ),
        ],
        overrides: Annotated[
            str,
            Form(
                max_length=MAX_TEXT,
                description="JSON: region → fields to change, null takes the region out",
                examples=['{"lips": {"intensity": 0.5}, "blush": null}'],
            ),
        ] = "",
        intensity: Annotated[float, Form(ge=0, le=1, description="of the whole look")] = 1.0,
        format: Annotated[Format, Form(description="of the answer")] = "png",
    ) -> Response:
        asked = read_look(look, read_object("overrides", overrides), intensity)
        data = await read_photo(photo)
        answer = await backend.run(
            lambda predictors: apply_look(predictors["makeup"], data, asked, format, limits, bundle)
        )
        return _respond(answer, format)

    @form_routes.post(
        "/makeup/transfer",
        summary="Put the makeup of a reference photo on a photo",
        response_class=Response,
        responses=picture("The photo with the reference's makeup", HEADERS) | POSTED,
    )
    async def transfer(
        photo: Annotated[UploadFile, File(description="JPEG, PNG or WebP with one face")],
        reference: Annotated[UploadFile, File(description="a photo with the makeup to copy")],
        regions: Annotated[
            str,
            Form(
                max_length=200,
                description="comma-separated regions to copy; empty for all",
                examples=["lips,eyeshadow"],
            ),
        ] = "",
        intensity: Annotated[float, Form(ge=0, le=1, description="of the copied makeup")] = 1.0,
        format: Annotated[Format, Form(description="of the answer")] = "png",
    ) -> Response:
        wanted = read_regions(regions)
        data, copied = await read_photo(photo), await read_photo(reference)
        answer = await backend.run(
            lambda predictors: transfer_look(
                predictors["makeup"], data, copied, wanted, intensity, format, limits, bundle
            )
        )
        return _respond(answer, format)

    routes.include_router(form_routes)
    return routes


def _respond(answer: Answer, format: Format) -> Response:
    headers = answer.headers | {"X-Makeup": json.dumps(answer.reached, separators=(",", ":"))}
    return Response(answer.content, media_type=MEDIA_TYPE[format], headers=headers)
