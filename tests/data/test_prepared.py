"""Prepared datasets: same bytes whatever the way there, nothing lost, nothing done twice."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import ROOT
from tests.data import flat
from tryon.data.chunks import Sample, prepare_rows
from tryon.data.prepared import PreparedStore
from tryon.data.preparing import PART_ROWS, digest_of, prepare
from tryon.data.shards import Row, read
from tryon.errors import DataError


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A raw dataset of flat pictures, some black, some broken."""
    return flat.write(tmp_path_factory.mktemp("raw") / "flat")


@pytest.fixture(scope="module")
def store(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> PreparedStore:
    """It, prepared by one worker without interruption."""
    return flat.run(raw, tmp_path_factory.mktemp("prepared"))


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_samples_keep_the_order_of_the_rows(raw: Path, store: PreparedStore) -> None:
    for name in flat.ROWS:
        split = store.split(name)
        names = [row["image_id"] for row in read(raw, name)]
        gone = set(store.refused["image_id"])
        kept = [image for image in names if image not in gone]
        assert list(split.table["image_id"]) == [image for image in kept for _ in range(2)]
        levels = [100 + int(image.split("-")[1]) for image in kept for _ in range(2)]
        times = split.table["times"].to_numpy()
        np.testing.assert_array_equal(split.arrays["mean"][:, 0], times * np.array(levels))
        assert split.arrays["tile"].shape == (len(split), 2, 2)


def test_every_row_is_accounted_for_by_cause(store: PreparedStore) -> None:
    for name, rows in flat.ROWS.items():
        refused = store.meta.refused[name]
        assert refused["no_face"] == rows // flat.DARK
        assert refused.get("broken_image", 0) == sum(i % flat.BROKEN == 25 for i in range(rows))
        assert store.meta.samples[name] == 2 * (rows - sum(refused.values()))
        table = store.refused[store.refused["split"] == name]
        assert table["cause"].value_counts().to_dict() == refused
    assert (store.path / "report.html").read_text().count("black") >= 1


def test_arrays_are_mapped_and_read_only(store: PreparedStore) -> None:
    split = pickle.loads(pickle.dumps(store.split("train")))
    assert isinstance(split.arrays["mean"], np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        split.arrays["mean"][0] = 0


def test_bytes_do_not_depend_on_the_number_of_workers(
    raw: Path, store: PreparedStore, tmp_path: Path
) -> None:
    assert files(flat.run(raw, tmp_path, workers=3).path) == files(store.path)


def test_unchanged_input_costs_nothing(raw: Path, store: PreparedStore) -> None:
    before = {path: path.stat().st_mtime_ns for path in store.path.rglob("*")}
    start = time.perf_counter()
    assert flat.run(raw, store.path.parent, seconds=1.0).meta == store.meta
    assert time.perf_counter() - start < 1.0
    assert {path: path.stat().st_mtime_ns for path in store.path.rglob("*")} == before


def test_a_killed_run_goes_on_where_it_stopped(
    raw: Path, store: PreparedStore, tmp_path: Path
) -> None:
    chunks = tmp_path / f"{digest_of(flat.INPUTS)}.partial" / "chunks"
    command = [sys.executable, "-m", "tests.data.flat", str(raw), str(tmp_path), "0.05"]
    running = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    deadline = time.monotonic() + 60
    while len(list(chunks.glob("*.npz"))) < 1:
        assert running.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline, "no chunk after a minute"
        time.sleep(0.02)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    wait_until_nobody_is_left(running.pid)
    finished = {path: path.stat().st_mtime_ns for path in chunks.glob("*.npz")}
    assert not (tmp_path / digest_of(flat.INPUTS)).exists()

    worked = time.time_ns()
    resumed = flat.run(raw, tmp_path, workers=2)
    assert 1 <= len(finished) < sum(-(-rows // PART_ROWS) for rows in flat.ROWS.values())
    assert all(modified < worked for modified in finished.values())
    assert files(resumed.path) == files(store.path)
    assert not chunks.parent.exists()


def wait_until_nobody_is_left(session: int) -> None:
    """Workers notice within a second that their parent is gone."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        stats = [path for path in Path("/proc").glob("[0-9]*/stat")]
        if not any(session_of(path) == session for path in stats):
            return
        time.sleep(0.1)
    pytest.fail("workers outlived their killed parent")


def session_of(stat: Path) -> int:
    """The session a process belongs to, by its /proc entry; 0 if it has just ended."""
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return 0 if fields[0] == "Z" else int(fields[3])


def test_finished_chunks_are_not_made_again(raw: Path, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="struck"):
        prepare("flat", raw, StruckAt("test-3"), inputs=flat.INPUTS, folder=tmp_path)
    chunks = tmp_path / f"{digest_of(flat.INPUTS)}.partial" / "chunks"
    assert list(chunks.glob("train-00000.00000.00000-*.npz"))
    # The rows of those chunks would now kill the worker: they are not read again.
    store = prepare("flat", raw, DyingAt("train-3"), inputs=flat.INPUTS, folder=tmp_path)
    assert store.meta.samples["train"] > 0


class StruckAt(flat.Means):
    """Fails at one row, as a bug would."""

    def __init__(self, image_id: str) -> None:
        super().__init__()
        self.image_id = image_id

    def prepare(self, row: Row) -> Sequence[Sample]:
        if row["image_id"] == self.image_id:
            raise RuntimeError(f"struck at {self.image_id}")
        return super().prepare(row)


class DyingAt(StruckAt):
    """Is killed at one row, as by the system when memory runs out."""

    def prepare(self, row: Row) -> Sequence[Sample]:
        if row["image_id"] == self.image_id:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().prepare(row)


def test_a_dead_worker_is_named_and_the_rest_kept(raw: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="finished rows are kept") as caught:
        prepare("flat", raw, DyingAt("validation-3"), inputs=flat.INPUTS, folder=tmp_path)
    assert caught.value.code == "worker_died"
    assert list(tmp_path.glob("*.partial/chunks/*.npz"))


def test_other_inputs_make_another_folder_and_the_quarantine_is_left_out(
    raw: Path, store: PreparedStore, tmp_path: Path
) -> None:
    gone = {"train-0", "train-1"}
    other = prepare(
        "flat",
        raw,
        flat.Means(),
        inputs=flat.INPUTS | {"quarantine": "q2"},
        folder=tmp_path,
        left_out=gone,
    )
    assert other.meta.digest != store.meta.digest
    assert other.path.name == other.meta.digest
    kept = set(store.split("train").table["image_id"])
    assert gone < kept
    assert set(other.split("train").table["image_id"]) == kept - gone


def test_a_split_of_refused_rows_only_is_an_error(tmp_path: Path) -> None:
    class Picky(flat.Means):
        def prepare(self, row: Row) -> Sequence[Sample]:
            return [] if row["image_id"].startswith("test") else super().prepare(row)

    raw = flat.write(tmp_path / "raw", {"train": 3, "test": 2})
    with pytest.raises(DataError, match="no sample is left of the 2 rows of test"):
        prepare("flat", raw, Picky(), inputs=flat.INPUTS, folder=tmp_path)


def test_a_broken_declaration_is_an_error(raw: Path) -> None:
    class Loose(flat.Means):
        def prepare(self, row: Row) -> Sequence[Sample]:
            return [
                Sample({**s.arrays, "tile": s.arrays["tile"][:1]}, s.record)
                for s in super().prepare(row)
            ]

    with pytest.raises(DataError, match=r"prepared array tile: got uint8 \(1, 2\)"):
        prepare_rows(Loose(), [next(read(raw, "train"))])


def test_opening_nothing_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="run the pipeline"):
        PreparedStore.open(tmp_path)
