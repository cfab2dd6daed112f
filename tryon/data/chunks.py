"""The unit of preprocessing work: some raw rows in, one file of prepared arrays out.

This is all a worker process loads besides the task's own preparer. Files are written whole or not
at all, so that a killed worker leaves no half chunk behind.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Protocol, Self

import numpy as np

from tryon.data.shards import Group, Row, read_group
from tryon.errors import DataError, ImageError, Refusal
from tryon.types import Arrays

Record = dict[str, str | int | float]


@dataclass(frozen=True)
class ArraySpec:
    """Shape and dtype of one named array of one sample."""

    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True)
class Sample:
    """One prepared sample: its arrays and its row of the table."""

    arrays: Arrays
    record: Record


class Preparer(Protocol):
    """What a task does with one raw row.

    Making one is cheap and says what it will give; entering it loads what it needs. It is pickled
    before it is entered, and used by the one process that entered it.

    It may also offer `conclude(folder)`, which is called once, on a preparer that was never
    entered, when the arrays and tables of all splits lie in `folder` (tryon.data.prepared): for
    what only the dataset as a whole decides, such as its vocabulary. What it adds there must
    follow from them alone.
    """

    @property
    def arrays(self) -> Mapping[str, ArraySpec]:
        """The arrays of every sample."""

    @property
    def columns(self) -> Mapping[str, str]:
        """The columns of every sample's record, with their Arrow types: string, int32, float32."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def prepare(self, row: Row) -> Sequence[Sample]:
        """The samples of one raw row, to which its `split` was added.

        Raises:
            Refusal: the photo cannot be worked on; its code is the cause that is counted.
            ImageError: the bytes are no usable picture; likewise.
        """


class Part(NamedTuple):
    """Some consecutive rows of one row group: what a worker takes at a time."""

    group: Group
    start: int
    stop: int

    @property
    def name(self) -> str:
        """Names the part within its dataset, whoever works on it."""
        return f"{self.group.path.stem}.{self.group.number:05d}.{self.start:05d}-{self.stop:05d}"


@dataclass
class Chunk:
    """What came of one part."""

    arrays: Arrays  # name → [N, …]
    records: list[Record] = field(default_factory=list)
    refused: list[Record] = field(default_factory=list)

    @property
    def samples(self) -> int:
        """How many samples it holds."""
        return len(self.records)

    def save(self, path: Path) -> None:
        """Write it whole or not at all."""
        text = json.dumps({"records": self.records, "refused": self.refused}).encode()
        part = path.with_suffix(f".{os.getpid()}.part")
        with part.open("wb") as file:
            np.savez(file, **self.arrays, __table__=np.frombuffer(text, np.uint8))
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Chunk":
        """The inverse of `save`."""
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        return cls(arrays, **json.loads(arrays.pop("__table__").tobytes()))


def prepare_rows(preparer: Preparer, rows: Sequence[Row]) -> Chunk:
    """Prepare rows in their order; what is refused is recorded with its cause.

    Raises:
        DataError: the preparer broke its own declaration of arrays or columns.
    """
    samples: list[Sample] = []
    refused: list[Record] = []
    for row in rows:
        try:
            samples.extend(preparer.prepare(row))
        except (Refusal, ImageError) as error:
            refused.append(
                {
                    "image_id": row["image_id"],
                    "identity": row["identity"],
                    "cause": error.code,
                    "message": error.message,
                }
            )
    for sample in samples:
        _check(preparer, sample)
    arrays = {
        name: np.stack([sample.arrays[name] for sample in samples])
        if samples
        else np.empty((0, *spec.shape), spec.dtype)
        for name, spec in preparer.arrays.items()
    }
    return Chunk(arrays, [sample.record for sample in samples], refused)


def start(preparer: Preparer, left_out: frozenset[str]) -> None:
    """Make this process a worker: the preparer is entered here and left when the process ends."""
    global _worker
    _worker = _Worker(preparer.__enter__(), left_out)


def work(part: Part, path: Path) -> int:
    """The body of a worker: prepare a part into the file `path`; returns how many rows it read."""
    rows = _rows(part.group)[part.start : part.stop]
    kept = [
        {**row, "split": part.group.split}
        for row in rows
        if row["image_id"] not in _worker.left_out
    ]
    prepare_rows(_worker.preparer, kept).save(path)
    return len(rows)


class _Worker(NamedTuple):
    preparer: Preparer
    left_out: frozenset[str]


_worker: _Worker
_rows = lru_cache(maxsize=1)(read_group)  # consecutive parts share a row group


def _check(preparer: Preparer, sample: Sample) -> None:
    for name, spec in preparer.arrays.items():
        array = sample.arrays[name]
        if array.shape != spec.shape or array.dtype != np.dtype(spec.dtype):
            raise DataError(
                f"prepared array {name}: got {array.dtype} {array.shape}, "
                f"expected {spec.dtype} {spec.shape}"
            )
    if set(sample.record) != set(preparer.columns):
        raise DataError(
            f"prepared record: got columns {sorted(sample.record)}, "
            f"expected {sorted(preparer.columns)}"
        )
