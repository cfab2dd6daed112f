"""The pieces of tops, dresses and skirts: front panel, sleeves, collar."""

from collections.abc import Callable

import numpy as np

from tryon.sample.build import Build, smooth_steps
from tryon.sample.cut import ARMHOLE_ROWS, ARMPIT, WAISTBAND, Cut, Piece
from tryon.sample.drawing import smoothstep
from tryon.sample.flesh import ARM_RADII, arm_spine
from tryon.sample.stance import Stance
from tryon.sample.strip import bend, between, spread
from tryon.sample.wardrobe import Garment

Edge = Callable[[np.ndarray], np.ndarray]  # x → y of an upper edge


def cut_panels(garment: Garment, build: Build, stance: Stance) -> tuple[list[Piece], Cut]:
    """Front panel first, then sleeves, then the collar; and the flat measures."""
    ease, has_top = garment.ease, garment.kind != "skirt"
    waist_y = WAISTBAND * build.torso / 7.9
    hip_y = build.torso + 0.2
    long = garment.hem > build.torso + 1.6
    neck = build.neck + 0.16 + 0.25 * (garment.neckline in ("scoop", "v"))
    sleeveless = has_top and garment.sleeve == 0
    across = build.shoulder * (0.8 if sleeveless else 1.0)
    across += 0 if sleeveless else 0.3 * ease - 0.06
    chest = build.chest + 0.10 + 0.55 * ease
    levels = [ARMPIT + 0.35 * ease, waist_y]
    cinched = garment.kind == "dress" or garment.kind == "skirt"
    waist = float(build.half_width(waist_y)) + (0.05 if cinched else 0.07 + ease)
    if not cinched:
        waist = max(waist, 0.86 * chest if ease > 0.15 else 0)
    widths = [chest, waist]
    if long:
        levels.append(hip_y)
        widths.append(float(build.half_width(hip_y)) + 0.12 + 0.25 * garment.flare)
    levels.append(garment.hem)
    reach = (garment.hem - hip_y) / 8 if long else 0
    at_hem = float(build.half_width(min(garment.hem, build.torso + 1.5)))
    if long:
        spreads = np.abs(stance.knees[:, 0] - stance.pelvis[0]).max() + 0.85 * build.leg
        low = max(at_hem + 0.05 + 2.2 * garment.flare * reach, spreads if reach > 0.3 else 0)
        widths.append(low)
    else:
        widths.append(max(at_hem + 0.08 + 0.35 * ease, 0.95 * waist))
        if ease > 0.15:  # hangs from the chest
            widths[1] = max(widths[1], 0.48 * (widths[0] + widths[2]))
    slope_at = [-0.95, -0.55, -0.15, 0.38]
    slope = [float(build.half_width(y)) for y in slope_at]

    lift = 0.03 if sleeveless else 0.10 + 0.05 * ease

    def top_worn(x: np.ndarray) -> np.ndarray:
        y = np.interp(np.abs(x), slope, slope_at) - lift
        return np.where(np.abs(x) < neck, np.interp(neck, slope, slope_at) - lift, y)

    flat_widths = [1.13 * w + 0.12 for w in widths]
    if garment.tucked:  # gathered into the waistband
        widths[1] = min(widths[1], float(build.half_width(waist_y)) + 0.25)
        widths[-1] = float(build.half_width(min(garment.hem, build.torso))) - 0.15
    neck_top = float(top_worn(np.array(neck)))
    flat_across = across * 1.05
    drop = 0.34 * (flat_across - neck)

    def top_flat(x: np.ndarray) -> np.ndarray:
        share = np.clip((np.abs(x) - neck) / (flat_across - neck), 0, 1)
        return neck_top + drop * share

    if has_top:
        flat = _panel(levels, flat_widths, flat_across, top_flat, sleeveless)
        worn = _panel(levels, widths, across, top_worn, sleeveless)
    else:
        flat = _panel(levels[1:], flat_widths[1:], flat_widths[1], None, False)
        worn = _panel(levels[1:], widths[1:], widths[1], None, False)
    turn = np.sin(np.radians(stance.yaw))
    t = spread(worn.shape[1])
    worn[..., 0] += stance.middle(worn[..., 1]) + 0.35 * turn * (1 - t**2) * worn[..., 0].max()
    worn[..., 1] += 0.16 * (1 - t**2) * np.linspace(-0.4, 1, len(worn))[:, None]  # seen from above
    flat_armpit = (flat_widths[0], levels[0] + 0.25)
    shape = Cut(
        neck, neck_top, (flat_across, neck_top + drop), flat_armpit, tuple(levels),
        tuple(flat_widths),
    )  # fmt: skip
    found = [Piece("panel", flat, worn, worn[:, worn.shape[1] // 2])]
    if garment.sleeve > 0 and has_top:
        for side, name in enumerate(("sleeve_right", "sleeve_left")):
            found.append(
                _sleeve(
                    garment, build, stance, side, name, shape, across, chest, top_worn, (flat, worn)
                )
            )
    if garment.neckline == "collar" and has_top:
        found += _collar(neck, neck_top, garment, stance)
    return found, shape


def _panel(
    levels: list[float], widths: list[float], across: float, top: Edge | None, sleeveless: bool
) -> np.ndarray:
    """A front panel [K, M, 2]: from the shoulder seam (or the waist) down to the hem."""
    columns = 15
    t = spread(columns)
    rows = []
    if top is None:
        first = levels[0]
        down = np.linspace(first, levels[-1], 24)
        half = smooth_steps(down, levels, widths)
        return np.stack([half[:, None] * t, np.repeat(down[:, None], columns, 1)], -1)
    start = top(t * across)
    power = 0.55 if sleeveless else 1.6
    for s in np.linspace(0, 1, ARMHOLE_ROWS):
        pinch = -0.30 * np.sin(np.pi * s) if sleeveless else -0.10 * np.sin(np.pi * s)
        half = across + (widths[0] - across) * s ** (1 / power if sleeveless else power) + pinch
        rows.append(np.stack([t * half, start + (levels[0] - start) * s], 1))
    for y in np.linspace(levels[0], levels[-1], 24)[1:]:
        wide = float(smooth_steps(y, levels, widths))
        rows.append(np.stack([t * wide, np.full(columns, y)], 1))
    return np.stack(rows)


def _sleeve(
    garment: Garment,
    build: Build,
    stance: Stance,
    side: int,
    name: str,
    shape: Cut,
    across: float,
    chest: float,
    top: Edge,
    panels: tuple[np.ndarray, np.ndarray],
) -> Piece:
    sign = -1.0 if side == 0 else 1.0
    length = garment.sleeve * (build.upper_arm + build.forearm * 1.02)
    long = garment.sleeve > 0.5
    count = 26 if long else 14
    # laid flat
    outer = np.array([sign * shape.shoulder[0], shape.shoulder[1]])
    inner = np.array([sign * shape.armpit[0], shape.armpit[1] - 0.25])
    armhole = np.arctan2(sign * (inner - outer)[0], (inner - outer)[1])
    lean = max(np.radians(22 if long else 46), armhole + np.radians(17))
    way = np.array([sign * np.sin(lean), np.cos(lean)])
    middle = (outer + inner) / 2
    s = np.linspace(0, 1, count)
    wide = 1.35 * build.arm * smooth_steps(s * 2 * garment.sleeve, *ARM_RADII) + garment.ease
    cuff = 0.55 if long else 1.0
    wide = wide * (1 - (1 - cuff) * smoothstep(0.9, 1.0, s) * (garment.kind != "outwear"))
    flat = _from_armhole(outer, inner, middle + way * (s * length)[:, None], wide, sign)
    _sew(flat, panels[0], sign)
    # worn
    shoulder_x = sign * across
    outer = np.array([shoulder_x, float(top(np.array(across)))])
    inner = np.array([sign * chest, ARMPIT + 0.35 * garment.ease])
    outer[0] += stance.middle(0.0)
    inner[0] += stance.middle(ARMPIT)
    bare, radius = arm_spine(build, stance, side)
    steps = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(bare, axis=0), axis=1))])
    first = 0.75
    last = first + (steps[-1] - first) * min(garment.sleeve, 1.0) + 0.05
    at = np.linspace(first, min(last, steps[-1]), count)
    spine = np.stack([np.interp(at, steps, bare[:, k]) for k in (0, 1)], 1)
    middle = (outer + inner) / 2
    spine = spine + (middle - spine[0]) * (1 - smoothstep(0, 0.3, s))[:, None]
    room = 0.07 + 0.55 * garment.ease * (1 - 0.6 * smoothstep(0.8, 1.0, s) * long)
    worn = _from_armhole(outer, inner, spine, np.interp(at, steps, radius) + room, sign)
    _sew(worn, panels[1], sign)
    return Piece(name, flat, worn, spine)


