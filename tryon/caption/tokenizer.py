"""Captions to ids: a word-level tokenizer of the `tokenizers` library, trained on the captions.

Whole words and not pieces of them: what a caption may not end with, what it may not repeat and
how long it may be are said in words, and the captions of one domain use few hundred.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from tryon.caption.vocabulary import BEGIN, END, PAD, SPECIAL, UNKNOWN
from tryon.errors import DataError

# words with their inner hyphens and apostrophes; any other mark is a word of its own
_WORD = Regex(r"[\p{L}\p{M}\p{N}]+(?:[-'’][\p{L}\p{M}\p{N}]+)*|[^\s\p{L}\p{M}\p{N}]")


def train_tokenizer(captions: Iterable[str], size: int, min_count: int = 1) -> str:
    """A tokenizer for these captions, as JSON; equal captions in any order give equal words.

    Args:
        captions: The training split's.
        size: Most words, the four special ones included; the rarest are left out.
        min_count: Words seen less often are left out.

    Raises:
        DataError: there is no word to learn.
    """
    tokenizer = _empty()
    trainer = trainers.WordLevelTrainer(
        vocab_size=size,
        min_frequency=min_count,
        special_tokens=list(SPECIAL),
        show_progress=False,
    )
    tokenizer.train_from_iterator(sorted(captions), trainer)
    if tokenizer.get_vocab_size() <= len(SPECIAL):
        raise DataError(
            f"the training captions have no word that occurs {min_count} times",
            code="no_words",
            hint="lower preprocess.min_count, or check the captions",
        )
    return str(tokenizer.to_str())


class Encoder:
    """Captions as rows of ids.

    Args:
        tokenizer: JSON of `train_tokenizer`.
        words: Most words of a caption; what is longer is cut.
    """

    def __init__(self, tokenizer: str, words: int) -> None:
        self._tokenizer = Tokenizer.from_str(tokenizer)
        self.words = words

    @property
    def length(self) -> int:
        """Of a row: the words, and one each that begins and ends."""
        return self.words + 2

    def __call__(self, captions: Sequence[str]) -> np.ndarray:
        """int64 [N, length]: begin, the words, end, and padding."""
        begin, end, pad = (SPECIAL.index(word) for word in (BEGIN, END, PAD))
        rows = np.full((len(captions), self.length), pad, np.int64)
        for row, encoded in zip(rows, self._tokenizer.encode_batch(list(captions)), strict=True):
            ids = [begin, *encoded.ids[: self.words], end]
            row[: len(ids)] = ids
        return rows


def _empty() -> Tokenizer:
    tokenizer = Tokenizer(models.WordLevel(unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(_WORD, "removed", invert=True)
    return tokenizer
