"""The public API: one router per served task, one error shape, one OpenAPI description."""

import logging
from itertools import product
from typing import Any

from fastapi import FastAPI
from starlette.formparsers import MultiPartParser

from bento import api_models, docs, errors
from bento.backend import Backend
from bento.openapi import describe
from bento.tasks import module_of
from tryon.registry import TASKS


def create_app(backend: Backend) -> FastAPI:
    """The application for the bundles at hand; a task without a bundle has no routes."""
    app = FastAPI(
        title="tryon",
        summary="Virtual try-on: " + "; ".join(TASKS[task].summary for task in backend.bundles),
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    # UploadGuard has bounded the body and holds it in memory: no part may move to a disk.
    MultiPartParser.spool_max_size = backend.settings.max_body_bytes + 1
    logging.getLogger("python_multipart").setLevel(logging.ERROR)  # broken bodies are answered
    errors.install(app)
    app.include_router(api_models.router(backend))
    for task in backend.bundles:
        app.include_router(module_of(task).router(backend))
    docs.install(app)
    described: dict[str, Any] = describe(app)
    app.openapi = lambda: described  # type: ignore[method-assign]
    return app


def paths_of(app: FastAPI) -> frozenset[str]:
    """Every path that exists, BentoML's own included.

    A path with a parameter is as many paths as the parameter has values; they must be listed.
    """
    known: set[str] = set()
    for path, methods in app.openapi()["paths"].items():
        parameters = methods.get("get", {}).get("parameters", [])
        inside = {p["name"]: p["schema"]["enum"] for p in parameters if p["in"] == "path"}
        for values in product(*inside.values()):
            known.add(path.format(**dict(zip(inside, values, strict=True))))
    return frozenset(known) | docs.PATHS | frozenset(errors.METHODS)
