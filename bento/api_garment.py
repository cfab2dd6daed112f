"""Garments: one from a photo or from the catalogue, put on the person of another photo."""

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import Response

from bento.backend import Backend
from bento.forms import read_photo
from bento.garment_catalogue import Garments, Name, read_garment
from bento.garment_work import Work, warm_up
from bento.headers import MODEL_HEADERS
from bento.pictures import AnswerFormat, form_router
from bento.schemas import errors, picture
from tryon.garment.catalogue import named
from tryon.garment.garment import Category

__all__ = ["router", "warm_up"]

DEFAULT: Category = "upper"  # of a photo that comes without
HEADERS = MODEL_HEADERS | {
    "X-Garment": "JSON: category; read: which of mask and landmarks were read off the "
    "photo; cover: share of its photo; landmarks: how many were found",
    "X-Person": "JSON: keypoints: name to x, y, confidence in pixels of the photo; parts: share "
    "of the framed person by kind of part; changed: share of the photo that may have changed",
}
SAMPLE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The garment, transparent around it",
        "content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def router(backend: Backend) -> APIRouter:
    """`POST /garment`, `GET /garments`, `GET /garments/{name}`."""
    routes = APIRouter(tags=["garment"])
    form_routes = form_router("garment")
    work = Work(backend.bundles["garment"], backend.settings.photo_limits)
    listed = Garments.all()

    @routes.get("/garments", summary="The sample garments")
    async def garments() -> Garments:
        return listed

    @routes.get(
        "/garments/{name}",
        summary="The picture of a sample garment",
        response_class=Response,
        responses=SAMPLE | errors(404, 422),
    )
    async def garment_picture(name: Name) -> Response:
        return Response(named(name).content, media_type="image/webp")

    @form_routes.post(
        "/garment",
        summary="Put a garment on a person",
        responses=picture("The person in the garment, at the photo's own resolution", HEADERS),
    )
    async def garment(
        photo: Annotated[
            UploadFile, File(description="JPEG, PNG or WebP: one person, head to hips or further")
        ],
        garment: Annotated[
            UploadFile | str,
            File(
                description="a photo of one garment laid flat, front up, as a file; or a name "
                "from /garments as text"
            ),
        ],
        category: Annotated[
            Category | None,
            Form(
                description="how the garment is worn; if left out, that of the catalogue's "
                f"garment, and {DEFAULT} for a photo"
            ),
        ] = None,
        mask: Annotated[
            UploadFile | None,
            File(
                description="PNG of the garment photo's size: white on the garment, black "
                "elsewhere; read off the photo if left out"
            ),
        ] = None,
        format: AnswerFormat = "png",
    ) -> Response:
        chosen = await read_garment(garment, category, mask)
        data = await read_photo(photo)
        drawn = None if mask is None else await read_photo(mask)
        answer = await backend.run(
            lambda predictors: work.dress(
                predictors["garment"], data, chosen, category or DEFAULT, drawn, format
            )
        )
        return answer.response()

    routes.include_router(form_routes)
    return routes
