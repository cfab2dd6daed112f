"""How good a makeup model is: figures over the test split, by slice, beside the baselines.

What is scored is what ships: the exported network, composed by the code the service runs, rounded
to 8 bits.
"""

import json

import cv2
import numpy as np
import pandas as pd

from tryon.data.prepared import PreparedSplit
from tryon.errors import DataError, Refusal
from tryon.gates import CHAMPION, Rule
from tryon.makeup import baselines as painters
from tryon.makeup import scoring
from tryon.makeup.baselines import FLAT, NONE, SHIFT, Network, Painter
from tryon.makeup.config import Config
from tryon.makeup.look import REGIONS
from tryon.metrics import image as figures
from tryon.metrics.features import resolve
from tryon.metrics.result import Evaluation, Kind, Metric, PictureRow
from tryon.metrics.slices import bin_name, by_bins, pick
from tryon.metrics.summary import Grouping, distance_metrics, summarise
from tryon.types import Arrays
from tryon.vision.face import FaceFinder

SETS = {"": "faces", "_crops": "mouths and eyes"}  # what the distances between sets compare
NAMES = ("image", "target", "masks", "condition", "landmarks")


def _metrics() -> dict[str, Metric]:
    listed = [
        Metric("psnr_regions", "PSNR in the regions", "higher", "dB", "the asked regions"),
        Metric("psnr", "PSNR", "higher", "dB", "the whole picture"),
        Metric("ssim_regions", "SSIM in the regions", "higher", "", "the asked regions", 4),
        Metric("ssim", "SSIM", "higher", "", "the whole picture", 4),
        Metric("shade", "shade error", "lower", "ΔE2000", "asked against reached, all regions"),
        *(
            Metric(f"shade_{r}", f"shade error, {r}", "lower", "ΔE2000", "asked against reached")
            for r in REGIONS
        ),
        *(Metric(f"psnr_{r}", f"PSNR, {r}", "higher", "dB", "that region") for r in REGIONS),
        Metric("outside", "change outside", "lower", "of 255", "largest, where none is allowed"),
        Metric("sharpness", "sharpness", "none", "×", "gradient energy ÷ the truth's", 3),
        Metric("sharpness_error", "sharpness error", "lower", "", "distance from 1, mean", 3),
        Metric("landmark_shift", "landmark shift", "lower", "%", "of the eye distance"),
        Metric("worst_bin_loss", "worst skin tones", "lower", "dB", "PSNR under the mean"),
        Metric("non_finite", "broken outputs", "lower", "", "pictures with NaN or infinity", 0),
        Metric("parity", "parity", "lower", "", "largest difference of ONNX to torch", 6),
        *distance_metrics(SETS),
    ]
    return {metric.name: metric for metric in listed}


METRICS: dict[str, Metric] = _metrics()
PRIMARY = METRICS["psnr_regions"]


def rules(config: Config) -> list[Rule]:
    """What a makeup model must keep to ship."""
    gate, primary = config.gate, PRIMARY.name
    return [
        Rule("finite", "no picture has a value that is not finite", "non_finite", 0, "at_most"),
        Rule("beats_no_makeup", "better than doing nothing", primary, 0, "at_least", NONE, "dB"),
        Rule("beats_flat_blend", "better than a flat blend", primary, 0, "at_least", FLAT, "dB"),
        Rule(
            "beats_mean_shift", "the network is worth running beside the analytic shift",
            primary, gate.min_psnr_over_shift, "at_least", SHIFT, "dB",
        ),
        Rule(
            "lip_shade", "lips reach the colour that was asked",
            "shade_lips", gate.max_lip_delta_e, "at_most", unit="ΔE2000",
        ),
        Rule("ssim", "the picture stays the person's", "ssim", gate.min_ssim, "at_least"),
        Rule(
            "outside", "pixels outside the asked regions are the photo's own",
            "outside", gate.max_outside_change, "at_most", unit="of 255",
        ),
        Rule(
            "skin_tones", "no skin tone lies far under the mean",
            "worst_bin_loss", gate.max_bin_loss, "at_most", unit="dB",
        ),
        Rule(
            "parity", "the exported network computes what was trained",
            "parity", gate.max_parity, "at_most",
        ),
        Rule(
            "not_worse_than_champion", "what serves now is not replaced by less",
            primary, -gate.max_champion_loss, "at_least", CHAMPION, "dB",
        ),
    ]  # fmt: skip


def evaluate(
    predict: Network, split: PreparedSplit, config: Config, title: str, size: int | None = None
) -> Evaluation:
    """Score an exported network on a prepared split.

    Args:
        predict: `OnnxSession(path).run`.
        split: Usually `test`.
        config: Batch size, bins, pictures, features of the distances.
        title: Name of the candidate.
        size: Side the network was exported for, where it is not the split's own.

    Raises:
        DataError: the split is empty.
        ConfigError: Inception features without the standard weights.
    """
    side = size or int(split.arrays["image"].shape[1])
    return evaluate_painter(painters.painter(predict, side), split, config, title, landmarks=True)


