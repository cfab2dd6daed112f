"""How varied captions are: distinct n-grams, vocabulary, novelty, repeats, likeness among a set.

Distinct-n: Li et al. 2016 (arXiv 1510.03055). Div-n and mBLEU, of several captions of one picture:
Shetty et al. 2017 (arXiv 1703.10476). Novelty: share of captions that no training caption equals.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise

import numpy as np

from tryon.text.bleu import ORDER, Tokens, bleu, ngrams


def distinct(texts: Sequence[Tokens], n: int) -> float:
    """Different n-grams ÷ n-grams over all texts; 0 where there are none."""
    counts: Counter[tuple[str, ...]] = Counter()
    for text in texts:
        counts.update(ngrams(text, n))
    return len(counts) / counts.total() if counts else 0.0


def distinct_within(sets: Sequence[Sequence[Tokens]], n: int) -> float:
    """Mean over pictures of distinct-n among the captions of one picture (div-n)."""
    return float(np.mean([distinct(own, n) for own in sets])) if len(sets) else 0.0


def self_bleu(sets: Sequence[Sequence[Tokens]], order: int = ORDER) -> float:
    """BLEU of each caption against the others of its picture (mBLEU); 1 = all the same.

    Pictures with a single caption say nothing and are left out; NaN where no other is there.
    """
    captions, others = [], []
    for own in sets:
        for at, caption in enumerate(own if len(own) > 1 else ()):
            captions.append(caption)
            others.append([*own[:at], *own[at + 1 :]])
    return float(bleu(captions, others).corpus[order - 1]) if captions else float("nan")


def vocabulary(texts: Iterable[Tokens]) -> Counter[str]:
    """How often each word occurs."""
    return Counter(chain.from_iterable(texts))


def vocabulary_use(texts: Iterable[Tokens], known: Iterable[str]) -> float:
    """Share of the known words (those of the references) that the texts use."""
    words = set(known)
    return len(words & set(vocabulary(texts))) / len(words) if words else 0.0


def novelty(texts: Sequence[Tokens], seen: Iterable[Tokens]) -> float:
    """Share of the texts that equal none of those seen in training."""
    known = {tuple(text) for text in seen}
    return float(np.mean([tuple(text) not in known for text in texts])) if len(texts) else 0.0


def unique(texts: Sequence[Tokens]) -> float:
    """Different texts ÷ texts: near 0 where every picture gets the same caption."""
    return len({tuple(text) for text in texts}) / len(texts) if len(texts) else 0.0


def repeats(texts: Sequence[Tokens], n: int = 3) -> float:
    """Share of the texts that say a word twice in a row, or an n-gram twice."""
    if not len(texts):
        return 0.0
    return float(np.mean([repeats_itself(text, n) for text in texts]))


def repeats_itself(text: Tokens, n: int = 3) -> bool:
    """Whether a text says a word twice in a row, or an n-gram twice."""
    stutters = any(first == second for first, second in pairwise(text))
    return stutters or max(ngrams(text, n).values(), default=1) > 1
