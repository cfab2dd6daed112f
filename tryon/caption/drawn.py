"""Facts of drawn persons in garments, from the attributes of the garment sample's rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from tryon.caption.facts import Facts, garment_facts

GARMENTS = {"tshirt": "t-shirt", "longsleeve": "top", "outwear": "jacket"}
PATTERNS = {
    "stripes": "striped", "columns": "striped", "checks": "checked", "plaid": "checked",
    "dots": "dotted", "flowers": "flowered", "melange": "plain",
}  # fmt: skip
SLEEVELESS_KINDS = frozenset(
    {"trousers", "jeans", "shorts", "skirt"}
)  # of which nobody expects sleeves
SLEEVES = ((0.1, "none"), (0.5, "short"), (0.8, "half"), (9.0, "long"))  # share of the arm, up to
GIRTHS = ((0.93, "slim"), (1.1, "average"), (9.0, "broad"))  # 1 is average, up to
POSES = {  # where both arms do the same
    "hip": "with hands on the hips",
    "folded": "with folded arms",
    "raised": "with raised arms",
    "behind": "with hands behind the back",
    "clasped": "with clasped hands",
}


def drawn_garment_facts(attributes: Mapping[str, Any], colours: Sequence[str]) -> Facts:
    """Of a person in the garment of a row.

    Args:
        attributes: As in the row's JSON.
        colours: Hex codes the garment shows in the picture, the larger first
            (`tryon.caption.seen.cloth_colours`).
    """
    kind, pattern = str(attributes["garment"]), str(attributes["pattern"])
    if (kind, pattern) == ("trousers", "denim"):
        kind, pattern = "jeans", "plain"
    arms = set(attributes["arms"])
    several = PATTERNS.get(pattern, pattern) not in ("plain", "denim")
    told = {
        "garment": GARMENTS.get(kind, kind),
        "colour": colours[0],
        "second": colours[1] if several and len(colours) > 1 else None,
        "pattern": PATTERNS.get(pattern, pattern),
        "print": attributes["print"] if attributes["print"] != "none" else None,
        "sleeve": None if kind in SLEEVELESS_KINDS else _step(attributes["sleeve"], SLEEVES),
        "build": _step(attributes["girth"], GIRTHS),
        "pose": POSES.get(arms.pop()) if len(arms) == 1 else None,
    }
    return _without_twins(garment_facts(told, {slot: slot for slot in told}))


def _without_twins(facts: Facts) -> Facts:
    """A second colour of the first one's name says nothing."""
    values = dict(facts.values)
    if set(values.get("second", ())) & set(values["colour"]):
        del values["second"]
    return Facts(facts.kind, values)


def _step(value: float, steps: tuple[tuple[float, str], ...]) -> str:
    return next(word for end, word in steps if value <= end)
