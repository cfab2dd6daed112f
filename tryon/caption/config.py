"""The caption section of params.yaml."""

from typing import Literal, Self

from pydantic import Field, model_validator

from tryon.config import Section, TaskConfig, ValidationConfig


class SampleConfig(Section):
    """Captions written for the rendered sample pictures."""

    references: int = Field(5, ge=1, le=20, description="captions per picture")
    variety: float = Field(
        0.3, gt=0, le=1, description="how likely each next phrasing is beside the one before it"
    )
    held_out_share: float = Field(
        0.1, gt=0, lt=0.5, description="of the attribute combinations, seen in the test split only"
    )


class CaptionValidation(ValidationConfig):
    """Adds what only captions have. Lengths are counted in words, as they are scored."""

    min_captions: int = Field(1, ge=1, le=100, description="per picture")
    max_captions: int = Field(20, ge=1, le=1000, description="per picture")
    min_words: int = Field(3, ge=1, le=100)
    max_words: int = Field(60, ge=1, le=10_000)
    max_characters: int = Field(400, ge=10, le=100_000)
    min_distinct: float = Field(
        0.6, gt=0, le=1, description="different captions ÷ captions of a picture"
    )
    min_letters: float = Field(
        0.6, ge=0, le=1, description="letters, marks and spaces ÷ characters of a caption"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for least, most in (("min_captions", "max_captions"), ("min_words", "max_words")):
            if getattr(self, least) > getattr(self, most):
                raise ValueError(
                    f"{least} {getattr(self, least)} is above {most} {getattr(self, most)}"
                )
        return self


class DecodingConfig(Section):
    """How captions are read off the network."""

    style: Literal["greedy", "beam", "sample"] = "beam"
    beams: int = Field(3, ge=1, le=32)
    length_penalty: float = Field(0.7, ge=0, le=3, description="exponent; above 0 favours length")
    temperature: float = Field(0.7, gt=0, le=5)
    top_p: float = Field(0.95, gt=0, le=1, description="nucleus; 1 = every word")
    min_words: int = Field(3, ge=0, le=100)
    max_words: int = Field(30, ge=1, le=200)
    no_repeat: int = Field(3, ge=0, le=10, description="n-grams said once only; 0 = no limit")
    max_likeness: float = Field(
        0.85, gt=0, le=1, description="two captions more alike than this are one; 1 = only copies"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min_words > self.max_words:
            raise ValueError(f"min_words {self.min_words} is above max_words {self.max_words}")
        return self


class Config(TaskConfig):
    """Everything about the caption task."""

    sample: SampleConfig = SampleConfig()
    validation: CaptionValidation = CaptionValidation()
    decoding: DecodingConfig = DecodingConfig()
