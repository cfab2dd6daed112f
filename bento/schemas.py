"""What the service answers besides pictures, and how its answers are described in OpenAPI."""

from typing import Any

from pydantic import BaseModel, Field, JsonValue

from bento.errors import ErrorBody
from tryon.serving.bundle import Bundle
from tryon.types import Lineage

_ERRORS: dict[int, tuple[str, tuple[str, str, str]]] = {
    400: (
        "The body or a JSON field cannot be read",
        ("invalid_json", "overrides: expected value at line 1 column 1", "send a JSON object"),
    ),
    404: ("Nothing is here", ("not_found", "nothing is at /make-up", "see /docs")),
    405: ("Another method is needed", ("method_not_allowed", "GET is not possible", "use POST")),
    408: (
        "The request did not arrive in time",
        ("body_timeout", "the request did not arrive within 20 s", "send a smaller photo"),
    ),
    413: (
        "Too many bytes or pixels",
        ("too_many_pixels", "too many pixels: 30000×30000", "scale the picture down"),
    ),
    415: (
        "Not a picture this service reads",
        ("not_an_image", "these bytes are no picture", "send JPEG, PNG, WEBP"),
    ),
    422: (
        "A readable request that cannot be fulfilled",
        ("no_face", "no face was found", "send a photo with one face, looking at the camera"),
    ),
    429: ("All threads and the queue are taken", ("busy", "the service is busy", "try again")),
    503: (
        "The work took too long",
        ("work_timeout", "the work took longer than 60 s", "send a smaller photo"),
    ),
}
PICTURES = ("image/png", "image/jpeg", "image/webp")


class ModelInfo(BaseModel):
    """One served model."""

    task: str
    version: str = Field(description="number in the model registry")
    sha256: str = Field(description="of the network's file")
    settings: dict[str, JsonValue] = Field(description="how the network's inputs are prepared")
    licence: str
    created_by: str
    metrics: dict[str, float] = Field(description="on the held-out test split")
    parity: float = Field(description="largest difference to the trained network, values 0-1")
    lineage: Lineage
    card: str = Field(description="model card, Markdown")

    @classmethod
    def of(cls, bundle: Bundle) -> "ModelInfo":
        """What a bundle says about itself."""
        meta = bundle.meta
        return cls(
            task=meta.task,
            version=meta.version,
            sha256=meta.sha256,
            settings=meta.settings,
            licence=meta.licence,
            created_by=meta.created_by,
            metrics=meta.metrics,
            parity=meta.parity,
            lineage=meta.lineage,
            card=bundle.card,
        )


class Models(BaseModel):
    """All served models."""

    models: list[ModelInfo]


class Origin(BaseModel):
    """Which model answered and where it comes from, as the headers say it."""

    version: str = Field(description="number in the model registry")
    git_commit: str = Field(description="code that trained the model")
    git_dirty: bool = Field(description="whether that code had uncommitted changes")
    dataset_digest: str = Field(description="content hash of the training data")
    params_digest: str = Field(description="hash of the training parameters")

    @classmethod
    def of(cls, bundle: Bundle) -> "Origin":
        """What a bundle says about itself."""
        lineage = bundle.meta.lineage.model_dump(exclude={"packages"})
        return cls(version=bundle.meta.version, **lineage)


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses for the given error statuses, each with an example."""
    return {status: _error(status) for status in statuses}


def _error(status: int) -> dict[str, Any]:
    description, (code, message, hint) = _ERRORS[status]
    example = {"error": {"code": code, "message": message, "hint": hint}}
    response: dict[str, Any] = {
        "model": ErrorBody,
        "description": description,
        "content": {"application/json": {"example": example}},
    }
    if status in (429, 503):
        response["headers"] = {
            "Retry-After": {"schema": {"type": "integer"}, "description": "seconds"}
        }
    return response


def described(description: str, headers: dict[str, str]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI response of a route that answers: what, and header → what it says."""
    return {
        200: {
            "description": description,
            "headers": {
                name: {"schema": {"type": "string"}, "description": says}
                for name, says in headers.items()
            },
        }
    }


def picture(description: str, headers: dict[str, str]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI response of a route that answers a picture; as `described`."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    responses = described(description, headers)
    responses[200]["content"] = dict.fromkeys(PICTURES, binary)
    return responses
