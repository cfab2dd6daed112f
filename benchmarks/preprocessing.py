"""What preprocessing costs beyond decoding and the search: `python -m benchmarks.preprocessing`.

Per core: the same rows go through the whole preparation and through what no preparation can do
without (benchmarks.searching), turn by turn in one worker. Both are
counted in CPU seconds of all threads, so that a busy machine distorts neither; what a neighbour
does to the caches is taken out by each row's best turn.

A photo that several rows share is searched once; what the ratio would be without
that is printed beside it.

Two processes: images per second of wall time of two warm workers over one, best of several rounds
in turn. It needs two free cores.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from benchmarks.report import figure
from benchmarks.searching import COLUMNS, bare
from tryon.config import load_params
from tryon.data import chunks
from tryon.data.chunks import Part, Preparer
from tryon.data.pool import pool
from tryon.data.preparing import parts_of
from tryon.data.shards import Row, read
from tryon.errors import ImageError, Refusal
from tryon.paths import project_root
from tryon.registry import find

PER_CORE, TWO_PROCESSES = 0.8, 1.8
WARM = 8  # rows
REPEATS = 5


def main() -> int:
    """Print both figures; 1 if one misses its limit."""
    arguments = _arguments()
    task = arguments.task
    preparer = find(task).preparation.factory(load_params().tasks[task], 0)
    dataset = arguments.dataset or project_root() / "data/raw" / task
    stored = islice(read(dataset, "train"), arguments.rows)
    rows = [{**row, "split": "train"} for row in stored]
    alone = list({row["image"]: row for row in rows}.values())
    with pool(1, cv2.setNumThreads, 1) as executor:
        bare, whole = executor.submit(per_core, task, preparer, rows).result()
        bare_alone, whole_alone = executor.submit(per_core, task, preparer, alone).result()
    kept = figure(
        f"{task}: preprocessing ÷ bare decode + search",
        bare / whole,
        PER_CORE,
        detail=f"{1e3 * bare:.1f} of {1e3 * whole:.1f} ms of CPU per row, {len(rows)} rows",
    )
    print(
        f"      were every photo in one row only: {bare_alone / whole_alone:.3f} ×, "
        f"{1e3 * bare_alone:.1f} of {1e3 * whole_alone:.1f} ms, {len(alone)} rows"
    )
    one, two = workers(preparer, parts_of(dataset), arguments.rounds)
    kept &= figure(
        f"{task}: two processes ÷ one",
        two / one,
        TWO_PROCESSES,
        detail=f"{two:.0f} against {one:.0f} rows/s",
    )
    return 0 if kept else 1


def per_core(task: str, preparer: Preparer, rows: Sequence[Row]) -> tuple[float, float]:
    """CPU seconds per row, bare and whole: means of each row's best of `REPEATS` turns."""

    def whole(row: Row) -> None:
        with suppress(Refusal, ImageError):  # a refused row is work done too
            preparer.prepare(row)

    with preparer, bare(task) as least:
        for row in rows[:WARM]:
            least(row)
            whole(row)
        turns = [[(_cpu(least, r), _cpu(whole, r)) for r in rows] for _ in range(REPEATS)]
    best = np.array(turns).min(0).mean(0)
    return float(best[0]), float(best[1])


def _cpu(work: Callable[[Row], None], row: Row) -> float:
    start = time.process_time()
    work(row)
    return time.process_time() - start


def workers(preparer: Preparer, units: Sequence[Part], rounds: int) -> tuple[float, float]:
    """Rows per second of one and of two warm workers, the best of some rounds in turn."""
    best = [0.0, 0.0]
    for _ in range(rounds):
        for index, count in enumerate((1, 2)):
            best[index] = max(best[index], _rate(preparer, units, count))
    return best[0], best[1]


def _rate(preparer: Preparer, units: Sequence[Part], count: int) -> float:
    with (
        tempfile.TemporaryDirectory() as name,
        pool(count, chunks.start, preparer, frozenset()) as executor,
    ):
        folder = Path(name)
        warm = [executor.submit(chunks.work, units[0], folder / f"warm{i}.npz") for i in range(4)]
        for future in warm:
            future.result()
        start = time.perf_counter()
        futures = [executor.submit(chunks.work, u, folder / f"{u.name}.npz") for u in units]
        done = sum(future.result() for future in futures)
        return done / (time.perf_counter() - start)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--task", choices=sorted(COLUMNS), default="makeup")
    parser.add_argument("--dataset", type=Path, help="by default data/raw/TASK")
    parser.add_argument("--rows", type=int, default=150, help="for the figure per core")
    parser.add_argument("--rounds", type=int, default=3, help="for the figure of two processes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
