"""Which word may come next: length, repeats, and how a caption may end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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

    def allowed(self, words: Sequence[int], size: int) -> np.ndarray:
        """Which ids may follow, bool [size]. There is always one: the end, if nothing else."""
        only_end = np.zeros(size, bool)
        only_end[self.end] = True
        if len(words) >= self.max_words:
            return only_end
        may = np.ones(size, bool)
        may[[self.begin, *self.never]] = False
        if len(words) < self.min_words or (words and words[-1] in self.dangling):
            may[self.end] = False
        if len(words) == self.max_words - 1:
            may[list(self.dangling)] = False
        if self.no_repeat:
            may[list(self._said(words))] = False
        return may if may.any() else only_end

    def finished(self, words: Sequence[int]) -> tuple[int, ...]:
        """The words without a dangling end, which only a dead end can leave."""
        kept = list(words)
        while kept and kept[-1] in self.dangling:
            kept.pop()
        return tuple(kept)

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
