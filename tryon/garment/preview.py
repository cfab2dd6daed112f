"""A sheet that shows what training will see: persons, warps, truths and areas after the policy."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from tryon.data.prepared import PreparedSplit
from tryon.types import Arrays

GAP = 4
PAPER = 250
NAMES = (
    "image",
    "target",
    "warped",
    "worn",
    "old",
    "front",
    "limbs",
    "edit",
    "groups",
    "keypoints",
)


def contact_sheet(
    split: PreparedSplit,
    policy: Callable[[Arrays, Sequence[int]], Arrays],
    seed: int = 0,
    rows: int = 6,
    columns: int = 4,
) -> np.ndarray:
    """Samples beside variations of them, uint8 RGB [H, W, 3].

    Each row is one sample, spread over the split. The first column is the sample as stored; each
    cell holds the person with joints and the edited area tinted, the pasted warp, the truth.

    Args:
        split: Prepared samples.
        policy: The training-time policy.
        seed: Of the variations.
        rows: Samples shown, at most as many as there are.
        columns: Variations of each.
    """
    picked = np.linspace(0, len(split) - 1, min(rows, len(split))).astype(int)
    lines = []
    for index in picked:
        sample = {name: np.asarray(split.arrays[name][index]) for name in NAMES}
        shown = [sample, *(policy(sample, (seed, n, int(index))) for n in range(columns))]
        lines.append(_joined([_cell(one) for one in shown], 1))
    sheet = _joined(lines, 0)
    return cv2.copyMakeBorder(
        sheet, GAP, GAP, GAP, GAP, cv2.BORDER_CONSTANT, value=(PAPER, PAPER, PAPER)
    )


def _cell(sample: Arrays) -> np.ndarray:
    image = sample["image"].astype(np.float32)
    cover = sample["warped"][..., 3:] / np.float32(255)
    pasted = image * (1 - cover) + sample["warped"][..., :3]
    tint = 0.35 * sample["edit"][..., None] / np.float32(255)
    person = image + tint * (np.array([240, 60, 60], np.float32) - image)
    person = np.rint(person).astype(np.uint8)
    for x, y, sure in sample["keypoints"]:
        colour = (40, 220, 90) if sure >= 0.5 else (150, 150, 150)
        cv2.circle(person, (round(float(x)), round(float(y))), 1, colour, cv2.FILLED)
    shown = [person, np.rint(np.clip(pasted, 0, 255)).astype(np.uint8), sample["target"]]
    return np.concatenate(shown, axis=1)


def _joined(tiles: Sequence[np.ndarray], axis: int) -> np.ndarray:
    shape = list(tiles[0].shape)
    shape[axis] = GAP
    gap = np.full(shape, PAPER, np.uint8)
    return np.concatenate([part for tile in tiles for part in (gap, tile)][1:], axis=axis)
