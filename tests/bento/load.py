"""Many clients at once: `python -m tests.bento.load --clients 32 --seconds 60 [--photos FOLDER]`.

They ask for everything that the server's tasks answer (tests.bento.served), mixed. Each answer is
compared, byte by byte, with the answer that one client alone got for the same request: face
finders that threads shared by mistake give wrong landmarks without any error.
"""

import argparse
import asyncio
import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import httpx
import numpy as np

from tests.bento.asking import Ask
from tests.bento.pictures import face, save
from tests.bento.served import SERVED, write_bundles
from tests.bento.server import Server

EVERY = 10.0  # seconds between two readings of memory


@dataclass
class Load:
    """What the clients saw."""

    seconds: float
    statuses: Counter[int] = field(default_factory=Counter)
    paths: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)  # no answer at all
    different: int = 0  # answered 200, but not as a single client is answered
    latencies: list[float] = field(default_factory=list)  # seconds

    @property
    def errors(self) -> int:
        """Everything that is not the right answer."""
        return len(self.failed) + self.different + self.statuses.total() - self.statuses[200]

    def __str__(self) -> str:
        p50, p95, worst = np.percentile(self.latencies or [np.nan], (50, 95, 100))
        return (
            f"{self.statuses.total()} answers in {self.seconds:.0f} s "
            f"({self.statuses.total() / self.seconds:.1f}/s), statuses {dict(self.statuses)}, "
            f"paths {dict(self.paths)}, "
            f"{len(self.failed)} failed, {self.different} differ from a single client's; "
            f"latency p50 {p50:.2f} s, p95 {p95:.2f} s, worst {worst:.2f} s"
        )


def sample_photos() -> list[bytes]:
    """One face in different places and sizes: landmarks that got mixed up would show."""
    places = [(60, 0), (80, 20), (100, 10), (120, 0), (90, 40), (70, 30)]
    photos = [face(*place) for place in places]
    return [save(photo[:, :: 1 - 2 * (k % 2)], "JPEG") for k, photo in enumerate(photos)]


def sound_asks(url: str, photos: list[bytes]) -> list[Ask]:
    """The requests of every task that a server has a model for."""
    at_hand = {model["task"] for model in httpx.get(f"{url}/models").json()["models"]}
    return [ask for served in SERVED if served.task in at_hand for ask in served.sound(photos)]


async def drive(url: str, photos: list[bytes], clients: int, seconds: float) -> Load:
    """Send every request alone, then let all clients send any at once."""
    load = Load(seconds)
    asks = sound_asks(url, photos)
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as session:

        async def send(ask: Ask) -> tuple[int, str]:
            response = await session.post(**ask.arguments())
            return response.status_code, hashlib.sha256(response.content).hexdigest()

        alone = [await send(ask) for ask in asks]
        end = monotonic() + seconds

        async def client(number: int) -> None:
            random = np.random.default_rng(number)
            while (start := monotonic()) < end:
                k = int(random.integers(len(asks)))
                try:
                    status, digest = await send(asks[k])
                except httpx.TransportError as error:
                    load.failed.append(repr(error))
                    continue
                load.latencies.append(monotonic() - start)
                load.statuses[status] += 1
                load.paths[asks[k].path] += 1
                load.different += (status, digest) != alone[k]

        await asyncio.gather(*(client(number) for number in range(clients)))
    load.failed += [
        f"alone: {ask.path} {status}"
        for ask, (status, _) in zip(asks, alone, strict=True)
        if status != 200
    ]
    return load


@contextmanager
def watched(server: Server) -> Iterator[list[int]]:
    """What the server's processes hold, bytes, as often as `EVERY` seconds until the block ends."""
    memory, ended = [server.memory()], Event()

    def look() -> None:
        while not ended.wait(EVERY):
            memory.append(server.memory())

    thread = Thread(target=look)
    thread.start()
    try:
        yield memory
    finally:
        ended.set()
        thread.join()
        memory.append(server.memory())


def main() -> None:
    """Load a server of its own and print what came of it; exit 1 on any error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--photos", type=Path, help="a folder of .jpg; one face if left out")
    parser.add_argument("--count", type=int, default=24, help="how many of them")
    parser.add_argument("--bundles", type=Path, help="a folder of bundles; tiny ones if left out")
    options = parser.parse_args()
    photos = sample_photos()
    if options.photos:
        files = sorted(options.photos.glob("*.jpg"))[: options.count]
        photos = [file.read_bytes() for file in files]
    with tempfile.TemporaryDirectory() as folder:
        bundles = options.bundles or write_bundles(Path(folder) / "bundles")
        with Server(Path(folder), bundles) as server:
            with watched(server) as memory:
                load = asyncio.run(drive(server.url, photos, options.clients, options.seconds))
            print(load)
            print(*load.failed[:10], sep="\n")
            print("memory in MB,", f"every {EVERY:g} s:", *(f"{each / 1e6:.0f}" for each in memory))
    raise SystemExit(load.errors > 0)


if __name__ == "__main__":
    main()
