"""Form fields that carry JSON or pictures, read with their own clear errors."""

from collections.abc import Callable, Coroutine
from typing import Any, Literal

import pydantic_core
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import UploadFile

from tryon.errors import RequestError

Format = Literal["png", "jpeg", "webp"]
MEDIA_TYPE: dict[Format, str] = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}


class FormRoute(APIRoute):
    """A route that reads a form, and looks at what the body claims to be before parsing it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, refusing other bodies first."""
        handle = super().get_route_handler()

        async def checked(request: Request) -> Response:
            require_form(request)
            return await handle(request)

        return checked


def require_form(request: Request) -> None:
    """Let only multipart forms in UTF-8 pass.

    Raises:
        RequestError: `unsupported_media_type`.
    """
    given = request.headers.get("content-type", "")
    if not is_utf8(given, "multipart/form-data"):
        raise RequestError(
            f"the body is {given[:100] or 'of no stated type'}, expected multipart/form-data",
            code="unsupported_media_type",
            hint="send the fields as a form in UTF-8, as curl -F does",
        )


def is_utf8(content_type: str, expected: str) -> bool:
    """Whether a body claims to be of the expected type, in UTF-8."""
    kind, _, parameters = content_type.partition(";")
    charset = parameters.lower().partition("charset=")[2].partition(";")[0].strip(' "')
    return kind.strip().lower() == expected and charset in ("", "utf-8", "utf8")


async def require_single_fields(request: Request) -> None:
    """Let only forms pass that have every field once: which of two is meant, nobody knows.

    Raises:
        RequestError: `repeated_field`.
    """
    form = await request.form()
    for name in form:
        if len(form.getlist(name)) > 1:
            raise RequestError(
                f"{name[:60]!r} comes {len(form.getlist(name))} times, expected once",
                code="repeated_field",
                hint="send one file or one text in each field",
            )


async def read_photo(upload: UploadFile) -> bytes:
    """The bytes of an uploaded file; nothing of it is kept elsewhere."""
    content = await upload.read()
    await upload.close()
    return content


def read_object(field: str, text: str) -> dict[str, Any]:
    """A JSON object out of a form field; "" is an empty one.

    Raises:
        RequestError: `invalid_json` says where the text stops being JSON.
    """
    if not text.strip():
        return {}
    try:
        value = pydantic_core.from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise RequestError(
            f"{field}: {error}", code="invalid_json", hint="send a JSON object as text"
        ) from None
    if not isinstance(value, dict):
        raise RequestError(
            f"{field}: got {type(value).__name__}, expected an object",
            code="invalid_json",
            hint="send a JSON object as text",
        )
    return value
