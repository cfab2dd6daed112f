"""Figures of a caption dataset for its card: words, lengths, how far the texts differ."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tryon.text.variety import vocabulary
from tryon.text.words import words

FEW = 5  # a word must be seen more often than that to enter published vocabularies


def caption_figures(captions: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, Any]:
    """Figures as plain JSON values.

    Args:
        captions: Split → the captions of each picture.
    """
    tokens = {
        name: [words(text) for own in part for text in own] for name, part in captions.items()
    }
    every = [own for part in tokens.values() for own in part]
    lengths = np.array([len(own) for own in every])
    counts = vocabulary(every)
    trained = set(vocabulary(tokens.get("train", ())))
    figures: dict[str, Any] = {
        "pictures": sum(map(len, captions.values())),
        "captions": len(every),
        "different": len({tuple(own) for own in every}),
        "vocabulary": len(counts),
        "rare_words": sum(count <= FEW for count in counts.values()),
        "unseen_words": sorted(set(counts) - trained) if trained else [],
        "most_common": [word for word, _ in counts.most_common(10)],
    }
    if len(every):
        few, middle, many = np.percentile(lengths, (5, 50, 95))
        figures["words"] = {
            "least": int(lengths.min()),
            "p5": float(few),
            "median": float(middle),
            "mean": round(float(lengths.mean()), 2),
            "p95": float(many),
            "most": int(lengths.max()),
        }
    return figures
