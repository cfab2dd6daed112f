"""What a caption says, read back by the grammar: which attribute words are right."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from tryon.caption.colours import names
from tryon.caption.facts import COLOUR_SLOTS, Facts
from tryon.caption.grammar import ANY, grammars
from tryon.text.words import words

_NESTED = re.compile(r"\[[^\[\]]*\]|\{\w+\}")
_COLOURED = re.compile(r"\[\{(\w+)\} \]")
_ARTICLES = frozenset(["a", "an", "the"])


def said(text: str, kind: str) -> dict[str, set[str]]:
    """Slot → the values a caption names; slots it says nothing of are left out.

    Where phrases overlap, the longest counts: "short hair" says nothing of a beard.
    """
    tokens = [word for word in words(text) if word not in _ARTICLES]
    known, longest = _phrases(kind)
    found: defaultdict[str, set[str]] = defaultdict(set)
    at = 0
    while at < len(tokens):
        for size in range(min(longest, len(tokens) - at), 0, -1):
            if meanings := known.get(tuple(tokens[at : at + size])):
                for slot, value in meanings:
                    found[slot].add(value)
                at += size - 1
                break
        at += 1
    return dict(found)


def right(text: str, facts: Facts) -> dict[str, bool]:
    """Slot → whether what the caption says of it is true; colours of clothes count together."""
    checked = {}
    for slot, values in said(text, facts.kind).items():
        accepted = set(facts.values.get(slot, ()))
        if facts.kind == "garment" and slot == "colour":
            accepted |= {word for own in ("second", "shown") for word in facts.values.get(own, ())}
        checked[slot] = values <= accepted
    return checked


def rightness(texts: Sequence[str], facts: Sequence[Facts]) -> dict[str, tuple[float, int]]:
    """Slot → share of the captions that name it rightly, of how many that name it."""
    marks: defaultdict[str, list[bool]] = defaultdict(list)
    for text, own in zip(texts, facts, strict=True):
        for slot, good in right(text, own).items():
            marks[slot].append(good)
    return {slot: (sum(own) / len(own), len(own)) for slot, own in sorted(marks.items())}


@cache
def _phrases(kind: str) -> tuple[Mapping[tuple[str, ...], list[tuple[str, str]]], int]:
    """Tokens of a phrase → what they say, and the length of the longest."""
    grammar = grammars()[kind]
    known: defaultdict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for name, entries in grammar.slots.items():
        slot = str(entries.get("of", name))
        values = [value for value in entries if value not in (ANY, "of", "is")]
        if slot in COLOUR_SLOTS and slot != "second":
            values += names(slot)
        for value in values:
            for phrase in grammar.phrases(name, value):
                for text, more in _with_colours(phrase):
                    tokens = tuple(word for word in words(text) if word not in _ARTICLES)
                    meanings = [(slot, value), *more]
                    known[tokens] += [each for each in meanings if each not in known[tokens]]
    known.pop((), None)
    return known, max(map(len, known))


def _with_colours(phrase: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A phrase without its nested slots, and with each colour where it may name one."""
    yield _NESTED.sub(" ", phrase), []
    for found in _COLOURED.finditer(phrase):
        if found[1] in COLOUR_SLOTS:
            for colour in names(found[1]):
                coloured = phrase.replace(found[0], f"{colour} ")
                yield _NESTED.sub(" ", coloured), [(found[1], colour)]
