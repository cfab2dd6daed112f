"""Too much, too slow, too many: answered, bounded, and nobody else waits."""

import socket
import time
from collections.abc import Iterator
from functools import partial

import httpx
import psutil

from tests.bento.pictures import face, save
from tests.bento.server import Server
from tests.bento.test_bad_input import check

HUGE = 100_000_000


def chunks(total: int) -> Iterator[bytes]:
    for _ in range(total // 100_000):
        yield bytes(100_000)


def test_a_declared_100_mb_upload(client: httpx.Client) -> None:
    check(client.post("/makeup", content=bytes(HUGE)), 413, "too_large")


def test_a_chunked_100_mb_upload(client: httpx.Client, server: Server) -> None:
    before = server.memory()
    check(client.post("/makeup", content=chunks(HUGE)), 413, "too_large")
    assert server.memory() - before < 60_000_000  # read, never held


def test_an_upload_without_end(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        line.sendall(b"POST /makeup HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        start = time.monotonic()
        try:
            while time.monotonic() - start < 20:
                line.sendall(b"10000\r\n" + bytes(0x10000) + b"\r\n")
        except OSError:
            return  # the server hung up
        raise AssertionError("an endless upload was read for 20 s")


def slow_upload(server: Server) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    line.sendall(
        b"POST /makeup HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
    )
    return line


def test_slow_clients_are_let_go_and_hold_nobody_up(server: Server, client: httpx.Client) -> None:
    lines = [slow_upload(server) for _ in range(50)]
    start = time.monotonic()
    response = client.post(
        "/makeup", data={"look": "nude"}, files={"photo": ("a.png", save(face()))}
    )
    assert response.status_code == 200
    assert time.monotonic() - start < 2.5  # before any slow one was let go
    for line in lines:
        answer = b"".join(iter(partial(line.recv, 10_000), b""))  # until it hangs up
        assert b"HTTP/1.1 408" in answer
        assert b"body_timeout" in answer
        assert b"connection: close" in answer.lower()
        line.close()


def test_a_client_that_leaves_costs_nothing(server: Server, client: httpx.Client) -> None:
    for _ in range(20):
        slow_upload(server).close()
    assert client.get("/looks").status_code == 200


def test_nothing_uploaded_touches_a_disk(server: Server, client: httpx.Client) -> None:
    photo = save(face()) + bytes(8_000_000)  # larger than form parsers keep in memory
    workers = server.processes()
    before = {worker: worker.rlimit(psutil.RLIMIT_FSIZE) for worker in workers}
    for worker in workers:  # from here on a file over 4 MB cannot be written
        worker.rlimit(psutil.RLIMIT_FSIZE, (4_000_000, before[worker][1]))
    try:
        response = client.post("/makeup", data={"look": "nude"}, files={"photo": ("a.png", photo)})
    finally:
        for worker in workers:
            worker.rlimit(psutil.RLIMIT_FSIZE, before[worker])
    assert response.status_code == 200, response.text