def _sew(sleeve: np.ndarray, panel: np.ndarray, sign: float) -> None:
    """Move the sleeve's top onto the panel's armhole, in place."""
    edge = panel[:ARMHOLE_ROWS, 0 if sign < 0 else -1]
    share = spread(sleeve.shape[1]) * 0.5 + 0.5
    share = share if sign < 0 else 1 - share
    at = np.linspace(0, 1, ARMHOLE_ROWS)
    curve = np.stack([np.interp(share, at, edge[:, k]) for k in (0, 1)], 1)
    fade = np.clip(1 - np.linspace(0, 3.0, len(sleeve)), 0, 1)[:, None, None]
    sleeve += (curve - sleeve[0]) * fade


def _from_armhole(
    outer: np.ndarray, inner: np.ndarray, spine: np.ndarray, radius: np.ndarray, sign: float
) -> np.ndarray:
    """A sleeve whose first row is the armhole; across grows to the right when it hangs."""
    way = np.gradient(spine, axis=0)
    way /= np.linalg.norm(way, axis=1, keepdims=True) + 1e-9
    right = np.stack([way[:, 1], -way[:, 0]], 1)
    s = np.linspace(0, 1, len(spine))
    length = float(np.linalg.norm(np.diff(spine, axis=0), axis=1).sum())
    free = smoothstep(0.0, min(1.0, 2.0 / max(length, 0.1)), s)[:, None]
    moved = spine - spine[0]
    out_edge = (outer + moved) * (1 - free) + (spine + sign * right * radius[:, None]) * free
    in_edge = (inner + moved) * (1 - free) + (spine - sign * right * radius[:, None]) * free
    first, second = (out_edge, in_edge) if sign < 0 else (in_edge, out_edge)
    return between(first, second, 9)


def _collar(neck: float, top: float, garment: Garment, stance: Stance) -> list[Piece]:
    """Two flaps that fold over from the back of the neck to the front."""
    found = []
    for sign, name in ((-1.0, "collar_right"), (1.0, "collar_left")):
        high = np.array([[sign * neck * 0.80, top - 0.62], [sign * neck * 0.98, top - 0.35],
                         [sign * 0.10, top + garment.depth + 0.12]])  # fmt: skip
        low = np.array([[sign * (neck + 0.10), top - 0.42], [sign * (neck + 0.55), top + 0.28],
                        [sign * (0.48 * neck + 0.25), top + garment.depth + 0.72]])  # fmt: skip
        first, second = bend(high, 8)[0], bend(low, 8)[0]
        flat = between(first, second, 5)
        worn = flat + np.array([float(stance.middle(0.0)), 0.05])
        found.append(Piece(name, flat, worn, worn[:, 2]))
    return found
