"""Figures of captions for evaluations: agreement with references, and variety.

One protocol for every number: lower-case treebank tokens of `tryon.text.words`, punctuation
dropped; BLEU, ROUGE-L and CIDEr-D as the COCO caption evaluation computes them, equal to it to the
last digits (METEOR and SPICE need Java and are not computed).
"""

from collections.abc import Sequence

from tryon.metrics.result import Metric
from tryon.text import variety
from tryon.text.bleu import Counted, Tokens, bleu
from tryon.text.cider import Frequencies
from tryon.text.scores import FORMULAS, TOKENS, check_texts, score_tokens
from tryon.text.words import words

PROTOCOL = f"{TOKENS}; {FORMULAS}"
AGREEMENT = (
    Metric("bleu_1", "BLEU-1", "higher", meaning="words that a reference has", digits=3),
    Metric("bleu_2", "BLEU-2", "higher", meaning="with runs of two words", digits=3),
    Metric("bleu_3", "BLEU-3", "higher", meaning="with runs of three words", digits=3),
    Metric("bleu_4", "BLEU-4", "higher", meaning="with runs of four words", digits=3),
    Metric("rouge_l", "ROUGE-L", "higher", meaning="longest common subsequence", digits=3),
    Metric("cider_d", "CIDEr-D", "higher", meaning="agreement on telling words, 0-10", digits=3),
)
VARIETY = (
    Metric("distinct_1", "distinct-1", "higher", meaning="different words ÷ words", digits=3),
    Metric("distinct_2", "distinct-2", "higher", meaning="different pairs ÷ pairs", digits=3),
    Metric("unique", "unique", "higher", meaning="different captions ÷ captions", digits=3),
    Metric("vocabulary", "vocabulary", "higher", "words", "different words in use", digits=0),
    Metric(
        "vocabulary_use", "vocabulary use", "higher", "", "share of the references' words", digits=3
    ),
    Metric("novelty", "novelty", "none", meaning="captions never seen in training", digits=3),
    Metric("repeats", "repeats", "lower", meaning="captions that repeat themselves", digits=3),
)
SEVERAL = (
    Metric("div_1", "div-1", "higher", meaning="distinct-1 within a picture's set", digits=3),
    Metric("div_2", "div-2", "higher", meaning="distinct-2 within a picture's set", digits=3),
    Metric("self_bleu", "mBLEU-4", "lower", meaning="BLEU-4 against the set's others", digits=3),
)


def agreement(
    captions: Sequence[str],
    references: Sequence[Sequence[str]],
    frequencies: Frequencies | None = None,
) -> dict[str, float]:
    """The figures of `AGREEMENT` over a split: one caption per picture, one or more references.

    Raises:
        RequestError: those of `tryon.text.scores.check_texts`.
    """
    check_texts(captions, references)
    theirs = [[words(text) for text in own] for own in references]
    return dict(score_tokens([words(text) for text in captions], theirs, frequencies).corpus)


def sampled_bleu(sets: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> float:
    """BLEU-4 of every caption of every picture's set; NaN where no set has one."""
    counted = [Counted.of([words(text) for text in own]) for own in references]
    theirs = [known for own, known in zip(sets, counted, strict=True) for _ in own]
    captions = [words(text) for own in sets for text in own]
    return float(bleu(captions, theirs).corpus[-1]) if captions else float("nan")


def one_each(
    captions: Sequence[str], references: Sequence[Sequence[str]], training: Sequence[str] = ()
) -> dict[str, float]:
    """The figures of `VARIETY` over a split: one caption per picture.

    Args:
        captions: One per picture.
        references: Of each picture; their words are the vocabulary that could be used.
        training: Captions seen in training; without any there is no figure of novelty.
    """
    tokens = [words(text) for text in captions]
    known = variety.vocabulary(words(text) for own in references for text in own)
    figures = {
        "distinct_1": variety.distinct(tokens, 1),
        "distinct_2": variety.distinct(tokens, 2),
        "unique": variety.unique(tokens),
        "vocabulary": float(len(variety.vocabulary(tokens))),
        "vocabulary_use": variety.vocabulary_use(tokens, known),
        "repeats": variety.repeats(tokens),
    }
    if len(training):
        figures["novelty"] = variety.novelty(tokens, map(words, training))
    return figures


def several_each(sets: Sequence[Sequence[str]]) -> dict[str, float]:
    """The figures of `SEVERAL`: some captions of each picture."""
    tokens: list[list[Tokens]] = [[words(text) for text in own] for own in sets]
    return {
        "div_1": variety.distinct_within(tokens, 1),
        "div_2": variety.distinct_within(tokens, 2),
        "self_bleu": variety.self_bleu(tokens),
    }
