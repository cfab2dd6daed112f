"""Evaluations: saved and read back whole, sliced, compared in pairs."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tryon.errors import DataError
from tryon.metrics.paired import gains, say_gain
from tryon.metrics.result import Evaluation, Metric, PictureRow
from tryon.metrics.slices import by_bins, pick, slice_table, worst_group

QUALITY = Metric("quality", "quality", "higher", "dB")
ERROR = Metric("error", "error", "lower")


def evaluation(title: str = "one", gain: float = 0.0, n: int = 40, seed: int = 0) -> Evaluation:
    rng = np.random.default_rng(seed)
    quality = np.random.default_rng(9).normal(30, 3, n) + rng.normal(gain, 0.2, n)
    samples = pd.DataFrame(
        {
            "image_id": [f"i{k}" for k in range(n)],
            "identity": [f"p{k // 2}" for k in range(n)],
            "quality": quality,
            "error": rng.random(n),
        }
    )
    tones = by_bins(pd.Series(np.arange(n) % 12), ((1, 3), (4, 8), (11, 11)), "tone")
    return Evaluation(
        title=title,
        metrics={"quality": quality.mean(), "error": float(samples["error"].mean()), "odd": np.nan},
        samples=samples,
        slices={"tone": slice_table(samples[["quality", "error"]], tones, ["1–3", "4–8", "9"])},
        pictures=[
            PictureRow("best", "c", {"bare": rng.integers(0, 256, (20, 24, 3)).astype(np.uint8)})
        ],
        protocol={"how": "so"},
        counts={"quality": n},
        distances={"kernel": rng.random(n)},
    )


def test_an_evaluation_comes_back_as_it_was_saved(tmp_path):
    before = evaluation()
    before.write(tmp_path)
    after = Evaluation.read(tmp_path)
    assert after.metrics.keys() == before.metrics.keys()
    assert all(np.array_equal(after.metrics[k], v, True) for k, v in before.metrics.items())
    pd.testing.assert_frame_equal(after.samples, before.samples)
    pd.testing.assert_frame_equal(after.slices["tone"], before.slices["tone"])
    assert np.array_equal(after.pictures[0].pictures["bare"], before.pictures[0].pictures["bare"])
    assert (after.protocol, after.counts) == (before.protocol, before.counts)
    assert np.array_equal(after.distances["kernel"], before.distances["kernel"])


def test_a_missing_evaluation_is_named(tmp_path):
    with pytest.raises(DataError, match="no evaluation"):
        Evaluation.read(tmp_path / "nowhere")


def test_slices_list_empty_and_unknown_groups():
    table = evaluation().slices["tone"]
    assert list(table.index) == ["1–3", "4–8", "9", "11", "unknown"]
    assert table.loc["9", "n"] == 0
    assert np.isnan(table.loc["9", "quality"])
    assert table["n"].sum() == 40


def test_the_worst_group_follows_the_direction():
    table = pd.DataFrame({"n": [1.0, 1, 0], "quality": [3, 1, np.nan], "error": [3, 1, np.nan]})
    table.index = pd.Index(["a", "b", "c"])
    assert worst_group(table, QUALITY) == ("b", 1)
    assert worst_group(table, ERROR) == ("a", 3)
    assert worst_group(table.iloc[2:], QUALITY)[0] == ""


def test_picked_rows_are_ranked_and_never_twice():
    values = pd.Series([5.0, np.nan, 1, 4, 2, 3])
    assert pick(values, 1, QUALITY) == {"worst": [2], "median": [5], "best": [0]}
    assert pick(values, 1, ERROR) == {"worst": [0], "median": [5], "best": [2]}
    chosen = pick(values, 50, QUALITY)
    flat = [row for rows in chosen.values() for row in rows]
    assert len(flat) == len(set(flat))
    assert 1 not in flat


def test_paired_interval_is_that_of_a_t_statistic():
    model, control = evaluation("gan", 0.5, seed=1), evaluation("l1", 0.0, seed=2)
    (gain, _) = gains(model, control, [QUALITY, ERROR])
    change = (model.samples["quality"] - control.samples["quality"]).to_numpy()
    per_person = change.reshape(-1, 2).mean(1)
    assert gain.half_width == pytest.approx(1.96 * stats.sem(per_person))
    assert gain.difference == pytest.approx(change.mean())
    assert gain.verdict == "better"
    assert gains(control, model, [QUALITY])[0].verdict == "worse"


def test_no_difference_is_said():
    model, control = evaluation("gan", seed=1), evaluation("l1", seed=1)
    compared = gains(model, control, [QUALITY])
    assert compared[0].verdict == "no difference"
    assert "cannot be told from l1" in say_gain("gan", "l1", compared)


def test_differences_are_named_with_their_interval():
    compared = gains(evaluation("gan", 2.0, seed=1), evaluation("l1", seed=2), [QUALITY])
    said = say_gain("gan", "l1", compared)
    assert said.startswith("Against l1, gan is better in quality +2.")
    assert "±" in said


def test_models_of_different_test_sets_are_not_compared():
    with pytest.raises(DataError, match="different samples"):
        gains(evaluation("a"), evaluation("b", n=38), [QUALITY])
