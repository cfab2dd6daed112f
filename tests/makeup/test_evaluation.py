"""Scoring makeup models: honest figures, and every planted bad model stopped by the rule for it."""

from dataclasses import replace

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import peak_signal_noise_ratio

from tests.makeup.drawn import SIDE, write_split
from tryon.errors import DataError, GateFailed
from tryon.gates import check, choose
from tryon.makeup import evaluation as makeup
from tryon.makeup import scoring
from tryon.makeup.baselines import FLAT, NONE, SHIFT, no_makeup, painter, shifted
from tryon.makeup.composition import allowed
from tryon.makeup.condition import weights
from tryon.makeup.config import Config, EvaluationConfig
from tryon.makeup.look import REGIONS
from tryon.metrics.result import Evaluation
from tryon.serving.session import OnnxSession

LIPS, FOUNDATION = REGIONS.index("lips"), REGIONS.index("foundation")
CONFIG = Config(evaluation=EvaluationConfig(batch_size=16, pictures=2, landmark_samples=2))


@pytest.fixture(scope="module")
def split(tmp_path_factory):
    return write_split(tmp_path_factory.mktemp("prepared"), 24)


@pytest.fixture(scope="module")
def baselines(split):
    return makeup.baselines(split, CONFIG)


def near(batch, share=0.8):
    """A good model: the shift, and most of what it lacks, where change is allowed."""
    pictures = shifted(batch)
    for index, picture in enumerate(pictures):
        allow = allowed(batch["masks"][index] / np.float32(255), batch["condition"][index])
        truth = batch["target"][index] / np.float32(255)
        picture += share * allow[..., None] * (truth - picture)
    return pictures


def scored(split, paint, title="candidate", parity=1e-6) -> Evaluation:
    return makeup.evaluate_painter(paint, split, CONFIG, title).with_metrics(parity=parity)


@pytest.fixture(scope="module")
def good(split):
    return scored(split, near)


def failed(candidate, baselines, champion=None) -> set[str]:
    report = check(makeup.rules(CONFIG), candidate, baselines, champion)
    return {entry.rule.name for entry in report.failed}


def test_a_good_model_passes_every_rule(good, baselines):
    report = check(makeup.rules(CONFIG), good, baselines, None)
    assert report.passed, report.table()
    report.raise_if_failed()


def blurred(batch):
    return np.stack([cv2.GaussianBlur(picture, (0, 0), 3) for picture in near(batch)])


def painting_outside(batch):
    pictures = near(batch)
    pictures[:, 0, 0] = 1 - pictures[:, 0, 0]
    return pictures


def of_wrong_colour(batch):
    pictures = near(batch)
    for picture, masks in zip(pictures, batch["masks"], strict=True):
        lips = masks[LIPS, ..., None] / np.float32(255)
        picture += 0.15 * lips * np.array([-1, 1, 1], np.float32)
    return np.clip(pictures, 0, 1)


