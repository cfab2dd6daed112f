"""Open datasets arrive whole and checked, or not at all; archives cannot do harm."""

import hashlib
import io
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tests.conftest import ROOT
from tests.data.pictures import photo, saved
from tests.data.server import Shop, serve
from tryon.data import download, obtain
from tryon.data.archive import unpack
from tryon.data.card import Card
from tryon.data.cli import app
from tryon.data.download import fetch
from tryon.data.shards import read
from tryon.data.sources import Source, SourceFile, find_source, load_sources
from tryon.errors import DataError
from tryon.registry import TASKS


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as pack:
        for name, data in members.items():
            pack.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


FACES = zipped({f"set/faces/{n:02d}.jpg": saved(photo(64, n), "JPEG") for n in range(30)})
NOISE = np.random.default_rng(0).integers(0, 256, 300_000, np.uint8).tobytes()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def shop() -> Iterator[Shop]:
    with serve({"faces.zip": FACES, "noise.bin": NOISE}) as shop:
        yield shop


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "BLOCK", 20_000)


def noise(shop: Shop, **changes: object) -> SourceFile:
    values = {
        "file": "noise.bin",
        "address": f"{shop.address}/noise.bin",
        "sha256": digest(NOISE),
    }
    return SourceFile(**values | changes)


def source(address: str, **changes: object) -> Source:
    values: dict[str, object] = {
        "title": "faces",
        "task": "makeup",
        "licence": "CC0-1.0",
        "homepage": "https://example.org",
        "importer": "folder",
        "subfolder": "set/faces",
        "options": {"identity": "file", "say": lambda text: None},
        "files": ({"file": "faces.zip", "address": address, "sha256": digest(FACES)},),
    }
    return Source.model_validate(values | changes)


def code_of(error: pytest.ExceptionInfo[DataError]) -> str:
    return error.value.code


@pytest.mark.parametrize("ranges", [True, False])
def test_a_file_is_fetched_once(shop: Shop, tmp_path: Path, ranges: bool) -> None:
    shop.ranges = ranges
    path = fetch(noise(shop), tmp_path)
    assert path.read_bytes() == NOISE
    sent = shop.sent
    assert fetch(noise(shop), tmp_path) == path
    assert shop.sent == sent
    assert [each.name for each in tmp_path.iterdir()] == ["noise.bin"]


@pytest.mark.parametrize("ranges", [True, False])
def test_an_interrupted_transfer_is_continued(shop: Shop, tmp_path: Path, ranges: bool) -> None:
    shop.ranges, shop.cut_after = ranges, 150_000
    with pytest.raises(DataError, match="broke off after") as caught:
        fetch(noise(shop), tmp_path)
    assert code_of(caught) == "transfer_broken"
    part = tmp_path / "noise.bin.part"
    assert [each.name for each in tmp_path.iterdir()] == ["noise.bin.part"]
    have = part.stat().st_size
    assert NOISE.startswith(part.read_bytes())
    shop.cut_after = None
    shop.sent = 0
    assert fetch(noise(shop), tmp_path).read_bytes() == NOISE
    assert not part.exists()
    if ranges:
        assert have > 50_000
        assert shop.sent < len(NOISE) - have + 3 * download.BLOCK


def test_a_wrong_checksum_leaves_nothing(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"sha256 {digest(NOISE)}, expected 0000") as caught:
        fetch(noise(shop, sha256="0" * 64), tmp_path)
    assert code_of(caught) == "wrong_checksum"
    assert list(tmp_path.iterdir()) == []


def test_a_stale_part_of_another_file_does_not_survive(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "noise.bin.part").write_bytes(b"x" * 1000)
    with pytest.raises(DataError, match="sha256"):
        fetch(noise(shop), tmp_path)
    assert fetch(noise(shop), tmp_path).read_bytes() == NOISE


def test_what_is_not_there_or_not_pinned_is_named(shop: Shop, tmp_path: Path) -> None:
    for address in (f"{shop.address}/none", "http://127.0.0.1:1/x", str(tmp_path / "none")):
        with pytest.raises(DataError, match="cannot reach") as caught:
            fetch(noise(shop, address=address), tmp_path / "downloads")
        assert code_of(caught) == "unreachable"
    with pytest.raises(DataError, match="no sha256") as caught:
        fetch(noise(shop, sha256=None), tmp_path)
    assert code_of(caught) == "not_pinned"


