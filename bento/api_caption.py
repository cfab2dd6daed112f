"""Captions: a photo told in words, and words scored against references."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, File, Form, Response, UploadFile
from fastapi.responses import JSONResponse
from starlette.requests import Request

from bento.backend import Backend
from bento.caption_scores import TextScores, TextsToScore, scored
from bento.caption_work import Captions, Work, read_decoding, warm_up
from bento.forms import read_photo
from bento.headers import MODEL_HEADERS, TIMING_HEADERS
from bento.json_bodies import body_of, read_json
from bento.pictures import form_router
from bento.schemas import described, errors

__all__ = ["router", "warm_up"]

MOST_CAPTIONS, MOST_BEAMS, MOST_WORDS = 10, 32, 100
Style = Literal["greedy", "beam", "sample"]


async def texts_of(request: Request) -> TextsToScore:
    """The body of `POST /caption/score`."""
    return await read_json(request, TextsToScore)


def router(backend: Backend) -> APIRouter:
    """`POST /caption`, `POST /caption/score`."""
    routes = APIRouter(tags=["caption"], responses=errors(400, 408, 413, 415, 422, 429, 503))
    form_routes = form_router("caption")
    work = Work(backend.bundles["caption"], backend.settings.photo_limits)
    own = work.decoding

    @form_routes.post(
        "/caption",
        summary="Tell what a photo shows",
        response_class=JSONResponse,
        responses=described("Captions, the style's own first", MODEL_HEADERS),
    )
    async def caption(
        response: Response,
        photo: Annotated[UploadFile, File(description="JPEG, PNG or WebP")],
        n: Annotated[
            int,
            Form(
                ge=1,
                le=MOST_CAPTIONS,
                description="captions wanted, no two near copies; fewer come back where the model "
                "has no more to say",
            ),
        ] = 1,
        style: Annotated[
            Style,
            Form(
                description="of the first caption: the likeliest word at each place, the likeliest "
                "of several beginnings, or drawn by chance; further ones are drawn where beams "
                "are too alike"
            ),
        ] = own.style,
        beams: Annotated[
            int, Form(ge=1, le=MOST_BEAMS, description="beginnings kept at a time (style beam)")
        ] = own.beams,
        temperature: Annotated[
            float,
            Form(gt=0, le=5, allow_inf_nan=False, description="of what is drawn; higher is bolder"),
        ] = own.temperature,
        top_p: Annotated[
            float,
            Form(
                gt=0,
                le=1,
                allow_inf_nan=False,
                description="words are drawn from the likeliest that together are so probable",
            ),
        ] = own.top_p,
        min_words: Annotated[
            int | None,
            Form(
                ge=0,
                le=MOST_WORDS,
                description=f"shortest caption; left out: {own.min_words}, or max_words if less",
            ),
        ] = None,
        max_words: Annotated[
            int, Form(ge=1, le=MOST_WORDS, description="longest caption; a comma counts as a word")
        ] = min(own.max_words, MOST_WORDS),
        seed: Annotated[
            int, Form(ge=0, lt=2**32, description="of what is drawn; equal seeds, equal captions")
        ] = 0,
    ) -> Captions:
        asked = read_decoding(own, style, beams, temperature, top_p, min_words, max_words)
        data = await read_photo(photo)
        answer, headers = await backend.run(
            lambda predictors: work.caption(predictors["caption"], data, n, asked, seed)
        )
        response.headers.update(headers)
        return answer

    @routes.post(
        "/caption/score",
        summary="Score captions against references",
        responses=described("BLEU-1 to 4, ROUGE-L, CIDEr-D", TIMING_HEADERS),
        openapi_extra=body_of(TextsToScore),
    )
    async def score(
        response: Response, texts: Annotated[TextsToScore, Depends(texts_of)]
    ) -> TextScores:
        answer, headers = await backend.run(lambda _: scored(texts))
        response.headers.update(headers)
        return answer

    routes.include_router(form_routes)
    return routes
