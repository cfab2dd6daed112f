"""CIDEr-D of Vedantam et al. 2015 (arXiv 1411.5726), as the COCO caption evaluation computes it.

Words that many pictures' references share count little, words that few share count much: the
weights come from the references of a whole set. One picture alone therefore scores exactly 0,
unless the frequencies of a larger set are given.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from tryon.text.bleu import ORDER, Tokens, ngrams

SIGMA = 6.0  # of the penalty on a difference in length
Ngram = tuple[str, ...]


@dataclass(frozen=True)
class Frequencies:
    """In how many pictures' references each n-gram occurs."""

    counts: Counter[Ngram]
    pictures: int

    @classmethod
    def of(cls, references: Iterable[Sequence[Tokens]]) -> "Frequencies":
        """Count over the reference sets of pictures."""
        counts: Counter[Ngram] = Counter()
        pictures = 0
        for own in references:
            pictures += 1
            counts.update({each for r in own for n in range(ORDER) for each in ngrams(r, n + 1)})
        return cls(counts, pictures)

    def weight(self, ngram: Ngram) -> float:
        """Logarithm of the inverse document frequency."""
        return log(self.pictures) - log(max(1, self.counts[ngram]))


@dataclass(frozen=True)
class _Vector:
    """A text as weighted n-grams, by length of the n-gram."""

    weights: list[dict[Ngram, float]]
    norms: list[float]
    length: int  # bigrams, as the reference implementation has it


def cider_d(
    captions: Sequence[Tokens],
    references: Sequence[Sequence[Tokens]],
    frequencies: Frequencies | None = None,
) -> np.ndarray:
    """CIDEr-D of each caption against its references, float64 [N], 0 to 10.

    Args:
        captions: N captions as tokens.
        references: Of each caption one or more references as tokens.
        frequencies: Of a larger set; by default those of `references`.
    """
    known = frequencies or Frequencies.of(references)
    pairs = zip(captions, references, strict=True)
    return np.array([_one(caption, own, known) for caption, own in pairs], np.float64)


def _one(caption: Tokens, references: Sequence[Tokens], known: Frequencies) -> float:
    own = _vector(caption, known)
    scores = [_similarity(own, _vector(reference, known)) for reference in references]
    return 10.0 * float(np.mean(scores))


def _vector(tokens: Tokens, known: Frequencies) -> _Vector:
    weights = [
        {ngram: count * known.weight(ngram) for ngram, count in ngrams(tokens, n + 1).items()}
        for n in range(ORDER)
    ]
    norms = [float(np.sqrt(sum(w * w for w in each.values()))) for each in weights]
    return _Vector(weights, norms, max(0, len(tokens) - 1))


def _similarity(caption: _Vector, reference: _Vector) -> float:
    """Mean over n-gram lengths of the clipped cosine, less where the lengths differ."""
    total = 0.0
    parts = zip(caption.weights, reference.weights, caption.norms, reference.norms, strict=True)
    for own, theirs, norm, other in parts:
        product = sum(
            min(weight, theirs[ngram]) * theirs[ngram]
            for ngram, weight in own.items()
            if ngram in theirs
        )
        total += product / (norm * other) if norm and other else 0.0
    apart = caption.length - reference.length
    return total / ORDER * float(np.exp(-(apart**2) / (2 * SIGMA**2)))
