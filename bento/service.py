"""`bentoml serve`: the trained models as an HTTP service."""

import bentoml

from bento.app import create_app, paths_of
from bento.backend import Backend
from bento.limits import UploadGuard
from bento.metrics import CountableService
from bento.models import find, open_bundles
from bento.settings import load_settings

settings = load_settings()
backend = Backend(settings, open_bundles(find(settings)))
api = create_app(backend)
CountableService.paths = paths_of(api)
# BentoML's own time limit answers in its own shape: ours end first.
time_limit = round(settings.receive_seconds + settings.work_seconds + 10)


@bentoml.service(
    name="tryon",
    service_class=CountableService,
    workers=1,  # one process, `settings.threads` threads: the queue has one end
    traffic={"timeout": time_limit},
)
@bentoml.asgi_app(UploadGuard(api, settings), path="/")
class TryOn:
    """Virtual try-on."""

    def __init__(self) -> None:
        backend.start()

    @bentoml.on_shutdown
    def stop(self) -> None:
        """End the working threads."""
        backend.stop()
