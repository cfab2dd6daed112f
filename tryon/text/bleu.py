"""BLEU-1..4 of Papineni et al. 2002, with the conventions of the COCO caption evaluation.

Counts are summed over all captions before precisions are taken; per caption the reference length
nearest to the caption's counts, the shorter one of two. Two tiny numbers keep empty counts finite.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ORDER = 4
TINY, SMALL = 1e-15, 1e-9  # added above and below the line
Tokens = Sequence[str]


@dataclass(frozen=True)
class Bleu:
    """BLEU-1..4 of all captions together, and of each as if it were alone."""

    corpus: np.ndarray  # [4]
    each: np.ndarray  # [N, 4]


def ngrams(tokens: Tokens, n: int) -> Counter[tuple[str, ...]]:
    """How often each run of n tokens occurs."""
    return Counter(zip(*(tokens[at:] for at in range(n)), strict=False))


@dataclass(frozen=True)
class Counted:
    """What BLEU asks of one caption's references; counted once where many captions share them."""

    most: tuple[Counter[tuple[str, ...]], ...]  # by order: the largest count of each n-gram
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, references: Sequence[Tokens]) -> "Counted":
        """Count the n-grams of one or more references."""
        most: list[Counter[tuple[str, ...]]] = [Counter() for _ in range(ORDER)]
        for reference in references:
            for order, known in enumerate(most, 1):
                known |= ngrams(reference, order)
        return cls(tuple(most), tuple(map(len, references)))


def bleu(captions: Sequence[Tokens], references: Sequence[Sequence[Tokens] | Counted]) -> Bleu:
    """BLEU of captions against their references.

    Args:
        captions: N captions as tokens.
        references: Of each caption one or more references as tokens, or counted.
    """
    matched = np.zeros((len(captions), ORDER))
    guessed = np.zeros((len(captions), ORDER))
    lengths = np.zeros((len(captions), 2))
    for row, (caption, own) in enumerate(zip(captions, references, strict=True)):
        known = own if isinstance(own, Counted) else Counted.of(own)
        lengths[row] = len(caption), min((abs(r - len(caption)), r) for r in known.lengths)[1]
        for order, most in enumerate(known.most, 1):
            said = ngrams(caption, order)
            matched[row, order - 1] = sum(min(count, most[each]) for each, count in said.items())
            guessed[row, order - 1] = max(0, len(caption) - order + 1)
    return Bleu(_score(matched.sum(0), guessed.sum(0), lengths.sum(0)),
                _score(matched, guessed, lengths))  # fmt: skip


def _score(matched: np.ndarray, guessed: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Geometric means of the precisions [..., 4] times the brevity penalty of lengths [..., 2]."""
    precision = (matched + TINY) / (guessed + SMALL)
    means = np.cumprod(precision, axis=-1) ** (1 / np.arange(1, ORDER + 1))
    ratio = (lengths[..., :1] + TINY) / (lengths[..., 1:] + SMALL)
    with np.errstate(over="ignore"):
        return means * np.exp(np.minimum(0, 1 - 1 / ratio))
