"""The smallest whole task: flat pictures in, their mean colour out. Run as a script it prepares."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from tryon.data.card import Card
from tryon.data.chunks import ArraySpec, Sample
from tryon.data.shards import Row, ShardWriter
from tryon.errors import Refusal
from tryon.vision.images import decode, encode

ROWS = {"train": 40, "validation": 12, "test": 10}
DARK, BROKEN = 10, 30  # every tenth picture is black and refused, every thirtieth is broken
INPUTS = {"data": "d1", "parameters": "p1"}

if TYPE_CHECKING:
    from tryon.data.prepared import PreparedStore


class Means:
    """Two samples of every picture: its mean colour, and twice that."""

    arrays = {"mean": ArraySpec((3,), "float32"), "tile": ArraySpec((2, 2), "uint8")}  # noqa: RUF012
    columns = {"image_id": "string", "times": "int32"}  # noqa: RUF012

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds  # per row, so that a test can strike in the middle

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def prepare(self, row: Row) -> Sequence[Sample]:
        """Refuses black pictures as `no_face`."""
        time.sleep(self.seconds)
        mean = decode(row["image"]).image.mean((0, 1), dtype=np.float32)
        if mean.max() == 0:
            raise Refusal("black", code="no_face")
        return [
            Sample(
                {"mean": times * mean, "tile": np.full((2, 2), mean[0], np.uint8)},
                {"image_id": row["image_id"], "times": times},
            )
            for times in (1, 2)
        ]


def write(folder: Path, rows: dict[str, int] | None = None) -> Path:
    """A raw dataset of small flat pictures."""
    from datasets import Features, Image, Value  # seconds, which the workers need not spend

    features = Features(
        {"image_id": Value("string"), "identity": Value("string"), "image": Image(decode=False)}
    )
    with ShardWriter(folder, features) as writer:
        for split, count in (rows or ROWS).items():
            for index in range(count):
                level = 0 if index % DARK == 9 else 100 + index
                data = encode(np.full((16, 16, 3), level, np.uint8))
                name = f"{split}-{index}"
                whole = data if index % BROKEN != 25 else data[:40]
                writer.write(split, {"image_id": name, "identity": name, "image": whole})
        writer.close(Card(name="flat", task="flat", source="test", licence="CC0-1.0"))
    return folder


def run(source: Path, folder: Path, *, workers: int = 1, seconds: float = 0.0) -> "PreparedStore":
    """Prepare the dataset `source` into `folder`."""
    from tryon.data.preparing import prepare

    return prepare("flat", source, Means(seconds), inputs=INPUTS, folder=folder, workers=workers)


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), workers=2, seconds=float(sys.argv[3]))
