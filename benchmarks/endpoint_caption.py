"""The captions' part of `benchmarks.endpoint`: decoding, the encoder's run, the decoder's runs."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from benchmarks.captioner import bare_loop, rows_of, untrained
from benchmarks.ways import Ways
from tests.bento.pictures import face
from tryon.caption.predictor import Predictor
from tryon.serving.bundle import Bundle
from tryon.vision.images import decode

__all__ = ["untrained", "ways"]


@contextmanager
def ways(bundle: Bundle, format: str) -> Iterator[Ways]:
    """How a photo is answered; no picture comes back, whatever the format."""
    predictor = Predictor.load(bundle.folder)
    rows = rows_of(predictor, face(), predictor.decoding)

    def bare(photo: bytes) -> None:
        bare_loop(predictor.teller, decode(photo).image, rows)

    def work(photo: bytes) -> None:
        predictor.caption(decode(photo).image)

    def ask(client: httpx.Client, photo: bytes) -> None:
        client.post("/caption", files={"photo": ("photo", photo)}).raise_for_status()

    yield Ways(bare, work, ask)
