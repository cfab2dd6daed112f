"""Face parsing labels: the canonical coding, the codings in circulation, and telling them apart.

Four different codings circulate under the same file names; mixing them up is the usual cause of
bad makeup transfer, so the coding is detected from the geometry of a face, not believed.
"Left" is the subject's left: the right half of the picture.
"""

from collections.abc import Iterable
from enum import IntEnum

import numpy as np

from tryon.errors import DataError


class Label(IntEnum):
    """Canonical labels: the order of BiSeNet face parsing, then beard and hand."""

    BACKGROUND = 0
    SKIN = 1
    LEFT_BROW = 2
    RIGHT_BROW = 3
    LEFT_EYE = 4
    RIGHT_EYE = 5
    GLASSES = 6
    LEFT_EAR = 7
    RIGHT_EAR = 8
    EARRING = 9
    NOSE = 10
    MOUTH = 11  # the interior: teeth, tongue
    UPPER_LIP = 12
    LOWER_LIP = 13
    NECK = 14
    NECKLACE = 15
    CLOTH = 16
    HAIR = 17
    HAT = 18
    BEARD = 19  # beard and moustache
    HAND = 20
    UNKNOWN = 255


_L = Label
# Position = the value in the file. Sources: A PSGAN `psgan/solver.py`; B SCGAN
# `scripts/handle_parsing.py`; C zllrunning/face-parsing.PyTorch; D CelebAMask-HQ, as SHMT uses it.
CODINGS: dict[str, tuple[Label, ...]] = {
    "A": (
        _L.BACKGROUND, _L.SKIN, _L.LEFT_BROW, _L.RIGHT_BROW, _L.LEFT_EYE, _L.RIGHT_EYE, _L.NOSE,
        _L.UPPER_LIP, _L.MOUTH, _L.LOWER_LIP, _L.HAIR, _L.LEFT_EAR, _L.RIGHT_EAR, _L.NECK,
    ),
    "B": (
        _L.BACKGROUND, _L.RIGHT_EYE, _L.RIGHT_BROW, _L.LEFT_EAR, _L.SKIN, _L.RIGHT_EAR,
        _L.LEFT_EYE, _L.LEFT_BROW, _L.NOSE, _L.UPPER_LIP, _L.NECK, _L.MOUTH, _L.HAIR, _L.LOWER_LIP,
    ),
    "C": tuple(Label)[:19],
    "D": (
        _L.BACKGROUND, _L.SKIN, _L.NOSE, _L.GLASSES, _L.LEFT_EYE, _L.RIGHT_EYE, _L.LEFT_BROW,
        _L.RIGHT_BROW, _L.LEFT_EAR, _L.RIGHT_EAR, _L.MOUTH, _L.UPPER_LIP, _L.LOWER_LIP, _L.HAIR,
        _L.HAT, _L.EARRING, _L.NECKLACE, _L.NECK, _L.CLOTH,
    ),
}  # fmt: skip
CODING_NAMES = {
    "A": "MT native, 14 labels",
    "B": "SCGAN converted, 14 labels",
    "C": "BiSeNet face parsing, 19 labels",
    "D": "CelebAMask-HQ order, 19 labels",
}
LIPS = (Label.UPPER_LIP, Label.LOWER_LIP)
EYES = (Label.LEFT_EYE, Label.RIGHT_EYE)
CANONICAL = frozenset(int(label) for label in Label)

# A face reads from top to bottom and from the picture's left to its right in these orders.
_BELOW = (
    (_L.LEFT_BROW, _L.LEFT_EYE), (_L.RIGHT_BROW, _L.RIGHT_EYE), (_L.LEFT_EYE, _L.NOSE),
    (_L.RIGHT_EYE, _L.NOSE), (_L.NOSE, _L.UPPER_LIP), (_L.UPPER_LIP, _L.LOWER_LIP),
    (_L.LOWER_LIP, _L.NECK), (_L.LOWER_LIP, _L.CLOTH), (_L.HAIR, _L.UPPER_LIP),
    (_L.HAT, _L.LEFT_EYE), (_L.NOSE, _L.MOUTH),
)  # fmt: skip
_RIGHTWARD = (
    (_L.RIGHT_EYE, _L.LEFT_EYE), (_L.RIGHT_BROW, _L.LEFT_BROW), (_L.RIGHT_EAR, _L.LEFT_EAR),
    (_L.RIGHT_EYE, _L.NOSE), (_L.NOSE, _L.LEFT_EYE), (_L.RIGHT_EAR, _L.NOSE),
    (_L.NOSE, _L.LEFT_EAR), (_L.RIGHT_EYE, _L.UPPER_LIP), (_L.UPPER_LIP, _L.LEFT_EYE),
    (_L.RIGHT_EYE, _L.LOWER_LIP), (_L.LOWER_LIP, _L.LEFT_EYE), (_L.RIGHT_BROW, _L.NOSE),
    (_L.NOSE, _L.LEFT_BROW),
)  # fmt: skip
# Parts that cover less than this share of the skin.
_SMALL = (
    _L.LEFT_BROW, _L.RIGHT_BROW, _L.LEFT_EYE, _L.RIGHT_EYE, _L.NOSE, _L.MOUTH, _L.UPPER_LIP,
    _L.LOWER_LIP, _L.LEFT_EAR, _L.RIGHT_EAR,
)  # fmt: skip
_SHARE = 0.25
_MIN_PIXELS = 4  # a part smaller than this has no meaningful centre
_MIN_SCORE = 0.8
_MIN_LEAD = 0.05


