"""Labels and keypoints of whole persons: the canonical ones, and the field's other codings.

"Left" is the subject's left: the right half of the picture.
"""

from collections.abc import Iterable, Mapping
from enum import IntEnum

import numpy as np

from tryon.errors import DataError


class Part(IntEnum):
    """Canonical labels: LIP and CIHP, 20 values. 10 is the skin of neck and torso, as in CIHP."""

    BACKGROUND = 0
    HAT = 1
    HAIR = 2
    GLOVE = 3
    GLASSES = 4
    UPPER = 5
    DRESS = 6
    COAT = 7
    SOCKS = 8
    TROUSERS = 9  # long or short
    SKIN = 10
    SCARF = 11
    SKIRT = 12
    FACE = 13  # with ears
    LEFT_ARM = 14  # with the hand
    RIGHT_ARM = 15
    LEFT_LEG = 16
    RIGHT_LEG = 17
    LEFT_SHOE = 18
    RIGHT_SHOE = 19
    UNKNOWN = 255


PARTS = frozenset(int(part) for part in Part if part is not Part.UNKNOWN)
CLOTHES: Mapping[str, tuple[Part, ...]] = {
    "upper": (Part.UPPER, Part.COAT),
    "lower": (Part.TROUSERS, Part.SKIRT),
    "whole": (Part.DRESS,),
}

_P = Part
# Position = the value in the file. Sources: LIP cp-vton-plus `cp_dataset.py`, where 20 is skin;
# ATR aimagelab/dress-code README. Bags (16) and belts (8) have no canonical label: a bag is no
# part of the person, a belt belongs to what it holds.
CODINGS: dict[str, tuple[Part, ...]] = {
    "LIP": (*tuple(Part)[:20], _P.SKIN),
    "ATR": (
        _P.BACKGROUND, _P.HAT, _P.HAIR, _P.GLASSES, _P.UPPER, _P.SKIRT, _P.TROUSERS, _P.DRESS,
        _P.TROUSERS, _P.LEFT_SHOE, _P.RIGHT_SHOE, _P.FACE, _P.LEFT_LEG, _P.RIGHT_LEG, _P.LEFT_ARM,
        _P.RIGHT_ARM, _P.BACKGROUND, _P.SCARF,
    ),
}  # fmt: skip
CODING_NAMES = {"LIP": "LIP and CIHP, 20 labels", "ATR": "ATR, 18 labels"}
# Facts of an upright person in front view: (what lies higher, what lies lower).
_ABOVE = (
    (_P.HAIR, _P.FACE), (_P.FACE, _P.UPPER), (_P.FACE, _P.DRESS), (_P.FACE, _P.COAT),
    (_P.UPPER, _P.TROUSERS), (_P.UPPER, _P.SKIRT), (_P.TROUSERS, _P.LEFT_SHOE),
    (_P.TROUSERS, _P.RIGHT_SHOE), (_P.FACE, _P.LEFT_ARM), (_P.FACE, _P.RIGHT_ARM),
    (_P.LEFT_LEG, _P.LEFT_SHOE), (_P.RIGHT_LEG, _P.RIGHT_SHOE), (_P.UPPER, _P.LEFT_LEG),
    (_P.UPPER, _P.RIGHT_LEG), (_P.HAIR, _P.UPPER), (_P.GLASSES, _P.UPPER), (_P.FACE, _P.TROUSERS),
    (_P.FACE, _P.SKIRT), (_P.HAT, _P.FACE), (_P.FACE, _P.LEFT_LEG), (_P.FACE, _P.RIGHT_LEG),
)  # fmt: skip
_RIGHTWARD = (
    (_P.RIGHT_ARM, _P.LEFT_ARM), (_P.RIGHT_LEG, _P.LEFT_LEG), (_P.RIGHT_SHOE, _P.LEFT_SHOE),
)  # fmt: skip
_LARGER = (  # (what covers more, what covers less)
    (_P.UPPER, _P.GLASSES), (_P.UPPER, _P.HAT), (_P.FACE, _P.GLASSES), (_P.UPPER, _P.SOCKS),
    (_P.UPPER, _P.LEFT_SHOE), (_P.UPPER, _P.RIGHT_SHOE), (_P.UPPER, _P.SCARF),
)  # fmt: skip
_MIN_PIXELS = 12
_MIN_LEAD = 0.05

