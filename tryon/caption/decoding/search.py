"""The likeliest caption: word by word, or with several beginnings kept at a time."""

from collections.abc import Sequence

import numpy as np

from tryon.caption.decoding.marginal import Marginal
from tryon.caption.decoding.model import Decoded, Model, State, log_softmax
from tryon.caption.decoding.rules import Rules

NEVER = -1e4  # log-probability of an end that the network rules out and nothing else is left


def greedy(model: Model, rules: Rules) -> Decoded:
    """The caption of the likeliest allowed word at each place, over all ways of telling."""
    every = Marginal(model)
    state = every.start()
    words: list[int] = []
    last, logp = rules.begin, 0.0
    while True:
        logits, state = every.step(np.array([last]), state)
        (odds,) = masked(log_softmax(logits), [words], rules)
        last = int(odds.argmax())
        logp += float(odds[last])
        if last == rules.end:
            return Decoded(rules.finished(words), logp)
        words.append(last)


def beam_search(model: Model, rules: Rules, beams: int, penalty: float) -> list[Decoded]:
    """Up to `beams` captions, the best first by `Decoded.score(penalty)`.

    It stops when no caption still open can overtake: with `beams` at least the number of possible
    beginnings it is an exhaustive search, over the mean of all ways of telling.

    Args:
        model: The network.
        rules: What is allowed.
        beams: Beginnings kept at a time.
        penalty: Exponent of the length, at least 0.
    """
    every = Marginal(model)
    state = every.start()
    open_: list[tuple[int, ...]] = [()]
    logp = np.zeros(1)
    kept: list[Decoded] = []
    done: dict[tuple[int, ...], Decoded] = {}
    while open_:
        last = np.array([words[-1] if words else rules.begin for words in open_], np.int64)
        logits, state = every.step(last, state)
        total = logp[:, None] + masked(log_softmax(logits), open_, rules)  # [B, V]
        # each row ends once at most: half of these go on
        rows, ids = _best(total, 2 * beams)
        ends = rows[ids == rules.end]
        for row in ends:
            one = Decoded(rules.finished(open_[row]), float(total[row, rules.end]))
            if one.words not in done or one.logp > done[one.words].logp:
                done[one.words] = one
        if len(ends):
            kept = sorted(done.values(), key=lambda each: -each.score(penalty))[:beams]
            done = {each.words: each for each in kept}
        on = np.flatnonzero(ids != rules.end)[:beams]
        rows, ids = rows[on], ids[on]
        open_ = [(*open_[row], int(word)) for row, word in zip(rows, ids, strict=True)]
        logp, state = total[rows, ids], chosen(state, rows)
        # no logarithm grows, and no caption is longer than allowed
        reach = logp.max(initial=-np.inf) / (rules.max_words + 1) ** penalty
        if len(kept) == beams and reach <= kept[-1].score(penalty):
            break
    return kept


def masked(odds: np.ndarray, prefixes: Sequence[Sequence[int]], rules: Rules) -> np.ndarray:
    """Log-probabilities [B, V] with −∞ where the rules forbid a word; one at least is finite."""
    odds = rules.forbid(odds.copy(), prefixes)
    stuck = odds.max(-1) == -np.inf
    odds[stuck, rules.end] = NEVER
    return odds


def chosen(state: State, rows: np.ndarray) -> State:
    """The state of some captions, in this order."""
    return tuple(part[rows] for part in state)


def _best(total: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the largest finite values, the largest first; ties by place."""
    flat = total.ravel()
    least = np.partition(flat, -count)[-count] if count < flat.size else -np.inf
    order = np.flatnonzero(flat >= least)
    order = order[np.argsort(-flat[order], kind="stable")][:count]
    order = order[np.isfinite(flat[order])]
    rows, columns = np.unravel_index(order, total.shape)
    return rows, columns
