"""Makeup: a look or a reference photo, applied to a photo at its own resolution."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel

from bento.backend import Backend
from bento.forms import read_object, read_photo
from bento.headers import MODEL_HEADERS
from bento.makeup_looks import LookInfo, read_look, read_regions
from bento.makeup_work import Work, warm_up
from bento.pictures import Answer, AnswerFormat, form_router
from bento.schemas import picture
from tryon.makeup.look import GLOSS, REGIONS, catalogue
from tryon.makeup.predictor import Predictor

__all__ = ["router", "warm_up"]

MAX_TEXT = 20_000  # characters of a JSON field
LOOK_EXAMPLES = ["classic red", '{"regions": {"lips": {"colour": "#a8161f", "finish": "gloss"}}}']
HEADERS = MODEL_HEADERS | {
    "X-Makeup": "JSON: per region the colour asked, the colour reached, their CIEDE2000"
}
Photo = Annotated[UploadFile, File(description="JPEG, PNG or WebP with one face")]


class Looks(BaseModel):
    """The catalogue and what a look may be made of."""

    looks: list[LookInfo]
    regions: list[str]
    finishes: list[str]


def router(backend: Backend) -> APIRouter:
    """`POST /makeup`, `POST /makeup/transfer`, `GET /looks`."""
    routes = APIRouter(tags=["makeup"])
    form_routes = form_router("makeup")
    work = Work(backend.bundles["makeup"], backend.settings.photo_limits)
    listed = Looks(
        looks=[LookInfo.of(name, look) for name, look in catalogue().items()],
        regions=list(REGIONS),
        finishes=list(GLOSS),
    )

    async def done(job: Callable[[Predictor], Answer]) -> Response:
        answer = await backend.run(lambda predictors: job(predictors["makeup"]))
        return answer.response()

    @routes.get("/looks", summary="The named looks")
    async def looks() -> Looks:
        return listed

    @form_routes.post(
        "/makeup",
        summary="Put a look on a photo",
        responses=picture("The photo with the look, at its own resolution", HEADERS),
    )
    async def makeup(
        photo: Photo,
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
        format: AnswerFormat = "png",
    ) -> Response:
        asked = read_look(look, read_object("overrides", overrides), intensity)
        data = await read_photo(photo)
        return await done(lambda predictor: work.apply(predictor, data, asked, format))

    @form_routes.post(
        "/makeup/transfer",
        summary="Put the makeup of a reference photo on a photo",
        responses=picture("The photo with the reference's makeup", HEADERS),
    )
    async def transfer(
        photo: Photo,
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
        format: AnswerFormat = "png",
    ) -> Response:
        wanted = read_regions(regions)
        data, copied = await read_photo(photo), await read_photo(reference)
        return await done(
            lambda predictor: work.transfer(predictor, data, copied, wanted, intensity, format)
        )

    routes.include_router(form_routes)
    return routes
