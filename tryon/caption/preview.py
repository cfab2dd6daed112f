"""A sheet that shows what training will see: varied pictures and what is said of them."""

import json
from collections.abc import Callable, Sequence
from textwrap import wrap

import cv2
import numpy as np

from tryon.data.prepared import PreparedSplit

TILE, GAP, LINE = 128, 4, 16  # pixels
PAPER, INK = 250, (60, 60, 60)


def contact_sheet(
    split: PreparedSplit,
    policy: Callable[..., np.ndarray],
    seed: int = 0,
    rows: int = 6,
    columns: int = 6,
) -> np.ndarray:
    """Samples beside variations of them, with a caption below, uint8 RGB [H, W, 3].

    Args:
        split: Prepared samples; those shown are spread over it.
        policy: The training-time policy.
        seed: Of the variations.
        rows: Samples shown, at most as many as there are.
        columns: Variations of each.
    """
    picked = np.linspace(0, len(split) - 1, min(rows, len(split))).astype(int)
    lines = []
    for index in picked.tolist():
        image = np.asarray(split.arrays["image"][index])
        shown = [image, *(policy(image, (seed, number, index)) for number in range(columns))]
        tiles = [_tile(each) for each in shown]
        texts = json.loads(split.table["captions"].iloc[index])
        lines += [np.hstack(tiles), _text(texts[0], tiles[0].shape[1] * len(tiles))]
    sheet = np.vstack(lines)
    return cv2.copyMakeBorder(
        sheet, GAP, GAP, GAP, GAP, cv2.BORDER_CONSTANT, value=(PAPER, PAPER, PAPER)
    )


def _tile(image: np.ndarray) -> np.ndarray:
    sized = cv2.resize(image, (TILE, TILE), interpolation=cv2.INTER_AREA)
    return cv2.copyMakeBorder(sized, 0, 0, 0, GAP, cv2.BORDER_CONSTANT, value=(PAPER, PAPER, PAPER))


def _text(text: str, width: int) -> np.ndarray:
    line = np.full((LINE, width, 3), PAPER, np.uint8)
    plain = text.encode("ascii", "replace").decode()  # what the drawn letters have
    cv2.putText(line, plain, (2, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, INK, 1, cv2.LINE_AA)
    return line


def page(texts: Sequence[str], width: int = 380, columns: int = 58) -> np.ndarray:
    """Captions as a picture, a line or more each, uint8 RGB [H, width, 3]."""
    lines = [
        ("- " if place == 0 else "  ") + part
        for text in texts
        for place, part in enumerate(wrap(text, columns) or [""])
    ]
    return np.vstack([_text(line, width) for line in lines])
