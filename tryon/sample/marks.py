"""Named landmarks of a garment laid flat."""

import numpy as np

from tryon.sample.cut import ARMHOLE_ROWS, Cut, Piece
from tryon.sample.sewing import Sewn, neck_curve
from tryon.sample.strip import FINER
from tryon.sample.wardrobe import Garment


def landmarks(sewn: Sewn) -> dict[str, tuple[float, float]]:
    """Named points of the flat garment, pixels of its photo; those it does not have are left out.

    "right" is the wearer's right, the left half of the photo. Names: neck_back, neck_front,
    crotch, waist_middle, hem_middle, and for both sides neck, shoulder, sleeve_outer,
    sleeve_inner, cuff_outer, cuff_inner, armpit, waist, hip, knee_outer, knee_inner, hem.
    """
    place = sewn.texture.place
    pixels = {
        name: (place(point) + 0.5) / FINER - 0.5
        for name, point in _flat_points(sewn.garment, sewn.pieces, sewn.cut).items()
    }
    return {name: (float(point[0]), float(point[1])) for name, point in pixels.items()}


def _flat_points(garment: Garment, parts: list[Piece], cut: Cut) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = {}
    sides = ("right", "left")
    if garment.kind in ("trousers", "shorts"):
        for side, part in zip(sides, parts, strict=True):
            outer, inner = (0, -1) if side == "right" else (-1, 0)
            crotch = int(np.argmin(np.abs(part.flat[:, 0, 1] - cut.levels[2])))
            half = (crotch + len(part.flat)) // 2
            found[f"waist_{side}"] = part.flat[0, outer]
            found[f"hip_{side}"] = part.flat[
                np.argmin(np.abs(part.flat[:, 0, 1] - cut.levels[1])), outer
            ]
            found[f"knee_outer_{side}"] = part.flat[half, outer]
            found[f"knee_inner_{side}"] = part.flat[half, inner]
            found[f"cuff_outer_{side}"] = part.flat[-1, outer]
            found[f"cuff_inner_{side}"] = part.flat[-1, inner]
            found["crotch"] = part.flat[crotch, inner]
        found["waist_middle"] = np.array([0.0, parts[0].flat[0, 0, 1]])
        return found
    panel = parts[0].flat
    middle = panel.shape[1] // 2
    for side, edge in zip(sides, (0, -1), strict=True):
        found[f"hem_{side}"] = panel[-1, edge]
        for name, level in _levels(garment, cut):
            row = int(np.argmin(np.abs(panel[:, edge, 1] - level)))
            found[f"{name}_{side}"] = panel[row, edge]
    found["hem_middle"] = panel[-1, middle]
    if garment.kind == "skirt":
        found["waist_middle"] = panel[0, middle]
        return found
    curve = neck_curve(garment, cut)
    found["neck_right"], found["neck_left"] = curve[0], curve[-1]
    found["neck_front"] = curve[len(curve) // 2]
    found["neck_back"] = np.array([0.0, cut.neck_top + 0.12])
    sleeves = {part.name: part.flat for part in parts if part.name.startswith("sleeve")}
    for side, edge in zip(sides, (0, -1), strict=True):
        found[f"shoulder_{side}"] = panel[0, edge]
        found[f"armpit_{side}"] = panel[ARMHOLE_ROWS - 1, edge]
        sleeve = sleeves.get(f"sleeve_{side}")
        if sleeve is not None:
            outer, inner = edge, -1 - edge
            half = len(sleeve) // 2
            found[f"sleeve_outer_{side}"], found[f"sleeve_inner_{side}"] = (
                sleeve[half, outer],
                sleeve[half, inner],
            )
            found[f"cuff_outer_{side}"], found[f"cuff_inner_{side}"] = (
                sleeve[-1, outer],
                sleeve[-1, inner],
            )
    return found


def _levels(garment: Garment, cut: Cut) -> list[tuple[str, float]]:
    if garment.kind == "skirt":
        return [("waist", cut.levels[1]), ("hip", cut.levels[2])]
    if garment.kind == "dress":
        return [("waist", cut.levels[1]), ("hip", cut.levels[2])]
    return [("waist", cut.levels[1])]
