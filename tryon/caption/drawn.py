"""Facts of drawn faces and of drawn persons in garments: what small pictures show of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from tryon.caption.colours import name_hex
from tryon.caption.facts import Facts, face_facts, garment_facts

GARMENTS = {"tshirt": "t-shirt", "longsleeve": "top", "outwear": "jacket"}
PATTERNS = {
    "stripes": "striped", "columns": "striped", "checks": "checked", "plaid": "checked",
    "dots": "dotted", "flowers": "flowered", "melange": "plain",
}  # fmt: skip
SLEEVELESS_KINDS = frozenset(
    {"trousers", "jeans", "shorts", "skirt"}
)  # of which nobody expects sleeves
SLEEVES = ((0.1, "none"), (0.5, "short"), (0.8, "half"), (9.0, "long"))  # share of the arm, up to
AGES = ((0.7, "any"), (1.01, "older"))  # up to; small pictures do not tell young from middling
HAIR = {"buzz": "short", "side": "short", "afro": "curly", "wavy": "long"}  # at a glance
LOOSE = {  # words that are right as well
    **{kind: (kind, "top") for kind in ("vest", "shirt", "t-shirt")},
    "flowered": ("flowered", "dotted"),  # the flowers are small
    "half": ("half", "short"),
}
ALSO = {"tied": ("tied", "short")}  # from the front it often looks so
TONES = {3: ("light", "tan"), 5: ("tan", "brown"), 7: ("brown", "dark")}  # between two words


def drawn_face_facts(attributes: Mapping[str, Any], seen: Mapping[str, str]) -> Facts:
    """Of a drawn face.

    Args:
        attributes: As in the row's JSON.
        seen: Region → the hex code of makeup that shows (`tryon.caption.seen.seen_colours`).
    """
    values = dict(face_facts(attributes, seen=seen).values)
    values.pop("makeup", None)  # a little looks like none
    hair = HAIR.get(str(attributes["hair"]), str(attributes["hair"]))
    values["age"] = (_step(float(attributes["age"]), AGES),)
    values["hair"] = ALSO.get(hair, (hair,))
    values["skin"] = TONES.get(int(attributes["skin_tone"]), values["skin"])
    return Facts("face", values)


def drawn_garment_facts(
    attributes: Mapping[str, Any], colours: Sequence[str], shown: Sequence[str] = ()
) -> Facts:
    """Of a person in the garment of a row.

    Args:
        attributes: As in the row's JSON.
        colours: Hex codes the garment shows in the picture, the larger first
            (`tryon.caption.seen.cloth_shown`). Captions name the first.
        shown: Names of all colours that are there: to say them is not wrong.
    """
    kind, pattern = str(attributes["garment"]), str(attributes["pattern"])
    if (kind, pattern) == ("trousers", "denim"):
        kind, pattern = "jeans", "plain"
    if (kind, attributes.get("opening")) == ("outwear", "buttons"):
        kind = "shirt"  # from the front they are one
    told = {
        "garment": GARMENTS.get(kind, kind),
        "colour": colours[0],
        "pattern": PATTERNS.get(pattern, pattern),
        "sleeve": None if kind in SLEEVELESS_KINDS else _step(attributes["sleeve"], SLEEVES),
    }
    facts = garment_facts(told, {slot: slot for slot in told})
    values = {slot: LOOSE.get(word, (word, *more)) for slot, (word, *more) in facts.values.items()}
    inks = (name_hex(code, "colour").word for code in colours[1:])
    if also := tuple(dict.fromkeys((*inks, *shown))):
        values["shown"] = also
    return Facts(facts.kind, values)


def is_patterned(attributes: Mapping[str, Any]) -> bool:
    """Whether the garment of a row has more colours than one, by its pattern."""
    pattern = str(attributes["pattern"])
    return PATTERNS.get(pattern, pattern) not in ("plain", "denim")


def _step(value: float, steps: tuple[tuple[float, str], ...]) -> str:
    return next(word for end, word in steps if value <= end)
