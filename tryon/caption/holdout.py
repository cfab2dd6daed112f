"""Combinations of attributes that training never sees: does the model compose, or remember?"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping

Combination = tuple[str, ...]


def held_out(combinations: Iterable[Combination], share: float, seed: int) -> set[Combination]:
    """Choose combinations for the test split alone; the same for equal arguments, in any order.

    Every single word stays in at least two combinations that are trained on. Combinations with
    an empty word (a face without lip colour …) are never chosen: each person may show them.

    Args:
        combinations: Those that occur.
        share: Of the complete ones.
        seed: Of the choice.
    """
    complete = {each for each in combinations if all(each)}
    left = Counter(place for each in complete for place in enumerate(each))
    chosen: set[Combination] = set()
    for each in sorted(complete, key=lambda own: _lot(own, seed)):
        if len(chosen) >= share * len(complete):
            break
        if all(left[place] > 2 for place in enumerate(each)):
            chosen.add(each)
            left.subtract(enumerate(each))
    return chosen


def splits(
    before: Mapping[str, str], shown: Mapping[str, Iterable[Combination]], hidden: set[Combination]
) -> dict[str, str]:
    """The split of each identity: test for whoever shows a held-out combination, else as before.

    Args:
        before: Identity → its split so far.
        shown: Identity → the combinations of all its pictures.
        hidden: The held-out combinations.
    """
    return {
        identity: "test" if hidden.intersection(shown.get(identity, ())) else split
        for identity, split in before.items()
    }


def _lot(combination: Combination, seed: int) -> str:
    return hashlib.sha256("\0".join((str(seed), *combination)).encode()).hexdigest()
