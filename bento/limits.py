"""The first thing a request meets: how much it may send and how long it may take to send it."""

import asyncio
from collections.abc import AsyncIterator

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bento.errors import answer
from bento.settings import Settings
from tryon.errors import RequestError

DISCARD_FACTOR = 10  # of the limit: read and dropped, so that the client gets to read its answer


class UploadGuard:
    """Takes a request's body in before the application runs, within limits.

    A body over the limit is answered 413, declared or chunked; one that does not arrive in time
    408; more bodies in flight than memory is set aside for 429. Bodies stay in memory: no upload
    touches a disk. While a slow client sends, only its own coroutine waits.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.held = 0  # bytes of all bodies in flight

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body: list[bytes] = []
        try:
            await self._take_in(scope, receive, body)
            await self.app(scope, _replay(body, receive), send)
        except RequestError as error:
            await answer(error)(scope, receive, send)
        finally:
            self.held -= sum(map(len, body))

    async def _take_in(self, scope: Scope, receive: Receive, body: list[bytes]) -> None:
        headers = {name: value for name, value in scope["headers"]}
        declared = headers.get(b"content-length", b"")
        if not declared and b"transfer-encoding" not in headers:
            return
        over = declared.isdigit() and int(declared) > self.settings.max_body_bytes
        if over and headers.get(b"expect", b"").lower() == b"100-continue":
            raise self._too_large()
        try:
            async with asyncio.timeout(self.settings.receive_seconds):
                async for chunk, seen in _chunks(receive):
                    over = over or seen > self.settings.max_body_bytes
                    if not over:
                        self._hold(chunk, body)
                    elif seen > self.settings.max_body_bytes * DISCARD_FACTOR:
                        break
        except TimeoutError:
            if not over:
                raise RequestError(
                    f"the request did not arrive within {self.settings.receive_seconds:g} s",
                    code="body_timeout",
                    hint="send a smaller photo or use a faster connection",
                ) from None
        if over:
            raise self._too_large()

    def _hold(self, chunk: bytes, body: list[bytes]) -> None:
        if self.held + len(chunk) > self.settings.upload_memory_bytes:
            raise RequestError(
                "too many uploads at the same time", code="busy", hint="try again in a second"
            )
        self.held += len(chunk)
        body.append(chunk)

    def _too_large(self) -> RequestError:
        return RequestError(
            f"the request is larger than {self.settings.max_body_bytes:,} bytes",
            code="too_large",
            hint="scale the photo down or save it with stronger compression",
        )


async def _chunks(receive: Receive) -> AsyncIterator[tuple[bytes, int]]:
    """The body as it arrives, each part with the length so far."""
    seen, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            # Answered although nobody listens: BentoML would wait for an answer until its own
            # time limit.
            raise RequestError("the client left while sending", code="client_left")
        chunk, more = message.get("body", b""), message.get("more_body", False)
        seen += len(chunk)
        yield chunk, seen


def _replay(body: list[bytes], receive: Receive) -> Receive:
    """Hand the body on as the server would have; afterwards, the server's own messages."""
    if not body:
        return receive
    position = 0

    async def replayed() -> Message:
        nonlocal position
        if position < len(body):
            position += 1
            more = position < len(body)
            return {"type": "http.request", "body": body[position - 1], "more_body": more}
        return await receive()

    return replayed
