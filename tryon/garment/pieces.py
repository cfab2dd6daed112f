"""Where each piece of a flat garment goes on a body.

The trunk of a garment is one thin-plate spline. Sleeves and legs are strips of their own, because
one spline for all folds as soon as a forearm bends: a strip is a row of stations, each with an
outer and an inner point, laid flat and worn.

How worn and flat differ (cloth goes round a body, a flat front is half its girth) is stated in
units: across × 0.85 and half a unit higher on the trunk, sleeves 0.72 as wide.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tryon.garment.build import Body, Limb
from tryon.garment.flat import Flat
from tryon.vision.spline import ThinPlate

STATIONS = 13
LIFT = {"upper": 0.25, "whole": 0.30, "lower": 0.42}  # worn so much higher than laid flat
TRUNK = 0.85  # worn ÷ flat, across
SLEEVE = 0.72
LEG = 0.775
HIPS = 0.87
STIFFNESS = 1e-3
EDGE = 0.16  # of a strip's half width: how far it is drawn beyond its landmarks
SLEEVE_LENGTH = 8.48  # of a sleeve to the wrist, laid flat
ARM_LENGTH = 7.7  # from where a sleeve's middle starts to the wrist
ARM_START = 0.8
CROTCH = 1.55  # under the hip joint


@dataclass(frozen=True)
class Strip:
    """A sleeve or a leg: stations from its top to its cuff.

    Attributes:
        name: sleeve_right, leg_left …
        flat: float64 [K, 2, 2]: station, (outer, inner), pixels of the garment's photo.
        worn: The same in the person's picture.
    """

    name: str
    flat: np.ndarray
    worn: np.ndarray

    def widened(self, share: float = EDGE) -> "Strip":
        """Drawn further out than its landmarks, so that the garment's own mask is its edge."""
        return Strip(self.name, _widened(self.flat, share), _widened(self.worn, share))


@dataclass(frozen=True)
class Fit:
    """A garment fitted to a body.

    Attributes:
        trunk: Picture pixels → photo pixels; None for trousers, whose legs meet in the middle.
        strips: Sleeves, or legs.
        names: Of the trunk's landmarks, in the order of `worn`.
        worn: float64 [K, 2], where they lie in the picture.
    """

    trunk: ThinPlate | None
    strips: tuple[Strip, ...]
    names: tuple[str, ...]
    worn: np.ndarray


def fit(flat: Flat, body: Body) -> Fit:
    """Fit a garment to a body."""
    if flat.category == "lower" and flat.has("crotch"):
        legs = tuple(_leg(flat, body, side) for side in ("right", "left"))
        return Fit(None, legs, (), np.zeros((0, 2)))
    names, source, target = _trunk(flat, body)
    trunk = ThinPlate.fit(target, source, STIFFNESS)
    strips = tuple(
        _sleeve(flat, body, side)
        for side in ("right", "left")
        if flat.category != "lower" and flat.has(f"cuff_outer_{side}", f"cuff_inner_{side}")
    )
    return Fit(trunk, strips, names, target)


def worn_units(name: str, units: np.ndarray, lift: float) -> np.ndarray:
    """Where a trunk landmark at flat `units` is worn, in units of the body."""
    across, down = float(units[0]), float(units[1]) - lift
    if name.startswith("neck"):
        return np.array([across, down - (0.19 if name == "neck_back" else 0.05)])
    if name.startswith("shoulder"):
        return np.array([0.95 * across, down + 0.45])
    if name == "hem_middle":
        return np.array([TRUNK * across, down + 0.17])
    return np.array([TRUNK * across, down])


