"""Shards: the same rows give the same bytes, and half a dataset never appears."""

import hashlib
from pathlib import Path

import datasets
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.pictures import photo, saved
from tryon.data import shards
from tryon.data.card import Card
from tryon.data.shards import ShardWriter, groups, read, read_group
from tryon.errors import DataError
from tryon.makeup.data import FEATURES

PICTURE = saved(photo(), "PNG")
CARD = Card(name="tiny", task="makeup", source="drawn", licence="CC0-1.0")


def row(number: int, **changes: object) -> dict[str, object]:
    """A complete makeup row."""
    return {
        "image_id": f"{number:04d}",
        "identity": f"person {number // 2}",
        "image": PICTURE,
        "look": "",
        "kind": "bare",
        "landmarks": np.arange(956, dtype=np.float32) if number % 2 else [],
        "skin_tone": 1 + number % 10,
        "attributes": "{}",
    } | changes


def written(folder: Path, count: int = 10, **options: int) -> Card:
    with ShardWriter(folder, FEATURES, **options) as writer:
        for number in range(count):
            writer.write("test" if number % 5 == 4 else "train", row(number))
        return writer.close(CARD)


def test_rows_come_back_as_encoded_bytes_and_arrays(tmp_path: Path) -> None:
    card = written(tmp_path / "set")
    assert card.counts == {"train": 8, "test": 2}
    assert card.identities == {"train": 5, "test": 2}
    rows = list(read(tmp_path / "set", "train"))
    assert [each["image_id"] for each in rows] == [f"{n:04d}" for n in range(10) if n % 5 != 4]
    assert rows[0]["image"] == PICTURE
    assert rows[0]["target"] is None
    assert len(rows[0]["landmarks"]) == 0
    assert (rows[1]["landmarks"] == np.arange(956, dtype=np.float32)).all()
    assert list(read(tmp_path / "set", "validation")) == []


def test_equal_rows_give_equal_bytes(tmp_path: Path) -> None:
    digests = []
    for name in ("one", "two"):
        written(tmp_path / name)
        files = sorted((tmp_path / name).iterdir())
        digests.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in files])
    assert digests[0] == digests[1]


def test_shards_and_row_groups_are_bounded(tmp_path: Path) -> None:
    written(tmp_path / "set", count=200, shard_bytes=70 * len(PICTURE))
    paths = sorted((tmp_path / "set").glob("train-*.parquet"))
    assert [path.name for path in paths] == [f"train-{n:05d}.parquet" for n in range(3)]
    every = groups(tmp_path / "set")
    assert max(group.rows for group in every) <= shards.GROUP_ROWS
    assert sum(group.rows for group in every) == 200
    ids = [each["image_id"] for group in groups(tmp_path / "set", "test") for each in
           read_group(group, ["image_id"])]  # fmt: skip
    assert ids == [f"{n:04d}" for n in range(4, 200, 5)]


def test_other_tools_read_the_features(tmp_path: Path) -> None:
    written(tmp_path / "set")
    loaded = datasets.load_dataset(
        "parquet",
        data_files=str(tmp_path / "set" / "train-*.parquet"),
        cache_dir=str(tmp_path / "cache"),
        split="train",
    )
    assert loaded.features == FEATURES
    picture = loaded.cast_column("image", datasets.Image())[0]["image"]
    assert (np.asarray(picture) == photo()).all()


def test_a_broken_run_leaves_what_was_there(tmp_path: Path) -> None:
    written(tmp_path / "set")
    before = sorted(path.name for path in tmp_path.rglob("*"))
    with pytest.raises(RuntimeError), ShardWriter(tmp_path / "set", FEATURES) as writer:  # noqa: PT012
        for number in range(100):
            writer.write("train", row(number))
        raise RuntimeError("the source broke off")
    assert sorted(path.name for path in tmp_path.rglob("*")) == before
    assert shards.count(tmp_path / "set") == {"train": 8, "test": 2}


def test_leaving_without_close_writes_nothing(tmp_path: Path) -> None:
    with ShardWriter(tmp_path / "set", FEATURES) as writer:
        writer.write("train", row(1))
    assert list(tmp_path.iterdir()) == []


def test_a_new_dataset_replaces_the_whole_old_one(tmp_path: Path) -> None:
    written(tmp_path / "set", count=200, shard_bytes=50 * len(PICTURE))
    written(tmp_path / "set", count=5)
    assert sorted(path.name for path in (tmp_path / "set").iterdir()) == [
        "dataset.json", "test-00000.parquet", "train-00000.parquet",
    ]  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_wrong_rows_are_named(tmp_path: Path) -> None:
    with ShardWriter(tmp_path / "set", FEATURES) as writer:
        with pytest.raises(DataError, match="unknown split 'val'"):
            writer.write("val", row(1))
        with pytest.raises(DataError, match="mask"):
            writer.write("train", row(1, mask=b""))
        writer.write("train", row(1, skin_tone="dark"))
        with pytest.raises(DataError, match="does not fit its column"):
            writer.close(CARD)
    with ShardWriter(tmp_path / "none", FEATURES) as writer, pytest.raises(DataError, match="rows"):
        writer.close(CARD)


def test_a_damaged_dataset_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"dataset\.json is missing"):
        groups(tmp_path)
    written(tmp_path / "set")
    shard = tmp_path / "set" / "train-00000.parquet"
    shard.write_bytes(shard.read_bytes()[:-100])
    with pytest.raises(DataError, match="no readable Parquet shard"):
        groups(tmp_path / "set")
    (tmp_path / "set" / "dataset.json").write_text('{"name": 3}')
    with pytest.raises(DataError, match="name"):
        Card.read(tmp_path / "set")


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(("train", "validation", "test")), min_size=1, max_size=150))
def test_every_row_is_read_once_in_order(
    tmp_path_factory: pytest.TempPathFactory, splits: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("shards") / "set"
    with ShardWriter(folder, FEATURES, shard_bytes=20 * len(PICTURE)) as writer:
        for number, split in enumerate(splits):
            writer.write(split, row(number))
        card = writer.close(CARD)
    assert sum(card.counts.values()) == len(splits)
    for split in set(splits):
        found = [each["image_id"] for each in read(folder, split)]
        assert found == [f"{n:04d}" for n, name in enumerate(splits) if name == split]
