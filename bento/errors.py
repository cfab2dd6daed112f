"""One JSON shape for every error, and the one place that says which status a code has."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from bento.metrics import ORIGINAL, errors_total
from tryon.errors import ImageError, Refusal, RequestError, TryonError

logger = logging.getLogger("bentoml.tryon")

STATUS: dict[str, int] = {
    "malformed_body": 400,
    "invalid_json": 400,
    "client_left": 400,
    "body_timeout": 408,
    "too_large": 413,
    "too_many_pixels": 413,
    "too_much_text": 413,
    "not_an_image": 415,
    "unsupported_format": 415,
    "unsupported_media_type": 415,
    "animated": 415,
    "busy": 429,
    "work_timeout": 503,
}
LONGEST_NAME = 100  # characters of a field's name that are said back
UNPROCESSABLE = 422  # everything else that a request can be wrong about
METHODS = {  # routes BentoML itself answers, before this application
    path: "GET, HEAD" for path in ("/livez", "/readyz", "/healthz", "/metrics", "/schema.json")
}


class Problem(BaseModel):
    """What went wrong and what to do about it."""

    code: str = Field(description="stable identifier, for programs", examples=["no_face"])
    message: str = Field(description="what was got and what was expected, for people")
    hint: str = Field(description="the next thing to do; may be empty")


class ErrorBody(BaseModel):
    """The body of every answer that is not 2xx."""

    error: Problem


def error_response(
    status: int, code: str, message: str, hint: str = "", headers: dict[str, str] | None = None
) -> JSONResponse:
    """The one error shape, counted by code."""
    errors_total().labels(code=code).inc()
    body = ErrorBody(error=Problem(code=code, message=message, hint=hint))
    return JSONResponse(body.model_dump(), status, headers)


def answer(error: TryonError) -> JSONResponse:
    """A closed error of this project as its answer."""
    if not isinstance(error, ImageError | Refusal | RequestError):
        logger.error("internal error", exc_info=error)
        return _internal()
    status = STATUS.get(error.code, UNPROCESSABLE)
    headers = {"Retry-After": "1"} if status in (429, 503) else {}
    if error.code in ("body_timeout", "too_large"):  # the rest of the body is not wanted
        headers["Connection"] = "close"
    return error_response(status, error.code, error.message, error.hint, headers)


def install(app: FastAPI) -> None:
    """Make every way a request can fail end in the one shape."""

    @app.exception_handler(TryonError)
    async def _ours(_: Request, error: TryonError) -> JSONResponse:
        return answer(error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        problems = "; ".join(_explain(problem) for problem in error.errors())
        return error_response(
            UNPROCESSABLE, "invalid_request", problems, "see /docs for the fields and their ranges"
        )

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        path = request.scope.get(ORIGINAL, request.url.path)
        if error.status_code == 404 and path in METHODS:
            error = HTTPException(405, headers={"Allow": METHODS[path]})
        headers = dict(error.headers or {})
        if error.status_code == 404:
            return error_response(404, "not_found", f"nothing is at {path}", "see /docs", headers)
        if error.status_code == 405:
            return error_response(
                405,
                "method_not_allowed",
                f"{request.method} is not possible at {path}",
                f"use {headers.get('Allow', 'another method')}",
                headers,
            )
        if error.status_code == 400:  # what the form parser says about a broken body
            return error_response(
                400,
                "malformed_body",
                str(error.detail),
                "send multipart/form-data, as curl -F does",
                headers,
            )
        code = HTTPStatus(error.status_code).name.lower()
        return error_response(error.status_code, code, str(error.detail), "", headers)

    # The border of the process: the server logs what it was, the client is not shown it.
    @app.exception_handler(Exception)
    async def _unexpected(_: Request, error: Exception) -> JSONResponse:
        return _internal()


def _internal() -> JSONResponse:
    return error_response(
        500, "internal", "the service failed; the request is not at fault", "try again later"
    )


def _explain(problem: dict[str, Any]) -> str:
    where = ".".join(str(part) for part in problem["loc"] if part not in ("body", "query"))
    return f"{where[:LONGEST_NAME] or 'request'}: {problem['msg']}"
