"""A few threads for pictures: what computes never runs on the event loop, and queues are finite."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from tryon.errors import RequestError

State = TypeVar("State")
Answer = TypeVar("Answer")


class WorkPool(Generic[State]):
    """Threads that each own one `State` (predictors with their face finders) for their whole life.

    Args:
        make: Called once in every thread, before it takes work.
        threads: How many jobs run at the same time.
        queue: How many more may wait.
        seconds: A job that has not ended by then is given up.

    Raises:
        Whatever `make` raises: the pool is warm, or it does not exist.
    """

    def __init__(
        self, make: Callable[[], State], *, threads: int, queue: int, seconds: float
    ) -> None:
        self._make = make
        self._seconds = seconds
        self._room = threads + queue
        self._taken = 0
        self._local = threading.local()
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="tryon")
        together = threading.Barrier(threads)
        for warm in [self._executor.submit(self._warm_up, together) for _ in range(threads)]:
            warm.result()

    def _warm_up(self, together: threading.Barrier) -> None:
        together.wait()  # every thread takes exactly one of these
        self._local.state = self._make()

    async def run(self, job: Callable[[State], Answer]) -> Answer:
        """Run one job on a free thread.

        Raises:
            RequestError: `busy` when the queue is full or the turn never came, `work_timeout` when
                the job itself took too long.
        """
        if self._taken >= self._room:
            raise _busy()
        self._taken += 1
        loop = asyncio.get_running_loop()
        future = self._executor.submit(lambda: job(self._local.state))
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._leave))
        return await self._result(future)

    async def _result(self, future: Future[Answer]) -> Answer:
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            if future.cancelled():
                raise _busy() from None
            raise RequestError(
                f"the work took longer than {self._seconds:g} s",
                code="work_timeout",
                hint="send a smaller photo or less text",
            ) from None

    def _leave(self) -> None:
        self._taken -= 1

    def close(self) -> None:
        """Let running jobs end and drop waiting ones."""
        self._executor.shutdown(wait=True, cancel_futures=True)


def _busy() -> RequestError:
    return RequestError("the service is busy", code="busy", hint="try again in a second")
