"""From a photo to captions: numpy and ONNX Runtime."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path

import numpy as np

from tryon.caption.config import DecodingConfig
from tryon.caption.decoding import several
from tryon.caption.pictures import fitted
from tryon.caption.settings import Settings
from tryon.caption.telling import Teller
from tryon.errors import ImageError, Refusal
from tryon.serving.bundle import Bundle
from tryon.serving.session import OnnxSession

MIN_SIDE = 32  # pixels of a photo's shorter side; less shows nothing to tell of
BLANK = 2.0  # of 255: a picture whose colours deviate less from their mean is blank


@dataclass(frozen=True)
class Caption:
    """One caption of a photo.

    Attributes:
        text: Lower case, without a full stop.
        words: How many it has, as `min_words` and `max_words` count them: a comma is one.
        score: Mean natural log-probability per word under the network, the end counted as a word;
            0 is certain, the lower the less likely. It says how sure the network is of its words,
            not whether they are true.
    """

    text: str
    words: int
    score: float

    @property
    def probability(self) -> float:
        """Of a word, as a geometric mean: the score's exponential, 0 to 1."""
        return exp(self.score)


class Predictor:
    """Tells what photos show. Threads may share one.

    Args:
        session: A network of `tryon.caption.export`.
        decoding: How captions are read off, unless a call says otherwise.
    """

    def __init__(self, session: OnnxSession, decoding: DecodingConfig | None = None) -> None:
        self.teller = Teller(session)
        self.decoding = decoding or DecodingConfig()

    @classmethod
    def load(cls, folder: Path) -> "Predictor":
        """Open a bundle.

        Raises:
            BundleError: it is broken, of another task or of other settings than this release's.
        """
        bundle = Bundle.open(folder)
        settings = bundle.settings("caption", Settings)
        return cls(bundle.session, settings.decoding)

    def caption(
        self,
        image: np.ndarray,
        count: int = 1,
        decoding: DecodingConfig | None = None,
        seed: int = 0,
    ) -> list[Caption]:
        """Up to `count` captions of a photo that are no near copies, the network's own one first.

        Args:
            image: uint8 RGB [H, W, 3].
            count: At least 1. Fewer come back where the network has no more to say.
            decoding: In place of the predictor's own.
            seed: Of what is drawn; equal seeds give equal captions.

        Raises:
            ImageError: `image` is no such array.
            Refusal: `too_small`: a side is under `MIN_SIDE` pixels; `blank`: it is of one colour.
        """
        return self.caption_each([image], count, decoding, seed)[0]

    def caption_each(
        self,
        images: Sequence[np.ndarray],
        count: int = 1,
        decoding: DecodingConfig | None = None,
        seed: int = 0,
    ) -> list[list[Caption]]:
        """Captions of several photos, seen in one run of the encoder; as `caption`."""
        squares = [self._square(image) for image in images]
        config = decoding or self.decoding
        rules = self.teller.rules(config)
        return [
            [
                Caption(self.teller.vocabulary.text(each.words), len(each.words), each.score(1.0))
                for each in several(scene, rules, count, config, np.random.default_rng(seed))
            ]
            for scene in self.teller.see(squares)
        ]

    def _square(self, image: np.ndarray) -> np.ndarray:
        """A photo as the network takes it, uint8 [S, S, 3], once there is something to see."""
        _expect_photo(image)
        square = fitted(image, self.teller.size)
        if square.std((0, 1)).max() < BLANK:
            raise Refusal(
                "the photo is blank: all of it has one colour",
                code="blank",
                hint="send a photo that shows something",
            )
        return square


def load(folder: Path) -> Predictor:
    """Open a bundle, see `Predictor.load`."""
    return Predictor.load(folder)


def _expect_photo(image: np.ndarray) -> None:
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise ImageError(
            f"expected a photo uint8 [H, W, 3], got {image.dtype} {list(image.shape)}",
            hint="decode it with tryon.vision.images.decode",
        )
    height, width = image.shape[:2]
    if min(height, width) < MIN_SIDE:
        raise Refusal(
            f"the photo has {width}×{height} pixels, expected at least {MIN_SIDE} on each side",
            code="too_small",
            hint="send a larger photo",
        )
