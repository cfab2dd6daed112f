"""Raw datasets as Parquet shards: written whole or not at all, read as a stream of bytes.

A few large files instead of many small ones, because data versioning slows down badly with
hundreds of thousands of files. The schema carries the Hugging Face `datasets` features, so that
`datasets.load_dataset("parquet", …)` and every Arrow tool read the shards too.
"""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tryon.data.card import SPLITS, Card
from tryon.errors import DataError

if TYPE_CHECKING:
    from datasets import Features

Row = dict[str, Any]
SHARD_BYTES = 256 * 2**20
GROUP_BYTES = 32 * 2**20
GROUP_ROWS = 16  # small, because a row group is what one process reads at a time


class Group(NamedTuple):
    """One row group of one shard: the unit of parallel reading."""

    path: Path
    number: int
    split: str
    rows: int


class ShardWriter:
    """Writes `{split}-NNNNN.parquet` and `dataset.json`; equal rows give equal bytes.

    Rows go to a hidden folder beside `folder`, which is renamed on `close`. Leaving the `with`
    block without `close`, or by an error, removes it: a broken run never leaves half a dataset,
    and never touches the dataset that was there before.

    Args:
        folder: The dataset's folder; replaced as a whole.
        features: Columns and types. Image columns take encoded bytes, uint8-encoded files only.
        shard_bytes: Upper bound of a shard, give or take one row group.
    """

    def __init__(self, folder: Path, features: "Features", shard_bytes: int = SHARD_BYTES) -> None:
        self.folder = folder
        self._schema = features.arrow_schema
        self._images = _image_columns(self._schema)
        self._shard_bytes = shard_bytes
        self._partial = folder.with_name(f".{folder.name}.partial-{os.getpid()}")
        self._splits: dict[str, _Split] = {}
        self._closed = False
        shutil.rmtree(self._partial, ignore_errors=True)
        self._partial.mkdir(parents=True)

    def write(self, split: str, row: Mapping[str, Any]) -> None:
        """Append one row; columns left out are null.

        Raises:
            DataError: `unknown_split`, `unknown_column`, or a value the column cannot hold.
        """
        if split not in SPLITS:
            raise DataError(
                f"unknown split {split!r}", code="unknown_split", hint=f"use {', '.join(SPLITS)}"
            )
        if unknown := sorted(set(row) - set(self._schema.names)):
            raise DataError(
                f"unknown columns {unknown}",
                code="unknown_column",
                hint=f"the schema has {', '.join(self._schema.names)}",
            )
        if split not in self._splits:
            self._splits[split] = _Split(self._partial, split, self._schema, self._shard_bytes)
        cells = {
            name: {"bytes": row[name], "path": None}
            if name in self._images and row.get(name) is not None
            else row.get(name)
            for name in self._schema.names
        }
        self._splits[split].append(cells, sum(len(row.get(name) or b"") for name in self._images))

    def close(self, card: Card) -> Card:
        """Finish the shards, write the card with its counts, and put the dataset in place."""
        if not self._splits:
            raise DataError(
                f"no rows for {self.folder.name}", code="empty_dataset", hint="check the source"
            )
        for part in self._splits.values():
            part.close()
        parts = {name: self._splits[name] for name in SPLITS if name in self._splits}
        card = card.model_copy(
            update={
                "counts": {name: part.rows for name, part in parts.items()},
                "identities": {name: len(part.identities) for name, part in parts.items()},
            }
        )
        card.write(self._partial)
        _replace(self._partial, self.folder)
        self._closed = True
        return card

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._closed:
            for part in self._splits.values():
                part.abandon()
            shutil.rmtree(self._partial, ignore_errors=True)


