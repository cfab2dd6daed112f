"""What a thread does for one makeup request: bytes in, a picture and headers out."""

import json
from contextlib import suppress
from dataclasses import dataclass

from bento.forms import Format
from bento.headers import Stopwatch
from bento.pictures import Answer, finish, read, warm_up_codecs
from tryon.errors import Refusal
from tryon.makeup.look import Look, Region
from tryon.makeup.predictor import Predictor, Result
from tryon.serving.bundle import Bundle
from tryon.vision.images import Limits


def warm_up(predictor: Predictor) -> None:
    """Let this thread's codecs and face finder load what they load once."""
    with suppress(Refusal):  # there is no face to find
        predictor.apply(warm_up_codecs(), Look())


@dataclass(frozen=True)
class Work:
    """The makeup of one model, for photos within limits."""

    bundle: Bundle
    limits: Limits

    def apply(self, predictor: Predictor, photo: bytes, look: Look, format: Format) -> Answer:
        """A look on a photo."""
        watch = Stopwatch("makeup")
        with watch.stage("decode"):
            image = read(photo, self.limits)
        with watch.stage("makeup"):
            result = predictor.apply(image, look)
        return self._finish(result, format, watch)

    def transfer(
        self,
        predictor: Predictor,
        photo: bytes,
        reference: bytes,
        regions: tuple[Region, ...],
        intensity: float,
        format: Format,
    ) -> Answer:
        """A reference photo's makeup on a photo."""
        watch = Stopwatch("makeup")
        with watch.stage("decode"):
            image = read(photo, self.limits)
            copied = read(reference, self.limits, "the reference: ")
        with watch.stage("makeup"):
            result = predictor.transfer(image, copied, regions=regions, intensity=intensity)
        return self._finish(result, format, watch)

    def _finish(self, result: Result, format: Format, watch: Stopwatch) -> Answer:
        reached = json.dumps(result.reached, separators=(",", ":"))
        return finish(result.image, format, watch, self.bundle, **{"X-Makeup": reached})
