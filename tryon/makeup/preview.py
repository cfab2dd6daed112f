"""A sheet that shows what training will see: pictures, masks and landmarks after the policy."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from tryon.data.prepared import PreparedSplit
from tryon.makeup.look import REGIONS
from tryon.types import Arrays
from tryon.vision.facemesh import EYES, LIPS_OUTER, OVAL

TILE = 128  # pixels
GAP = 4
PAPER, INK = 250, (60, 60, 60)
COLOURS = {  # of the masks, RGB
    "lips": (214, 40, 57),
    "eyeshadow": (114, 9, 183),
    "eyeliner": (0, 119, 182),
    "blush": (247, 127, 0),
    "brows": (6, 214, 160),
    "foundation": (255, 209, 102),
}
DRAWN = sorted({*LIPS_OUTER, *OVAL, *(point for eye in EYES for point in eye.outline + eye.brow)})


def contact_sheet(
    split: PreparedSplit,
    policy: Callable[[Arrays, Sequence[int]], Arrays],
    seed: int = 0,
    rows: int = 6,
    columns: int = 6,
) -> np.ndarray:
    """Samples beside variations of them, uint8 RGB [H, W, 3].

    Each row is one sample, spread over the split. The first column is the sample as stored; each
    cell holds the bare picture over the made-up one with its masks and landmarks.

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
        arrays = {name: np.asarray(array[index]) for name, array in split.arrays.items()}
        sample = {name: arrays[name] for name in ("image", "target", "masks", "landmarks")}
        sample["labels"] = arrays["parsing"]
        shown = [sample, *(policy(sample, (seed, n, int(index))) for n in range(columns))]
        lines.append(_beside([_above([_tile(s["image"]), _overlay(s)]) for s in shown]))
    sheet = _above([_legend(lines[0].shape[1]), *lines])
    return cv2.copyMakeBorder(
        sheet, GAP, GAP, GAP, GAP, cv2.BORDER_CONSTANT, value=(PAPER, PAPER, PAPER)
    )


def _overlay(sample: Arrays) -> np.ndarray:
    """The target with its masks as tints and its landmarks as dots."""
    picture = _tile(sample["target"]).astype(np.float32)
    order = sorted(REGIONS, key=lambda region: region != "foundation")  # the largest beneath
    for region in order:
        mask = _tile(sample["masks"][REGIONS.index(region)])[..., None] / np.float32(255)
        strength = 0.18 if region in ("foundation", "blush") else 0.45
        picture += mask * strength * (np.array(COLOURS[region], np.float32) - picture)
    shown = np.rint(picture).astype(np.uint8)
    scale = TILE / sample["image"].shape[0]
    for x, y in sample["landmarks"][DRAWN]:
        at = [round(((value + 0.5) * scale - 0.5) * 16) for value in (float(x), float(y))]
        cv2.circle(shown, at, 8, (255, 255, 255), cv2.FILLED, cv2.LINE_AA, 4)  # half a pixel
    return shown


def _legend(width: int) -> np.ndarray:
    strip = np.full((22, width, 3), PAPER, np.uint8)
    x = 4
    for name, colour in (("stored | varied", None), *COLOURS.items()):
        if colour is not None:
            cv2.rectangle(strip, (x, 6), (x + 10, 16), colour, cv2.FILLED)
            x += 15
        cv2.putText(strip, name, (x, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.38, INK, 1, cv2.LINE_AA)
        x += cv2.getTextSize(name, cv2.FONT_HERSHEY_SIMPLEX, 0.38, 1)[0][0] + 14
    return strip


def _tile(picture: np.ndarray) -> np.ndarray:
    how = cv2.INTER_AREA if picture.shape[0] > TILE else cv2.INTER_LINEAR
    return cv2.resize(picture, (TILE, TILE), interpolation=how)


def _beside(tiles: Sequence[np.ndarray]) -> np.ndarray:
    gap = np.full((tiles[0].shape[0], GAP, 3), PAPER, np.uint8)
    return np.concatenate([part for tile in tiles for part in (gap, tile)][1:], axis=1)


def _above(tiles: Sequence[np.ndarray]) -> np.ndarray:
    gap = np.full((GAP, tiles[0].shape[1], 3), PAPER, np.uint8)
    return np.concatenate([part for tile in tiles for part in (gap, tile)][1:], axis=0)