class _Split:
    """The shards of one split while they are written."""

    def __init__(self, folder: Path, name: str, schema: pa.Schema, shard_bytes: int) -> None:
        self.rows = 0
        self.identities: set[str] = set()
        self._folder, self._name, self._schema = folder, name, schema
        self._shard_bytes = shard_bytes
        self._pending: list[Row] = []
        self._pending_bytes = self._written_bytes = self._index = 0
        self._writer: pq.ParquetWriter | None = None

    def append(self, cells: Row, size: int) -> None:
        self._pending.append(cells)
        self._pending_bytes += size
        self.rows += 1
        if (identity := cells.get("identity")) is not None:
            self.identities.add(identity)
        if self._pending_bytes >= GROUP_BYTES or len(self._pending) >= GROUP_ROWS:
            self._flush()

    def close(self) -> None:
        self._flush()
        self.abandon()

    def abandon(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _flush(self) -> None:
        if not self._pending:
            return
        try:
            table = pa.Table.from_pylist(self._pending, self._schema)
        except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError) as error:
            raise DataError(
                f"{self._name}: a value does not fit its column: {error}", code="bad_value"
            ) from error
        if self._written_bytes and self._written_bytes + self._pending_bytes > self._shard_bytes:
            self.abandon()
            self._index += 1
            self._written_bytes = 0
        if self._writer is None:
            path = self._folder / f"{self._name}-{self._index:05d}.parquet"
            words = [field.name for field in self._schema if pa.types.is_string(field.type)]
            self._writer = pq.ParquetWriter(
                path, self._schema, compression="zstd", compression_level=1, use_dictionary=words
            )
        self._writer.write_table(table, row_group_size=len(self._pending))
        self._written_bytes += self._pending_bytes
        self._pending, self._pending_bytes = [], 0


def groups(folder: Path, split: str | None = None) -> list[Group]:
    """The row groups of a dataset (or of one split), in order.

    Raises:
        DataError: `no_dataset`, `broken_shard`.
    """
    Card.read(folder)
    found = []
    for name in SPLITS if split is None else (split,):
        for path in sorted(folder.glob(f"{name}-*.parquet")):
            meta = _parquet(path).metadata
            found += [
                Group(path, index, name, meta.row_group(index).num_rows)
                for index in range(meta.num_row_groups)
            ]
    return found


def read_group(group: Group, columns: list[str] | None = None) -> list[Row]:
    """The rows of one row group: image columns as encoded bytes, lists as numpy arrays."""
    file = _parquet(group.path)
    table = file.read_row_group(group.number, columns=columns)
    values = {name: _cells(table[name]) for name in table.column_names}
    return [dict(zip(values, cells, strict=True)) for cells in zip(*values.values(), strict=True)]


def read(folder: Path, split: str, columns: list[str] | None = None) -> Iterator[Row]:
    """Stream the raw rows of a split; one row group is in memory at a time.

    Image columns hold the encoded BYTES (never decoded here) or None; list columns hold 1-D numpy
    arrays.

    Raises:
        DataError: `no_dataset`, `broken_shard`.
    """
    for group in groups(folder, split):
        yield from read_group(group, columns)


def count(folder: Path) -> dict[str, int]:
    """Rows per split, counted in the shards themselves."""
    rows: dict[str, int] = defaultdict(int)
    for group in groups(folder):
        rows[group.split] += group.rows
    return dict(rows)


def _cells(column: pa.ChunkedArray) -> list[Any]:
    kind = column.type
    if pa.types.is_struct(kind):  # an Image feature: struct<bytes, path>
        return [None if cell is None else cell["bytes"] for cell in column.to_pylist()]
    if pa.types.is_list(kind) and pa.types.is_floating(kind.value_type):
        return [
            None if cell.values is None else np.array(cell.values, np.float32) for cell in column
        ]
    return column.to_pylist()


def _image_columns(schema: pa.Schema) -> tuple[str, ...]:
    return tuple(field.name for field in schema if pa.types.is_struct(field.type))


def _parquet(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path, memory_map=True)
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(
            f"{path.name} is no readable Parquet shard: {error}",
            code="broken_shard",
            hint="fetch or generate the dataset again",
        ) from error


def _replace(source: Path, target: Path) -> None:
    """Rename `source` to `target`; what was there stays until the new one stands."""
    retired = target.with_name(f".{target.name}.retired-{os.getpid()}")
    shutil.rmtree(retired, ignore_errors=True)
    if target.exists():
        target.rename(retired)
    source.rename(target)
    shutil.rmtree(retired, ignore_errors=True)
