"""Some captions of one picture that are no near copies of each other."""

from collections.abc import Sequence

import numpy as np

from tryon.caption.config import DecodingConfig
from tryon.caption.decoding.marginal import weighed
from tryon.caption.decoding.model import Decoded, Model
from tryon.caption.decoding.rules import Rules
from tryon.caption.decoding.sampling import sample
from tryon.caption.decoding.search import beam_search, greedy
from tryon.text.rouge import common_length

ROUNDS = 4  # of drawing more
PER_ROUND = 4  # drawn per caption wanted
WARMER = 1.3  # each round's temperature beside the last one's


def several(
    model: Model, rules: Rules, count: int, config: DecodingConfig, rng: np.random.Generator
) -> list[Decoded]:
    """`count` captions, no two more alike than `config.max_likeness`.

    The first is the style's own: the greedy one, the best beam, or the best drawn. Others come
    from the beams and from drawing, ever warmer. Fewer come back where the network has no more
    to say.

    Args:
        model: The network.
        rules: What is allowed.
        count: Captions wanted.
        config: Style and its parameters; its limits on length and repeats are those of `rules`.
        rng: Chance.
    """
    pool: list[Decoded] = []
    if config.style == "greedy":
        pool.append(greedy(model, rules))
    elif config.style == "beam":
        pool += beam_search(model, rules, config.beams, config.length_penalty)
    found = unlike(pool, count, config.max_likeness)
    temperature = config.temperature
    for _ in range(ROUNDS):
        if len(found) >= count:
            break
        drawn = sample(model, rules, PER_ROUND * count, rng, temperature, config.top_p)
        drawn = weighed(model, rules.begin, rules.end, drawn)
        drawn.sort(key=lambda each: -each.score(config.length_penalty))
        found = unlike([*found, *drawn], count, config.max_likeness)
        temperature *= WARMER
    return found


def unlike(pool: Sequence[Decoded], count: int, most: float) -> list[Decoded]:
    """The first captions of a pool of which no two are more alike than `most`; none is empty."""
    found: list[Decoded] = []
    for each in pool:
        if len(found) == count:
            break
        apart = all(
            each.words != other.words and likeness(each.words, other.words) <= most
            for other in found
        )
        if each.words and apart:
            found.append(each)
    return found


def likeness(first: Sequence[int], second: Sequence[int]) -> float:
    """Longest common subsequence ÷ mean length, 0 to 1 (1 = copies)."""
    if not first or not second:
        return float(not first and not second)
    return 2 * common_length(first, second) / (len(first) + len(second))
