"""Raw rows → prepared arrays: parallel, resumable, content-addressed.

The rows are cut into parts. Workers turn each part into one chunk file; when all are there, they
are joined in the order of the rows. A killed run leaves finished chunks behind and the next run
goes on from them; the final bytes depend on the inputs alone, not on the number of workers, the
order in which they finished, or how often the run was interrupted.
"""

import hashlib
import json
import logging
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock
from joblib.externals.loky.process_executor import TerminatedWorkerError
from tqdm import tqdm

from tryon.data import chunks
from tryon.data.card import SPLITS
from tryon.data.chunks import Chunk, Part, Preparer, Record
from tryon.data.pool import pool
from tryon.data.prepared import Meta, PreparedStore
from tryon.data.prepared_report import write_report
from tryon.data.shards import groups
from tryon.errors import DataError

log = logging.getLogger(__name__)

PART_ROWS = 16
REFUSED = pa.schema(
    [(name, pa.string()) for name in ("split", "image_id", "identity", "cause", "message")]
)


def digest_of(inputs: Mapping[str, str]) -> str:
    """sha256 of everything that decides the result."""
    return hashlib.sha256(json.dumps(dict(inputs), sort_keys=True).encode()).hexdigest()


def prepare(
    task: str,
    source: Path,
    preparer: Preparer,
    *,
    inputs: Mapping[str, str],
    folder: Path,
    left_out: Iterable[str] = (),
    workers: int = 1,
) -> PreparedStore:
    """Prepare a raw dataset into `folder/DIGEST`, or open what is already there.

    Args:
        task: Name of the task, written into the result.
        source: Raw dataset (tryon.data.shards).
        preparer: The task's; pickled, and entered in each worker, never here.
        inputs: Names and digests of all that decides the result: data, parameters, code.
        folder: Where prepared datasets of this task lie.
        left_out: `image_id`s not to be read (the quarantine).
        workers: Processes. There is always at least one: MediaPipe never runs in this one, whose
            later forks (data loaders) it would break.

    Raises:
        DataError: a worker died, a split came out empty, or a preparer broke its declaration.
    """
    digest = digest_of(inputs)
    final, partial = folder / digest, folder / f"{digest}.partial"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f"{digest}.lock"):  # released by the system when its holder is killed
        if not final.is_dir():
            every = parts_of(source)
            (partial / "chunks").mkdir(parents=True, exist_ok=True)
            _work(every, partial / "chunks", preparer, frozenset(left_out), workers)
            meta = _join(every, partial, preparer, task, digest, dict(inputs))
            if hasattr(preparer, "conclude"):
                preparer.conclude(partial)
            write_report(partial, meta, source)
            (partial / "meta.json").write_text(meta.model_dump_json(indent=2) + "\n")
            shutil.rmtree(partial / "chunks")
            partial.rename(final)
    return PreparedStore.open(final)


def parts_of(source: Path) -> list[Part]:
    """A raw dataset cut into what a worker takes at a time, in the order of its rows."""
    return [
        Part(group, start, min(start + PART_ROWS, group.rows))
        for group in groups(source)
        for start in range(0, group.rows, PART_ROWS)
    ]


def _work(
    parts: Sequence[Part],
    folder: Path,
    preparer: Preparer,
    left_out: frozenset[str],
    workers: int,
) -> None:
    """Make every chunk that is not there yet."""
    todo = [part for part in parts if not _file(folder, part).is_file()]
    rows = sum(part.stop - part.start for part in parts)
    done = rows - sum(part.stop - part.start for part in todo)
    if done:
        log.info("resuming: %d of %d rows are prepared already", done, rows)
    if not todo:
        return
    try:
        with (
            tqdm(total=rows, initial=done, unit="rows", desc="prepare", disable=None) as bar,
            pool(min(workers, len(todo)), chunks.start, preparer, left_out) as executor,
        ):
            for future in [executor.submit(chunks.work, p, _file(folder, p)) for p in todo]:
                bar.update(future.result())
    except TerminatedWorkerError as error:
        raise DataError(
            "a preparing process died, killed by the system or by a crash in a native library",
            code="worker_died",
            hint="run it again: finished rows are kept; use fewer workers if memory ran out",
        ) from error


def _file(folder: Path, part: Part) -> Path:
    return folder / f"{part.name}.npz"


def _join(
    parts: Sequence[Part],
    folder: Path,
    preparer: Preparer,
    task: str,
    digest: str,
    inputs: dict[str, str],
) -> Meta:
    """Chunks → one array file each and the tables; nothing larger than a chunk is in memory."""
    rows: Counter[str] = Counter()
    samples: dict[str, int] = {}
    refused: list[Record] = []
    for split in SPLITS:
        own = [part for part in parts if part.group.split == split]
        if not own:
            continue
        rows[split] = sum(part.stop - part.start for part in own)
        records, causes = _join_split(own, folder, split, preparer)
        samples[split] = len(records)
        refused += [{"split": split, **cause} for cause in causes]
        if not records:
            counts = dict(Counter(cause["cause"] for cause in causes))
            raise DataError(
                f"no sample is left of the {rows[split]} rows of {split}; refused: {counts}",
                code="nothing_prepared",
                hint="look at the photos, or widen tasks.*.preprocess in params.yaml",
            )
    pq.write_table(pa.Table.from_pylist(refused, REFUSED), folder / "refused.parquet")
    return Meta(
        task=task,
        digest=digest,
        inputs=inputs,
        arrays={name: list(spec.shape) for name, spec in preparer.arrays.items()},
        rows=dict(rows),
        samples=samples,
        refused={split: _counts(refused, split) for split in samples},
    )


def _counts(refused: Sequence[Record], split: str) -> dict[str, int]:
    causes = Counter(str(row["cause"]) for row in refused if row["split"] == split)
    return dict(sorted(causes.items()))


def _join_split(
    parts: Sequence[Part], folder: Path, split: str, preparer: Preparer
) -> tuple[list[Record], list[Record]]:
    target = folder / split
    target.mkdir(exist_ok=True)
    files = [_file(folder / "chunks", part) for part in parts]
    records: list[Record] = []
    refused: list[Record] = []
    for file in files:
        chunk = Chunk.load(file)
        records += chunk.records
        refused += chunk.refused
    out = {
        name: np.lib.format.open_memmap(
            target / f"{name}.npy", "w+", np.dtype(spec.dtype), (len(records), *spec.shape)
        )
        for name, spec in preparer.arrays.items()
        if records
    }
    at = 0
    for file in files if records else ():
        chunk = Chunk.load(file)
        for name, array in chunk.arrays.items():
            out[name][at : at + chunk.samples] = array
        at += chunk.samples
    schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in preparer.columns.items()])
    pq.write_table(pa.Table.from_pylist(records, schema), target / "table.parquet")
    return records, refused
