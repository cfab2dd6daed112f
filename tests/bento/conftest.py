"""One real server for all tests of the service that can share it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.bento.served import write_bundles
from tests.bento.server import Server


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of bundles as TRYON_BUNDLES takes it."""
    return write_bundles(tmp_path_factory.mktemp("bundles"))


@pytest.fixture(scope="session")
def server(bundles: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The service, as `bentoml serve` starts it; requests must arrive within 3 s."""
    folder = tmp_path_factory.mktemp("server")
    quick = {"TRYON_RECEIVE_SECONDS": "3"}
    with Server(folder, bundles, environment=quick) as running:
        yield running


@pytest.fixture(scope="session")
def client(server: Server) -> Iterator[httpx.Client]:
    """A client of the shared server."""
    with httpx.Client(base_url=server.url, timeout=60) as session:
        yield session
