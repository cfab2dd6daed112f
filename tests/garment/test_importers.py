"""Each layout, written here exactly as its users have it, becomes the same raw rows."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.data.pictures import saved
from tests.garment import layouts
from tests.garment.layouts import PERSONS, body_25, coco_of, garment_mask, person_map, portrait
from tryon.data.card import Card
from tryon.data.shards import Row, ShardWriter, read
from tryon.errors import DataError, ImageError
from tryon.garment.data import FEATURES
from tryon.garment.garment import LANDMARKS
from tryon.garment.importers import IMPORTERS, Imported, ImportOptions
from tryon.garment.importers.deepfashion2_landmarks import CATEGORY_OF, landmark_names
from tryon.garment.importers.labels import read_labels
from tryon.vision.human import PARTS, Part, detect_coding
from tryon.vision.images import decode, decode_labels

SPLITS = ("train", "validation", "test")


def imported(
    name: str, path: Path, out: Path, **options: Any
) -> tuple[Imported, list[str], dict[str, Row]]:
    """Import; what was found, what was printed, and the rows with their split by id."""
    said: list[str] = []
    with ShardWriter(out, FEATURES) as writer:
        found = IMPORTERS[name](path, writer, replace(ImportOptions(say=said.append), **options))
        writer.close(Card(name=name, task="garment", source="test", licence="test"))
    rows = [row | {"split": split} for split in SPLITS for row in read(out, split)]
    by_id = {row["image_id"]: row for row in rows}
    assert len(by_id) == len(rows)
    return found, said, by_id


@pytest.mark.parametrize("hyphens", [False, True], ids=["resized", "sample set"])
def test_viton_hd_in_both_spellings(tmp_path: Path, hyphens: bool) -> None:
    layouts.viton_hd(tmp_path / "in", hyphens)
    found, said, rows = imported("viton-hd", tmp_path / "in", tmp_path / "out")
    assert found.parameters["coding"] == "LIP"
    assert found.provides == ("parsing", "keypoints", "garment_mask")
    assert any("label coding LIP detected" in line for line in said)
    assert len(rows) == 3 * PERSONS  # the test list is unpaired: each person also as a pair
    paired, unpaired = rows["test/00051_00"], rows["test/00051_00+00052_00"]
    assert (paired["kind"], unpaired["kind"]) == ("paired", "unpaired")
    assert unpaired["garment_id"] == "test/00052_00"
    assert unpaired["image"] == paired["image"]
    assert all(row["split"] == "test" for name, row in rows.items() if name.startswith("test/"))
    assert all(row["split"] != "test" for name, row in rows.items() if name.startswith("train/"))
    for row in rows.values():
        assert row["category"] == "upper"
        assert row["target"] is None
        assert decode_labels(row["parsing"]).shape == (128, 96)  # was 64×48
    mask = decode_labels(paired["garment_mask"])
    assert set(np.unique(mask)) == {0, 255}
    assert (mask == garment_mask(1)).mean() > 0.99  # a JPEG rings
    points = paired["keypoints"].reshape(18, 3)
    np.testing.assert_allclose(points, coco_of(body_25(51)) * (points[:, 2:] > 0), atol=1e-4)
    assert points[13].tolist() == [0, 0, 0]  # the left ankle was not found
    assert len(rows["test/00050_00"]["keypoints"]) == 0  # OpenPose saw nobody


@pytest.mark.parametrize("colours", [False, True], ids=["indices", "colours"])
def test_cp_vton_by_indices_or_by_colours(tmp_path: Path, colours: bool) -> None:
    layouts.cp_vton(tmp_path / "in", colours)
    found, _, rows = imported("cp-vton", tmp_path / "in", tmp_path / "out")
    assert found.parameters["coding"] == "LIP"
    assert len(rows) == 3 * PERSONS
    row = rows["train/000002_0"]
    assert row["garment_id"] == "train/000002_1"
    np.testing.assert_array_equal(decode_labels(row["parsing"]), person_map(2))
    assert (decode_labels(row["garment_mask"]) == garment_mask(2)).mean() > 0.98
    assert rows["test/000050_0+000051_1"]["kind"] == "unpaired"
    assert row["keypoints"].reshape(18, 3)[0, 2] > 0


def test_dresscode_categories_frame_and_labels(tmp_path: Path) -> None:
    layouts.dresscode(tmp_path / "in")
    found, said, rows = imported("dresscode", tmp_path / "in", tmp_path / "out")
    assert found.parameters["coding"] == "ATR"
    assert found.provides == ("parsing", "keypoints")
    assert any("ATR detected" in line for line in said)
    assert len(rows) == 3 * (PERSONS + 1)
    assert {name.split("/")[0]: row["category"] for name, row in rows.items()} == {
        "upper_body": "upper", "lower_body": "lower", "dresses": "whole",
    }  # fmt: skip
    row = rows["upper_body/000001"]
    expected = person_map(1)
    expected[expected == Part.SKIN] = 0  # ATR has no torso skin
    np.testing.assert_array_equal(decode_labels(row["parsing"]), expected)
    points = row["keypoints"].reshape(18, 3)
    assert points[1].tolist() == [15, 8, 1]  # (60, 32) of 384×512, in a picture of 96×128
    assert points[17].tolist() == [0, 0, 0]
    assert rows["dresses/000003+000004"]["kind"] == "unpaired"
    assert rows["dresses/000003"]["split"] == "test"
    assert Part.DRESS in decode_labels(rows["dresses/000001"]["parsing"])
    only = imported("dresscode", tmp_path / "in", tmp_path / "one", category="lower")[2]
    assert {row["category"] for row in only.values()} == {"lower"}


def test_deepfashion2_pairs_landmarks_and_crops(tmp_path: Path) -> None:
    layouts.deepfashion2(tmp_path / "in")
    found, said, rows = imported("deepfashion2", tmp_path / "in", tmp_path / "out")
    assert found.provides == ("garment_mask", "garment_landmarks")
    assert len(rows) == 6
    assert any("3 pairs" in line for line in said)
    assert {row["category"] for row in rows.values()} == {"upper", "lower", "whole"}
    row = rows["validation/000002/item1"]
    assert (row["split"], row["category"], row["identity"]) == ("test", "upper", "validation/1")
    garment, mask = decode(row["garment"]).image, decode_labels(row["garment_mask"])
    assert garment.shape[:2] == mask.shape
    assert 0.4 < (mask > 0).mean() < 0.9
    points = row["garment_landmarks"].reshape(-1, 2)
    names = LANDMARKS["upper"]
    assert np.isnan(points[names.index("neck_back")]).all()  # not in the photo
    left = 16 - int(0.08 * 86) - 1
    top = 24 - int(0.08 * 86) - 1
    shoulder = points[names.index("shoulder_right")]  # number 7
    np.testing.assert_allclose(shoulder, [26 - left, 36 - top], atol=1)


def test_deepfashion2_landmarks_mirror_and_belong_to_their_category() -> None:
    counts = {1: 25, 2: 33, 3: 31, 4: 39, 5: 15, 6: 15, 7: 10, 8: 14, 9: 8, 10: 29, 11: 37, 12: 19,
              13: 19}  # fmt: skip
    for kind, category in CATEGORY_OF.items():
        names = landmark_names(kind)
        assert set(names.values()) <= set(LANDMARKS[category])
        assert len(set(names.values())) == len(names)
        assert max(names) <= counts[kind]
        sides = [name.rsplit("_", 1)[0] for name in names.values() if name.endswith("_right")]
        assert {f"{side}_left" for side in sides} <= set(names.values())


@pytest.mark.parametrize("listed", [False, True])
def test_a_plain_pair_of_folders(tmp_path: Path, listed: bool) -> None:
    layouts.folder_pair(tmp_path / "in", listed)
    found, said, rows = imported("folder", tmp_path / "in", tmp_path / "out", category="lower")
    assert len(rows) == PERSONS
    assert found.provides == ("garment_mask",)
    if listed:
        assert {row["category"] for row in rows.values()} == {"upper", "lower", "whole"}
    else:
        assert any("1 persons have no garment" in line for line in said)
        assert {row["category"] for row in rows.values()} == {"lower"}
        np.testing.assert_array_equal(decode_labels(rows["p3"]["garment_mask"]), garment_mask(3))


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("viton-hd", layouts.viton_hd),
        ("cp-vton", layouts.cp_vton),
        ("dresscode", layouts.dresscode),
        ("deepfashion2", layouts.deepfashion2),
        ("folder", layouts.folder_pair),
        ("folder", partial(layouts.folder_pair, listed=True)),
    ],
)
def test_identities_stay_in_one_split_and_another_layout_is_refused(
    tmp_path: Path, name: str, write: Callable[[Path], None]
) -> None:
    write(tmp_path / "in")
    rows = imported(name, tmp_path / "in", tmp_path / "out", validation_share=0.4)[2]
    seen: dict[str, str] = {}
    for row in rows.values():
        assert seen.setdefault(row["identity"], row["split"]) == row["split"]
        if row["parsing"] is not None:
            assert set(np.unique(decode_labels(row["parsing"]))) <= PARTS
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError) as refusal:
        imported(name, tmp_path / "empty", tmp_path / "again")
    assert refusal.value.code == "unknown_layout"
    assert not (tmp_path / "again").exists()


def test_the_coding_can_be_named(tmp_path: Path) -> None:
    layouts.viton_hd(tmp_path / "in")
    found, said, _ = imported("viton-hd", tmp_path / "in", tmp_path / "out", coding="ATR")
    assert found.parameters["coding"] == "ATR"
    assert any("as named" in line for line in said)
    with pytest.raises(DataError, match="unknown label coding 'X'"):
        imported("viton-hd", tmp_path / "in", tmp_path / "out", coding="X")


def test_codings_are_told_apart() -> None:
    maps = [person_map(seed) for seed in range(4)]
    assert detect_coding(maps)[0] == "LIP"
    assert detect_coding([layouts.coded(labels, "ATR") for labels in maps])[0] == "ATR"
    with pytest.raises(DataError, match="cannot be told"):
        detect_coding([np.zeros((32, 32), np.uint8)])


def test_missing_and_broken_files(tmp_path: Path) -> None:
    layouts.cp_vton(tmp_path / "in")
    train = tmp_path / "in/train"
    (train / "image/000001_0.jpg").write_bytes(b"")
    (train / "image-parse/000002_0.png").write_bytes(b"no map")
    (train / "cloth-mask/000003_1.jpg").unlink()
    (train / "pose/000003_0_keypoints.json").unlink()
    found, _, rows = imported("cp-vton", tmp_path / "in", tmp_path / "out")
    assert rows["train/000001_0"]["image"] == b""
    assert rows["train/000002_0"]["parsing"] == b"no map"
    assert rows["train/000003_0"]["garment_mask"] is None
    assert len(rows["train/000003_0"]["keypoints"]) == 0
    assert found.provides == ("parsing",)
    (train / "pose/000004_0_keypoints.json").write_text("{")
    with pytest.raises(DataError) as broken:
        imported("cp-vton", tmp_path / "in", tmp_path / "again")
    assert broken.value.code == "broken_keypoints"
    (train / "image/000001_0.jpg").unlink()
    with pytest.raises(DataError, match=r"1 of 10 listed person pictures are missing"):
        imported("cp-vton", tmp_path / "in", tmp_path / "again")


def test_colours_of_no_palette_are_refused() -> None:
    with pytest.raises(ImageError, match="no known palette"):
        read_labels(saved(portrait(1), "PNG"))
