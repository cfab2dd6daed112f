"""The pieces of trousers and shorts: one for each leg, waistband to cuff."""

import numpy as np

from tryon.sample.build import Build, smooth_steps
from tryon.sample.cut import WAISTBAND, Cut, Piece
from tryon.sample.drawing import smoothstep
from tryon.sample.flesh import leg_spine
from tryon.sample.stance import Stance
from tryon.sample.strip import between
from tryon.sample.wardrobe import Garment


def cut_legs(garment: Garment, build: Build, stance: Stance) -> tuple[list[Piece], Cut]:
    """The right leg, then the left; and the flat measures."""
    waist_y = (WAISTBAND + 0.3) * build.torso / 7.9
    crotch_y = build.torso + 1.55
    waist = float(build.half_width(waist_y)) + 0.08
    hip = float(build.half_width(build.torso)) + 0.08 + 0.3 * garment.ease
    rows = 30
    s = np.linspace(0, 1, rows)
    fork = 0.26 if garment.kind == "trousers" else 0.55
    found = []
    leg_length = (build.thigh + build.shin) * garment.hem
    foot = 0.62 + 0.3 * garment.ease + garment.flare * 0.8
    thigh = 1.34 * build.leg + 0.4 * garment.ease
    for side, name in enumerate(("leg_right", "leg_left")):
        sign = -1.0 if side == 0 else 1.0
        # laid flat
        ends = build.torso + leg_length
        at = np.array([waist_y, build.torso, crotch_y, max(ends, crotch_y + 0.5)])
        where = [0, 0.6 * fork, fork, 1]
        y = np.interp(s, where, at)
        levels = [*at[:2], at[2] + 1.0, max(at[3], at[2] + 1.4)]
        halves = [1.1 * waist, 1.12 * hip + 0.05, 1.12 * hip + 0.2, 1.1 * hip + 0.55]
        out = smooth_steps(y, levels, halves)
        width = 1.12 * smooth_steps(
            np.clip((y - crotch_y) / (build.thigh + build.shin - 1.5), 0, 1),
            [0, 0.45, 1], [thigh * 1.08, thigh * 0.78 + 0.1, foot]
        )  # fmt: skip
        inn = np.where(y <= crotch_y, 0.0, out - 2 * width)
        blend = smoothstep(crotch_y, crotch_y + 0.9, y)
        inn = np.where(y > crotch_y, np.maximum(inn, 0.03) * blend + 0.03 * (1 - blend), 0.0)
        edges = [np.stack([sign * v, y], 1) for v in (out, inn)]
        flat = between(edges[sign > 0], edges[sign < 0], 9)
        # worn
        spine, radius = leg_spine(build, stance, side)
        steps = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(spine, axis=0), axis=1))])
        total = steps[-1]
        start = np.interp(crotch_y, spine[:, 1], steps)
        stop = min(total, 0.12 * build.thigh + (total - 0.12 * build.thigh) * garment.hem)
        place = np.interp(s, [fork, 1], [start, max(stop, start + 0.6)])
        line = np.stack([np.interp(place, steps, spine[:, k]) for k in (0, 1)], 1)
        slack = np.interp(s, [fork, 1], [0.5, 1.0])
        wide = np.interp(place, steps, radius) + 0.08 + 0.5 * garment.ease * slack
        wide = np.maximum(wide, np.interp(s, [fork, 1], [thigh, foot]) * 0.9)
        off = np.abs(line[:, 0] - stance.middle(line[:, 1]))
        near_hip = smoothstep(fork, fork + 0.3, s)
        beside = np.minimum(wide, hip + 0.03 - off) * (1 - near_hip) + wide * near_hip
        outer = line + np.stack([sign * beside, 0 * wide], 1)
        inner = line - np.stack([sign * wide, 0 * wide], 1)
        above = s < fork
        y_up = np.interp(s, [0, 0.6 * fork, fork], [waist_y, build.torso, crotch_y])
        middle = stance.middle(y_up)
        up = smooth_steps(y_up, [waist_y, build.torso, crotch_y],
                          [waist, hip, abs(outer[np.argmax(~above), 0] - middle[-1])])  # fmt: skip
        outer = np.where(above[:, None], np.stack([middle + sign * up, y_up], 1), outer)
        centre = np.stack([middle - 0.06 * sign, y_up], 1)
        near = smoothstep(fork, fork + 0.12, s)[:, None]
        meet = np.stack([np.full(rows, stance.middle(crotch_y)), line[:, 1]], 1)
        inner = np.where(above[:, None], centre, meet * (1 - near) + inner * near)
        first, second = (outer, inner) if sign < 0 else (inner, outer)
        worn = between(first, second, 9)
        found.append(Piece(name, flat, worn, (outer + inner) / 2))
    shape = Cut(0, 0, (0, 0), (0, 0), (waist_y, build.torso, crotch_y), (1.1 * waist,))
    return found, shape
