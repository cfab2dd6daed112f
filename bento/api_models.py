"""What is served: versions, lineage, metrics, cards."""

from fastapi import APIRouter

from bento.backend import Backend
from bento.schemas import ModelInfo, Models


def router(backend: Backend) -> APIRouter:
    """`GET /models`."""
    routes = APIRouter(tags=["models"])
    served = Models(models=[ModelInfo.of(bundle) for bundle in backend.bundles.values()])

    @routes.get("/models", summary="The served models, their lineage and their cards")
    async def models() -> Models:
        return served

    return routes
