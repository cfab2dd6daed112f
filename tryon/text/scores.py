"""Scores of captions against references, and the checks that say what is wrong with either."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tryon.errors import RequestError
from tryon.text.bleu import ORDER, Tokens, bleu
from tryon.text.cider import Frequencies, cider_d
from tryon.text.rouge import rouge_l
from tryon.text.words import words

NAMES = (*(f"bleu_{n + 1}" for n in range(ORDER)), "rouge_l", "cider_d")
TOKENS = "treebank-like tokens without Java"
FORMULAS = (
    "BLEU with the closest reference length over the whole set, ROUGE-L with β 1.2, "
    "CIDEr-D with document frequencies of the set's references"
)


@dataclass(frozen=True)
class Scores:
    """What captions scored, by the names in `NAMES`."""

    corpus: Mapping[str, float]  # all captions together; BLEU is no mean of single captions
    each: Mapping[str, np.ndarray]  # [N] every caption alone
    captions: int
    references: int


def score_texts(
    captions: Sequence[str],
    references: Sequence[Sequence[str]],
    frequencies: Frequencies | None = None,
    tokens_of: Callable[[str], list[str]] = words,
) -> Scores:
    """Score texts.

    Args:
        captions: N texts; one without words scores 0.
        references: Of each caption one or more texts, at least one of them with words.
        frequencies: For CIDEr-D, of a larger set of references.
        tokens_of: What makes tokens of a text: `str.split` where texts are tokens already.

    Raises:
        RequestError: those of `check_texts`, and `empty_reference`.
    """
    check_texts(captions, references)
    tokens = [tokens_of(text) for text in captions]
    theirs = [[tokens_of(text) for text in own] for own in references]
    for row, own in enumerate(theirs):
        if not any(own):
            raise RequestError(
                f"references[{row}]: none of {len(own)} texts has a word",
                code="empty_reference",
                hint="give at least one reference with words",
            )
    return score_tokens(tokens, theirs, frequencies)


def score_tokens(
    captions: Sequence[Tokens],
    references: Sequence[Sequence[Tokens]],
    frequencies: Frequencies | None = None,
) -> Scores:
    """Score captions that are tokens already, such as those of another tokenizer."""
    precision = bleu(captions, references)
    each = {f"bleu_{n + 1}": precision.each[:, n] for n in range(ORDER)}
    each["rouge_l"] = rouge_l(captions, references)
    each["cider_d"] = cider_d(captions, references, frequencies)
    corpus = {name: float(values.mean()) for name, values in each.items()}
    corpus |= {f"bleu_{n + 1}": float(precision.corpus[n]) for n in range(ORDER)}
    return Scores(corpus, each, len(captions), sum(map(len, references)))


def check_texts(captions: Sequence[str], references: Sequence[Sequence[str]]) -> None:
    """Whether captions and references can be scored together.

    Raises:
        RequestError: `no_captions`, `count_mismatch`, `no_references`, `not_text`.
    """
    for name, given in (("captions", captions), ("references", references)):
        _expect_list(given, name)
    if not len(captions):
        raise RequestError(
            "captions: got an empty list", code="no_captions", hint="give at least one caption"
        )
    if len(captions) != len(references):
        raise RequestError(
            f"got {len(captions)} captions and references for {len(references)}",
            code="count_mismatch",
            hint="references holds one list of texts per caption, in the same order",
        )
    for row, (caption, own) in enumerate(zip(captions, references, strict=True)):
        _expect_text(caption, f"captions[{row}]")
        _expect_list(own, f"references[{row}]")
        if not len(own):
            raise RequestError(
                f"references[{row}]: got an empty list",
                code="no_references",
                hint="give every caption at least one reference",
            )
        for at, text in enumerate(own):
            _expect_text(text, f"references[{row}][{at}]")


def _expect_list(value: object, name: str) -> None:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise RequestError(
            f"{name}: expected a list of texts, got {type(value).__name__}", code="not_text"
        )


def _expect_text(value: object, name: str) -> None:
    if not isinstance(value, str):
        raise RequestError(f"{name}: expected text, got {type(value).__name__}", code="not_text")