# OpenPose's order of COCO, 18 points.
KEYPOINTS = (
    "nose", "neck", "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow",
    "left_wrist", "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle",
    "right_eye", "left_eye", "right_ear", "left_ear",
)  # fmt: skip
BODY_25 = (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)  # 8 is the middle hip
# MediaPipe pose's 33 points in that order; the neck is the middle of the shoulders (None).
MEDIAPIPE = (0, None, 12, 14, 16, 11, 13, 15, 24, 26, 28, 23, 25, 27, 5, 2, 8, 7)


def to_canonical(labels: np.ndarray, coding: str) -> np.ndarray:
    """Translate a label map uint8 [H, W]; values the coding does not know become 255.

    Raises:
        DataError: `unknown_coding`.
    """
    if coding not in CODINGS:
        raise unknown_coding(coding)
    table = np.full(256, Part.UNKNOWN, np.uint8)
    table[: len(CODINGS[coding])] = CODINGS[coding]
    return table[labels]


def unknown_coding(coding: str) -> DataError:
    """The error for a coding that does not exist."""
    return DataError(
        f"unknown label coding {coding!r}",
        code="unknown_coding",
        hint="; ".join(f"{name} = {text}" for name, text in CODING_NAMES.items()),
    )


def detect_coding(maps: Iterable[np.ndarray]) -> tuple[str, str]:
    """Tell the coding of label maps uint8 [H, W] of upright persons, by where the parts lie.

    Returns:
        The coding's name and the reason, fit to be printed.

    Raises:
        DataError: `unknown_coding` when none fits or both fit equally well.
    """
    scores: dict[str, list[float]] = {name: [] for name in CODINGS}
    highest = 0
    for labels in maps:
        highest = max(highest, int(labels[labels != Part.UNKNOWN].max(initial=0)))
        for name, score in coding_fits(labels).items():
            scores[name].append(score)
    mean = {
        name: float(np.mean(values)) if values and highest < len(CODINGS[name]) else 0.0
        for name, values in scores.items()
    }
    told = ", ".join(f"{name} {score:.2f}" for name, score in mean.items())
    best, second = sorted(mean, key=lambda name: -mean[name])[:2]
    if mean[best] - mean[second] < _MIN_LEAD:
        raise DataError(
            f"the label coding cannot be told: fit {told}; highest value {highest}",
            code="unknown_coding",
            hint=f"name it with --coding {' or '.join(CODINGS)}",
        )
    return best, f"{CODING_NAMES[best]}; fit {told}; highest value {highest}"


def coding_fits(labels: np.ndarray) -> dict[str, float]:
    """Coding → share of the facts of an upright person that hold in a map read with it."""
    rows, columns = np.indices(labels.shape, dtype=np.float32)
    flat = labels.ravel()
    pixels = np.bincount(flat, minlength=256)
    shown = np.flatnonzero(pixels >= _MIN_PIXELS)
    down = np.bincount(flat, rows.ravel(), minlength=256)[shown] / pixels[shown]
    across = np.bincount(flat, columns.ravel(), minlength=256)[shown] / pixels[shown]
    fits = {}
    for name, order in CODINGS.items():
        inside = [i for i, value in enumerate(shown) if value < len(order)]
        place = {order[shown[i]]: (down[i], across[i], pixels[shown[i]]) for i in inside}
        facts = [place[a][0] < place[b][0] for a, b in _ABOVE if a in place and b in place]
        facts += [place[a][1] < place[b][1] for a, b in _RIGHTWARD if a in place and b in place]
        facts += [place[a][2] > place[b][2] for a, b in _LARGER if a in place and b in place]
        if len(facts) >= 3 and shown[shown != Part.UNKNOWN].max(initial=0) < len(order):
            fits[name] = float(np.mean(facts))
    return fits
