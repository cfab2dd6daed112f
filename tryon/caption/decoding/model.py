"""What decoding asks of a network: logits of the next word, for several captions at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tryon.errors import BundleError

State = tuple[np.ndarray, ...]  # each [B, ...], of B captions


class Model(Protocol):
    """A network that goes word by word over one picture."""

    def start(self) -> State:
        """The states a caption may begin with, each array [K, ...]: one for each way of telling."""
        ...

    def step(self, words: np.ndarray, state: State) -> tuple[np.ndarray, State]:
        """The last word of each caption, int64 [B], and its state → logits [B, V], new state."""
        ...


class Stateless:
    """A model made of a function from whole prefixes, int64 [B, T], to logits [B, V].

    Args:
        function: Gets the word that begins captions first.
    """

    def __init__(self, function: Callable[[np.ndarray], np.ndarray]) -> None:
        self._function = function

    def start(self) -> State:
        """No words yet."""
        return (np.zeros((1, 0), np.int64),)

    def step(self, words: np.ndarray, state: State) -> tuple[np.ndarray, State]:
        """As `Model.step`."""
        prefixes = np.concatenate([state[0], words[:, None]], axis=1)
        return self._function(prefixes), (prefixes,)


@dataclass(frozen=True)
class Decoded:
    """A caption as the ids of its words, without those that begin and end it."""

    words: tuple[int, ...]
    logp: float  # natural logarithm of its probability, the end included

    def score(self, penalty: float) -> float:
        """Log-probability ÷ length^penalty: 0 favours short captions, 1 is the mean per word.

        Wu et al. 2016 (arXiv 1609.08144), without its constant.
        """
        return self.logp / (len(self.words) + 1) ** penalty


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Logits [B, V] → log-probabilities, float64 [B, V].

    Raises:
        BundleError: `not_a_network`, where a logit is not a number or none is finite.
    """
    logits = np.asarray(logits, np.float64)
    most = logits.max(-1, keepdims=True)
    if not np.isfinite(most).all():
        raise BundleError(
            "the network answered with values that are no numbers",
            code="not_a_network",
            hint="roll back to the model before",
        )
    shifted = logits - most
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
