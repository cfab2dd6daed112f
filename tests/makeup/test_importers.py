"""Each layout, written here exactly as its users have it, becomes the same raw rows."""

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.data.faces import label_map
from tests.data.pictures import photo, saved
from tryon.data.card import Card
from tryon.data.importing import split_of
from tryon.data.shards import Row, ShardWriter, read
from tryon.errors import DataError
from tryon.makeup.data import FEATURES
from tryon.makeup.importers import IMPORTERS, Imported, ImportOptions
from tryon.vision.images import decode, decode_labels
from tryon.vision.parsing import CODINGS, Label

SPLITS = ("train", "validation", "test")
PERSONS = 6


def coded(seed: int, coding: str, side: int = 96) -> np.ndarray:
    """A drawn face's label map in one of the four codings."""
    table = np.zeros(256, np.uint8)
    for value, label in enumerate(CODINGS[coding]):
        table[label] = value
    return table[label_map(seed, side)]


def place(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def classes(
    root: Path, coding: str, images: str, masks: str, names: tuple[str, str], suffix: str = ".png"
) -> list[str]:
    """Photos and masks in two class folders; returns their relative names."""
    listed = []
    for kind, name in enumerate(names):
        for person in range(PERSONS):
            seed = 10 * kind + person
            relative = f"{name}/face_{seed:03d}"
            format = "PNG" if suffix == ".png" else "JPEG"
            place(root / images / f"{relative}{suffix}", saved(photo(120, seed), format))
            place(root / masks / f"{relative}.png", saved(coded(seed, coding), "PNG"))
            listed.append(f"{relative}{suffix}")
    return listed


def lists(root: Path, listed: list[str], files: dict[str, str]) -> None:
    """One-column list files: file name → class folder."""
    for file, name in files.items():
        lines = [line for line in listed if line.startswith(f"{name}/")]
        (root / file).write_text("\n".join(lines) + "\n")


class Bomb:
    """Does harm when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return (_explode, ("a pickle was opened",))


def _explode(text: str) -> None:
    raise AssertionError(text)


def psgan(root: Path) -> str:
    base = root / "data"
    listed = classes(base, "A", "images", "segs", ("makeup", "non-makeup"))
    lists(base, listed, {"makeup.txt": "makeup", "non-makeup.txt": "non-makeup"})
    for name in listed:
        place(base / "landmarks" / name, pickle.dumps(Bomb()))
    return "A"


def elegant(root: Path) -> str:
    listed = classes(root, "A", "images", "segs", ("makeup", "non-makeup"))
    lists(root, listed, {"makeup.txt": "makeup", "non-makeup.txt": "non-makeup"})
    for name in listed:
        place((root / "lms" / name).with_suffix(".npy"), pickle.dumps(Bomb()))
    return "A"


def scgan(root: Path) -> str:
    base = root / "MT-Dataset"
    listed = classes(base, "B", "images", "parsing", ("makeup", "non-makeup"))
    lists(base, listed, {"makeup.txt": "makeup", "non-makeup.txt": "non-makeup"})
    return "B"


def beautyrec(root: Path) -> str:
    base = root / "mtdataset"
    listed = classes(base, "B", "images", "parsing", ("makeup", "non-makeup"))
    train = [name for name in listed if not name.endswith(("_000.png", "_010.png"))]
    lists(base, train, {"makeup.txt": "makeup", "nomakeup.txt": "non-makeup"})
    test = sorted(set(listed) - set(train))
    lists(base, test, {"makeup_test.txt": "makeup", "nomakeup_test.txt": "non-makeup"})
    return "B"


def beautygan(root: Path) -> str:
    listed = classes(root, "A", "faces", "labels", ("makeup", "non-makeup"))
    for split in ("train", "test"):
        for letter, name in (("M", "makeup"), ("N", "non-makeup")):
            own = [each for each in listed if each.startswith(f"{name}/")]
            own = own[1:] if split == "train" else own[:1]
            lines = [f"faces/{each} labels/{each}" for each in own]
            (root / f"{split}_{letter}.txt").write_text("\n".join(lines))
    return "A"


def csdmt(root: Path) -> str:
    classes(root, "C", "images", "seg1", ("makeup", "non_makeup"), ".jpg")
    return "C"


def shmt(root: Path) -> str:
    for person in range(2 * PERSONS):
        place(root / "train/images" / f"{person:05d}.jpg", saved(photo(120, person), "JPEG"))
        place(root / "train/segs" / f"{person:05d}.png", saved(coded(person, "D"), "PNG"))
        place(root / "train/3d" / f"{person:05d}_3d.jpg", saved(photo(120, person), "JPEG"))
    return "D"


LAYOUTS = [psgan, elegant, scgan, beautyrec, beautygan, csdmt, shmt]


def imported(
    name: str, path: Path, out: Path, **options: Any
) -> tuple[Imported, list[str], dict[str, Row]]:
    """Import; what was found, what was printed, and the rows with their split by id."""
    said: list[str] = []
    with ShardWriter(out, FEATURES) as writer:
        found = IMPORTERS[name](path, writer, replace(ImportOptions(say=said.append), **options))
        writer.close(Card(name=name, task="makeup", source="test", licence="test"))
    rows = [row | {"split": split} for split in SPLITS for row in read(out, split)]
    by_id = {row["image_id"]: row for row in rows}
    assert len(by_id) == len(rows)
    return found, said, by_id


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_every_mt_layout_becomes_rows(tmp_path: Path, layout: Callable[[Path], str]) -> None:
    coding = layout(tmp_path / "in")
    found, said, rows = imported("mt", tmp_path / "in", tmp_path / "out")
    assert found.parameters["coding"] == coding
    assert found.provides == ("parsing",)
    assert any(f"label coding {coding} detected" in line for line in said)
    assert len(rows) == 2 * PERSONS
    kinds = [row["kind"] for row in rows.values()]
    assert kinds.count("bare") == (0 if layout is shmt else PERSONS)
    for row in rows.values():
        labels = decode_labels(row["parsing"])
        assert labels.shape == decode(row["image"]).image.shape[:2] == (120, 120)
        assert {Label.SKIN, Label.UPPER_LIP, Label.LOWER_LIP} <= set(np.unique(labels))
        assert len(row["landmarks"]) == 0


def test_masks_are_resized_by_nearest_neighbour(tmp_path: Path) -> None:
    psgan(tmp_path / "in")
    _, _, rows = imported("mt", tmp_path / "in", tmp_path / "out")
    expected = np.asarray(
        Image.fromarray(label_map(3, 96)).resize((120, 120), Image.Resampling.NEAREST)
    )
    known = np.isin(expected, CODINGS["A"])
    found = decode_labels(rows["makeup/face_003"]["parsing"])
    assert (found[known] == expected[known]).mean() > 0.98
    assert set(np.unique(found)) <= set(CODINGS["A"])


def test_the_coding_can_be_named(tmp_path: Path) -> None:
    psgan(tmp_path / "in")
    found, said, rows = imported("mt", tmp_path / "in", tmp_path / "out", coding="B")
    assert found.parameters["coding"] == "B"
    assert any("as named" in line for line in said)
    assert Label.UPPER_LIP in np.unique(decode_labels(rows["makeup/face_003"]["parsing"]))
    with pytest.raises(DataError, match="unknown label coding 'X'"):
        imported("mt", tmp_path / "in", tmp_path / "out", coding="X")


@pytest.mark.parametrize("layout", [beautyrec, beautygan], ids=lambda layout: layout.__name__)
def test_the_test_lists_of_the_source_are_kept(
    tmp_path: Path, layout: Callable[[Path], str]
) -> None:
    layout(tmp_path / "in")
    _, _, rows = imported("mt", tmp_path / "in", tmp_path / "out")
    test = {Path(name).name for name, row in rows.items() if row["split"] == "test"}
    assert test == {"face_000", "face_010"}


def test_a_missing_mask_is_kept_for_validation_and_a_missing_photo_refused(tmp_path: Path) -> None:
    psgan(tmp_path / "in")
    (tmp_path / "in/data/segs/makeup/face_002.png").unlink()
    _, _, rows = imported("mt", tmp_path / "in", tmp_path / "out")
    assert [name for name, row in rows.items() if row["parsing"] is None] == ["makeup/face_002"]
    (tmp_path / "in/data/images/makeup/face_002.png").unlink()
    with pytest.raises(DataError, match=r"1 of 12 listed pictures are missing.*face_002"):
        imported("mt", tmp_path / "in", tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_broken_files_are_kept_for_validation(tmp_path: Path) -> None:
    psgan(tmp_path / "in")
    (tmp_path / "in/data/images/makeup/face_001.png").write_bytes(b"")
    (tmp_path / "in/data/segs/makeup/face_002.png").write_bytes(b"no mask")
    _, _, rows = imported("mt", tmp_path / "in", tmp_path / "out")
    assert rows["makeup/face_001"]["image"] == b""
    assert rows["makeup/face_002"]["parsing"] == b"no mask"


def test_warped_pseudo_targets_become_pairs(tmp_path: Path) -> None:
    root = tmp_path / "in"
    classes(root, "C", "images", "seg1", ("makeup", "non-makeup"), ".jpg")
    strip = np.concatenate([photo(64, seed) for seed in (1, 2, 3)], axis=1)
    place(root / "warp/face_000_face_011.jpg", saved(strip, "PNG"))
    place(root / "warp/face_011_face_000.jpg", saved(strip, "PNG"))
    found, said, rows = imported("mt", root, tmp_path / "without")
    assert len(rows) == 2 * PERSONS
    assert any("--pseudo-targets" in line for line in said)
    found, said, rows = imported("mt", root, tmp_path / "out", pseudo_targets=True)
    assert found.parameters["pairs"] == 1
    pair = rows["warp/face_000_face_011"]
    bare = rows["non-makeup/face_011"]
    assert (pair["kind"], pair["identity"], pair["split"]) == (
        "pair", bare["identity"], bare["split"],
    )  # fmt: skip
    assert (decode(pair["target"]).image == photo(64, 3)).all()
    assert decode(pair["image"]).image.shape == (64, 64, 3)
    assert decode_labels(pair["parsing"]).shape == (64, 64)
    place(root / "warp/face_000_face_012.jpg", saved(strip[:, :100], "PNG"))
    with pytest.raises(DataError, match="three square tiles"):
        imported("mt", root, tmp_path / "again", pseudo_targets=True)


def test_triplets_become_pairs(tmp_path: Path) -> None:
    root = tmp_path / "in/triplet"
    for person in range(4):
        for pattern in range(2):
            name = f"face{person}_with_patt{pattern:03d}.png"
            tiles = [photo(96, 3 * person), photo(96, 50 + pattern), photo(96, 90 + person)]
            place(root / "imgs" / name, saved(np.concatenate(tiles, axis=1), "PNG"))
            masks = [coded(seed, "C") for seed in (person, 50, person)]
            place(root / "segs" / name, saved(np.concatenate(masks, axis=1), "PNG"))
    found, _, rows = imported("cpm-synt-2", tmp_path / "in", tmp_path / "out")
    assert found.parameters["coding"] == "C"
    assert len(rows) == 8
    row = rows["face2_with_patt001"]
    assert (decode(row["image"]).image == photo(96, 6)).all()
    assert (decode(row["target"]).image == photo(96, 92)).all()
    assert (decode_labels(row["parsing"]) == label_map(2, 96)).mean() > 0.99
    for person in range(4):
        assert len({rows[f"face{person}_with_patt{p:03d}"]["split"] for p in range(2)}) == 1


def test_a_plain_folder_is_bare_faces(tmp_path: Path) -> None:
    for number in range(30):
        place(tmp_path / "in" / f"{number:03d}.jpg", saved(photo(64, number), "JPEG"))
    place(tmp_path / "in/wrong.png", saved(photo(64, 99), "JPEG"))
    place(tmp_path / "in/.hidden/x.jpg", b"")
    place(tmp_path / "in/readme.txt", b"words")
    found, said, rows = imported("folder", tmp_path / "in", tmp_path / "out")
    assert "one person per file" in said
    assert found.provides == ()
    assert len(rows) == 31
    assert {(row["kind"], row["skin_tone"], row["parsing"]) for row in rows.values()} == {
        ("bare", 0, None)
    }
    assert rows["007"]["image"] == (tmp_path / "in/007.jpg").read_bytes()


def test_subfolders_are_persons_when_they_look_like_it(tmp_path: Path) -> None:
    for number in range(24):
        name = f"person{number // 3}/{number % 3}.jpg"
        place(tmp_path / "in" / name, saved(photo(64, number), "JPEG"))
    _, said, rows = imported("folder", tmp_path / "in", tmp_path / "out")
    assert "one person per subfolder" in said
    assert len({row["identity"] for row in rows.values()}) == 8
    for person in range(8):
        own = {row["split"] for name, row in rows.items() if name.startswith(f"person{person}/")}
        assert len(own) == 1
    _, _, rows = imported("folder", tmp_path / "in", tmp_path / "out", identity="file")
    assert len({row["identity"] for row in rows.values()}) == 24


def test_a_split_never_moves_when_data_is_added() -> None:
    options = ImportOptions(validation_share=0.1, test_share=0.2)
    splits = [split_of(f"person {number}", options) for number in range(4000)]
    assert splits == [split_of(f"person {number}", options) for number in range(4000)]
    shares = {name: splits.count(name) / 4000 for name in SPLITS}
    assert shares == pytest.approx({"train": 0.7, "validation": 0.1, "test": 0.2}, abs=0.03)


def test_what_is_no_such_layout_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name, words in (("mt", "no MT layout"), ("folder", "no pictures"), ("cpm-synt-2", "imgs")):
        with pytest.raises(DataError, match=words):
            imported(name, tmp_path / "empty", tmp_path / "out")
    with pytest.raises(DataError, match="no folder"):
        imported("folder", tmp_path / "nowhere", tmp_path / "out")
