"""What a thread does for one garment request: bytes in, a picture and headers out."""

import json
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from bento.forms import Format
from bento.headers import Stopwatch
from bento.pictures import Answer, finish, read, warm_up_codecs
from tryon.errors import ImageError, Refusal
from tryon.garment.catalogue import Entry, catalogue
from tryon.garment.cloth import Given
from tryon.garment.garment import Category
from tryon.garment.predictor import Predictor, Result
from tryon.serving.bundle import Bundle
from tryon.vision.human import KEYPOINTS
from tryon.vision.images import Limits, decode_labels

MIN_SIDE = 64  # pixels; nothing is to be seen in less


def warm_up(predictor: Predictor) -> None:
    """Let this thread's codecs and finders load what they load once."""
    with suppress(Refusal):  # there is nobody to dress
        predictor.dress(warm_up_codecs(), known(next(iter(catalogue().values()))))


@dataclass(frozen=True)
class Work:
    """The garment model, for photos within limits."""

    bundle: Bundle
    limits: Limits

    def dress(
        self,
        predictor: Predictor,
        photo: bytes,
        garment: bytes | Entry,
        category: Category,
        mask: bytes | None,
        format: Format,
    ) -> Answer:
        """A garment on a person."""
        watch = Stopwatch("garment")
        limits = replace(self.limits, min_side=MIN_SIDE)
        with watch.stage("decode"):
            image = read(photo, limits, "the person's photo: ")
            given = (
                known(garment)
                if isinstance(garment, Entry)
                else Given(
                    read(garment, limits, "the garment's photo: "), category, self._mask(mask)
                )
            )
        with watch.stage("garment"):
            result = predictor.dress(image, given)
        return finish(result.image, format, watch, self.bundle, **described(result))

    def _mask(self, data: bytes | None) -> np.ndarray | None:
        if data is None:
            return None
        try:
            return decode_labels(data, replace(self.limits, formats=("PNG",)))
        except ImageError as error:
            raise ImageError(
                f"the mask: {error.message}", code=error.code, hint=error.hint
            ) from error


def described(result: Result) -> dict[str, str]:
    """What was found in both photos, as headers."""
    garment, pose = result.garment, result.pose
    about = {
        "category": garment.category,
        "read": garment.read,
        "cover": round(float((garment.mask > 127).mean()), 4),
        "landmarks": len(garment.measured.pixels),
    }
    points = {
        name: [round(float(value), 2 if place == 2 else 1) for place, value in enumerate(point)]
        for name, point in zip(KEYPOINTS, pose.keypoints, strict=True)
    }
    person = {
        "keypoints": points,
        "parts": {name: round(share, 4) for name, share in result.parts.items()},
        "changed": round(result.changed, 4),
    }
    return {"X-Garment": _json(about), "X-Person": _json(person)}


def known(entry: Entry) -> Given:
    """A garment of the catalogue, whole."""
    photo, mask = entry.cloth()
    return Given(photo, entry.category, mask, np.array(entry.landmarks))


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
