"""How good a garment model is: figures over the test split, by slice, beside the baselines.

What is scored is what ships: the exported network, composed by the code the service runs, rounded
to 8 bits. Figures are taken on cross samples: the garment is another than the one in the photo, and
the truth is known. Unpaired samples, without truth, count only for the distances between sets.
"""

import json
from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
import pandas as pd

from tryon.data.prepared import PreparedSplit
from tryon.errors import DataError
from tryon.garment import baselines as dressers
from tryon.garment import reading, scoring
from tryon.garment.baselines import INPUTS, Dresser
from tryon.garment.config import Config
from tryon.garment.criteria import CARD, METRICS, PRIMARY, rules
from tryon.metrics import image as figures
from tryon.metrics.features import resolve
from tryon.metrics.result import Evaluation, Kind, PictureRow
from tryon.metrics.slices import UNKNOWN, bin_name, by_bins, pick
from tryon.metrics.summary import Grouping, summarise
from tryon.serving.session import OnnxSession
from tryon.types import Arrays

__all__ = ["CARD", "METRICS", "PRIMARY", "baselines", "evaluate", "rules"]

NAMES = (*INPUTS, "edit", "worn", "target", "groups")
SLICED = ("garment", "pattern", "print", "framing")  # attributes with few values
PAIRED = ("psnr", "ssim", "psnr_inside")  # also taken on paired samples
STILL = ("hang", "out", "behind")  # arms that do not cross the body


def evaluate(network: OnnxSession, split: PreparedSplit, config: Config, title: str) -> Evaluation:
    """Score an exported network on a prepared split.

    Args:
        network: As it ships, for frames of the split's size; the readers lie beside it.
        split: Usually `test`.
        config: Batch size, bins, pictures, features of the distances.
        title: Name of the candidate.

    Raises:
        BundleError: a reader is missing.
        DataError: the split has no cross samples, or is of another size than the network.
        ConfigError: Inception features without the standard weights.
    """
    expected, got = network.inputs["image"][2:], split.arrays["image"].shape[1:3]
    if tuple(expected) != tuple(got):
        raise DataError(
            f"the network takes frames of {expected[1]}×{expected[0]}, the split has "
            f"{got[1]}×{got[0]}",
            hint="prepare with the preprocess.height the network was trained with",
        )
    made = evaluate_dresser(dressers.dresser(network.run), split, config, title)
    known = np.flatnonzero(split.table["kind"] == "cross")
    readers = network.beside("parser"), network.beside("reader")
    read = reading.score(*readers, split, known, config.evaluation.batch_size)
    told = replace(made, protocol={**made.protocol, "readers": reading.PROTOCOL})
    return told.with_metrics(**read)


def baselines(split: PreparedSplit, config: Config) -> dict[str, Evaluation]:
    """Score the baselines, weakest first: the old garment kept, the spline warp pasted two ways."""
    return {
        name: evaluate_dresser(dress, split, config, name)
        for name, dress in dressers.BASELINES.items()
    }


def evaluate_dresser(
    dress: Dresser, split: PreparedSplit, config: Config, title: str
) -> Evaluation:
    """Score anything that makes pictures of prepared samples (see `evaluate`).

    Args:
        dress: The model.
    """
    kinds = split.table["kind"].to_numpy()
    known = np.flatnonzero(kinds == "cross")
    if not len(known):
        raise DataError(
            f"split {split.name!r} has no cross samples, the only ones with another garment and a "
            "known truth",
            hint="draw at least two garments per person (sample.garments)",
        )
    size = config.evaluation.batch_size
    pictures, finite = _dress(dress, split, known, size)
    table = split.table.iloc[known].reset_index(drop=True)
    samples = _samples(split, known)
    scores = _scores(pictures, samples)
    sets = {"": (pictures, samples["target"])}
    again = np.flatnonzero(kinds == "paired")
    paired: dict[str, float] = {}
    if len(again):
        worn, whole = _dress(dress, split, again, size)
        own = _samples(split, again)
        found = _scores(worn, own)[[*PAIRED]].mean()
        paired = {f"{name}_paired": found[name] if whole.all() else np.nan for name in PAIRED}
        if whole.all():
            sets["_paired"] = (worn, own["target"])
    free = np.flatnonzero(kinds == "unpaired")
    if len(free):
        unpaired, whole = _dress(dress, split, free, size)
        if whole.all():
            sets["_unpaired"] = (unpaired, np.asarray(split.arrays["image"][free]))
    tones = by_bins(table["skin_tone"], config.evaluation.bins, "skin tone")
    names = [bin_name(*pair) for pair in config.evaluation.bins]
    evaluation = summarise(
        title,
        table.drop(columns="attributes"),
        scores,
        finite,
        groupings={"skin tone": Grouping(tones, names), **_slices(table)},
        fair="skin tone",
        primary=PRIMARY,
        sets=sets,
        features=resolve(config.distances),
        pictures=_rows(pictures, samples, table, scores, config.evaluation.pictures),
        protocol={
            "pictures": f"{len(table)} cross samples of {table['identity'].nunique()} persons, "
            f"split “{split.name}”: exact truths of another garment than the one they wear; frames "
            f"of {pictures.shape[2]}×{pictures.shape[1]} pixels, the person's keypoints found by "
            "MediaPipe",
            "paired and unpaired": "figures named paired are taken on persons in the garment they "
            "wear, which is erased and put on again; unpaired pictures have no truth and are "
            "compared with the persons as they are",
            "comparison": figures.PROTOCOL,
            "areas": scoring.PROTOCOL,
        },
    )
    return evaluation.with_metrics(
        outside=scores["outside"].max() if finite.all() else np.nan,
        head_and_hands=scores["head_and_hands"].max() if finite.all() else np.nan,
        colour_median=scores["colour"].median() if finite.all() else np.nan,
        **paired,
    )


