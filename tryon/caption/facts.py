"""What is known of a sample picture, as slots with the words that are true of it.

A slot holds every word that is right: a colour between two names may be called either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tryon.caption.colours import name_hex

Words = tuple[str, ...]
BETWEEN = 6.0  # CIEDE2000: a colour this near to two names has both
VISIBLE = 0.35  # intensity from which makeup is told of
AGES = ((0.3, "young"), (0.6, "middle-aged"), (1.01, "older"))  # upper ends
TONES = ((3, "light"), (5, "tan"), (7, "brown"), (10, "dark"))  # Monk scale, upper ends
COLOUR_SLOTS = frozenset(
    {"hair_colour", "lips", "eyeshadow", "background", "colour", "second"}
)  # fmt: skip
# slot of the grammar → name of the attribute of garment sample pictures
GARMENT_NAMES: Mapping[str, str] = {
    "garment": "garment", "colour": "colour", "second": "second_colour", "pattern": "pattern",
    "print": "print", "sleeve": "sleeve", "build": "build", "pose": "pose",
}  # fmt: skip


SAME = {  # words of other datasets → ours
    "stripes": "striped", "stripe": "striped", "checks": "checked", "plaid": "checked",
    "dots": "dotted", "polka dots": "dotted", "solid": "plain", "tshirt": "t-shirt",
    "tee": "t-shirt", "pants": "trousers", "sleeveless": "none", "gray": "grey",
}  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What captions of one picture may say: slot of the grammar → the words that are right."""

    kind: str  # a section of the grammar
    values: Mapping[str, Words]


def face_facts(
    attributes: Mapping[str, Any],
    look: Mapping[str, Any] | None = None,
    seen: Mapping[str, str] | None = None,
) -> Facts:
    """Of a face of the makeup sample.

    Args:
        attributes: As in the row: `age` 0-1, `skin_tone`, `hair`, `beard`, `glasses`, `hand`, and
            where they are given `hair_colour`, `background` (hex codes or words), `expression`.
        look: As in the row's JSON; None = the picture shows the bare face.
        seen: Region → the colour it shows in the picture, hex, for the regions whose makeup is
            seen at all (`tryon.caption.seen`); None = what the look asks for is taken for it.
    """
    values: dict[str, Words] = {
        "age": (_step(float(attributes["age"]), AGES),),
        "skin": (_step(int(attributes["skin_tone"]), TONES),),
        "hair": (str(attributes["hair"]),),
    }
    for slot in ("beard", "glasses", "expression"):
        if (word := attributes.get(slot, "none")) != "none":
            values[slot] = (str(word),)
    for slot in ("hair_colour", "background"):
        if word := attributes.get(slot):
            values[slot] = _words(word)
    if attributes.get("hand"):
        values["hand"] = ("hand",)
    regions = (look or {}).get("regions", {})
    asked = {
        region: part["colour"]
        for region, part in regions.items()
        if part.get("intensity", 1.0) >= VISIBLE
    }
    worn = asked if seen is None else seen
    for region in ("lips", "eyeshadow"):
        if code := worn.get(region):
            values[region] = _words(code, region)
    if not asked and not worn:
        values["makeup"] = ("none",)
    return Facts("face", values)


def garment_facts(attributes: Mapping[str, Any], names: Mapping[str, str] = GARMENT_NAMES) -> Facts:
    """Of a person in a garment, from whatever of the named attributes there is.

    Args:
        attributes: Words, or hex codes for colours; null, false and "" say nothing.
        names: Slot of the grammar → name of the attribute.
    """
    values = {slot: attributes.get(name) for slot, name in names.items()}
    return Facts("garment", {slot: _words(value, slot) for slot, value in values.items() if value})


def _words(value: Any, of: str = "") -> Words:
    """The words for an attribute: names of a hex code, else the word itself."""
    text = str(value)
    if not text.startswith("#"):
        word = text.replace("_", " ").lower()
        return (SAME.get(word, word),)
    name = name_hex(text, of)
    return (name.word, name.also) if name.margin < BETWEEN else (name.word,)


def _step(value: float, steps: tuple[tuple[float, str], ...]) -> str:
    return next((word for end, word in steps if value <= end), steps[-1][1])
