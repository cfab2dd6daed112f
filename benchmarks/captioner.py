"""A captioner to time, and the least that telling can cost: the network's own runs."""

import json
from pathlib import Path

import numpy as np

from tests.serving.captioner import caption_meta
from tests.serving.networks import CARD
from tryon.caption.config import Config, DecodingConfig
from tryon.caption.decoding import State
from tryon.caption.export import settings, to_onnx
from tryon.caption.objective import make_generator
from tryon.caption.pictures import fitted
from tryon.caption.predictor import Predictor
from tryon.caption.telling import Teller
from tryon.caption.vocabulary import SPECIAL
from tryon.config import load_params
from tryon.serving.bundle import Bundle


def untrained(folder: Path) -> Bundle:
    """A bundle of the network of params.yaml, which talks until it is stopped."""
    config: Config = load_params().tasks["caption"]
    words = [*SPECIAL, *(f"word{number}" for number in range(config.preprocess.words))]
    known = {word: number for number, word in enumerate(words[: config.preprocess.words])}
    model = folder.parent / "exported.onnx"
    parity = to_onnx(
        make_generator(config).eval(),
        config.preprocess.size,
        json.dumps({"model": {"vocab": known}}),
        model,
    )
    meta = caption_meta(settings=settings(config), parity=parity)
    return Bundle.write(folder, model, meta, CARD)


class Counting(Teller):
    """Does what another does, and notes how many rows each step had."""

    def __init__(self, teller: Teller) -> None:
        self.__dict__ |= teller.__dict__
        self.rows: list[int] = []

    def step(self, words: np.ndarray, state: State) -> tuple[np.ndarray, State]:
        """As `Teller.step`."""
        self.rows.append(len(words))
        return super().step(words, state)


def rows_of(predictor: Predictor, photo: np.ndarray, decoding: DecodingConfig) -> list[int]:
    """How many rows each step of one caption has, uint8 RGB [H, W, 3]."""
    counting = Counting(predictor.teller)
    watched = Predictor(predictor.teller.session, decoding)
    watched.teller = counting
    watched.caption(photo)
    return counting.rows


def bare_loop(teller: Teller, photo: np.ndarray, rows: list[int]) -> None:
    """See a photo and run the decoder so often, with so many rows, taking the likeliest words."""
    (scene,) = teller.see([fitted(photo, teller.size)])
    hidden, _ = scene.start()
    places = np.repeat(scene.places[None], max(rows), 0)
    words = np.zeros(1, np.int64)
    for count in rows:
        words, hidden = np.resize(words, count), np.resize(hidden, (count, hidden.shape[1]))
        logits, (hidden, _) = teller.step(words, (hidden, places[:count]))
        words = logits.argmax(-1)