def _samples(split: PreparedSplit, rows: np.ndarray) -> Arrays:
    return {name: np.asarray(split.arrays[name][rows]) for name in NAMES}


def _scores(pictures: np.ndarray, samples: Arrays) -> pd.DataFrame:
    return pd.DataFrame(
        scoring.score(picture, {name: samples[name][index] for name in NAMES})
        for index, picture in enumerate(pictures)
    )


def _dress(
    dress: Dresser, split: PreparedSplit, rows: np.ndarray, batch: int
) -> tuple[np.ndarray, np.ndarray]:
    """Pictures of some rows as uint8 [N, H, W, 3], and whether each was finite [N]."""
    pictures, finite = [], []
    for part in _batches(split, rows, batch):
        made = dress(part)
        finite.append(np.isfinite(made).all((1, 2, 3)))
        pictures.append(np.rint(np.clip(np.nan_to_num(made), 0, 1) * 255).astype(np.uint8))
    return np.concatenate(pictures), np.concatenate(finite)


def _batches(split: PreparedSplit, rows: np.ndarray, batch: int) -> Iterator[Arrays]:
    for start in range(0, len(rows), batch):
        part = rows[start : start + batch]
        yield {name: np.asarray(split.arrays[name][part]) for name in (*INPUTS, "edit")}


def _slices(table: pd.DataFrame) -> dict[str, Grouping]:
    """By category, kind of garment, pattern, print, framing and pose of the arms."""
    known = pd.DataFrame([json.loads(text) if text else {} for text in table["attributes"]])
    found = {"category": Grouping(table["category"])}
    for name in SLICED:
        if name in known and known[name].nunique() > 1:
            found[name] = Grouping(known[name].fillna(UNKNOWN).astype(str))
    if "arms" in known:
        found["arms"] = Grouping(known["arms"].map(_arms))
    return found


def _arms(arms: object) -> str:
    if not isinstance(arms, list):
        return UNKNOWN
    return "beside the body" if all(arm in STILL for arm in arms) else "before the body or raised"


def _rows(
    pictures: np.ndarray, samples: Arrays, table: pd.DataFrame, scores: pd.DataFrame, count: int
) -> list[PictureRow]:
    """Best, median and worst cases, and the first sample of every category for comparisons."""
    chosen: dict[Kind, list[int]] = {**pick(scores["psnr_inside"], count, METRICS["psnr_inside"])}
    chosen["same"] = [int(index) for index in table["category"].drop_duplicates().index]
    pasted = np.rint(np.clip(dressers.paste(samples), 0, 1) * 255).astype(np.uint8)
    rows = []
    for kind, indices in chosen.items():
        for index in indices:
            truth, ours = samples["target"][index], pictures[index]
            about, score = table.loc[index], scores.loc[index]
            rows.append(
                PictureRow(
                    kind,
                    f"{about['image_id']} · {about['category']} · Monk {about['skin_tone']} · "
                    f"{score['psnr']:.1f} dB, inside {score['psnr_inside']:.1f} dB",
                    {
                        "person": samples["image"][index],
                        "pasted warp": pasted[index],
                        "result": ours,
                        "ground truth": truth,
                        "difference × 4": cv2.convertScaleAbs(cv2.absdiff(ours, truth), alpha=4),
                    },
                )
            )
    return rows
