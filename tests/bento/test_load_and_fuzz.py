"""The short forms of `tests.bento.load` and `tests.bento.fuzz`."""

import asyncio
import re

import httpx

from tests.bento.fuzz import fuzz
from tests.bento.load import drive, sample_photos
from tests.bento.server import Server

REQUESTS = 300


def test_concurrent_clients_are_answered_like_a_single_one(server: Server) -> None:
    load = asyncio.run(drive(server.url, sample_photos(), clients=32, seconds=5))
    assert load.errors == 0, load
    assert load.statuses[200] > 32


def test_generated_requests_never_break_the_service(server: Server) -> None:
    fuzz(server.url, 60, start=1)  # warm: every code path has allocated what it keeps
    before = server.memory()
    outcome = fuzz(server.url, REQUESTS)
    assert outcome.requests >= REQUESTS
    assert outcome.server_errors == 0, outcome.statuses
    assert outcome.broken == []
    assert len(outcome.codes) >= 8, outcome.codes  # the requests were varied enough to mean much
    assert server.memory() - before < 60_000_000


def test_paths_that_clients_invent_do_not_grow_the_metrics(client: httpx.Client) -> None:
    for number in range(50):
        client.get(f"/invented-{number}")
    exposed = client.get("/metrics").text
    assert "invented" not in exposed
    line = r'request_total\{endpoint="/unknown",http_response_code="404".*\} (\d+)'
    count = re.search(line, exposed)
    assert count is not None
    assert int(count[1]) >= 50
