"""Names of colours: the nearest of the named ones, by CIEDE2000 in CIELAB.

The names are the basic terms of English (Berlin and Kay 1969) and the few more that makeup and
clothes are told apart by. A name has several anchors, since what people call red is no sphere.
Lips and eyelids have anchors of their own, of what they show in pictures: skin shines through and
shades lie on them, so that red lips are darker and browner than a red dress.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from tryon.vision.colour import delta_e_2000, hex_to_lab

ANCHORS: dict[str, tuple[str, ...]] = {
    "black": ("#000000", "#1c1a1c", "#2b2528", "#221a1a"),
    "white": ("#ffffff", "#f2f2f0", "#f7f3ea"),
    "grey": ("#4a4a4c", "#6e6e70", "#909092", "#b0b0b2", "#cfcfd0", "#756d70"),
    "red": ("#e02020", "#c01820", "#b3202c", "#a8161f", "#cc3333", "#d83a34"),
    "burgundy": ("#6d1020", "#7c1f3a", "#5a1020", "#801830", "#641c30"),
    "pink": ("#ff80b0", "#f0b0c0", "#d6247a", "#e06c97", "#c2566e", "#d98a94", "#e88fa0",
             "#c4586a"),
    "coral": ("#ff7f50", "#dd5b4b", "#e8735c", "#e58a70", "#d9694f"),
    "orange": ("#ff8c00", "#f07818", "#e8801c", "#ffa63c", "#d26a14", "#ff5a00"),
    "yellow": ("#ffe000", "#f5d542", "#ffee88", "#e8c820"),
    "gold": ("#c9973f", "#b8862c", "#d4a548", "#a87c2a"),
    "green": ("#008000", "#2f6b52", "#3aa655", "#7cc47a", "#205c3c", "#6b8e23", "#5f7a4a",
              "#a8d89a", "#123c38"),
    "turquoise": ("#20b2aa", "#40e0d0", "#1c8c8c", "#3f9a98", "#7fd4cc"),
    "blue": ("#0040ff", "#2060c0", "#3f7186", "#6ca0dc", "#a8c8ec", "#4878a8", "#1e50a0"),
    "navy": ("#0a1a4a", "#141e3c", "#1c2c5c", "#14222b"),
    "purple": ("#800080", "#7a3fa0", "#a070c8", "#5b3f5e", "#c8a8e0", "#5a1f50", "#8a5a94"),
    "brown": ("#8b4513", "#6b4226", "#5c4030", "#8c5a34", "#9c5a48", "#4a2f22", "#a67c68",
              "#8f6a5c"),
    "beige": ("#f5e6c8", "#d8c0a0", "#c8a888", "#cf9f88", "#d9b8a0", "#b79a86", "#b98173"),
}  # fmt: skip
LIPS: Mapping[str, tuple[str, ...]] = {
    "red": ("#9e3134", "#b3202c", "#8c2629", "#c03038", "#a8161f"),
    "burgundy": ("#742641", "#7f3a41", "#713e4b", "#5a1f30"),
    "pink": ("#b14869", "#a45561", "#d6247a", "#c2566e", "#996163", "#d98a94", "#e06c97"),
    "coral": ("#af5850", "#c96a55", "#dd5b4b", "#a55a48", "#e58a70"),
    "brown": ("#734c48", "#7a4a3a", "#6b4226", "#85503f"),
    "nude": ("#a27667", "#886052", "#b98173", "#b08474", "#cf9f88"),
    "purple": ("#5a3050", "#6d3a60", "#7a3fa0", "#8a5a94"),
    "orange": ("#d2622a", "#e8801c"),
    "dark": ("#4f3131", "#2b1a1c", "#3a2228", "#1c1a1c"),
}
LIDS: Mapping[str, tuple[str, ...]] = {
    "dark": ("#342729", "#1c1a1c", "#2b2728"),
    "brown": ("#584030", "#68524a", "#765843", "#442e25", "#6b4226", "#8a5f4a"),
    "grey": ("#5a5254", "#4a4546", "#79767b", "#909092"),
    "green": ("#474c44", "#2f6b52", "#4b5a48", "#5f7a4a"),
    "blue": ("#48617a", "#3f4f5e", "#5d6c81", "#3f7186", "#2a3a50"),
    "purple": ("#6d4552", "#5b3f5e", "#6a4a66", "#8a5a94"),
    "pink": ("#ad6980", "#d46aa0", "#9a5f66", "#c08a90"),
    "gold": ("#8f6c4a", "#a07838", "#c9973f"),
    "beige": ("#9e806d", "#b79a86", "#c8a890"),
}
CLOTHES = ANCHORS | {  # white cloth is seldom fully lit
    "white": (*ANCHORS["white"], "#d8d8d8", "#c4c6c8"),
    "grey": ("#4a4a4c", "#6e6e70", "#909092", "#756d70"),
}
PALETTES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "": ANCHORS, "lips": LIPS, "eyeshadow": LIDS, "colour": CLOTHES, "second": CLOTHES,
}  # fmt: skip


@dataclass(frozen=True)
class ColourName:
    """What a colour is called, and how surely."""

    word: str
    margin: float  # CIEDE2000 by which the next name is farther; near 0 both are right
    also: str  # the next name


def name_colour(lab: np.ndarray, of: str = "") -> ColourName:
    """The name nearest to a CIELAB colour [3].

    Args:
        lab: The colour.
        of: What has the colour: `lips`, `eyeshadow`, `colour` of clothes, or anything else.
    """
    words, anchors = _anchors(of if of in PALETTES else "")
    apart = delta_e_2000(np.asarray(lab), anchors)
    nearest = {word: float(apart[words == word].min()) for word in dict.fromkeys(words)}
    first, second = sorted(nearest, key=nearest.__getitem__)[:2]
    return ColourName(str(first), nearest[second] - nearest[first], str(second))


def name_hex(code: str, of: str = "") -> ColourName:
    """The name nearest to `#rrggbb`, as `name_colour`.

    Raises:
        RequestError: `invalid_colour`.
    """
    return name_colour(hex_to_lab(code), of)


def name_pixels(lab: np.ndarray, of: str = "") -> np.ndarray:
    """The nearest name to each CIELAB colour [N, 3], as text [N]."""
    words, anchors = _anchors(of)
    return words[delta_e_2000(lab[:, None], anchors).argmin(1)]


def names(of: str = "") -> tuple[str, ...]:
    """Every name that the colour of something may have."""
    return tuple(PALETTES.get(of, ANCHORS))


@cache
def _anchors(of: str) -> tuple[np.ndarray, np.ndarray]:
    """Names [N] and CIELAB [N, 3] of every anchor."""
    pairs = [(word, hex_to_lab(code)) for word, codes in PALETTES[of].items() for code in codes]
    return np.array([word for word, _ in pairs]), np.stack([lab for _, lab in pairs])
