"""Bodies that are JSON, read with their own clear errors."""

from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from bento.forms import is_utf8
from tryon.errors import RequestError

Body = TypeVar("Body", bound=BaseModel)


async def read_json(request: Request, kind: type[Body]) -> Body:
    """The body of a request.

    Raises:
        RequestError: `unsupported_media_type`; `invalid_json` says where it stops being JSON.
        RequestValidationError: names the value that is not as described.
    """
    given = request.headers.get("content-type", "")
    if not is_utf8(given, "application/json"):
        raise RequestError(
            f"the body is {given[:100] or 'of no stated type'}, expected application/json",
            code="unsupported_media_type",
            hint="send JSON in UTF-8, as curl --json does",
        )
    try:
        return kind.model_validate_json(await request.body())
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        if problems[0]["type"] == "json_invalid":
            raise RequestError(
                f"body: {problems[0]['msg']}", code="invalid_json", hint="send a JSON object"
            ) from None
        raise RequestValidationError(problems) from None


def body_of(kind: type[BaseModel]) -> dict[str, Any]:
    """What OpenAPI says of a route that reads such a body: for `openapi_extra`."""
    content = {"application/json": {"schema": kind.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}
