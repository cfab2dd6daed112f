"""Each rule has a broken row that makes exactly it fire; odd but usable rows pass."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from tests.data.broken import BROKEN, FINE, Row
from tests.data.pictures import saved
from tryon.data.card import Card
from tryon.data.expectations import Outcome, check
from tryon.data.quarantine import quarantined_ids
from tryon.data.rules import base_rules
from tryon.data.shards import ShardWriter, read
from tryon.data.validation import ValidationResult, validate
from tryon.errors import DataError, ValidationFailed
from tryon.makeup.config import Config, MakeupValidation, SampleConfig
from tryon.makeup.data import FEATURES, rules
from tryon.makeup.sample import generate
from tryon.registry import TASKS
from tryon.vision.images import decode

# Faces far away are meant to be the face_size rule's case, not the mask's.
CONFIG = MakeupValidation(max_quarantined_share=1.0, min_mask_cover=0.004)
CARD = Card(
    name="broken",
    task="makeup",
    source="drawn",
    licence="CC0-1.0",
    provides=("parsing", "landmarks"),
)


@dataclass(frozen=True)
class Checked:
    """One validation of a dataset with every kind of row in it."""

    result: ValidationResult
    listed: pd.DataFrame
    folder: Path

    def rules_of(self, image_id: str) -> set[str]:
        return set(self.listed.loc[self.listed["image_id"] == image_id, "rule"])


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Row]]:
    """Drawn pairs by split."""
    folder = tmp_path_factory.mktemp("faces") / "set"
    sample = SampleConfig(identities=20, size=160, validation_share=0.2, test_share=0.2)
    generate(Config(sample=sample), folder, seed=11, workers=1)
    return {split: list(read(folder, split)) for split in ("train", "validation", "test")}


def write(folder: Path, rows: dict[str, list[Row]], card: Card = CARD) -> Path:
    with ShardWriter(folder, FEATURES) as writer:
        for split, members in rows.items():
            for row in members:
                writer.write(split, row)
        writer.close(card)
    return folder


def pair(rows: list[Row]) -> Row:
    return next(row for row in rows if row["target"] is not None)


@pytest.fixture(scope="module")
def checked(faces: dict[str, list[Row]], tmp_path_factory: pytest.TempPathFactory) -> Checked:
    base, other, held_out = pair(faces["train"]), faces["train"][-1], faces["test"][0]
    odd = [change(base) | {"image_id": name} for name, (_, change) in BROKEN.items()]
    odd += [change(base) | {"image_id": name} for name, change in FINE.items()]
    copy = saved(decode(held_out["image"]).image, "JPEG", quality=80)
    odd += [
        held_out | {"image_id": "copy", "identity": "somebody else", "image": copy},
        other | {"image_id": "in two splits", "identity": held_out["identity"]},
        other | {"image_id": "twice"},
        other | {"image_id": "twice"},
    ]
    folder = tmp_path_factory.mktemp("broken")
    rows = faces | {"train": faces["train"] + odd}
    dataset = write(folder / "set", rows)
    result = validate(TASKS["makeup"], dataset, CONFIG, folder / "out", workers=2)
    return Checked(result, pd.read_parquet(result.quarantine), folder)


@pytest.mark.parametrize("name", BROKEN)
def test_exactly_the_rule_that_is_broken_fires(checked: Checked, name: str) -> None:
    assert checked.rules_of(name) == {BROKEN[name][0]}


@pytest.mark.parametrize("name", FINE)
def test_odd_but_usable_rows_pass(checked: Checked, name: str) -> None:
    assert checked.rules_of(name) == set()


def test_rows_that_concern_each_other(checked: Checked, faces: dict[str, list[Row]]) -> None:
    assert checked.rules_of("copy") == {"no_copy_across_splits"}
    assert checked.rules_of("in two splits") == {"identity_in_one_split"}
    assert checked.rules_of("twice") == {"unique_id"}
    untouched = {row["image_id"] for members in faces.values() for row in members}
    assert not untouched & set(checked.listed["image_id"])


def test_every_rule_is_covered_by_a_broken_row() -> None:
    every = {rule.name for rule in base_rules(CONFIG) + rules(CONFIG, CARD)}
    covered = {rule for rule, _ in BROKEN.values()}
    covered |= {"no_copy_across_splits", "identity_in_one_split", "unique_id"}
    assert every - covered == {"splits_present"}  # a rule of the whole: tested below


def test_the_list_says_what_was_seen_and_what_may_be(checked: Checked) -> None:
    lines = checked.listed.drop_duplicates("image_id").set_index("image_id")
    assert lines.at["bomb", "observed"] == "too_many_pixels"
    assert lines.at["truncated", "observed"] == "broken_image"
    assert lines.at["animated", "observed"] == "animated"
    assert lines.at["zero-byte", "observed"] == "empty"
    assert lines.at["wrong coding", "observed"] == "A"
    assert lines.at["stray label", "observed"] == "77"
    assert lines.at["several faces", "limit"] == "≤ 1"
    assert lines.at["target truncated", "part"] == "target"
    assert lines.at["copy", "observed"].startswith("copy of ")
    assert lines["split"].eq("train").all()


def test_counts_add_up(checked: Checked, faces: dict[str, list[Row]]) -> None:
    result = checked.result
    lost = checked.listed.drop_duplicates("image_id")
    rows = sum(len(members) for members in faces.values()) + len(BROKEN) + len(FINE) + 4
    assert sum(result.passed.values()) == rows - len(lost) - 1  # "twice" is two rows
    assert result.passed["test"] == len(faces["test"])
    assert quarantined_ids(result.quarantine) == set(lost["image_id"])
    by_rule: dict[str, int] = defaultdict(int)
    for rule, _ in BROKEN.values():
        by_rule[rule] += 1
    assert {rule: result.quarantined[rule] for rule in by_rule} == by_rule
    assert result.success


def test_the_report_is_one_file_that_needs_no_network(checked: Checked) -> None:
    html = checked.result.report_html
    assert checked.result.report_path.read_text() == html
    assert "<link" not in html
    assert "<script" not in html
    assert 'src="http' not in html
    assert "url(http" not in html
    for name in ("decodable", "no_copy_across_splits", "too_many_pixels", "data:image/jpeg"):
        assert name in html


def test_a_strict_limit_stops_and_still_lists_the_same(
    faces: dict[str, list[Row]], tmp_path: Path
) -> None:
    rows = {split: members[:3] for split, members in faces.items()}
    rows["train"] = [*rows["train"], pair(faces["train"]) | {"image_id": "x", "image": b"x"}]
    dataset = write(tmp_path / "set", rows)
    loose = validate(TASKS["makeup"], dataset, CONFIG, tmp_path / "loose", workers=1)
    assert loose.success
    strict = CONFIG.model_copy(update={"max_quarantined_share": 0.05})
    with pytest.raises(ValidationFailed, match=r"of the rows broke a rule, at most 5.0%") as caught:
        validate(TASKS["makeup"], dataset, strict, tmp_path / "strict", workers=2)
    assert "decodable 1" in caught.value.message
    assert "quarantine.parquet" in caught.value.hint
    assert "not fit for training" in (tmp_path / "strict" / "report.html").read_text()
    assert quarantined_ids(tmp_path / "strict" / "quarantine.parquet") == {"x"}
    for name in ("quarantine.parquet", "columns.parquet"):
        first, second = (tmp_path / each / name for each in ("loose", "strict"))
        assert first.read_bytes() == second.read_bytes()


def test_a_dataset_without_a_test_split_is_told() -> None:
    frame = pd.DataFrame(
        {"image_id": ["a", "b"], "part": "image", "split": ["train", "validation"]}
    )
    told = {outcome.rule.name: outcome for outcome in check(frame, base_rules(CONFIG))}
    assert not told["splits_present"].passed
    assert told["unique_id"].passed
    assert told["brightness"] == Outcome(told["brightness"].rule, 0, (), True)  # nothing to test
    frame["split"] = ["train", "test"]
    assert all(outcome.passed for outcome in check(frame, base_rules(CONFIG)))


def test_a_card_that_counts_wrong_stops(faces: dict[str, list[Row]], tmp_path: Path) -> None:
    dataset = write(tmp_path / "set", faces)
    card = Card.read(dataset)
    card.model_copy(update={"counts": card.counts | {"train": 1}}).write(dataset)
    with pytest.raises(DataError, match="the card counts"):
        validate(TASKS["makeup"], dataset, CONFIG, tmp_path / "out", 1)
