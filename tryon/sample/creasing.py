"""Where cloth folds on a body: armpits, waist, elbows, crotch, knees, and where it hangs."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from tryon.sample.build import Build
from tryon.sample.cut import ARMHOLE_ROWS, Piece
from tryon.sample.flesh import Frame
from tryon.sample.folds import Creases, drape, rumple
from tryon.sample.light import Light
from tryon.sample.stance import Stance
from tryon.sample.strip import Patch
from tryon.sample.wardrobe import Garment

Place = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Wearer:
    """Who wears it."""

    build: Build
    stance: Stance
    frame: Frame
    light: Light


def folds_of(
    garment: Garment,
    part: Piece,
    kind: str,
    here: Patch,
    wearer: Wearer,
    rng: np.random.Generator,
) -> np.ndarray:
    """Height of the cloth over its smooth shape, pixels of the patch."""
    scale, shape = wearer.frame.scale, here.inside.shape
    fine = 2 * scale
    flow = 1.25 - 0.7 * garment.textile.stiffness
    loose = 0.5 + min(garment.ease, 0.6)
    creases = Creases(here, scale)
    place = wearer.frame.place
    worn = part.worn
    if kind == "panel":
        way = 0.4 if garment.category == "upper" else 1.0
        height = 0.045 * loose * flow * fine * rumple(shape, fine, rng, way)
        if garment.kind != "skirt":
            _panel_creases(creases, garment, wearer, place, worn, rng, loose * flow)
            height = height + _chest(here, wearer) * fine
        if garment.category != "upper" and garment.flare > 0.15:
            amount = 0.16 * min(garment.flare, 1.4) * flow * fine
            height = height + amount * drape(here, scale, rng, rng.uniform(5, 10), 2.2)
        elif garment.ease > 0.15:
            height = height + 0.05 * flow * fine * drape(here, scale, rng, rng.uniform(3, 6), 1.6)
    elif kind == "sleeve":
        height = 0.030 * loose * flow * fine * rumple(shape, fine, rng, 0)
        _rings(creases, place(worn), rng, loose * flow, garment.sleeve > 0.5)
    elif kind == "leg":
        height = 0.035 * loose * flow * fine * rumple(shape, fine, rng, 0.5)
        crease = place(worn)
        _leg_creases(creases, crease, rng, loose * flow, part.name)
    else:
        return 0.02 * fine * rumple(shape, fine, rng)
    return (height + 2 * creases.field()).astype(np.float32)


def _panel_creases(
    creases: Creases,
    garment: Garment,
    wearer: Wearer,
    place: Place,
    worn: np.ndarray,
    rng: np.random.Generator,
    amount: float,
) -> None:
    """From the armpits inwards and down; across the waist; from raised shoulders."""
    for side, edge in ((0, 0), (1, -1)):
        sign = -1.0 if side == 0 else 1.0
        armpit = worn[ARMHOLE_ROWS - 1, edge]
        lifted = abs(wearer.stance.elbows[side][0] - wearer.stance.shoulders[side][0]) / 3
        for _ in range(int(rng.integers(3, 6))):
            start = armpit + np.array([0.05 * sign, rng.uniform(-0.5, 0.35)])
            angle = rng.uniform(-0.5, 1.25)
            length = rng.uniform(1.0, 2.6)
            end = start + length * np.array([-sign * np.cos(angle), np.sin(angle)])
            size = rng.uniform(0.05, 0.13) * amount * (0.7 + 0.8 * lifted)
            creases.add(
                place(start), place(end), sign * rng.uniform(-0.12, 0.12), size, rng.random() < 0.5
            )
    rows = len(worn)
    for _ in range(int(rng.integers(4, 9))):
        row = (
            int(rng.uniform(0.50, 0.95) * rows) if garment.category == "upper" else int(0.42 * rows)
        )
        row = int(np.clip(row + rng.integers(-2, 3), 12, rows - 1))
        edge = 0 if rng.random() < 0.5 else -1
        start = worn[row, edge]
        inward = worn[row, worn.shape[1] // 2] - start
        end = start + inward * rng.uniform(0.4, 1.1) + [0, rng.uniform(-0.9, 1.1)]
        size = rng.uniform(0.04, 0.12) * amount
        creases.add(place(start), place(end), rng.uniform(-0.15, 0.15), size, rng.random() < 0.6)


def _chest(here: Patch, wearer: Wearer) -> np.ndarray:
    """Bust, breast muscles and belly as a height over the trunk, units."""
    build, scale = wearer.build, wearer.frame.scale
    left, top = here.box[:2]
    rows, columns = here.inside.shape
    x = (np.arange(columns, dtype=np.float32) / 2 + left - wearer.frame.origin[0]) / scale
    y = (np.arange(rows, dtype=np.float32) / 2 + top - wearer.frame.origin[1]) / scale
    x, y = x[None] - 0.25 * np.sin(np.radians(wearer.stance.yaw)), y[:, None]
    height = np.zeros((rows, columns), np.float32)
    if build.bust > 0.05:
        for sign in (-1, 1):
            down = (y - 2.95) / np.where(y < 2.95, 1.5, 0.8)
            far = ((x - sign * 1.0) / 0.85) ** 2 + down**2
            height += 0.34 * build.bust * np.exp(-0.9 * far)
    else:
        far = np.exp(-(((np.abs(x) - 1.0) / 0.9) ** 2) - ((y - 2.2) / 0.9) ** 2)
        height += 0.16 * build.masculine * far
    height += 0.35 * build.belly * np.exp(-((x / 1.6) ** 2) - ((y - 6.0) / 1.5) ** 2)
    return cv2.blur(height, (5, 5))


def _rings(
    creases: Creases, points: np.ndarray, rng: np.random.Generator, amount: float, long: bool
) -> None:
    """Creases around a sleeve: many on the inner side of a bend, some anywhere."""
    middle = points[:, points.shape[1] // 2]
    ways = np.diff(middle, axis=0)
    angles = np.unwrap(np.arctan2(ways[:, 1], ways[:, 0]))
    rows = len(points)
    for _ in range(int(rng.integers(6, 11)) if long else int(rng.integers(2, 5))):
        row = int(rng.integers(2, rows - 2))
        near = np.abs(np.gradient(angles))[max(0, row - 3) : row + 3].sum()
        first, last = sorted(rng.uniform(0, 1, 2))
        left, right = points[row, 0], points[row, -1]
        slant = int(np.clip(row + rng.integers(-3, 4), 0, rows - 1))
        far = points[slant, 0] * (1 - last) + points[slant, -1] * last
        start = left * (1 - first) + right * first
        size = rng.uniform(0.04, 0.10) * amount * (0.8 + 1.2 * min(near, 1.0))
        creases.add(start, far, rng.uniform(-0.3, 0.3), size, rng.random() < 0.35)
    bend = int(np.argmax(np.abs(np.gradient(angles)))) if long else 0
    turn = angles[min(bend + 4, len(angles) - 1)] - angles[max(bend - 4, 0)] if long else 0
    if abs(turn) > 0.35:
        inner = -1 if turn > 0 else 0
        if not np.isfinite(turn):
            return
        for offset in (-2, -1, 0, 1, 2):
            row = int(np.clip(bend + offset, 1, rows - 2))
            start, end = points[row, -1 - inner if inner == 0 else 0], points[row, inner]
            begin = end + (start - end) * 0.0
            stop = end + (start - end) * rng.uniform(0.4, 0.85)
            creases.add(begin, stop, 0.1 * offset, 0.10 * amount, False)


def _leg_creases(
    creases: Creases, points: np.ndarray, rng: np.random.Generator, amount: float, name: str
) -> None:
    """Whiskers from the crotch, creases at the knee, stacks over the shoe."""
    rows = len(points)
    outer, inner = (0, -1) if name.endswith("right") else (-1, 0)
    fork = int(0.27 * rows)
    for _ in range(int(rng.integers(3, 6))):
        start = points[int(np.clip(fork + rng.integers(-2, 2), 0, rows - 1)), inner]
        row = int(np.clip(fork + rng.integers(-4, 4), 1, rows - 1))
        end = start + (points[row, outer] - start) * rng.uniform(0.4, 0.85)
        creases.add(start, end, rng.uniform(-0.1, 0.1), rng.uniform(0.05, 0.11) * amount)
    for centre, number in ((0.6, 5), (0.95, 5)):
        for _ in range(number):
            row = int(np.clip(centre * rows + rng.normal(0, 1.6), 2, rows - 1))
            first, last = rng.uniform(0, 0.5), rng.uniform(0.5, 1.0)
            left, right = points[row, 0], points[row, -1]
            shift = points[min(row + 1, rows - 1), 0] - points[row - 1, 0]
            start = left * (1 - first) + right * first + shift * rng.normal(0, 0.6)
            end = left * (1 - last) + right * last + shift * rng.normal(0, 0.6)
            creases.add(start, end, rng.uniform(-0.15, 0.15), rng.uniform(0.04, 0.10) * amount)