def to_canonical(mask: np.ndarray, coding: str) -> np.ndarray:
    """Translate a label map uint8 [H, W] of coding A-D; values it does not know become 255.

    Raises:
        DataError: `unknown_coding`.
    """
    if coding not in CODINGS:
        raise DataError(
            f"unknown label coding {coding!r}",
            code="unknown_coding",
            hint="; ".join(f"{name} = {text}" for name, text in CODING_NAMES.items()),
        )
    table = np.full(256, Label.UNKNOWN, np.uint8)
    table[: len(CODINGS[coding])] = CODINGS[coding]
    return table[mask]


def detect_coding(masks: Iterable[np.ndarray]) -> tuple[str, str]:
    """Tell the coding of label maps uint8 [H, W] of upright faces, by where the parts lie.

    Each coding is scored by the share of facts of a face that hold when the maps are read with
    it: brows above eyes above nose above lips, the left side right of the right one, skin much
    larger than each part of the face.

    Returns:
        The coding's letter and the reason, fit to be printed.

    Raises:
        DataError: `unknown_coding` when no coding fits, or two fit equally well.
    """
    scores: dict[str, list[float]] = {name: [] for name in CODINGS}
    highest, count = 0, 0
    for mask in masks:
        count += 1
        highest = max(highest, _highest(mask))
        for name, score in coding_fits(mask).items():
            scores[name].append(score)
    mean = {
        name: float(np.mean(values)) if values and highest < len(CODINGS[name]) else 0.0
        for name, values in scores.items()
    }
    told = ", ".join(f"{name} {score:.2f}" for name, score in mean.items())
    best, second = sorted(mean, key=lambda name: -mean[name])[:2]
    if mean[best] < _MIN_SCORE or mean[best] - mean[second] < _MIN_LEAD:
        raise DataError(
            f"the label coding of {count} masks cannot be told: fit {told}; "
            f"highest value {highest}",
            code="unknown_coding",
            hint="name it with --coding A, B, C or D",
        )
    reason = f"{CODING_NAMES[best]}; fit over {count} masks: {told}; highest value {highest}"
    return best, reason


def coding_fits(mask: np.ndarray) -> dict[str, float]:
    """Coding → share of the facts of an upright face that hold in a map uint8 [H, W] read with it.

    The canonical coding is C, with labels above it. Codings that lack a value of the map are left
    out; nothing is told where too few parts are visible to judge.
    """
    parts, highest = _parts(mask), _highest(mask)
    fits = {
        name: _score(parts, order)
        for name, order in CODINGS.items()
        if highest < len(order) or (name == "C" and highest in CANONICAL)
    }
    return {name: fit for name, fit in fits.items() if fit is not None}


def _highest(mask: np.ndarray) -> int:
    return int(mask[mask != Label.UNKNOWN].max(initial=0))


def _parts(mask: np.ndarray) -> dict[int, tuple[int, float, float]]:
    """Value → (pixels, centre row, centre column)."""
    rows, columns = np.indices(mask.shape, dtype=np.float32)
    flat = mask.ravel()
    pixels = np.bincount(flat, minlength=256)
    row_sums = np.bincount(flat, rows.ravel(), minlength=256)
    column_sums = np.bincount(flat, columns.ravel(), minlength=256)
    return {
        int(value): (
            int(pixels[value]),
            row_sums[value] / pixels[value],
            column_sums[value] / pixels[value],
        )
        for value in np.flatnonzero(pixels >= _MIN_PIXELS)
    }


def _score(parts: dict[int, tuple[int, float, float]], order: tuple[Label, ...]) -> float | None:
    """Share of the facts that hold; None where fewer than four can be tested."""
    named = {order[value]: part for value, part in parts.items() if value < len(order)}
    facts = [named[a][1] < named[b][1] for a, b in _BELOW if a in named and b in named]
    facts += [named[a][2] < named[b][2] for a, b in _RIGHTWARD if a in named and b in named]
    if Label.SKIN in named:
        facts += [
            named[part][0] < _SHARE * named[Label.SKIN][0] for part in _SMALL if part in named
        ]
    return sum(facts) / len(facts) if len(facts) >= 4 else None
