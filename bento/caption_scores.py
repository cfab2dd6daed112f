"""Captions that clients score against references: what they send and what they get."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bento.headers import Stopwatch
from tryon.errors import RequestError
from tryon.text.scores import FORMULAS, TOKENS, score_texts
from tryon.text.words import words

MOST_CAPTIONS, MOST_REFERENCES, MOST_CHARACTERS = 2_000, 50, 1_000
MOST_CHARACTERS_OF_ALL = 500_000
ALONE = "CIDEr-D of a single caption is 0: it weighs words by how few of several pictures have them"

Text = Annotated[str, Field(max_length=MOST_CHARACTERS)]
References = Annotated[list[Text], Field(min_length=1, max_length=MOST_REFERENCES, fail_fast=True)]


class TextsToScore(BaseModel):
    """Captions and their references, in the same order."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    captions: Annotated[list[Text], Field(fail_fast=True)] = Field(
        min_length=1,
        max_length=MOST_CAPTIONS,
        description=f"at most {MOST_CHARACTERS_OF_ALL:,} characters with their references",
        examples=[["a man rides a wave on a surfboard", "a red dress"]],
    )
    references: Annotated[list[References], Field(fail_fast=True)] = Field(
        min_length=1,
        max_length=MOST_CAPTIONS,
        description="per caption one text or more",
        examples=[[["a surfer rides a large wave"], ["a long red dress", "a dress in red"]]],
    )
    tokenized: bool = Field(
        False, description="the texts are tokens with spaces between them, of another tokenizer"
    )

    @property
    def characters(self) -> int:
        """Of all texts."""
        texts = (*self.captions, *(text for own in self.references for text in own))
        return sum(map(len, texts))


class TextScore(BaseModel):
    """How well captions agree with references; higher is better."""

    bleu_1: float = Field(ge=0, description="words that a reference has, 0 to 1")
    bleu_2: float = Field(ge=0, description="with runs of two words, 0 to 1")
    bleu_3: float = Field(ge=0, description="with runs of three words, 0 to 1")
    bleu_4: float = Field(ge=0, description="with runs of four words, 0 to 1")
    rouge_l: float = Field(ge=0, description="longest common subsequence, 0 to 1")
    cider_d: float = Field(ge=0, description="agreement on telling words, 0 to 10")


class TextScores(BaseModel):
    """The scores of captions, together and each alone."""

    corpus: TextScore = Field(description="all captions together; BLEU is no mean of single ones")
    each: list[TextScore] = Field(description="each caption alone, in the order given")
    captions: int
    references: int
    protocol: str = Field(description="tokens and conventions, to be named beside the figures")
    notes: list[str] = Field(description="what to know before comparing these figures")


def scored(texts: TextsToScore) -> tuple[TextScores, dict[str, str]]:
    """Score texts; and the headers of the answer.

    Raises:
        RequestError: `too_much_text`, `count_mismatch` or `empty_reference`.
    """
    if texts.characters > MOST_CHARACTERS_OF_ALL:
        raise RequestError(
            f"got {texts.characters:,} characters, at most {MOST_CHARACTERS_OF_ALL:,} are scored "
            "at a time",
            code="too_much_text",
            hint="score a part; CIDEr-D and BLEU of parts cannot be averaged",
        )
    watch = Stopwatch("caption")
    with watch.stage("score"):
        found = score_texts(
            texts.captions, texts.references, tokens_of=str.split if texts.tokenized else words
        )
    rows = zip(*found.each.values(), strict=True)
    answer = TextScores(
        corpus=TextScore(**found.corpus),
        each=[TextScore(**dict(zip(found.each, row, strict=True))) for row in rows],
        captions=found.captions,
        references=found.references,
        protocol=f"{'tokens as given' if texts.tokenized else TOKENS}; {FORMULAS}",
        notes=[ALONE] if found.captions == 1 else [],
    )
    return answer, watch.header()
