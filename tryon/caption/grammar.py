"""Captions written from facts by a grammar of many phrasings; equal seeds give equal captions."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from tryon.caption.facts import Facts
from tryon.errors import ConfigError

ANY, VALUE = "*", "{}"
TRIES = 40  # to find a caption that is not there yet
_GROUP = re.compile(r"\[([^\[\]]*)\]")
_CHOICE = re.compile(r"\(([^()]*)\)")
_SLOT = re.compile(r"\{(\w+)\}")
_LIST = re.compile(r"<([\w ]+)>")
_ARTICLE = re.compile(r"\b(a|an) (?=(\w))")
_VOWELS = "aeiou"


class _Missing(Exception):
    """A phrase that has to be there is not known."""


@dataclass(frozen=True)
class Draw:
    """Chance: every next phrasing is `variety` times as likely as the one before it."""

    rng: np.random.Generator
    variety: float = 0.3

    def place(self, count: int) -> int:
        """An index below `count`."""
        odds = np.float64(self.variety) ** np.arange(count)
        return int(self.rng.choice(count, p=odds / odds.sum()))

    def one_of(self, texts: Sequence[str]) -> str:
        """A text, the first the likeliest."""
        return texts[self.place(len(texts))]

    def any_of(self, texts: Sequence[str]) -> str:
        """A text, all alike."""
        return texts[int(self.rng.integers(len(texts)))]


@dataclass(frozen=True)
class Grammar:
    """How one kind of picture is told of: see grammar.yaml."""

    slots: Mapping[str, Mapping[str, Any]]
    styles: tuple[tuple[str, ...], ...]
    combination: tuple[str, ...]  # slots whose words together may be held out

    def caption(self, facts: Facts, style: int, draw: Draw) -> str:
        """One caption in the style of that number, or in a next one that the facts allow.

        Raises:
            ConfigError: no style fits the facts.
        """
        chosen = {slot: draw.any_of(words) for slot, words in facts.values.items()}
        for at in range(len(self.styles)):
            sentences = list(self.styles[(style + at) % len(self.styles)])
            while sentences:
                sentence = sentences.pop(draw.place(len(sentences)))
                try:
                    return _finished(self._filled(sentence, chosen, draw))
                except _Missing:
                    continue
        raise ConfigError(
            f"no caption can be written of {sorted(facts.values)}",
            hint=f"a {facts.kind} needs {', '.join(self.combination)}",
        )

    def phrases(self, slot: str, value: str | None) -> list[str]:
        """The phrases of a slot's value, the likeliest first; nested slots stay as they are."""
        entries = self.slots[slot]
        if "is" in entries:
            return list(entries["is"])
        if value is None:
            return []
        return [each.replace(VALUE, value) for each in entries.get(value, entries.get(ANY, ()))]

    def _filled(self, text: str, chosen: Mapping[str, str], draw: Draw) -> str:
        """A sentence with everything in brackets and braces replaced."""

        def group(found: re.Match[str]) -> str:
            try:
                return self._filled(found[1], chosen, draw)
            except _Missing:
                return ""

        text = _CHOICE.sub(lambda found: draw.one_of(found[1].split("|")), text)
        text = _GROUP.sub(group, text)
        text = _LIST.sub(lambda found: self._listed(found[1].split(), chosen, draw), text)
        return _SLOT.sub(lambda found: self._phrase(found[1], chosen, draw), text)

    def _listed(self, slots: list[str], chosen: Mapping[str, str], draw: Draw) -> str:
        found = []
        for slot in slots:
            try:
                found.append(self._phrase(slot, chosen, draw))
            except _Missing:
                continue
        if not any(found):
            raise _Missing
        *first, last = [phrase for phrase in found if phrase]
        return f"{', '.join(first)} and {last}" if first else last

    def _phrase(self, slot: str, chosen: Mapping[str, str], draw: Draw) -> str:
        value = chosen.get(str(self.slots[slot].get("of", slot)))
        known = self.phrases(slot, value)
        if not known:
            raise _Missing
        return self._filled(draw.one_of(known), chosen, draw)


@cache
def grammars() -> Mapping[str, Grammar]:
    """The grammar of each kind of picture."""
    text = files(__package__).joinpath("grammar.yaml").read_text("utf-8")
    return {
        kind: Grammar(
            section["slots"],
            tuple(tuple(style) for style in section["styles"]),
            tuple(section["combination"]),
        )
        for kind, section in yaml.safe_load(text).items()
    }


def write_captions(
    facts: Facts, count: int, rng: np.random.Generator, variety: float = Draw.variety
) -> list[str]:
    """Different captions of one picture, each in another style as far as there are styles.

    The higher the `variety` (0-1), the oftener rare phrasings are taken. Fewer than `count` come
    back only where the facts do not give so many different ones.
    """
    grammar, draw = grammars()[facts.kind], Draw(rng, variety)
    found: list[str] = []
    for style in range(count):
        for attempt in range(TRIES):
            text = grammar.caption(facts, style + attempt // (TRIES // 2), draw)
            if text not in found:
                found.append(text)
                break
    return found


def combination(facts: Facts) -> tuple[str, ...]:
    """The first words of the slots that make the picture what it is, "" where one is missing."""
    slots = grammars()[facts.kind].combination
    return (facts.kind, *(facts.values.get(slot, ("",))[0] for slot in slots))


def _finished(text: str) -> str:
    """Single spaces, and "an" where the next word begins with a vowel."""
    text = " ".join(text.split()).replace(" ,", ",")
    return _ARTICLE.sub(lambda found: "an " if found[2].lower() in _VOWELS else "a ", text)