def test_get_makes_a_dataset(shop: Shop, tmp_path: Path) -> None:
    card = obtain.get(
        "faces", source(f"{shop.address}/faces.zip"), tmp_path / "downloads", tmp_path / "out"
    )
    assert sum(card.counts.values()) == 30
    assert (card.licence, card.source) == ("CC0-1.0", "https://example.org")
    assert Card.read(tmp_path / "out") == card
    assert [path.name for path in (tmp_path / "downloads").iterdir()] == ["faces.zip"]


@pytest.mark.parametrize("as_address", [True, False])
def test_a_mirror_stands_in(shop: Shop, tmp_path: Path, as_address: bool) -> None:
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror/faces.zip").write_bytes(FACES)
    mirror = f"{shop.address}/" if as_address else str(tmp_path / "mirror")
    card = obtain.get(
        "faces",
        source("http://127.0.0.1:1/never"),
        tmp_path / "downloads",
        tmp_path / "out",
        mirror,
    )
    assert sum(card.counts.values()) == 30


def test_no_failure_touches_the_dataset_that_was_there(shop: Shop, tmp_path: Path) -> None:
    out, downloads = tmp_path / "out", tmp_path / "downloads"
    good = source(f"{shop.address}/faces.zip")
    obtain.get("faces", good, downloads, out)
    before = {path: path.read_bytes() for path in out.iterdir()}
    (downloads / "faces.zip").unlink()
    broken: dict[str, dict[str, str | None]] = {
        "wrong_checksum": {"sha256": "0" * 64},
        "unreachable": {"address": f"{shop.address}/none"},
        "not_pinned": {"sha256": None},
    }
    for code, change in broken.items():
        file = good.files[0].model_copy(update=change)
        with pytest.raises(DataError) as caught:
            obtain.get("faces", good.model_copy(update={"files": (file,)}), downloads, out)
        assert code_of(caught) == code
    with pytest.raises(DataError) as caught:
        obtain.get("faces", good.model_copy(update={"subfolder": "none"}), downloads, out)
    assert code_of(caught) == "no_folder"
    with pytest.raises(DataError, match="unknown import options"):
        obtain.get("faces", good.model_copy(update={"options": {"x": 1}}), downloads, out)
    assert {path: path.read_bytes() for path in out.iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["downloads", "out"]
    assert [path.name for path in downloads.iterdir()] == ["faces.zip"]


def tarred(change: dict[str, object], data: bytes = b"x") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as pack:
        entry = tarfile.TarInfo("fine.txt")
        entry.size = len(data)
        for name, value in change.items():
            setattr(entry, name, value)
        pack.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def linked_zip() -> bytes:
    info = zipfile.ZipInfo("link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as pack:
        pack.writestr(info, "/etc/passwd")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        zipped({"../outside.txt": b"x"}),
        zipped({"/outside.txt": b"x"}),
        zipped({"a/../../outside.txt": b"x"}),
        zipped({"..\\outside.txt": b"x"}),
        zipped({"C:\\outside.txt": b"x"}),
        linked_zip(),
        tarred({"name": "../outside.txt"}),
        tarred({"name": "/outside.txt"}),
        tarred({"type": tarfile.SYMTYPE, "linkname": "../outside.txt", "size": 0}, b""),
        tarred({"type": tarfile.LNKTYPE, "linkname": "../outside.txt", "size": 0}, b""),
        tarred({"type": tarfile.CHRTYPE, "size": 0}, b""),
    ],
    ids=[
        *("zip up", "zip root", "zip inner up", "zip backslash", "zip drive", "zip link"),
        *("tar up", "tar root", "tar symlink", "tar hard link", "tar device"),
    ],
)
def test_unsafe_archives_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "pack").write_bytes(data)
    with pytest.raises(DataError, match="was not unpacked") as caught:
        unpack(tmp_path / "pack", tmp_path / "deep" / "out")
    assert code_of(caught) == "unsafe_archive"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["pack"]


def test_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    path.write_bytes(zipped({f"{n}": bytes(1000) for n in range(5)}))
    assert unpack(path, tmp_path / "a", max_bytes=5000, max_files=5) == 5
    for size, files in ((4999, 5), (5000, 4)):
        with pytest.raises(DataError, match="more than"):
            unpack(path, tmp_path / "b", max_bytes=size, max_files=files)
    assert unpack(path, tmp_path / "c", keep=("[01]",), max_files=2) == 2


