"""ROUGE-L of Lin 2004, with the conventions of the COCO caption evaluation.

β is 1.2, and the best precision and the best recall are taken over the references independently.
The longest common subsequence is counted 60 words at a time, in the bits of an integer (Hyyrö
2004, "Bit-parallel LCS-length computation revisited"), so that long texts cost little.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence

import numpy as np

from tryon.text.bleu import Tokens

BETA = 1.2


def rouge_l(captions: Sequence[Tokens], references: Sequence[Sequence[Tokens]]) -> np.ndarray:
    """ROUGE-L of each caption against its references, float64 [N]; 0 for a caption of no words."""
    pairs = zip(captions, references, strict=True)
    return np.array([_one(caption, own) for caption, own in pairs], np.float64)


def common_length(first: Sequence[Hashable], second: Sequence[Hashable]) -> int:
    """Length of the longest common subsequence."""
    places: defaultdict[Hashable, int] = defaultdict(int)
    for at, word in enumerate(first):
        places[word] |= 1 << at
    everywhere = (1 << len(first)) - 1
    row = everywhere
    for word in second:
        if word in places:
            hits = row & places[word]
            row = ((row + hits) | (row - hits)) & everywhere
    return len(first) - row.bit_count()


def _one(caption: Tokens, references: Sequence[Tokens]) -> float:
    if not caption:
        return 0.0
    common = [(common_length(caption, reference), len(reference)) for reference in references]
    precision = max(length for length, _ in common) / len(caption)
    recall = max(length / own if own else 0.0 for length, own in common)
    if not precision or not recall:
        return 0.0
    return (1 + BETA**2) * precision * recall / (recall + BETA**2 * precision)
