"""Each layout, written here exactly as its users have it, becomes the same raw rows."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.caption.measured import CARD, broken
from tests.data.pictures import photo, saved
from tryon.caption.config import CaptionValidation
from tryon.caption.data import FEATURES
from tryon.caption.importers import IMPORTERS, Imported, ImportOptions
from tryon.caption.importers.common import (
    tidy,
)
from tryon.data.card import SPLITS
from tryon.data.importing import split_of
from tryon.data.obtain import import_dataset
from tryon.data.shards import Row, ShardWriter, read
from tryon.errors import DataError
from tryon.task import Task

COUNT = 12
PHRASES = (
    "A child in a pink dress is climbing up a set of stairs .",
    "A girl going into a wooden building .",
    "A little girl climbing into a wooden playhouse .",
    'A sign says "hello, world" .',
    "A boy , a dog and a bird .",
)


def place(root: Path, name: str, seed: int) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(saved(photo(64, seed), "JPEG"))


def phrases(number: int) -> list[str]:
    return [f"{text[:-2]} {number} ." for text in PHRASES]


def imported(
    name: str, path: Path, out: Path, **options: Any
) -> tuple[Imported, str, dict[str, Row]]:
    """Import; what was found, what was printed, and the rows with their split by id."""
    said: list[str] = []
    with ShardWriter(out, FEATURES) as writer:
        found = IMPORTERS[name](path, writer, replace(ImportOptions(say=said.append), **options))
        writer.close(CARD)
    rows = [row | {"split": split} for split in SPLITS for row in read(out, split)]
    by_id = {row["image_id"]: row for row in rows}
    assert len(by_id) == len(rows)
    return found, "\n".join(said), by_id


def splits(rows: dict[str, Row]) -> dict[str, set[str]]:
    return {split: {n for n, row in rows.items() if row["split"] == split} for split in SPLITS}


def coco_name(split: str, number: int) -> str:
    return f"COCO_{split}_{number:012d}.jpg"


def coco(root: Path) -> None:
    """MS COCO 2014: annotations/captions_SPLIT2014.json and SPLIT2014/."""
    (root / "annotations").mkdir(parents=True)
    for split, numbers in (("train2014", range(40)), ("val2014", range(100, 106))):
        images: list[dict[str, Any]] = []
        annotations: list[dict[str, Any]] = []
        for number in numbers:
            name = coco_name(split, number)
            place(root / split, name, number)
            address = f"http://images.cocodataset.org/{name}"
            images.append(
                {"license": 5, "file_name": name, "coco_url": address, "height": 64, "width": 64,
                 "date_captured": "2013-11-14 16:28:13", "flickr_url": address, "id": number}
            )  # fmt: skip
            for at, text in enumerate(phrases(number)):
                text = text.replace(" in ", "\nin  ") if at == 0 else text
                annotations.append({"image_id": number, "id": len(annotations), "caption": text})
        content = {"info": {"year": 2014}, "licenses": [{"id": 5}],
                   "images": images, "annotations": annotations}  # fmt: skip
        (root / f"annotations/captions_{split}.json").write_text(json.dumps(content))
    instances: dict[str, list[Any]] = {"images": [], "annotations": [], "categories": []}
    (root / "annotations/instances_train2014.json").write_text(json.dumps(instances))


def test_coco_captions(tmp_path):
    coco(tmp_path / "in")
    found, said, rows = imported("coco", tmp_path / "in", tmp_path / "out")
    assert "val becomes the test split" in said
    assert found.parameters["files"] == ["captions_train2014.json", "captions_val2014.json"]
    placed = splits(rows)
    assert placed["test"] == {str(number) for number in range(100, 106)}
    assert 0 < len(placed["validation"]) < 15
    row = rows["3"]
    assert row["image"] == (tmp_path / "in/train2014" / coco_name("train2014", 3)).read_bytes()
    assert (row["width"], row["height"], row["identity"]) == (64, 64, "3")
    assert row["captions"] == [tidy(text) for text in phrases(3)]
    assert not any(
        "\n" in text or "  " in text for each in rows.values() for text in each["captions"]
    )


def test_one_coco_file_is_drawn_into_splits(tmp_path):
    coco(tmp_path / "in")
    file = tmp_path / "in/annotations/captions_train2014.json"
    _, said, rows = imported("coco", file, tmp_path / "out")
    assert "drawn into splits" in said
    assert all(splits(rows).values())
    assert len(rows) == 40


def test_strays_of_coco_are_told(tmp_path):
    coco(tmp_path / "in")
    file = tmp_path / "in/annotations/captions_val2014.json"
    content = json.loads(file.read_text())
    content["annotations"] = [each for each in content["annotations"] if each["image_id"] != 101]
    content["annotations"] += [
        {"image_id": 999, "id": 1, "caption": "nowhere"},
        {"image_id": 102, "id": 2, "caption": None},
        {"image_id": 102, "id": 3},
    ]
    content["images"][3]["file_name"] = "../../outside.jpg"
    place(tmp_path, "outside.jpg", 1)
    file.write_text(json.dumps(content))
    found, said, rows = imported("coco", tmp_path / "in", tmp_path / "out")
    assert "1 captions name no picture" in said
    assert "1 pictures have no caption" in said
    assert "1 pictures are missing, the first is 103" in said
    assert rows["102"]["captions"][-2:] == ["", ""]
    assert rows["103"]["image"] is None
    assert "101" not in rows
    assert found.parameters["missing"] == 1
    faults = broken(tmp_path / "out", CaptionValidation(min_side=32, max_duplicate_distance=0))
    assert faults["103"] == {"decodable", "image_present"}
    assert "caption_empty" in faults["102"]


def test_coco_results_are_no_captions(tmp_path):
    file = tmp_path / "captions_val2014_fakecap_results.json"
    file.write_text('[{"image_id": 404464, "caption": "black and white photo of a man"}]')
    with pytest.raises(DataError, match="is a list of results") as caught:
        imported("coco", file, tmp_path / "out")
    assert caught.value.code == "unknown_layout"
    assert not (tmp_path / "out").exists()


def karpathy(root: Path) -> None:
    """dataset_coco.json beside train2014/ and val2014/."""
    images = []
    for number, split in enumerate(["train"] * 4 + ["restval"] * 3 + ["val"] * 2 + ["test"] * 3):
        folder = "train2014" if split == "train" else "val2014"
        name = coco_name(folder, number)
        place(root / folder, name, number)
        sentences = [
            {"tokens": text.lower().split(), "raw": text + "\n", "imgid": number, "sentid": at}
            for at, text in enumerate(phrases(number))
        ]
        images.append(
            {"filepath": folder, "sentids": list(range(5)), "filename": name, "imgid": number,
             "split": split, "sentences": sentences, "cocoid": 1000 + number}
        )  # fmt: skip
    (root / "dataset_coco.json").write_text(json.dumps({"images": images, "dataset": "coco"}))


def test_karpathys_split_counts_restval_as_train(tmp_path):
    karpathy(tmp_path / "in")
    found, said, rows = imported("karpathy", tmp_path / "in", tmp_path / "out")
    assert "restval 3" in said
    assert found.parameters["split"] == {"train": 4, "restval": 3, "val": 2, "test": 3}
    placed = splits(rows)
    assert placed["train"] == {str(1000 + number) for number in range(7)}
    assert placed["validation"] == {"1007", "1008"}
    assert rows["1011"]["captions"] == phrases(11)
    assert all(row["image"] for row in rows.values())
    _, _, same = imported("karpathy", tmp_path / "in/dataset_coco.json", tmp_path / "again")
    assert same.keys() == rows.keys()


def test_karpathys_flickr_file_has_no_folders(tmp_path):
    karpathy(tmp_path / "in")
    file = tmp_path / "in/dataset_coco.json"
    content = json.loads(file.read_text())
    for image in content["images"]:
        for key in ("filepath", "cocoid"):
            del image[key]
        for sentence in image["sentences"]:
            del sentence["raw"]
    (tmp_path / "in/dataset_flickr8k.json").write_text(json.dumps(content))
    file.unlink()
    _, _, rows = imported("karpathy", tmp_path / "in", tmp_path / "out")
    row = rows[Path(coco_name("train2014", 0)).stem]
    assert row["captions"][0] == PHRASES[0][:-2].lower() + " 0 ."
    content["images"][0]["split"] = "holdout"
    (tmp_path / "in/dataset_flickr8k.json").write_text(json.dumps(content))
    with pytest.raises(DataError, match="unknown split 'holdout'"):
        imported("karpathy", tmp_path / "in", tmp_path / "again")


def flickr_name(number: int) -> str:
    return f"{1000268201 + number}_693b08cb0e.jpg"


def flickr_pictures(root: Path, folder: str) -> None:
    for number in range(COUNT):
        place(root / folder, flickr_name(number), number)


def flickr_lists(root: Path) -> None:
    for word, numbers in (("train", range(6)), ("dev", range(6, 8)), ("test", range(8, 11))):
        names = "".join(f"{flickr_name(number)}\n" for number in numbers)
        (root / f"Flickr_8k.{word}Images.txt").write_text(names)


def flickr(root: Path) -> None:
    """Flickr8k_text and Flicker8k_Dataset (sic), with the one key that names no file."""
    flickr_pictures(root, "Flicker8k_Dataset")
    text = root / "Flickr8k_text"
    text.mkdir()
    lines = [
        f"{flickr_name(number)}#{at}\t{phrase}"
        for number in range(COUNT)
        for at, phrase in reversed(list(enumerate(phrases(number))))
    ]
    lines += [
        f"2258277193_586949ec62.jpg.1#{at}\tPeople waiting for the subway ." for at in range(5)
    ]
    (text / "Flickr8k.token.txt").write_text("\n".join(lines) + "\n")
    (text / "Flickr8k.lemma.token.txt").write_text(f"{flickr_name(0)}#0\ta child be climb .\n")
    (text / "CrowdFlowerAnnotations.txt").write_text("x.jpg\tx.jpg#2\t0.0\t0\t3\n")
    flickr_lists(text)


def kaggle(root: Path) -> None:
    """captions.txt, which is CSV, and Images/; no lists."""
    flickr_pictures(root, "Images")
    with (root / "captions.txt").open("w", newline="") as text:
        table = csv.writer(text)
        table.writerow(["image", "caption"])
        for number in range(COUNT):
            table.writerows([flickr_name(number), phrase] for phrase in phrases(number))
        table.writerow(["2258277193_586949ec62.jpg.1", "People waiting for the subway ."])


def test_flickr8k_token_files(tmp_path):
    flickr(tmp_path / "in")
    found, said, rows = imported("flickr8k", tmp_path / "in", tmp_path / "out")
    assert found.layout == "Flickr8k, token file"
    assert "1 names are no picture's, left out: 2258277193_586949ec62.jpg.1" in said
    assert "1 pictures are in no list, left out" in said
    assert {split: len(names) for split, names in splits(rows).items()} == {
        "train": 6, "validation": 2, "test": 3,
    }  # fmt: skip
    row = rows[Path(flickr_name(9)).stem]
    assert row["captions"] == phrases(9)  # in the order of their numbers
    assert row["image"] == (tmp_path / "in/Flicker8k_Dataset" / flickr_name(9)).read_bytes()


@pytest.mark.parametrize("lists", [False, True], ids=["no lists", "lists"])
def test_flickr8k_as_csv(tmp_path, lists):
    kaggle(tmp_path / "in")
    if lists:
        flickr_lists(tmp_path / "in")
    found, said, rows = imported("flickr8k", tmp_path / "in", tmp_path / "out")
    assert found.layout == "Flickr8k, CSV"
    assert "1 names are no picture's" in said
    assert len(rows) == (11 if lists else COUNT)
    assert rows[Path(flickr_name(5)).stem]["captions"] == phrases(5)
    assert ("no lists of splits" in said) is not lists


def test_odd_lines_of_a_token_file_are_told(tmp_path):
    flickr(tmp_path / "in")
    file = tmp_path / "in/Flickr8k_text/Flickr8k.token.txt"
    lines = file.read_bytes().split(b"\n")
    lines[0] = lines[0].split(b"\t")[0] + b"\tun caf\xe9 ."
    lines[1] = b"no tab here"
    file.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(lines))
    _, said, rows = imported("flickr8k", tmp_path / "in", tmp_path / "out")
    assert "1 lines are no NAME#K<TAB>CAPTION, left out, the first is no tab here" in said
    assert rows[Path(flickr_name(0)).stem]["captions"][-1] == "un caf\ufffd ."


def table(root: Path, name: str, delimiter: str, header: list[str], lines: list[list[str]]) -> None:
    root.mkdir(parents=True, exist_ok=True)
    with (root / name).open("w", newline="", encoding="utf-8") as text:
        csv.writer(text, delimiter=delimiter).writerows([header, *lines])


@pytest.mark.parametrize(
    ("name", "delimiter"),
    [("captions.csv", ","), ("captions.tsv", "\t"), ("mine.csv", ";"), ("x.csv", "|")],
)
def test_a_folder_and_a_table(tmp_path, name, delimiter):
    lines = []
    for number in range(COUNT):
        place(tmp_path / "in/pictures", f"{number}.jpg", number)
        split = ("train", "dev", "Test")[number % 3]
        lines += [[f"{number}.jpg", text, split, f"p{number // 2}"] for text in phrases(number)]
    table(tmp_path / "in", name, delimiter, ["File_Name", "Text", "split", "person"], lines)
    found, _, rows = imported("folder", tmp_path / "in", tmp_path / "out")
    assert found.parameters == {"captions": 60, "missing": 0, "file": name}
    assert splits(rows)["validation"] == {"1", "4", "7", "10"}
    assert rows["7"]["captions"] == phrases(7)
    assert rows["7"]["identity"] == "p3"


def test_a_table_with_a_column_per_caption(tmp_path):
    for number in range(COUNT):
        place(tmp_path / "in", f"person{number % 4}/{number}.jpg", number)
    lines = [
        [f"person{number % 4}/{number}.jpg", "a red dress", "" if number == 5 else "a dress in red"]
        for number in range(COUNT)
    ]
    lines += [["", "a caption of nothing", ""], [], ["gone.jpg", "", ""]]
    table(tmp_path / "in", "captions.csv", ",", ["image", "caption_1", "caption 2"], lines)
    _, said, rows = imported("folder", tmp_path / "in", tmp_path / "out", identity="folder")
    assert "1 lines name no picture, left out" in said
    assert rows["person1/5"]["captions"] == ["a red dress"]
    assert rows["person2/6"]["captions"] == ["a red dress", "a dress in red"]
    assert rows["gone"]["captions"] == [""]
    for person in range(4):
        own = {row["split"] for row in rows.values() if row["identity"] == f"person{person}"}
        assert len(own) == 1


def test_files_that_differ_in_their_suffix_are_two(tmp_path):
    for name in ("a.jpg", "a.png"):
        place(tmp_path / "in", name, len(name))
    lines = [["a.jpg", "a red dress"], ["a.png", "a blue dress"]]
    table(tmp_path / "in", "captions.csv", ",", ["image", "caption"], lines)
    assert imported("folder", tmp_path / "in", tmp_path / "out")[2].keys() == {"a.jpg", "a.png"}


@pytest.mark.parametrize("layout", [coco, flickr, kaggle], ids=lambda layout: layout.__name__)
def test_what_is_imported_is_valid(tmp_path, layout: Callable[[Path], None]):
    layout(tmp_path / "in")
    format = "coco" if layout is coco else "flickr8k"
    imported(format, tmp_path / "in", tmp_path / "out", test_share=0.4)
    config = CaptionValidation(min_side=32, max_duplicate_distance=0)
    assert broken(tmp_path / "out", config) == {}


def test_imports_have_the_face_of_every_task(tmp_path):
    """What `tryon data import` calls, with the options it gives."""
    task = Task("caption", "tryon.caption", "a photo → captions", "")
    flickr(tmp_path / "in")
    given = {"validation_share": 0.1, "test_share": 0.2, "say": str}
    about = {"name": "mine", "source": "test", "licence": "CC0-1.0"}
    path, out = tmp_path / "in", tmp_path / "out"
    card = import_dataset(task, "flickr8k", path, out, **about, options=given)
    assert (card.task, card.schema_version) == ("caption", 1)
    assert card.counts == {"train": 6, "validation": 2, "test": 3}
    assert card.parameters["captions"] == 55
    with pytest.raises(DataError, match="unknown import options") as caught:
        import_dataset(task, "flickr8k", path, out, **about, options=given | {"coding": "A"})
    assert caught.value.code == "unknown_option"
    with pytest.raises(DataError, match="there are coco, flickr8k, folder, karpathy"):
        import_dataset(task, "mt", path, out, **about, options=given)


def test_a_split_never_moves_when_data_is_added():
    options = ImportOptions(validation_share=0.1, test_share=0.2)
    found = [split_of(f"picture {number}", options) for number in range(4000)]
    shares = {name: found.count(name) / 4000 for name in SPLITS}
    assert shares == pytest.approx({"train": 0.7, "validation": 0.1, "test": 0.2}, abs=0.03)


def test_what_is_no_such_layout_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    for name in IMPORTERS:
        with pytest.raises(DataError) as caught:
            imported(name, tmp_path / "empty", tmp_path / "out")
        assert caught.value.code == "unknown_layout"
        with pytest.raises(DataError) as caught:
            imported(name, tmp_path / "nowhere", tmp_path / "out")
        assert caught.value.code == "no_folder"


def test_captions_without_pictures_are_refused(tmp_path):
    coco(tmp_path / "in")
    file = tmp_path / "alone" / "captions_train2014.json"
    file.parent.mkdir()
    (tmp_path / "in/annotations/captions_train2014.json").rename(file)
    with pytest.raises(DataError, match="none of the 40 captioned pictures") as caught:
        imported("coco", file, tmp_path / "out")
    assert caught.value.code == "no_pictures"
    file.write_text("{broken")
    with pytest.raises(DataError, match="is no JSON"):
        imported("coco", file, tmp_path / "out")
