"""Which of DeepFashion2's numbered landmarks are which of ours.

Its landmarks run around a garment from the middle of the back's neckline, first along the front
neckline from the picture's left, then down the left sleeve and side, along the hem, and up again
on the right (the counts per category: 25, 33, 31, 39, 15, 15, 10, 14, 8, 29, 37, 19, 19). The
picture's left is the wearer's right in a front view, as in our names.
"""

from functools import cache

from tryon.garment.garment import Category

CATEGORY_OF: dict[int, Category] = {
    1: "upper", 2: "upper", 3: "upper", 4: "upper", 5: "upper", 6: "upper",
    7: "lower", 8: "lower", 9: "lower",
    10: "whole", 11: "whole", 12: "whole", 13: "whole",
}  # fmt: skip
# From the shoulder on: points of a sleeve, then of a side from under the armpit to above the hem.
_SLEEVES = {1: 6, 2: 10, 3: 6, 4: 10, 5: 2, 6: 2, 10: 6, 11: 10, 12: 2, 13: 2}
_SIDES = {1: 2, 2: 2, 3: 2, 4: 2, 5: 1, 6: 1, 10: 4, 11: 4, 12: 3, 13: 3}
_NECK = 6
_LOWER = {
    7: ("waist_right", "waist_middle", "waist_left", "hip_right", "cuff_outer_right",
        "cuff_inner_right", "crotch", "cuff_inner_left", "cuff_outer_left", "hip_left"),
    8: ("waist_right", "waist_middle", "waist_left", "hip_right", "knee_outer_right",
        "cuff_outer_right", "cuff_inner_right", "knee_inner_right", "crotch", "knee_inner_left",
        "cuff_inner_left", "cuff_outer_left", "knee_outer_left", "hip_left"),
    9: ("waist_right", "waist_middle", "waist_left", "hip_right", "hem_right", "hem_middle",
        "hem_left", "hip_left"),
}  # fmt: skip


@cache
def landmark_names(category_id: int) -> dict[int, str]:
    """Number (from 1) → our name, of those landmarks that have one."""
    if category_id in _LOWER:
        return {number: name for number, name in enumerate(_LOWER[category_id], 1)}
    sleeve, side = _SLEEVES[category_id], _SIDES[category_id]
    right = _NECK + sleeve  # the armpit of the picture's left
    hem = right + side + 1
    last = hem + 2 + side + sleeve  # the shoulder of the picture's right
    names = {1: "neck_back", 2: "neck_right", 4: "neck_front", 6: "neck_left"}
    names |= {hem: "hem_right", hem + 1: "hem_middle", hem + 2: "hem_left"}

    def both(offset: int, name: str) -> None:
        names[_NECK + 1 + offset] = f"{name}_right"
        names[last - offset] = f"{name}_left"

    both(0, "shoulder")
    both(sleeve - 1, "armpit")
    if sleeve > 2:
        half = sleeve // 2
        both(half - 1, "cuff_outer")
        both(half, "cuff_inner")
        both((half - 1) // 2 if sleeve > 6 else 1, "sleeve_outer")
        both(sleeve - 1 - ((half - 1) // 2 if sleeve > 6 else 1), "sleeve_inner")
    both(sleeve + (1 if side > 2 else side - 1), "waist")
    if CATEGORY_OF[category_id] == "whole":
        both(sleeve + 2, "hip")
    return names
