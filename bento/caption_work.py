"""What a thread does for one photo to be told: bytes in, captions and headers out."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from bento.headers import Stopwatch, model_headers
from bento.pictures import read, warm_up_codecs
from bento.schemas import Origin
from tryon.caption.config import DecodingConfig
from tryon.caption.predictor import Caption, Predictor
from tryon.caption.settings import Settings
from tryon.errors import Refusal, RequestError
from tryon.serving.bundle import Bundle
from tryon.vision.images import Limits


class CaptionInfo(BaseModel):
    """One caption of a photo."""

    text: str = Field(description="lower case, without a full stop")
    words: int = Field(ge=1, description="how many it has; a comma counts as a word")
    score: float = Field(
        le=0,
        description="mean natural log-probability per word under the model, the end counted as a "
        "word; 0 is certain. It says how sure the model is, not whether it is right",
    )
    probability: float = Field(
        ge=0, le=1, description="of a word, as a geometric mean: the score's exponential"
    )

    @classmethod
    def of(cls, caption: Caption) -> "CaptionInfo":
        """As the predictor has it."""
        return cls(
            text=caption.text,
            words=caption.words,
            score=caption.score,
            probability=caption.probability,
        )


class Captions(BaseModel):
    """What a photo shows."""

    captions: list[CaptionInfo] = Field(description="no two near copies; at most n")
    style: str = Field(description="of the first caption")
    seed: int = Field(description="the one to send again for the same captions")
    model: Origin


def warm_up(predictor: Predictor) -> None:
    """Let this thread's codecs and network load what they load once."""
    blank = warm_up_codecs()
    predictor.caption(np.random.default_rng(0).integers(0, 256, blank.shape, np.uint8))


def read_decoding(
    own: DecodingConfig, style: str, beams: int, temperature: float, top_p: float,
    min_words: int | None, max_words: int,
) -> DecodingConfig:  # fmt: skip
    """The model's own decoding with what a request asks for, each value in its range.

    Raises:
        RequestError: `invalid_length`, where the shortest caption is to be longer than the longest.
    """
    least = min(own.min_words, max_words) if min_words is None else min_words
    if least > max_words:
        raise RequestError(
            f"min_words {least} is above max_words {max_words}",
            code="invalid_length",
            hint="raise max_words or lower min_words",
        )
    asked: dict[str, Any] = {
        "style": style,
        "beams": beams,
        "temperature": temperature,
        "top_p": top_p,
        "min_words": least,
        "max_words": max_words,
    }
    return own.model_copy(update=asked)


@dataclass(frozen=True)
class Work:
    """The captions of one model, for photos within limits."""

    bundle: Bundle
    limits: Limits

    @cached_property
    def decoding(self) -> DecodingConfig:
        """The model's own."""
        return self.bundle.settings("caption", Settings).decoding

    def caption(
        self, predictor: Predictor, photo: bytes, count: int, decoding: DecodingConfig, seed: int
    ) -> tuple[Captions, dict[str, str]]:
        """Captions of a photo, and the headers of the answer.

        Raises:
            ImageError: the photo cannot be read.
            Refusal: `too_small`, `blank`, `no_caption`.
        """
        watch = Stopwatch("caption")
        with watch.stage("decode"):
            image = read(photo, self.limits)
        with watch.stage("caption"):
            told = predictor.caption(image, count, decoding, seed)
        if not told:
            raise Refusal(
                "the model has nothing to say of this photo",
                code="no_caption",
                hint="try another style or a lower min_words",
            )
        answer = Captions(
            captions=[CaptionInfo.of(each) for each in told],
            style=decoding.style,
            seed=seed,
            model=Origin.of(self.bundle),
        )
        return answer, model_headers(self.bundle) | watch.header()
