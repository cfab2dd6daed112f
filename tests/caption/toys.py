"""Small language models whose every caption can be listed."""

from collections.abc import Iterator

import numpy as np

from tryon.caption.decoding import Rules, State, Stateless
from tryon.caption.decoding.model import log_softmax

PAD, BEGIN, END = 0, 1, 2
FIRST = 3  # id of the first real word


def chain(seed: int, words: int, sharpness: float = 2.0) -> Stateless:
    """Logits that depend on the last two words and the place."""
    size = FIRST + words
    table = np.random.default_rng(seed).normal(0, sharpness, (size, size, 12, size))

    def logits(prefixes: np.ndarray) -> np.ndarray:
        before = prefixes[:, -2] if prefixes.shape[1] > 1 else np.zeros(len(prefixes), np.int64)
        return table[before, prefixes[:, -1], prefixes.shape[1] - 1]

    return Stateless(logits)


def scripted(*captions: tuple[tuple[int, ...], float], size: int = 12) -> Stateless:
    """A model that says these captions with these probabilities, and nothing else."""

    def logits(prefixes: np.ndarray) -> np.ndarray:
        shares = np.full((len(prefixes), size), 1e-12)
        for row, prefix in enumerate(prefixes[:, 1:]):
            for caption, share in captions:
                whole = (*caption, END)
                if whole[: len(prefix)] == tuple(prefix) and len(whole) > len(prefix):
                    shares[row, whole[len(prefix)]] += share
        return np.log(shares)

    return Stateless(logits)


class Counter:
    """Keeps a state like a recurrent network: wants word `FIRST + steps`, ends after `length`."""

    def __init__(self, length: int, size: int = 12) -> None:
        self.length, self.size = length, size
        self.seen: list[np.ndarray] = []

    def start(self) -> State:
        return np.zeros((1, 1), np.int64), np.zeros((1, 2, 3), np.float32)

    def step(self, words: np.ndarray, state: State) -> tuple[np.ndarray, State]:
        steps, rest = state
        assert len(words) == len(steps) == len(rest)
        self.seen.append(words)
        logits = np.zeros((len(words), self.size))
        wanted = np.where(steps[:, 0] < self.length, FIRST + steps[:, 0], END)
        logits[np.arange(len(words)), wanted] = 5.0
        return logits, (steps + 1, rest)


def every(model: Stateless, rules: Rules, size: int) -> Iterator[tuple[tuple[int, ...], float]]:
    """Every caption the rules allow and its log-probability, by brute force."""
    waiting: list[tuple[tuple[int, ...], float]] = [((), 0.0)]
    while waiting:
        words, logp = waiting.pop()
        prefix = np.array([[rules.begin, *words]])
        odds = log_softmax(model._function(prefix))[0]
        for word in np.flatnonzero(rules.allowed(words, size)):
            if word == rules.end:
                yield words, logp + odds[word]
            else:
                waiting.append(((*words, int(word)), logp + odds[word]))


class Ways:
    """Several models as the ways of telling of one."""

    def __init__(self, *models: Stateless) -> None:
        self.models = models

    def start(self) -> State:
        count = len(self.models)
        return np.arange(count), np.zeros((count, 0), np.int64)

    def step(self, words: np.ndarray, state: State) -> tuple[np.ndarray, State]:
        ways, before = state
        prefixes = np.concatenate([before, words[:, None]], axis=1)
        logits = np.stack(
            [
                self.models[way]._function(prefix[None])[0]
                for way, prefix in zip(ways, prefixes, strict=True)
            ]
        )
        return logits, (ways, prefixes)