def failing_the_darkest(batch):
    pictures = near(batch)
    skin = batch["image"][:, SIDE // 2 - 8 : SIDE // 2 + 8, SIDE // 2 - 8 : SIDE // 2 + 8]
    dark = skin.mean((1, 2, 3)) < 80
    pictures[dark] = batch["image"][dark] / np.float32(255)
    return pictures


def not_finite(batch):
    pictures = near(batch)
    pictures[0, 5, 5, 1] = np.nan
    return pictures


PLANTED = {
    "doing nothing": (no_makeup, {"beats_mean_shift", "lip_shade"}),
    "the analytic shift alone": (shifted, {"beats_mean_shift"}),
    "blurred output": (blurred, {"ssim", "outside"}),
    "paints outside": (painting_outside, {"outside"}),
    "wrong colour": (of_wrong_colour, {"lip_shade"}),
    "fails on one skin-tone bin": (failing_the_darkest, {"skin_tones"}),
    "not finite": (not_finite, {"finite", "beats_no_makeup", "beats_flat_blend", "ssim"}),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_the_gate_stops_a_planted_bad_model(split, baselines, planted):
    paint, expected = PLANTED[planted]
    report = check(makeup.rules(CONFIG), scored(split, paint), baselines, None)
    assert expected <= {entry.rule.name for entry in report.failed}, report.table()
    with pytest.raises(GateFailed) as stopped:
        report.raise_if_failed()
    for name in expected:
        assert name in str(stopped.value)


def test_the_gate_stops_a_model_worse_than_a_baseline(good, baselines):
    better = {name: good.with_metrics(psnr_regions=60.0) for name in baselines}
    rules = {"beats_no_makeup", "beats_flat_blend", "beats_mean_shift"}
    assert failed(good, better) == rules


def test_the_gate_stops_a_model_worse_than_the_champion(split, good, baselines):
    champion = scored(split, lambda batch: near(batch, 0.95), "champion")
    assert failed(good, baselines, champion) == {"not_worse_than_champion"}
    assert failed(champion, baselines, good) == set()
    assert failed(good, baselines, good) == set()


@pytest.mark.parametrize("parity", [0.01, float("nan")])
def test_the_gate_stops_a_broken_export(good, baselines, parity):
    assert failed(good.with_metrics(parity=parity), baselines) == {"parity"}


def test_a_parity_nobody_measured_fails(good, baselines):
    figures = {name: value for name, value in good.metrics.items() if name != "parity"}
    assert failed(replace(good, metrics=figures), baselines) == {"parity"}


def test_every_rule_was_shown_to_fail():
    shown = set().union(*(expected for _, expected in PLANTED.values()))
    shown |= {"not_worse_than_champion", "parity"}
    assert shown == {rule.name for rule in makeup.rules(CONFIG)}


def test_the_winner_is_the_best_that_passes(split, good, baselines):
    best_but_outside = good.with_metrics(psnr_regions=60.0, outside=3.0)
    weaker = scored(split, lambda batch: near(batch, 0.7), "weaker")
    candidates = {"weaker": weaker, "good": good, "outside": best_but_outside}
    rules = makeup.rules(CONFIG)
    reports = {name: check(rules, e, baselines, None) for name, e in candidates.items()}
    assert choose(candidates, reports, makeup.PRIMARY) == "good"


def test_baselines_stand_in_the_known_order(baselines):
    psnr = [baselines[name].metrics["psnr_regions"] for name in (NONE, FLAT, SHIFT)]
    assert psnr[0] < psnr[2]
    assert psnr[1] < psnr[2] - 3
    distances = [b.metrics["frechet_random_crops"] for b in baselines.values()]
    assert distances == sorted(distances, reverse=True)
    assert all(baseline.metrics["outside"] == 0 for baseline in baselines.values())


def test_figures_equal_outside_implementations(split):
    index = int(np.flatnonzero(split.arrays["condition"][:, LIPS, 3])[0])
    sample = {name: split.arrays[name][index] for name in makeup.NAMES}
    picture = np.rint(near({k: v[None] for k, v in sample.items()})[0] * 255).astype(np.uint8)
    row = scoring.score(picture, sample)
    assert row["psnr"] == pytest.approx(peak_signal_noise_ratio(sample["target"], picture))
    asked = sample["condition"][:, 3] > 0
    weight = weights(sample["masks"] / np.float32(255))[LIPS]
    reached = (rgb2lab(picture) * weight[..., None]).sum((0, 1)) / weight.sum()
    wanted = 100 * sample["condition"][LIPS, :3]
    assert row["shade_lips"] == pytest.approx(deltaE_ciede2000(reached, wanted), abs=0.01)
    for index, region in enumerate(REGIONS):
        assert np.isnan(row[f"shade_{region}"]) == (not asked[index])


def test_regions_leave_foundation_out(split):
    sample = {name: np.array(split.arrays[name][0]) for name in makeup.NAMES}
    sample["condition"][:, 3] = 0
    sample["condition"][FOUNDATION, 3] = 1
    row = scoring.score(sample["target"], sample)
    assert np.isnan(row["psnr_regions"])
    assert row["psnr_foundation"] == 100


def zero_network(path, size):
    """An exported network that adds nothing, so that what remains is the analytic shift."""

    def output(name, shape):
        tensor = helper.make_tensor("", TensorProto.FLOAT, [1], [0.0])
        taken = helper.make_node("Shape", ["image"], [f"{name}_all"], start=0, end=1)
        rest = helper.make_tensor(f"{name}_rest", TensorProto.INT64, [len(shape)], shape)
        joined = helper.make_node("Concat", [f"{name}_all", rest.name], [f"{name}_s"], axis=0)
        filled = helper.make_node("ConstantOfShape", [f"{name}_s"], [name], value=tensor)
        info = helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", *shape])
        return [taken, joined, filled], rest, info

    shapes = {
        "gain": [1, size, size],
        "residual": [3, size, size],
    }
    parts = [output(name, shape) for name, shape in shapes.items()]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", *shape])
        for name, shape in {
            "image": [3, size, size],
            "masks": [len(REGIONS), size, size],
            "condition": [len(REGIONS), 5],
        }.items()
    ]
    graph = helper.make_graph(
        [node for nodes, _, _ in parts for node in nodes],
        "zero",
        inputs,
        [info for _, _, info in parts],
        [rest for _, rest, _ in parts],
    )
    opset = [helper.make_opsetid("", 20)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=10), str(path))
    return OnnxSession(path)


