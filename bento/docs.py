"""The description of the API as a page. Works offline: the scripts come with BentoML's wheel."""

from importlib.resources import as_file, files

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse

_ASSETS = {
    "/docs/swagger-ui-bundle.js": ("swagger-ui-bundle.js", "text/javascript"),
    "/docs/swagger-ui.css": ("swagger-ui.css", "text/css"),
    "/docs/favicon.png": ("favicon-light-32x32.png", "image/png"),
}
PATHS = frozenset({"/", "/docs", "/openapi.json", *_ASSETS})


def install(app: FastAPI) -> None:
    """Add `/docs` and what it loads; `/` leads there."""

    @app.get("/docs", include_in_schema=False)
    async def page() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title=app.title,
            swagger_js_url="/docs/swagger-ui-bundle.js",
            swagger_css_url="/docs/swagger-ui.css",
            swagger_favicon_url="/docs/favicon.png",
        )

    @app.get("/", include_in_schema=False)
    async def root() -> RedirectResponse:
        return RedirectResponse("/docs")

    for path, (name, media_type) in _ASSETS.items():
        _add_asset(app, path, name, media_type)


def _add_asset(app: FastAPI, path: str, name: str, media_type: str) -> None:
    @app.get(path, include_in_schema=False)
    async def asset() -> FileResponse:
        with as_file(files("bentoml") / "_internal" / "server" / "static_content" / name) as file:
            return FileResponse(file, media_type=media_type)
