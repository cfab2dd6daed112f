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
from tryon.makeup import baselines as painters
from tryon.makeup import scoring
from tryon.makeup.baselines import Painter
from tryon.makeup.config import Config
from tryon.makeup.criteria import CARD, METRICS, PRIMARY, rules
from tryon.metrics import image as figures
from tryon.metrics.features import resolve
from tryon.metrics.result import Evaluation, Kind, PictureRow
from tryon.metrics.slices import UNKNOWN, bin_name, by_bins, pick
from tryon.metrics.summary import Grouping, summarise
from tryon.serving.session import OnnxSession
from tryon.types import Arrays
from tryon.vision.face import FaceFinder

__all__ = ["CARD", "METRICS", "PRIMARY", "baselines", "evaluate", "rules"]

MOST_GROUPS = 12  # an attribute with more values is no slice
NAMES = ("image", "target", "masks", "condition", "landmarks")


def evaluate(network: OnnxSession, split: PreparedSplit, config: Config, title: str) -> Evaluation:
    """Score an exported network on a prepared split.

    Args:
        network: As it ships, for pictures of any size, such as a champion's.
        split: Usually `test`.
        config: Batch size, bins, pictures, features of the distances.
        title: Name of the candidate.

    Raises:
        DataError: the split is empty.
        ConfigError: Inception features without the standard weights.
    """
    paint = painters.painter(network.run, int(network.inputs["image"][-1]))
    return evaluate_painter(paint, split, config, title, landmarks=True)


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
            **_categories(split.table),
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


def _categories(table: pd.DataFrame) -> dict[str, Grouping]:
    """Slices by look, kind and every attribute that names a few groups (glasses, beard …)."""
    known = pd.DataFrame([json.loads(text) if text else {} for text in table.get("attributes", [])])
    columns = known.select_dtypes(["object", "string", "bool"]).assign(
        kind=table["kind"].to_numpy()
    )
    columns["look"] = _look_names(table)
    return {
        str(name): Grouping(values.fillna(UNKNOWN).astype(str))
        for name, values in columns.items()
        if 1 < values.nunique() <= MOST_GROUPS
    }


def _look_names(table: pd.DataFrame) -> list[str]:
    return [json.loads(text).get("name") or "unnamed" if text else "–" for text in table["look"]]


def _table(table: pd.DataFrame) -> pd.DataFrame:
    """What the report says of a sample."""
    kept = table[["image_id", "identity", "kind", "skin_tone"]].reset_index(drop=True)
    return kept.assign(look_name=_look_names(table))


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
