"""The likeliest caption: word by word, or with several beginnings kept at a time."""

from collections.abc import Sequence

import numpy as np

from tryon.caption.decoding.model import Decoded, Model, State, log_softmax
from tryon.caption.decoding.rules import Rules

NEVER = -1e4  # log-probability of an end that the network rules out and nothing else is left


def greedy(model: Model, rules: Rules) -> Decoded:
    """The caption of the likeliest allowed word at each place.

    Of a model with several ways of telling, the one whose words are likeliest on average.
    """
    state = model.start()
    count = len(state[0])
    words: list[list[int]] = [[] for _ in range(count)]
    logp = np.zeros(count)
    found: list[Decoded] = []
    last, going = np.full(count, rules.begin, np.int64), np.arange(count)
    while len(going):
        logits, state = model.step(last, state)
        odds = masked(log_softmax(logits), [words[at] for at in going], rules)
        last = odds.argmax(-1)
        logp[going] += odds[np.arange(len(going)), last]
        for at, word in zip(going, last, strict=True):
            if word == rules.end:
                found.append(Decoded(rules.finished(words[at]), float(logp[at])))
            else:
                words[at].append(int(word))
        on = np.flatnonzero(last != rules.end)
        going, last, state = going[on], last[on], chosen(state, on)
    return max(found, key=lambda each: each.score(1.0))


def beam_search(model: Model, rules: Rules, beams: int, penalty: float) -> list[Decoded]:
    """Up to `beams` captions, the best first by `Decoded.score(penalty)`.

    It stops when no caption still open can overtake: with `beams` at least the number of possible
    beginnings it is an exhaustive search. Of a model with several ways of telling all compete, and
    the likelier one stands for the same words.

    Args:
        model: The network.
        rules: What is allowed.
        beams: Beginnings kept at a time.
        penalty: Exponent of the length, at least 0.
    """
    state = model.start()
    open_: list[tuple[int, ...]] = [()] * len(state[0])
    logp = np.zeros(len(open_))
    kept: list[Decoded] = []
    done: dict[tuple[int, ...], Decoded] = {}
    ways = len(open_)
    while open_:
        last = np.array([words[-1] if words else rules.begin for words in open_], np.int64)
        logits, state = model.step(last, state)
        total = logp[:, None] + masked(log_softmax(logits), open_, rules)  # [B, V]
        # each row ends once at most: half of these go on
        rows, ids = _best(total, 2 * beams * ways)
        ends = rows[ids == rules.end]
        for row in ends:
            one = Decoded(rules.finished(open_[row]), float(total[row, rules.end]))
            if one.words not in done or one.logp > done[one.words].logp:
                done[one.words] = one
        if len(ends):
            kept = sorted(done.values(), key=lambda each: -each.score(penalty))[:beams]
            done = {each.words: each for each in kept}
        further: dict[tuple[int, ...], int] = {}  # the likelier way to the same words
        for place in np.flatnonzero(ids != rules.end):
            further.setdefault((*open_[rows[place]], int(ids[place])), place)
            if len(further) == beams:
                break
        open_, places = list(further), list(further.values())
        rows, ids = rows[places], ids[places]
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
