"""Which word may come next: length, repeats, and how a caption may end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

# Words no caption ends with: articles, prepositions, conjunctions, and verbs that want an object.
DANGLING = frozenset([
    "a", "an", "the", "this", "that", "these", "those", "and", "or", "but", "nor", "with",
    "without", "of", "in", "on", "at", "by", "to", "for", "from", "into", "onto", "over",
    "under", "behind", "beside", "between", "near", "against", "through", "as", "than", "who",
    "which", "whose", "while", "is", "are", "was", "were", "be", "has", "have", "had", "wears",
    "wearing", "wore", "holding", ",", ";", ":", "-", "&", "very",
])  # fmt: skip


@dataclass(frozen=True)
class Rules:
    """What every caption keeps to, whatever the network prefers.

    Attributes:
        begin: Id that begins captions.
        end: Id that ends them.
        never: Ids that are never said: padding, unknown.
        dangling: Ids a caption does not end with.
        min_words: Shortest caption.
        max_words: Longest caption.
        no_repeat: Length of the runs of words that are said once only; 0 = no limit. No word
            follows itself either, unless this is 0.
    """

    begin: int
    end: int
    never: frozenset[int] = frozenset()
    dangling: frozenset[int] = frozenset()
    min_words: int = 0
    max_words: int = 30
    no_repeat: int = 3

    @classmethod
    def of(
        cls, ids: Mapping[str, int], begin: str, end: str, never: Sequence[str] = (), **limits: int
    ) -> Self:
        """Rules for a vocabulary of words.

        Args:
            ids: Word → id.
            begin: The word that begins captions.
            end: The word that ends them.
            never: Words that are never said, where the vocabulary has them.
            limits: `min_words`, `max_words`, `no_repeat`.
        """
        return cls(
            ids[begin],
            ids[end],
            frozenset(ids[word] for word in never if word in ids),
            frozenset(ids[word] for word in DANGLING if word in ids),
            **limits,
        )

    @cached_property
    def silent(self) -> np.ndarray:
        """Ids that never follow, int64 [S]."""
        return np.array(sorted({self.begin, *self.never}), np.int64)

    def allowed(self, words: Sequence[int], size: int) -> np.ndarray:
        """Which ids may follow, bool [size]. There is always one: the end, if nothing else."""
        may = np.isfinite(self.forbid(np.zeros((1, size)), [words]))[0]
        return may if may.any() else np.arange(size) == self.end

    def forbid(self, odds: np.ndarray, prefixes: Sequence[Sequence[int]]) -> np.ndarray:
        """Log-probabilities [B, V] after these words, in place: −∞ where a word may not follow."""
        odds[:, self.silent] = -np.inf
        for row, words in zip(odds, prefixes, strict=True):
            if len(words) >= self.max_words:
                end = row[self.end]
                row.fill(-np.inf)
                row[self.end] = end
            elif unwanted := self._unwanted(words):
                row[unwanted] = -np.inf
        return odds

    def finished(self, words: Sequence[int]) -> tuple[int, ...]:
        """The words without a dangling end, which only a dead end can leave."""
        kept = list(words)
        while kept and kept[-1] in self.dangling:
            kept.pop()
        return tuple(kept)

    def _unwanted(self, words: Sequence[int]) -> list[int]:
        """Ids that may not follow these words, of those that may follow others."""
        unwanted: list[int] = []
        if len(words) < self.min_words or (words and words[-1] in self.dangling):
            unwanted.append(self.end)
        if len(words) == self.max_words - 1:
            unwanted += self.dangling
        if self.no_repeat:
            unwanted += self._said(words)
        return unwanted

    def _said(self, words: Sequence[int]) -> set[int]:
        """Ids that would repeat the last word, or a run of words."""
        reach = self.no_repeat - 1
        said = set(words[-1:])
        if len(words) > reach:
            last = tuple(words[len(words) - reach :])
            said |= {
                words[at + reach]
                for at in range(len(words) - reach)
                if tuple(words[at : at + reach]) == last
            }
        return said