def baselines(split: PreparedSplit, config: Config) -> dict[str, Evaluation]:
    """Score the baselines, weakest first: no makeup, flat blend, mean shift."""
    return {
        name: evaluate_painter(paint, split, config, name)
        for name, paint in painters.BASELINES.items()
    }


def evaluate_painter(
    paint: Painter, split: PreparedSplit, config: Config, title: str, landmarks: bool = False
) -> Evaluation:
    """Score anything that makes pictures of prepared samples (see `evaluate`).

    Args:
        paint: The model.
        landmarks: Whether to search the faces again in its pictures.
    """
    if not len(split):
        raise DataError(f"split {split.name!r} has no samples", hint="check the dataset's splits")
    samples: Arrays = {name: np.asarray(split.arrays[name]) for name in NAMES}
    samples["look"] = split.table["look"].to_numpy()
    pictures, finite = _paint(paint, samples, config.evaluation.batch_size)
    table = _table(split.table)
    scores = pd.DataFrame(
        scoring.score(picture, {name: samples[name][index] for name in NAMES})
        for index, picture in enumerate(pictures)
    )
    if landmarks:
        scores["landmark_shift"] = _landmark_shifts(pictures, samples["image"], config)
    tones = by_bins(table["skin_tone"], config.evaluation.bins, "skin tone")
    names = [bin_name(*pair) for pair in config.evaluation.bins]
    side = config.network.crop
    evaluation = summarise(
        title,
        table,
        scores,
        finite,
        groupings={
            "skin tone": Grouping(tones, names),
            "look": Grouping(table["look_name"].rename("look")),
            "kind": Grouping(table["kind"]),
        },
        fair="skin tone",
        primary=PRIMARY,
        sets={
            "": (pictures, samples["target"]),
            "_crops": (
                scoring.crops(pictures, samples, side),
                scoring.crops(samples["target"], samples, side),
            ),
        },
        features=resolve(config.distances),
        pictures=_rows(pictures, samples, table, scores, tones, config.evaluation.pictures),
        protocol={
            "pictures": f"{len(table)} samples of {table['identity'].nunique()} persons, split "
            f"“{split.name}”, {pictures.shape[1]}×{pictures.shape[2]} pixels",
            "comparison": figures.PROTOCOL,
            "regions": scoring.PROTOCOL,
        },
    )
    return evaluation.with_metrics(outside=scores["outside"].max() if finite.all() else np.nan)


def _paint(paint: Painter, samples: Arrays, batch: int) -> tuple[np.ndarray, np.ndarray]:
    """All pictures as uint8 [N, S, S, 3], and whether each was finite before rounding [N]."""
    pictures, finite = [], []
    for start in range(0, len(samples["image"]), batch):
        part = paint({name: values[start : start + batch] for name, values in samples.items()})
        finite.append(np.isfinite(part).all((1, 2, 3)))
        pictures.append(np.rint(np.clip(np.nan_to_num(part), 0, 1) * 255).astype(np.uint8))
    return np.concatenate(pictures), np.concatenate(finite)


def _table(table: pd.DataFrame) -> pd.DataFrame:
    """What the report says of a sample."""
    kept = table[["image_id", "identity", "kind", "skin_tone"]].reset_index(drop=True)
    names = [json.loads(text).get("name") or "unnamed" if text else "–" for text in table["look"]]
    return kept.assign(look_name=names)


def _landmark_shifts(after: np.ndarray, before: np.ndarray, config: Config) -> np.ndarray:
    """Percent of the eye distance, for the first faces; NaN for the rest and where none is found.

    Faces are searched in the photo and in the result alike, so that 0 means the same face.
    """
    shifts = np.full(len(after), np.nan)
    with FaceFinder(min_eye_distance=4.0, max_yaw=90.0, max_pitch=90.0) as finder:
        for index in range(min(len(after), config.evaluation.landmark_samples)):
            try:
                first, second = finder.find(before[index]), finder.find(after[index])
            except Refusal:
                continue
            shifts[index] = figures.landmark_shift(
                first.landmarks, second.landmarks, first.eye_distance
            )
    return shifts


def _rows(
    pictures: np.ndarray,
    samples: Arrays,
    table: pd.DataFrame,
    scores: pd.DataFrame,
    tones: pd.Series,
    count: int,
) -> list[PictureRow]:
    """Best, median and worst cases, and the first sample of every skin tone for comparisons."""
    chosen: dict[Kind, list[int]] = {**pick(scores[PRIMARY.name], count, PRIMARY)}
    chosen["same"] = [int(index) for index in tones.drop_duplicates().sort_values().index]
    rows = []
    for kind, indices in chosen.items():
        for index in indices:
            truth, ours = samples["target"][index], pictures[index]
            about, score = table.loc[index], scores.loc[index]
            rows.append(
                PictureRow(
                    kind,
                    f"{about['image_id']} · {about['look_name']} · Monk {about['skin_tone']} · "
                    f"{score[PRIMARY.name]:.1f} dB · ΔE {score['shade']:.2f}",
                    {
                        "bare": samples["image"][index],
                        "result": ours,
                        "ground truth": truth,
                        "difference × 8": cv2.convertScaleAbs(cv2.absdiff(ours, truth), alpha=8),
                    },
                )
            )
    return rows
