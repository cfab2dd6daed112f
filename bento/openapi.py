"""The OpenAPI description, completed with what FastAPI cannot know."""

from typing import Any

from fastapi import FastAPI

_SYSTEM = {
    "/livez": "The process is alive",
    "/readyz": "The process takes requests",
    "/healthz": "The process is alive",
    "/metrics": "Prometheus metrics",
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The description of `app` and of the routes that BentoML adds around it."""
    description = app.openapi()
    for path, summary in _SYSTEM.items():
        description["paths"][path] = {"get": _system_route(path, summary)}
    schemas = description["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):  # replaced by the one error shape
        schemas.pop(unused, None)
    return description


def _system_route(path: str, summary: str) -> dict[str, Any]:
    return {
        "tags": ["health"],
        "summary": summary,
        "operationId": path.strip("/"),
        "responses": {
            "200": {
                "description": "OK",
                "content": {"text/plain": {"schema": {"type": "string"}}},
            }
        },
    }
