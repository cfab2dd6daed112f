"""What the rendered sample datasets of all tasks share: who goes where, drawing side by side."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import cv2
import numpy as np
from tqdm import tqdm

from tryon.data.card import Card
from tryon.data.pool import pool
from tryon.data.shards import Row, ShardWriter

TONES = 10  # of the Monk scale


class Shares(Protocol):
    """Of the identities; the rest trains."""

    @property
    def validation_share(self) -> float: ...

    @property
    def test_share(self) -> float: ...


class Order(Protocol):
    """One identity to draw."""

    @property
    def split(self) -> str: ...


AnyOrder = TypeVar("AnyOrder", bound=Order)


def cast(count: int, shares: Shares, rng: np.random.Generator) -> list[tuple[str, int]]:
    """Split and skin tone, 1 to 10, of identities: every split holds every tone in its share."""
    splits = [""] * count
    tones = np.arange(count) % TONES
    for tone in range(TONES):
        members = rng.permutation(np.flatnonzero(tones == tone))
        # a random start keeps the totals right where a tone has only a few members
        places = (np.arange(len(members)) + rng.random()) / max(len(members), 1)
        for member, place in zip(members, places % 1, strict=True):
            held = place < shares.test_share + shares.validation_share
            splits[member] = "validation" if held else "train"
            if place < shares.test_share:
                splits[member] = "test"
    return [(split, int(tone) + 1) for split, tone in zip(splits, tones, strict=True)]


def render(
    orders: Sequence[AnyOrder],
    draw: Callable[[AnyOrder], Iterable[Row]],
    folder: Path,
    features: Any,
    card: Card,
    workers: int,
    at_once: int,
) -> None:
    """Draw every order's rows into a raw dataset; the same bytes whatever the number of workers.

    Args:
        orders: In the order in which their rows are written.
        draw: Gives an order's rows; runs in other processes.
        folder: Where the shards and the card go; replaced as a whole.
        features: Of a row.
        card: Of the dataset.
        workers: Processes.
        at_once: Orders that a process takes at a time.
    """
    with (
        ShardWriter(folder, features) as writer,
        pool(min(workers, len(orders)), cv2.setNumThreads, 1) as executor,
    ):
        done = executor.map(draw, orders, chunksize=at_once)
        rows = tqdm(done, f"drawing {card.name}", len(orders), unit="identity")
        for order, drawn in zip(orders, rows, strict=True):
            for row in drawn:
                writer.write(order.split, row)
        writer.close(card)
