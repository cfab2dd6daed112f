"""A network as it tells when no way of telling is asked for."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tryon.caption.decoding.model import Decoded, Model, State, log_softmax


class Marginal:
    """A `Model` with one start, the mean of all ways: p(caption) = Σₖ p(caption | k) / K.

    The search for the likeliest caption has to be in this one: under its own way of telling, a way
    of few fixed words looks likelier than all that say more, though only one in K tells so.

    Args:
        model: Has K starts.
    """

    def __init__(self, model: Model) -> None:
        self._model = model

    def start(self) -> State:
        """The starts of all ways [1, K, ...], and what their captions have cost so far [1, K]."""
        starts = self._model.start()
        ways = len(starts[0])
        return *(each[None] for each in starts), np.full((1, ways), -np.log(ways)), np.empty((1, 0))

    def step(self, words: np.ndarray, state: State) -> tuple[np.ndarray, State]:
        """As `Model.step`; the logits are log-probabilities."""
        *own, cost, before = state
        count, ways = cost.shape
        rows = count * ways
        if before.size:  # what the word that was chosen meanwhile costs in each way
            cost = cost + np.take_along_axis(before, words[:, None, None], 2)[..., 0]
        flat = tuple(each.reshape(rows, *each.shape[2:]) for each in own)
        logits, after = self._model.step(np.repeat(words, ways), flat)
        each = log_softmax(logits).reshape(count, ways, -1)
        share = cost - np.logaddexp.reduce(cost, 1, keepdims=True)  # of each way, given the words
        mixed = np.logaddexp.reduce(share[..., None] + each, 1)
        folded = tuple(part.reshape(count, ways, *part.shape[1:]) for part in after)
        return mixed, (*folded, cost, each)


def weighed(model: Model, begin: int, end: int, captions: Sequence[Decoded]) -> list[Decoded]:
    """The captions with what they cost over all ways of telling.

    Args:
        model: The network.
        begin: Id of the word that begins captions.
        end: Id of the word that ends them.
        captions: Of any way.
    """
    if not captions:
        return []
    every = Marginal(model)
    state: State = tuple(np.repeat(part, len(captions), 0) for part in every.start())
    told = [(*each.words, end) for each in captions]
    last, logp = np.full(len(told), begin, np.int64), np.zeros(len(told))
    rows = np.arange(len(told))
    for at in range(max(map(len, told))):
        odds, state = every.step(last, state)
        last = np.array([words[min(at, len(words) - 1)] for words in told], np.int64)
        logp += odds[rows, last] * [at < len(words) for words in told]
    return [replace(each, logp=float(own)) for each, own in zip(captions, logp, strict=True)]
