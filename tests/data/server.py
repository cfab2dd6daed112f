"""A local web server whose connections break off on demand."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Shop:
    """What is served, and how badly.

    Attributes:
        files: Path without slash → bytes.
        ranges: Whether the server can continue in mid-file.
        cut_after: Bytes after which every answer so far breaks off; None = never.
        sent: Bytes of bodies sent.
    """

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.ranges = True
        self.cut_after: int | None = None
        self.sent = 0
        self.address = ""


def _handler(shop: Shop) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, body: bool) -> None:
            data = shop.files.get(self.path.lstrip("/"))
            if data is None:
                self.send_error(404)
                return
            first, last = 0, len(data) - 1
            wanted = self.headers.get("Range", "")
            if shop.ranges and wanted.startswith("bytes="):
                start, _, end = wanted.removeprefix("bytes=").partition("-")
                first, last = int(start), min(int(end or last), last)
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
            else:
                self.send_response(200)
            self.send_header("Accept-Ranges", "bytes" if shop.ranges else "none")
            self.send_header("Content-Length", str(last + 1 - first))
            self.end_headers()
            if body:
                self._send(data[first : last + 1])

        def _send(self, data: bytes) -> None:
            left = len(data) if shop.cut_after is None else max(0, shop.cut_after - shop.sent)
            part = data[:left]
            self.wfile.write(part)
            shop.sent += len(part)
            if len(part) < len(data):
                self.wfile.flush()
                self.connection.close()
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@contextmanager
def serve(files: dict[str, bytes]) -> Iterator[Shop]:
    """Serve `files` at `shop.address` for as long as the block lasts."""
    shop = Shop(files)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(shop))
    shop.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
