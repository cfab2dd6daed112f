"""What the service counts beside BentoML's own request metrics, and paths kept countable."""

from functools import cache
from typing import Any

import bentoml
from bentoml import Service
from starlette.types import ASGIApp, Receive, Scope, Send

UNKNOWN = "/unknown"
ORIGINAL = "tryon.path"  # key of the scope: the path as asked


@cache
def errors_total() -> Any:
    """Error answers by code."""
    return bentoml.metrics.Counter(
        name="tryon_errors_total", documentation="Error answers by code", labelnames=["code"]
    )


@cache
def stage_seconds() -> Any:
    """Time per stage of an answered request."""
    return bentoml.metrics.Histogram(
        name="tryon_stage_seconds",
        documentation="Time per stage of an answered request",
        labelnames=["task", "stage"],
        buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
    )


class KnownPaths:
    """Gives every unknown path one name, the asked one kept as `tryon.path`.

    BentoML labels its metrics and log lines with the path a client asked for. A client that asks
    for ever new paths would grow them, and the memory, without end.
    """

    def __init__(self, app: ASGIApp, paths: frozenset[str]) -> None:
        self.app = app
        self.paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in self.paths:
            asked = scope["path"]
            scope = {**scope, "path": UNKNOWN, "raw_path": UNKNOWN.encode(), ORIGINAL: asked}
        await self.app(scope, receive, send)


class CountableService(Service[Any]):
    """A BentoML service whose metrics know only the paths that exist."""

    paths: frozenset[str] = frozenset()

    def to_asgi(self, is_main: bool = True) -> ASGIApp:
        """The application a worker process serves."""
        return KnownPaths(super().to_asgi(is_main), self.paths)