def test_damaged_archives_are_named(tmp_path: Path) -> None:
    holed = bytearray(FACES)
    holed[len(FACES) // 2 : len(FACES) // 2 + 200] = bytes(200)
    for name, data in (("a.zip", bytes(holed)), ("a.tar.gz", tarred({}, NOISE)[:-90_000])):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(DataError, match="is damaged"):
            unpack(tmp_path / name, tmp_path / "out")


def test_parquet_of_pictures_becomes_rows(tmp_path: Path) -> None:
    files = [saved(photo(64, n), "JPEG") for n in range(12)]
    pictures = [{"bytes": data, "path": None} for data in files]
    table = pa.table({"image": pictures, "age": list(range(12)), "race": ["x"] * 12})
    pq.write_table(table, tmp_path / "quarter.parquet")
    card = obtain.import_dataset(
        TASKS["makeup"],
        "parquet",
        tmp_path,
        tmp_path / "out",
        name="q",
        source="s",
        licence="CC-BY-4.0",
        options={"say": lambda text: None},
    )
    rows = [row for split in card.counts for row in read(tmp_path / "out", split)]
    assert sorted(row["image"] for row in rows) == sorted(files)
    assert rows[0]["attributes"].startswith('{"age": ')
    pq.write_table(table.drop_columns(["image"]), tmp_path / "quarter.parquet")
    with pytest.raises(DataError, match="has no 'image' column"):
        obtain.import_dataset(
            TASKS["makeup"], "parquet", tmp_path, tmp_path / "out", name="q", source="s",
            licence="x", options={},
        )  # fmt: skip


def test_the_projects_own_sources_are_well_formed() -> None:
    sources = load_sources(ROOT / "data" / "sources.yaml")
    assert any(each.pinned for each in sources.values())
    for each in sources.values():
        assert each.importer in TASKS[each.task].importers.IMPORTERS
        assert each.homepage.startswith("https://")
        assert each.licence
    with pytest.raises(DataError, match="fairface"):
        find_source("none", ROOT / "data" / "sources.yaml")


def test_sources_with_a_typo_are_named(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text("x: {title: t, task: makeup, licence: MIT, homepage: h, importer: folder}")
    with pytest.raises(DataError, match=r"x\.files"):
        load_sources(path)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shop: Shop) -> Path:
    (tmp_path / "params.yaml").write_text(
        "tasks: {makeup: {candidates: {l1: {adversarial: none}}}}"
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data/sources.yaml").write_text(
        f"""
faces: {{title: Faces, task: makeup, licence: MIT, homepage: h, importer: folder,
  subfolder: set, files: [{{file: faces.zip, address: '{shop.address}/faces.zip',
  sha256: '{digest(FACES)}'}}]}}
loose: {{title: Loose, task: makeup, licence: MIT, homepage: h, importer: folder,
  files: [{{file: faces.zip, address: '{shop.address}/faces.zip'}}]}}
"""
    )
    monkeypatch.setenv("TRYON_ROOT", str(tmp_path))
    return tmp_path


def test_the_commands(project: Path) -> None:
    run = CliRunner()
    assert "tryon data pin loose" in run.invoke(app, ["list"]).output.replace("\n", " ")
    done = run.invoke(app, ["get", "faces"])
    assert done.exit_code == 0
    assert "CC" not in done.output
    assert Card.read(project / "data/raw/faces").counts["train"] > 10
    assert "data/raw/faces" in run.invoke(app, ["list"]).output.replace("\n", "")
    pinned = run.invoke(app, ["pin", "loose"])
    assert f"sha256: {digest(FACES)}" in pinned.output
    folder = project / "photos"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number}.jpg").write_bytes(saved(photo(64, number), "JPEG"))
    done = run.invoke(app, ["import", "folder", str(folder), "--licence", "CC0-1.0"])
    assert done.exit_code == 0
    assert "one person per file" in done.output
    assert Card.read(project / "data/raw/photos").licence == "CC0-1.0"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["get", "none"], "unknown_source"),
        (["get", "loose"], "not_pinned"),
        (["import", "mt", "."], "unknown_layout"),
        (["import", "csv", "."], "unknown_format"),
        (["import", "folder", "none"], "no_folder"),
        (["import", "folder", ".", "--task", "hats"], "config"),
        (["import", "folder", ".", "--category", "upper"], "unknown_option"),
        (["import", "folder", ".", "--identity", "name"], "unknown_option"),
        (["import", "folder", ".", "--task", "garment", "--category", "hat"], "unknown_option"),
        (["import", "folder", ".", "--task", "caption", "--coding", "A"], "unknown_option"),
        (["validate"], "no_dataset"),
        (["validate", "--task", "hats"], "config"),
    ],
)
def test_errors_are_one_line_and_exit_code_1(
    project: Path, arguments: list[str], code: str
) -> None:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"{code}: ")
    assert "Traceback" not in done.output
