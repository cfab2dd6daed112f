"""Captions drawn by chance: temperature, and the nucleus of Holtzman et al. 2019 (1904.09751)."""

import numpy as np

from tryon.caption.decoding.model import Decoded, Model, log_softmax
from tryon.caption.decoding.rules import Rules
from tryon.caption.decoding.search import chosen, masked


def sample(
    model: Model,
    rules: Rules,
    count: int,
    rng: np.random.Generator,
    temperature: float = 1.0,
    top_p: float = 1.0,
) -> list[Decoded]:
    """Draw captions, all at once; equal generators give equal captions.

    Of a model with several ways of telling, each is used before any is used again.

    Args:
        model: The network.
        rules: What is allowed.
        count: Captions.
        rng: Chance.
        temperature: Above 0; below 1 the likely words gain.
        top_p: Only the likeliest words that together have this probability are drawn from.
    """
    prefixes: list[list[int]] = [[] for _ in range(count)]
    found: list[Decoded | None] = [None] * count
    logp = np.zeros(count)
    going = np.arange(count)
    state = model.start()
    ways = len(state[0])
    turns = rng.permutation(ways) if ways > 1 else np.zeros(1, np.int64)
    state = chosen(state, np.resize(turns, count))
    while len(going):
        last = [prefixes[at][-1] if prefixes[at] else rules.begin for at in going]
        logits, state = model.step(np.array(last, np.int64), state)
        odds = masked(log_softmax(logits), [prefixes[at] for at in going], rules)
        words = draw(nucleus(odds, temperature, top_p), rng)
        logp[going] += odds[np.arange(len(going)), words]
        for at, word in zip(going, words, strict=True):
            if word == rules.end:
                found[at] = Decoded(rules.finished(prefixes[at]), float(logp[at]))
            else:
                prefixes[at].append(int(word))
        on = words != rules.end
        going, state = going[on], chosen(state, np.flatnonzero(on))
    return [each for each in found if each is not None]


def nucleus(odds: np.ndarray, temperature: float, top_p: float) -> np.ndarray:
    """Log-probabilities [B, V], −∞ = forbidden → probabilities to draw from, float64 [B, V]."""
    shares = np.exp(log_softmax(odds / temperature))
    if top_p >= 1:
        return shares
    order = np.argsort(-shares, axis=-1, kind="stable")
    ranked = np.take_along_axis(shares, order, -1)
    before = np.cumsum(ranked, -1) - ranked  # the mass of the likelier ones
    kept = np.where(before < top_p, ranked, 0.0)
    np.put_along_axis(shares, order, kept, -1)
    return shares / shares.sum(-1, keepdims=True)


def draw(shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One column per row of probabilities [B, V], int64 [B]; never one of probability 0."""
    ends = np.cumsum(shares, -1)
    lots = rng.random((len(shares), 1)) * ends[:, -1:]
    return (ends <= lots).sum(-1)
