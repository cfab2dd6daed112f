"""Many clients at once: `python -m tests.bento.load --clients 32 --seconds 60 [--photos FOLDER]`.

Each answer is compared, byte by byte, with the answer that one client alone got for the same
request: face finders that threads shared by mistake give wrong landmarks without any error.
"""

import argparse
import asyncio
import hashlib
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import httpx
import numpy as np

from tests.bento.pictures import face, save
from tests.bento.server import Server
from tests.serving.networks import CARD, meta, zero_network
from tryon.serving.bundle import Bundle

LOOKS = ("classic red", "smoky", "nude", "berry")


@dataclass
class Load:
    """What the clients saw."""

    seconds: float
    statuses: Counter[int] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)  # no answer at all
    different: int = 0  # answered 200, but not as a single client is answered
    latencies: list[float] = field(default_factory=list)  # seconds

    @property
    def errors(self) -> int:
        """Everything that is not the right picture."""
        return len(self.failed) + self.different + self.statuses.total() - self.statuses[200]

    def __str__(self) -> str:
        p50, p95, worst = np.percentile(self.latencies or [np.nan], (50, 95, 100))
        return (
            f"{self.statuses.total()} answers in {self.seconds:.0f} s "
            f"({self.statuses.total() / self.seconds:.1f}/s), statuses {dict(self.statuses)}, "
            f"{len(self.failed)} failed, {self.different} differ from a single client's; "
            f"latency p50 {p50:.2f} s, p95 {p95:.2f} s, worst {worst:.2f} s"
        )


def sample_photos() -> list[bytes]:
    """One face in different places and sizes: landmarks that got mixed up would show."""
    places = [(60, 0), (80, 20), (100, 10), (120, 0), (90, 40), (70, 30)]
    photos = [face(*place) for place in places]
    return [save(photo[:, :: 1 - 2 * (k % 2)], "JPEG") for k, photo in enumerate(photos)]


async def drive(url: str, photos: list[bytes], clients: int, seconds: float) -> Load:
    """Ask for every pair of photo and look alone, then let all clients ask at once."""
    load = Load(seconds)
    pairs = [(photo, LOOKS[k % len(LOOKS)]) for k, photo in enumerate(photos)]
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as session:

        async def ask(pair: tuple[bytes, str]) -> tuple[int, str]:
            response = await session.post(
                "/makeup", data={"look": pair[1]}, files={"photo": ("photo.jpg", pair[0])}
            )
            return response.status_code, hashlib.sha256(response.content).hexdigest()

        alone = [await ask(pair) for pair in pairs]
        end = monotonic() + seconds

        async def client(number: int) -> None:
            random = np.random.default_rng(number)
            while (start := monotonic()) < end:
                k = int(random.integers(len(pairs)))
                try:
                    status, digest = await ask(pairs[k])
                except httpx.TransportError as error:
                    load.failed.append(repr(error))
                    continue
                load.latencies.append(monotonic() - start)
                load.statuses[status] += 1
                load.different += (status, digest) != alone[k]

        await asyncio.gather(*(client(number) for number in range(clients)))
    if any(status != 200 for status, _ in alone):
        load.failed.append(f"alone: {Counter(status for status, _ in alone)}")
    return load


def main() -> None:
    """Load a server of its own and print what came of it; exit 1 on any error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--photos", type=Path, help="a folder of .jpg; one face if left out")
    parser.add_argument("--count", type=int, default=24, help="how many of them")
    parser.add_argument("--bundles", type=Path, help="a folder of bundles; a tiny one if left out")
    options = parser.parse_args()
    photos = sample_photos()
    if options.photos:
        files = sorted(options.photos.glob("*.jpg"))[: options.count]
        photos = [file.read_bytes() for file in files]
    with tempfile.TemporaryDirectory() as folder:
        bundles = options.bundles or Path(folder) / "bundles"
        if options.bundles is None:
            Bundle.write(bundles / "makeup", zero_network(), meta(), CARD)
        with Server(Path(folder), bundles) as server:
            load = asyncio.run(drive(server.url, photos, options.clients, options.seconds))
            print(load)
            print(f"memory {server.memory() / 1e6:.0f} MB")
    raise SystemExit(load.errors > 0)


if __name__ == "__main__":
    main()
