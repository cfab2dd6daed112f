"""How well the two readers read: a service is given raw photos, training labels and landmarks.

A generator may score well on known labels while the readers beside it misread every photo.
"""

from typing import Any

import numpy as np

from tryon.data.prepared import PreparedSplit
from tryon.errors import Refusal
from tryon.garment import cloth
from tryon.garment.garment import CATEGORIES
from tryon.garment.points import from_points
from tryon.serving.session import OnnxSession
from tryon.types import Arrays

PERSON = ("image", "keypoints", "category", "groups")
PHOTO = ("photo", "photo_mask", "photo_points", "category")
NEAR = 0.05  # of the frame's height: as far as a landmark may be off and still count
PROTOCOL = (
    "the labels are the share of a frame's pixels whose group is right; the garment's mask is read "
    "off its photo and its landmarks off that mask, as the service does: intersection over union, "
    f"and the share of all landmarks found within {NEAR:.0%} of the frame's height"
)


def score(
    parser: OnnxSession, reader: OnnxSession, split: PreparedSplit, rows: np.ndarray, batch: int
) -> dict[str, float]:
    """Figures of both readers: labels_right of persons, mask_iou and landmarks_near of garments.

    Args:
        parser: Reads the person.
        reader: Reads the garment.
        split: Prepared samples.
        rows: Those to read, int [N]; a garment in several is read once.
        batch: Persons read at a time.

    Returns:
        Shares, 0 to 1. A garment that is refused counts 0; landmarks that no photo's truth has
        give NaN.
    """
    right: list[float] = []
    for start in range(0, len(rows), batch):
        part = _samples(split, rows[start : start + batch], PERSON)
        right += [float(share) for share in _labels_right(parser, **part)]
    garments = rows[~split.table["garment_id"].iloc[rows].duplicated().to_numpy()]
    photos = [_samples(split, row, PHOTO) for row in garments]
    read = [_garment(reader, **photo) for photo in photos]
    covers, near = [cover for cover, _ in read], [found for _, found in read]
    marks = np.concatenate(near)
    return {
        "labels_right": float(np.mean(right)),
        "mask_iou": float(np.mean(covers)),
        "landmarks_near": float(marks.mean()) if len(marks) else float("nan"),
    }


def _samples(split: PreparedSplit, rows: Any, names: tuple[str, ...]) -> Arrays:
    return {name: np.asarray(split.arrays[name][rows]) for name in names}


def _labels_right(
    parser: OnnxSession, image: np.ndarray, keypoints: np.ndarray, category: np.ndarray,
    groups: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Share of each frame's pixels, [N]."""
    planes = np.moveaxis(image, -1, 1).astype(np.float32) * np.float32(1 / 255)
    said = parser.run(image=planes, keypoints=keypoints, category=category)["groups"]
    return np.asarray((said.argmax(1) == groups[:, 1::2, 1::2]).mean((1, 2)))


def _garment(
    reader: OnnxSession, photo: np.ndarray, photo_mask: np.ndarray, photo_points: np.ndarray,
    category: np.ndarray,
) -> tuple[float, np.ndarray]:  # fmt: skip
    """Overlap of the masks, and for each landmark of the truth whether it was found near."""
    name = CATEGORIES[int(category.argmax())]
    size = (photo.shape[0], photo.shape[1])
    truth = from_points(name, photo_points * size[::-1] - 0.5)
    known = np.isfinite(truth).all(1)
    try:
        read = cloth.read_mask(photo, name, reader, size)
    except Refusal:
        return 0.0, np.zeros(int(known.sum()), bool)
    landmarks = cloth.read_landmarks(photo, read, name, reader, size)
    apart = np.hypot(*(landmarks - truth)[known].T)
    ours, theirs = read > 127, photo_mask > 127
    overlap = float((ours & theirs).sum() / max(1, (ours | theirs).sum()))
    return overlap, apart <= NEAR * size[0]  # not found: NaN, never near