def _trunk(flat: Flat, body: Body) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Control points: names, flat pixels [K, 2] and worn pixels [K, 2]."""
    limb = ("sleeve", "cuff")
    units = {n: u for n, u in flat.units.items() if not n.startswith(limb)}
    chain = [n for n in ("shoulder", "armpit", "waist", "hip", "hem") if f"{n}_right" in units]
    for above, below in pairwise(chain[1:]):
        for side in ("right", "left"):  # halfway, so that long edges stay straight
            middle = (units[f"{above}_{side}"] + units[f"{below}_{side}"]) / 2
            units[f"{above}_{below}_{side}"] = middle
    for level in chain[1:-1]:
        units[f"{level}_middle"] = (units[f"{level}_right"] + units[f"{level}_left"]) / 2
    source = np.array([flat.pixels.get(name, flat.pixel(*u)) for name, u in units.items()])
    lift = LIFT[flat.category]
    worn = np.array([worn_units(name, u, lift) for name, u in units.items()])
    return tuple(units), source, body.place(worn[:, 0], worn[:, 1])


def _sleeve(flat: Flat, body: Body, side: str) -> Strip:
    sign = -1.0 if side == "right" else 1.0
    names = [(f"{k}_outer_{side}", f"{k}_inner_{side}") for k in ("sleeve", "cuff")]
    pairs = [(f"shoulder_{side}", f"armpit_{side}")]
    pairs += [pair for pair in names if flat.has(*pair)]
    s = np.linspace(0, 1, STATIONS)
    flat_pixels = _stations(np.array([[flat.pixels[n] for n in pair] for pair in pairs]), s)
    units = _stations(np.array([[flat.units[n] for n in pair] for pair in pairs]), s)
    length = _length(units.mean(1))
    lift = LIFT[flat.category]
    top = np.array([worn_units(name, flat.units[name], lift) for name in pairs[0]])
    top = body.place(top[:, 0], top[:, 1])
    reach = ARM_LENGTH * min(length / SLEEVE_LENGTH, 1.06)
    spine = body.arm(side).along(ARM_START + reach * s)
    fade = (1 - _smooth(0, 0.3, s))[:, None]
    spine = spine + (top.mean(0) - spine[0]) * fade
    half = SLEEVE * body.unit * np.hypot(*(units[:, 0] - units[:, 1]).T) / 2
    worn = _from_top(top, spine, half, sign, 2.0 * body.unit)
    return Strip(f"sleeve_{side}", flat_pixels, worn)


def _leg(flat: Flat, body: Body, side: str) -> Strip:
    """A leg of trousers: above the crotch its inner edge is the middle."""
    sign = -1.0 if side == "right" else 1.0
    units = flat.units
    names = ["waist", "hip", "knee_outer", "cuff_outer"]
    outer = np.array([units[f"{n}_{side}"] for n in names])
    crotch = units["crotch"]
    middle = units.get("waist_middle", np.array([0.0, outer[0, 1]]))
    below = np.array([crotch, units[f"knee_inner_{side}"], units[f"cuff_inner_{side}"]])
    share = np.clip((outer[1, 1] - outer[0, 1]) / max(crotch[1] - outer[0, 1], 1e-6), 0, 1)
    fork = outer[1] + (outer[2] - outer[1]) * np.clip(
        (crotch[1] - outer[1, 1]) / max(outer[2, 1] - outer[1, 1], 1e-6), 0, 1
    )
    pairs = np.array(
        [
            [outer[0], middle],
            [outer[1], middle + (crotch - middle) * share],
            [fork, crotch],
            [outer[2], below[1]],
            [outer[3], below[2]],
        ]
    )
    top = _stations(pairs[:3], np.linspace(0, 1, 5))[:-1]
    low = _stations(pairs[2:], np.linspace(0, 1, STATIONS - 4))
    flat_units = np.concatenate([top, low])
    flat_pixels = np.array([[flat.pixel(*point) for point in pair] for pair in flat_units])
    worn_top = top * [HIPS, 1] - [0, LIFT["lower"]]
    worn_top = body.place(worn_top[..., 0], worn_top[..., 1])
    limb: Limb = body.leg(side)
    at = CROTCH + np.concatenate([[0], np.cumsum(np.hypot(*np.diff(low.mean(1), axis=0).T))])
    spine = limb.along(at)
    half = LEG * body.unit * np.hypot(*(low[:, 0] - low[:, 1]).T) / 2
    widest = sign * min(abs(low[0, 0, 0]), abs(outer[1, 0]))  # hips, not thighs, are the widest
    start = body.place(np.array([HIPS * widest, 0.0]), low[0, :, 1] - LIFT["lower"])
    worn_low = _from_top(start, spine, half, sign, 1.6 * body.unit)
    return Strip(f"leg_{side}", flat_pixels, np.concatenate([worn_top, worn_low]))


def _stations(pairs: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Stations at shares [K] of the length of a row of point pairs [P, 2, 2] → [K, 2, 2]."""
    steps = np.hypot(*np.diff(pairs.mean(1), axis=0).T)
    at = np.concatenate([[0], np.cumsum(steps)])
    flat = pairs.reshape(len(pairs), 4)
    found = [np.interp(share * at[-1], at, flat[:, column]) for column in range(4)]
    return np.stack(found, 1).reshape(-1, 2, 2)


def _from_top(
    top: np.ndarray, spine: np.ndarray, half: np.ndarray, sign: float, over: float
) -> np.ndarray:
    """Stations [K, 2, 2] that start as the pair `top` and become normal to the spine.

    Args:
        top: (outer, inner) [2, 2].
        spine: [K, 2].
        half: Half widths [K].
        sign: -1 for the person's right.
        over: Pixels along the spine over which they turn.
    """
    way = np.gradient(spine, axis=0)
    way = way / (np.hypot(*way.T)[:, None] + 1e-9)
    outward = sign * np.stack([way[:, 1], -way[:, 0]], 1) * half[:, None]
    steps = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(spine, axis=0).T))])
    free = _smooth(0, over, steps)[:, None]
    moved = spine - spine[0]
    outer = (top[0] + moved) * (1 - free) + (spine + outward) * free
    inner = (top[1] + moved) * (1 - free) + (spine - outward) * free
    return np.stack([outer, inner], 1)


def _widened(stations: np.ndarray, share: float) -> np.ndarray:
    grow = np.minimum(np.linspace(0, 4, len(stations)), 1)[:, None, None] * share
    wide = stations + (stations - stations[:, ::-1]) / 2 * grow
    beyond = wide[-1:] + 0.5 * (wide[-1:] - wide[-2:-1])
    return np.concatenate([wide, beyond])


def _length(line: np.ndarray) -> float:
    return float(np.hypot(*np.diff(line, axis=0).T).sum())


def _smooth(low: float, high: float, x: np.ndarray) -> np.ndarray:
    t = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))
