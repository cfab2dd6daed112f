"""The threads: one state each, a finite queue, jobs that may be given up."""

import asyncio
import threading
import time

import pytest

from bento.pool import WorkPool
from tryon.errors import RequestError


def pool(threads: int = 2, queue: int = 2, seconds: float = 5) -> WorkPool[int]:
    return WorkPool(threading.get_ident, threads=threads, queue=queue, seconds=seconds)


def test_every_thread_has_its_own_state() -> None:
    workers = pool(threads=4, queue=50)

    def job(state: int) -> tuple[int, int]:
        time.sleep(0.005)
        return state, threading.get_ident()

    async def ask() -> list[tuple[int, int]]:
        return await asyncio.gather(*(workers.run(job) for _ in range(50)))

    seen = asyncio.run(ask())
    workers.close()
    assert all(state == thread for state, thread in seen)
    assert len({thread for _, thread in seen}) == 4


def test_a_full_queue_is_busy_and_empties_again() -> None:
    workers = pool(threads=1, queue=2)
    free = threading.Event()

    async def ask() -> None:
        held = [asyncio.create_task(workers.run(lambda _: free.wait(5))) for _ in range(3)]
        await asyncio.sleep(0.05)
        with pytest.raises(RequestError) as error:
            await workers.run(lambda state: state)
        assert error.value.code == "busy"
        free.set()
        await asyncio.gather(*held)
        await asyncio.sleep(0.05)
        assert await workers.run(lambda _: 7) == 7

    asyncio.run(ask())
    workers.close()


def test_waiting_and_working_have_their_own_time_limits() -> None:
    workers = pool(threads=1, queue=5, seconds=0.2)
    free = threading.Event()

    async def ask() -> list[object]:
        jobs = [workers.run(lambda _: free.wait(5)), workers.run(lambda state: state)]
        return await asyncio.gather(*jobs, return_exceptions=True)

    running, waiting = asyncio.run(ask())
    free.set()
    workers.close()
    assert isinstance(running, RequestError)
    assert isinstance(waiting, RequestError)
    assert (running.code, waiting.code) == ("work_timeout", "busy")


def test_a_client_that_left_frees_its_place() -> None:
    workers = pool(threads=1, queue=1)
    free, ran = threading.Event(), []

    async def ask() -> None:
        first = asyncio.create_task(workers.run(lambda _: free.wait(5)))
        second = asyncio.create_task(workers.run(lambda _: ran.append(1)))
        await asyncio.sleep(0.05)
        second.cancel()
        await asyncio.sleep(0.05)
        third = asyncio.create_task(workers.run(lambda _: 3))
        await asyncio.sleep(0.05)
        free.set()
        await first
        assert await third == 3

    asyncio.run(ask())
    workers.close()
    assert ran == []


def test_a_state_that_cannot_be_made_stops_the_start() -> None:
    def fail() -> int:
        raise RequestError("no model")

    with pytest.raises(RequestError, match="no model"):
        WorkPool(fail, threads=2, queue=1, seconds=1)
