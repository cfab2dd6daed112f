"""The likeliest caption: word by word, or with several beginnings kept at a time."""

from collections.abc import Sequence

import numpy as np

from tryon.caption.decoding.model import Decoded, Model, State, log_softmax
from tryon.caption.decoding.rules import Rules

NEVER = -1e4  # log-probability of an end that the network rules out and nothing else is left


def greedy(model: Model, rules: Rules) -> Decoded:
    """The caption of the likeliest allowed word at each place."""
    words: list[int] = []
    state, last, logp = model.start(), rules.begin, 0.0
    while True:
        logits, state = model.step(np.array([last], np.int64), state)
        odds = masked(log_softmax(logits), [words], rules)[0]
        last = int(odds.argmax())
        logp += float(odds[last])
        if last == rules.end:
            return Decoded(rules.finished(words), logp)
        words.append(last)


def beam_search(model: Model, rules: Rules, beams: int, penalty: float) -> list[Decoded]:
    """Up to `beams` captions, the best first by `Decoded.score(penalty)`.

    It stops when no caption still open can overtake: with `beams` at least the number of possible
    beginnings it is an exhaustive search.

    Args:
        model: The network.
        rules: What is allowed.
        beams: Beginnings kept at a time.
        penalty: Exponent of the length, at least 0.
    """
    open_: list[tuple[int, ...]] = [()]
    logp = np.zeros(1)
    state = model.start()
    done: list[Decoded] = []
    while open_:
        last = np.array([words[-1] if words else rules.begin for words in open_], np.int64)
        logits, state = model.step(last, state)
        total = logp[:, None] + masked(log_softmax(logits), open_, rules)  # [B, V]
        rows, ids = _best(total, 2 * beams)  # each row ends once at most: half of these go on
        done += [
            Decoded(rules.finished(open_[row]), float(total[row, rules.end]))
            for row in rows[ids == rules.end]
        ]
        done = sorted(done, key=lambda each: -each.score(penalty))[:beams]
        rows, ids = rows[ids != rules.end][:beams], ids[ids != rules.end][:beams]
        open_ = [(*open_[row], int(word)) for row, word in zip(rows, ids, strict=True)]
        logp, state = total[rows, ids], chosen(state, rows)
        # no logarithm grows, and no caption is longer than allowed
        reach = logp.max(initial=-np.inf) / (rules.max_words + 1) ** penalty
        if len(done) == beams and reach <= done[-1].score(penalty):
            break
    return done


def masked(odds: np.ndarray, prefixes: Sequence[Sequence[int]], rules: Rules) -> np.ndarray:
    """Log-probabilities [B, V] with −∞ where the rules forbid a word; one at least is finite."""
    allowed = np.stack([rules.allowed(words, odds.shape[-1]) for words in prefixes])
    odds = np.where(allowed, odds, -np.inf)
    stuck = ~np.isfinite(odds).any(-1)
    odds[stuck, rules.end] = NEVER
    return odds


def chosen(state: State, rows: np.ndarray) -> State:
    """The state of some captions, in this order."""
    return tuple(part[rows] for part in state)


def _best(total: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the largest finite values, the largest first; ties by place."""
    flat = total.ravel()
    order = np.argsort(-flat, kind="stable")[:count]
    order = order[np.isfinite(flat[order])]
    rows, columns = np.unravel_index(order, total.shape)
    return rows, columns