@pytest.mark.parametrize("size", [SIDE, 64])
def test_a_network_that_adds_nothing_is_the_mean_shift(tmp_path, split, baselines, size):
    """Also for a network exported at another size, such as a champion's."""
    session = zero_network(tmp_path / "zero.onnx", size)
    result = makeup.evaluate(session, split, CONFIG, "zero")
    assert result.metrics["psnr_regions"] == baselines[SHIFT].metrics["psnr_regions"]
    assert result.counts["landmark_shift"] <= 2


def test_painters_see_the_networks_outputs(split):
    """Gain −1 takes the whole shift away; the residual is added as it is."""
    batch = {name: split.arrays[name][:2] for name in makeup.NAMES}

    def network(image, masks, condition):
        assert image.shape == (2, 3, SIDE, SIDE)
        assert masks.shape == (2, len(REGIONS), SIDE, SIDE)
        assert image.max() <= 1
        assert masks.max() <= 1
        return {
            "gain": np.full((2, 1, SIDE, SIDE), -1, np.float32),
            "residual": np.full((2, 3, SIDE, SIDE), 0.1, np.float32),
        }

    pictures = painter(network, SIDE)(batch)
    bare = batch["image"] / np.float32(255)
    allow = np.stack(
        [
            allowed(masks / np.float32(255), condition)
            for masks, condition in zip(batch["masks"], batch["condition"], strict=True)
        ]
    )
    assert np.allclose(pictures, np.clip(bare + 0.1 * allow[..., None], 0, 1), atol=1e-6)


def test_slices_cover_every_sample_and_name_the_worst(good):
    table = good.slices["skin tone"]
    assert list(table.index) == ["1–3", "4–5", "6–7", "8–10"]
    assert table["n"].sum() == len(good.samples)
    worst = table["psnr_regions"].min()
    assert good.metrics["worst_bin_loss"] == pytest.approx(good.metrics["psnr_regions"] - worst)
    assert str(table["psnr_regions"].idxmin()) in good.protocol["worst skin tone"]
    assert {"glasses", "beard"} & set(good.slices)


def test_pictures_show_best_median_worst_and_common_samples(good):
    kinds = [row.kind for row in good.pictures]
    assert kinds.count("best") == kinds.count("median") == kinds.count("worst") == 2
    assert kinds.count("same") == 4  # one per skin-tone bin
    for row in good.pictures:
        assert list(row.pictures) == ["bare", "result", "ground truth", "difference × 8"]
        difference = cv2.absdiff(row.pictures["result"], row.pictures["ground truth"])
        assert np.array_equal(
            row.pictures["difference × 8"], np.minimum(difference.astype(int) * 8, 255)
        )


def test_metrics_are_described(good):
    plain = {"n", "kernel_random_error", "kernel_random_crops_error"}
    assert set(good.metrics) - plain <= set(makeup.METRICS)
    assert all(metric.label and metric.meaning for metric in makeup.METRICS.values())


def test_crops_hold_the_mouth_and_the_eyes(split):
    samples = {name: split.arrays[name][:1] for name in ("image", "landmarks", "condition")}
    everything = np.ones_like(samples["condition"])
    squares = scoring.crops(samples["image"], samples | {"condition": everything}, 32)
    assert squares.shape == (3, 32, 32, 3)
    nothing = scoring.crops(samples["image"], samples | {"condition": 0 * everything}, 32)
    assert nothing.shape == (0, 32, 32, 3)


def test_an_empty_split_is_refused(tmp_path, split):
    empty = tmp_path / "test"
    empty.mkdir()
    split.table.iloc[:0].to_parquet(empty / "table.parquet")
    with pytest.raises(DataError, match="no samples"):
        makeup.evaluate_painter(no_makeup, type(split)("test", empty), CONFIG, "any")
