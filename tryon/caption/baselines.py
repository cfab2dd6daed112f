"""Captions without a network: the bar a network must clear."""

from collections import Counter
from dataclasses import dataclass

import cv2
import numpy as np

from tryon.caption.preparation import captions_of
from tryon.data.prepared import PreparedSplit
from tryon.errors import DataError
from tryon.text.bleu import Counted, bleu
from tryon.text.words import words

PRIOR, NEAREST = "no picture", "nearest picture"
TRIED = 120  # captions among which the prior is chosen
JUDGED = 240  # training pictures it is chosen on
LOOK = 8  # side at which pictures are compared, pixels


@dataclass(frozen=True)
class Telling:
    """What is told of a split: one caption per picture, and some more of each."""

    captions: list[str]
    sets: list[list[str]]


def prior(split: PreparedSplit, count: int) -> Telling:
    """The same captions for every picture: those that agree best with the training references.

    Args:
        split: Whose pictures are told of; the training split lies beside it.
        count: Captions in each set.
    """
    texts = captions_of(training(split))
    common = Counter(text for own in texts for text in own)
    picked = np.linspace(0, len(texts) - 1, min(JUDGED, len(texts))).astype(int)
    references = [Counted.of([words(text) for text in texts[at]]) for at in picked]
    scored = {
        text: bleu([words(text)] * len(references), references).corpus[-1]
        for text, _ in common.most_common(TRIED)
    }
    best = sorted(scored, key=lambda text: (-scored[text], text))[:count]
    return Telling([best[0]] * len(split), [best] * len(split))


def nearest(split: PreparedSplit, count: int) -> Telling:
    """The captions of the training picture that looks most alike at 8×8 pixels."""
    known = training(split)
    theirs, ours = (_small(each) for each in (known, split))
    apart = (ours**2).sum(1)[:, None] - 2 * ours @ theirs.T + (theirs**2).sum(1)
    texts = captions_of(known)
    sets = [texts[at][:count] for at in apart.argmin(1).tolist()]
    return Telling([own[0] for own in sets], sets)


def training(split: PreparedSplit) -> PreparedSplit:
    """The training split of a split's dataset.

    Raises:
        DataError: there is none.
    """
    known = PreparedSplit("train", split.folder.with_name("train"))
    if not known.folder.is_dir() or not len(known):
        raise DataError(f"no training split beside {split.folder}", hint="prepare the data again")
    return known


def _small(split: PreparedSplit) -> np.ndarray:
    """Pictures as rows of numbers, float32 [N, LOOK² · 3]."""
    rows = [
        cv2.resize(np.asarray(image), (LOOK, LOOK), interpolation=cv2.INTER_AREA).ravel()
        for image in split.arrays["image"]
    ]
    return np.stack(rows).astype(np.float32)
