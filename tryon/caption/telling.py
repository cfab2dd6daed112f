"""The exported network as decoding asks for it: numpy and ONNX Runtime, no torch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tryon.caption.config import DecodingConfig
from tryon.caption.decoding import Rules, State
from tryon.caption.pictures import fitted, planes
from tryon.caption.vocabulary import BEGIN, END, METADATA, SPECIAL, Vocabulary
from tryon.errors import BundleError
from tryon.serving.session import OnnxSession


class Teller:
    """A captioner as it ships: its words, and what it sees in pictures.

    Args:
        session: A network of `tryon.caption.export`.

    Raises:
        BundleError: `no_words`: it is another network.
    """

    def __init__(self, session: OnnxSession) -> None:
        if METADATA not in session.metadata:
            raise BundleError(
                f"the network's file has no {METADATA!r}, only {sorted(session.metadata)}",
                code="no_words",
                hint="export the model again with this release",
            )
        self.session = session
        self.vocabulary = Vocabulary.from_json(session.metadata[METADATA])
        self.size = int(session.inputs["image"][-1])
        # no picture, but one caption: ONNX Runtime multiplies no empty matrices
        self._idle = {
            name: np.zeros(
                (0 if name == "image" else 1, *map(int, shape[1:])),
                np.int64 if name == "word" else np.float32,
            )
            for name, shape in session.inputs.items()
        }

    def see(self, images: Sequence[np.ndarray]) -> list["Scene"]:
        """Look at pictures, uint8 RGB [H, W, 3] of any size, all in one run."""
        square = np.stack([fitted(image, self.size) for image in images])
        found = self.session.run(**{**self._idle, "image": planes(square)})
        return [Scene(self, *parts) for parts in zip(found["start"], found["seen"], strict=True)]

    def step(self, words: np.ndarray, state: State) -> tuple[np.ndarray, State]:
        """The last words, int64 [B], and their states → logits [B, V] and the states after."""
        hidden, places = state
        given = {"word": words, "state": hidden, "places": places}
        found = self.session.run(**{**self._idle, **given})
        # rows of the network beyond the words of this dataset were never trained
        return found["logits"][:, : len(self.vocabulary.words)], (found["next"], places)

    def rules(self, config: DecodingConfig) -> Rules:
        """What every caption keeps to."""
        return Rules.of(
            self.vocabulary.ids,
            BEGIN,
            END,
            tuple(word for word in SPECIAL if word not in (BEGIN, END)),
            min_words=config.min_words,
            max_words=config.max_words,
            no_repeat=config.no_repeat,
        )


@dataclass(frozen=True)
class Scene:
    """One picture, seen: a `tryon.caption.decoding.Model`."""

    teller: Teller
    starts: np.ndarray  # [K, H]
    places: np.ndarray  # [T, C]

    def start(self) -> State:
        """A state for each way of telling."""
        return self.starts, np.repeat(self.places[None], len(self.starts), 0)

    def step(self, words: np.ndarray, state: State) -> tuple[np.ndarray, State]:
        """As `Teller.step`."""
        return self.teller.step(words, state)
