"""Figures are taken on cross samples, and mean what they say."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.garment.worn import Knows, config, heat_of, write_split
from tryon import gates
from tryon.data.prepared import PreparedSplit
from tryon.errors import DataError
from tryon.garment import areas, baselines, cloth, evaluation, outline, reading, scoring
from tryon.garment.criteria import METRICS, PRIMARY, rules
from tryon.garment.garment import CATEGORIES
from tryon.types import Arrays

# Figures that are not the pictures'.
READ = {"parity": 0.0, "labels_right": 1.0, "mask_iou": 1.0, "landmarks_near": 1.0}


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> PreparedSplit:
    return write_split(tmp_path_factory.mktemp("prepared"))


def cross(split: PreparedSplit) -> np.ndarray:
    return np.flatnonzero(split.table["kind"] == "cross")


def test_the_truth_scores_best(split: PreparedSplit) -> None:
    targets = {
        array.tobytes(): target
        for array, target in zip(split.arrays["warped"], split.arrays["target"], strict=True)
    }

    def know(batch: Arrays) -> np.ndarray:
        return np.stack([targets[w.tobytes()] for w in batch["warped"]]) / np.float32(255)

    made = evaluation.evaluate_dresser(know, split, config(), "truth")
    assert made.metrics["psnr"] == 100
    assert made.metrics["ssim"] == pytest.approx(1)
    assert made.metrics["colour"] == pytest.approx(0, abs=1e-6)
    assert made.metrics["n"] == len(cross(split))


def test_the_paste_beats_the_old_garment(split: PreparedSplit) -> None:
    scored = evaluation.baselines(split, config())
    old, paste = scored[baselines.OLD], scored[baselines.PASTE]
    assert paste.metrics["psnr_inside"] > old.metrics["psnr_inside"] + 1
    assert paste.metrics["colour"] < old.metrics["colour"]
    behind = scored[baselines.BEHIND]
    assert old.metrics["outside"] == behind.metrics["outside"] == 0
    assert paste.metrics["outside"] > 0, "it hides hands and hair"
    assert set(paste.slices) >= {"skin tone", "category", "garment", "pattern", "arms"}


def test_a_change_outside_is_seen(split: PreparedSplit) -> None:
    def dirty(batch: Arrays) -> np.ndarray:
        pictures = baselines.keep_old(batch)
        pictures[:, 0, 0] = 1 - pictures[:, 0, 0]
        return pictures

    assert evaluation.evaluate_dresser(dirty, split, config(), "dirty").metrics["outside"] > 20


def test_a_broken_picture_has_no_figures(split: PreparedSplit) -> None:
    def broken(batch: Arrays) -> np.ndarray:
        pictures = baselines.keep_old(batch)
        pictures[0, 3, 3] = np.nan
        return pictures

    made = evaluation.evaluate_dresser(broken, split, config(), "broken")
    assert made.metrics["non_finite"] > 0
    scored = evaluation.baselines(split, config())
    report = gates.check(rules(config()), made.with_metrics(parity=0.0), scored, None)
    assert not report.passed


def test_the_gate_passes_the_truth_and_fails_worse(split: PreparedSplit) -> None:
    targets = {
        array.tobytes(): target
        for array, target in zip(split.arrays["warped"], split.arrays["target"], strict=True)
    }

    def know(batch: Arrays) -> np.ndarray:
        truth = np.stack([targets[w.tobytes()] for w in batch["warped"]]) / np.float32(255)
        edit = batch["edit"][..., None] > 0
        return np.where(edit, truth, batch["image"] / np.float32(255))

    heads = {
        array.tobytes(): areas.is_any(groups, areas.HEAD)
        for array, groups in zip(split.arrays["warped"], split.arrays["groups"], strict=True)
    }

    def deface(batch: Arrays) -> np.ndarray:
        head = np.stack([heads[w.tobytes()] for w in batch["warped"]])[..., None]
        pictures = know(batch)
        return np.where(head, 1 - pictures, pictures)

    scored = evaluation.baselines(split, config())

    def failed(dress: baselines.Dresser) -> set[str]:
        made = evaluation.evaluate_dresser(dress, split, config(), "made").with_metrics(**READ)
        return {one.rule.name for one in gates.check(rules(config()), made, scored, None).failed}

    assert not failed(know) - {"skin_tones"}  # nine pictures say nothing of a tone
    assert failed(baselines.paste) >= {"beats_paste", "beats_paste_ssim", "beats_paste_inside"}
    assert failed(baselines.paste_behind) >= {"beats_paste", "beats_behind", "beats_behind_ssim"}
    assert failed(baselines.keep_old) >= {"beats_paste", "colour"}
    assert "head_and_hands" in failed(deface)


def test_every_rule_names_a_figure_that_is_taken(split: PreparedSplit) -> None:
    made = evaluation.baselines(split, config())[baselines.PASTE].with_metrics(**READ)
    for rule in rules(config()):
        assert rule.metric in made.metrics, rule.name
        assert rule.metric in METRICS, rule.name
    assert PRIMARY.name in made.metrics


def test_a_split_without_another_garment_is_no_test(split: PreparedSplit, tmp_path: Path) -> None:
    paired = np.flatnonzero(split.table["kind"] == "paired")
    for name, array in split.arrays.items():
        np.save(tmp_path / f"{name}.npy", array[paired])
    split.table.iloc[paired].to_parquet(tmp_path / "table.parquet")
    with pytest.raises(DataError, match="cross"):
        evaluation.baselines(PreparedSplit("test", tmp_path), config())


def test_colour_is_the_distance_of_means() -> None:
    image = np.full((32, 32, 3), 100, np.uint8)
    sample = {
        "image": image,
        "target": image,
        "edit": np.full((32, 32), 255, np.uint8),
        "worn": np.full((32, 32), 255, np.uint8),
        "groups": np.zeros((32, 32), np.uint8),
        "keypoints": np.ones((18, 3), np.float32),
    }
    assert scoring.score(image, sample)["colour"] == 0
    assert scoring.score(image + 30, sample)["colour"] > 5
    sample["worn"] = np.zeros((32, 32), np.uint8)
    assert np.isnan(scoring.score(image, sample)["colour"])


def test_pictures_show_person_paste_result_and_truth(split: PreparedSplit) -> None:
    made = evaluation.baselines(split, config())[baselines.PASTE]
    assert {row.kind for row in made.pictures} >= {"best", "same"}
    titles = list(made.pictures[0].pictures)
    assert titles[:4] == ["person", "pasted warp", "result", "ground truth"]
    assert isinstance(made.samples, pd.DataFrame)


class Reads:
    """Stands in for the garment's reader: knows the photos of a split by their pixels.

    Args:
        split: Whose garments it knows.
        off: How far its landmarks lie beside the true ones, of the frame's height.
    """

    def __init__(self, split: PreparedSplit, off: float = 0.0) -> None:
        self.arrays = split.arrays
        self.rows = {array.tobytes(): row for row, array in enumerate(split.arrays["photo"])}
        self.off = off
        self.row = 0

    def run(self, photo: np.ndarray, category: np.ndarray) -> Arrays:
        height, width = size = photo.shape[2:]
        seen = np.rint(np.moveaxis(photo[0], 0, -1) * 255).astype(np.uint8).tobytes()
        points = np.full((29, 2), 0.5)
        if seen in self.rows:
            self.row = self.rows[seen]
        else:  # an outline of the last photo
            own, named = (
                np.array(self.arrays["photo"][self.row]),
                CATEGORIES[int(category.argmax())],
            )
            mask = cloth.read_mask(own, named, self, size)  # type: ignore[arg-type]
            boxed, corner = outline.framed(own, mask, size)
            points = self.arrays["photo_points"][self.row] * [width, height] - 0.5 - corner
            points = (points * boxed.scale + boxed.shift + 0.5) / [width, height]
        mask = self.arrays["photo_mask"][self.row][1::2, 1::2].astype(np.float32) / 255
        return {
            "mask": 20 * (mask[None, None] - 0.5),
            "heat": heat_of(points + np.array([0, self.off]))[None],
            "present": np.where(np.isfinite(points).all(1), 5.0, -5.0)[None],
        }


def test_readers_are_judged_by_what_they_read(split: PreparedSplit) -> None:
    rows = cross(split)
    groups = split.arrays["groups"][rows][:, 1::2, 1::2]
    logits = (groups[:, None] == np.arange(len(areas.GROUPS))[:, None, None]).astype(np.float32)
    knows, confuses = Knows(groups=logits), Knows(groups=np.roll(logits, 1, 1))

    def read(parser: Knows, reader: object) -> dict[str, float]:
        return reading.score(parser, reader, split, rows, len(rows))  # type: ignore[arg-type]

    def failed(figures: dict[str, float]) -> set[str]:
        made = evaluation.baselines(split, config())[baselines.PASTE].with_metrics(**figures)
        named = {one.rule.name for one in gates.check(rules(config()), made, {}, None).failed}
        return named & {"labels", "mask", "landmarks"}

    right = read(knows, Reads(split))
    assert right["labels_right"] == 1
    assert right["mask_iou"] > 0.85
    assert right["landmarks_near"] > 0.95
    assert not failed(right)
    assert failed(read(confuses, Reads(split))) == {"labels"}
    assert failed(read(knows, Reads(split, off=0.1))) == {"landmarks"}
    nothing = np.full((1, 1, 64, 48), -5.0, np.float32)
    blind = Knows(mask=nothing, heat=heat_of(np.zeros((29, 2)))[None], present=np.zeros((1, 29)))
    assert read(knows, blind)["mask_iou"] == 0
    assert failed(read(knows, blind)) == {"mask", "landmarks"}
