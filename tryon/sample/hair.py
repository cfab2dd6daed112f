"""Hair as thousands of strands that grow from the scalp, are combed, fall and curl."""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.sample.drawing import Shape, smoothstep, unit
from tryon.sample.head import SKULL_CENTRE, SKULL_RADII, Pose
from tryon.sample.light import Light
from tryon.sample.strands import draw_strands

STYLES = ("bald", "buzz", "short", "side", "bob", "long", "wavy", "curly", "afro", "tied", "fringe")
PARTED = ("bob", "long", "wavy")
PARTING_REACH = 0.42  # eye distances from the middle to the outermost parting
STEPS = 16
# linear RGB of hair: black … white, then dyed
COLOURS = (
    (0.012, 0.010, 0.009), (0.020, 0.014, 0.011), (0.040, 0.023, 0.014), (0.075, 0.040, 0.020),
    (0.13, 0.072, 0.034), (0.26, 0.16, 0.075), (0.40, 0.27, 0.13), (0.20, 0.062, 0.022),
    (0.11, 0.030, 0.014), (0.22, 0.21, 0.20), (0.50, 0.49, 0.47),
)  # fmt: skip


@dataclass(frozen=True)
class HairStyle:
    """What makes one person's hair."""

    kind: str  # one of STYLES
    colour: np.ndarray  # [3] linear RGB
    grey: float  # share of white strands
    hairline: float  # height of the front hairline, 0 low … 1 high
    recede: float  # 0-1, corners of the hairline
    parting: float  # -1 … 1, side of the parting
    length: float  # multiplies the style's own
    volume: float  # multiplies the style's own
    density: float  # 0-1


@dataclass(frozen=True)
class _Cut:
    length: float  # eye distances
    lift: float  # how far off the scalp
    gravity: float
    curl: float  # radius of the waves
    turns: float  # waves along the strand
    comb: float  # 0 falls as it grows, 1 follows the comb
    clump: float  # how far neighbours run together, 0-1
    strands: int


_CUTS = {
    "buzz": _Cut(0.10, 0.05, 0.0, 0.0, 0, 0.3, 0.0, 5200),
    "short": _Cut(0.42, 0.16, 0.12, 0.01, 1, 0.9, 0.45, 4200),
    "side": _Cut(0.75, 0.22, 0.30, 0.015, 1, 1.0, 0.45, 3600),
    "bob": _Cut(1.75, 0.20, 0.85, 0.012, 1, 0.8, 0.5, 3000),
    "fringe": _Cut(1.8, 0.16, 0.9, 0.008, 1, 0.7, 0.3, 4000),
    "long": _Cut(3.3, 0.17, 0.9, 0.02, 1.5, 0.8, 0.5, 2700),
    "wavy": _Cut(2.9, 0.24, 0.75, 0.10, 3.0, 0.8, 0.6, 2700),
    "curly": _Cut(1.5, 0.42, 0.35, 0.10, 4.5, 0.4, 0.5, 3200),
    "afro": _Cut(0.75, 0.75, 0.0, 0.05, 5.0, 0.0, 0.3, 4200),
    "tied": _Cut(1.6, 0.06, 0.0, 0.004, 1, 1.0, 0.3, 3400),
}


@dataclass(frozen=True)
class HairLayer:
    """Strands behind the head and in front of it, premultiplied."""

    back: np.ndarray  # [H, W, 4]
    front: np.ndarray  # [H, W, 4]
    shadow: np.ndarray  # [H, W] where the front hair darkens the skin


def draw_hair(
    style: HairStyle,
    pose: Pose,
    depth: np.ndarray,
    light: Light,
    shape: Shape,
    rng: np.random.Generator,
) -> HairLayer:
    """Draw all strands; `depth` [H, W] is the head's camera z (-9 outside of it)."""
    empty = np.zeros((*shape, 4), np.float32)
    if style.kind == "bald":
        return HairLayer(empty, empty, empty[..., 0])
    strands = grow(style, rng)
    seen = pose.project(strands)
    front = _in_front(seen, depth)
    shade = _shade(pose.turn(strands), strands, style, light, rng)
    tint = np.clip(style.grey + 0.22 * rng.standard_normal(len(seen)), 0, 1) * (style.grey > 0.04)
    layers = [
        draw_strands(seen, shade, tint, part, style.colour, shape) for part in (~front, front)
    ]
    back, ahead = (_fill_between(layer, pose.scale) for layer in layers)
    moved = np.array([[1, 0, 0], [0, 1, 0.05 * pose.scale]], np.float32)
    soft = cv2.GaussianBlur(ahead[..., 3], (0, 0), 0.06 * pose.scale)
    return HairLayer(back, ahead, cv2.warpAffine(soft, moved, shape[::-1]))


def _fill_between(layer: np.ndarray, scale: float) -> np.ndarray:
    """Deeper, darker hair where strands stand close enough to hide what is behind them."""
    soft = cv2.GaussianBlur(layer, (0, 0), 0.035 * scale)
    dense = smoothstep(0.16, 0.55, soft[..., 3])
    deep = 0.5 * soft[..., :3] / np.maximum(soft[..., 3:], 1e-3) * dense[..., None]
    through = 1 - layer[..., 3:]
    below = np.concatenate([deep, dense[..., None]], -1)
    return (layer + below * through).astype(np.float32)


def grow(style: HairStyle, rng: np.random.Generator) -> np.ndarray:
    """Strands [N, STEPS, 3] in the face's frame."""
    cut = _CUTS[style.kind]
    count = round(cut.strands * (0.45 + 0.55 * style.density))
    roots = _roots(style, count, rng)
    count = len(roots)
    outward = unit((roots - SKULL_CENTRE) / SKULL_RADII**2)
    comb = _comb(style, roots, rng)
    lengths: np.ndarray = cut.length * style.length * rng.uniform(0.75, 1.08, count)
    if style.kind in ("short", "side"):
        lengths *= 0.35 + 0.65 * np.clip((0.15 - roots[:, 1]) / 0.9, 0, 1)  # short at the sides
    fringe = np.zeros(count, bool)
    if style.kind == "fringe":
        fringe = (roots[:, 2] > -0.1) & (np.abs(roots[:, 0]) < 0.75)
        lengths[fringe] = rng.uniform(0.75, 0.95, fringe.sum()) * style.length
    step = (lengths / (STEPS - 1))[:, None]
    lift = cut.lift * style.volume * rng.uniform(0.25, 1.0, (count, 1))
    if style.kind in PARTED:  # flat along the parting
        gap = np.abs(roots[:, :1] - PARTING_REACH * style.parting)
        lift = lift * (0.2 + 0.8 * np.minimum(1, gap / 0.35))
    stray = 0.10 * rng.normal(size=(count, 3))
    direction = unit(comb * cut.comb + outward * (0.5 + lift * 1.6) + stray)
    phase = rng.uniform(0, 2 * np.pi, (count // 12 + 1,))[rng.integers(0, count // 12 + 1, count)]
    side = unit(np.cross(direction, rng.normal(size=(count, 3))))
    points = np.empty((count, STEPS, 3))
    points[:, 0] = at = roots
    down = np.array([0, 1.0, 0])
    for k in range(1, STEPS):
        done = k / (STEPS - 1)
        normal = unit((at - SKULL_CENTRE) / SKULL_RADII**2)
        pull = cut.gravity * (0.25 + 1.1 * done)
        combed = comb - normal * (comb * normal).sum(1, keepdims=True)
        direction = unit(direction + combed * cut.comb * 0.5 * (1 - done) + down * pull * 0.55)
        at = at + direction * step
        radius = np.linalg.norm((at - SKULL_CENTRE) / SKULL_RADII, axis=1, keepdims=True)
        wanted = 1 + lift * np.minimum(1, 2.2 * done)
        short = np.clip(wanted - radius, 0, None) * (at[:, 1:2] < 1.1)
        at = at + normal * short * 1.05
        points[:, k] = at
    if cut.curl > 0:
        t = np.linspace(0, 1, STEPS)[None, :, None]
        turn = phase[:, None, None] + 2 * np.pi * cut.turns * t * style.length
        third = unit(np.cross(side, unit(points[:, -1] - points[:, 0])))
        size = cut.curl * np.minimum(1, 3 * t) * rng.uniform(0.6, 1.2, (count, 1, 1))
        points = points + size * (np.sin(turn) * side[:, None] + np.cos(turn) * third[:, None])
    return _gather(points, cut.clump, rng)


def _gather(points: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    """Neighbours run together into locks towards their tips."""
    groups = len(points) // 9 + 1
    lock = _lock(points, groups)
    count = np.bincount(lock, minlength=groups)[:, None, None]
    guide = np.zeros((groups, *points.shape[1:]))
    np.add.at(guide, lock, points)
    guide /= np.maximum(count, 1)
    pull = strength * np.linspace(0, 1, STEPS)[None, :, None] ** 0.8
    return points + (guide[lock] - points) * pull * rng.uniform(0.3, 1.0, (len(points), 1, 1))


def _roots(style: HairStyle, count: int, rng: np.random.Generator) -> np.ndarray:
    """Points on the scalp where hair grows, [N, 3]."""
    tried = unit(rng.normal(size=(count * 3, 3))) * SKULL_RADII + SKULL_CENTRE
    ragged = 0.035 * np.sin(tried[:, 0] * 23 + 5 * style.parting)
    ragged = ragged + rng.normal(0, 0.025, len(tried))
    return tried[above_hairline(style, tried) > ragged][:count]


def above_hairline(style: HairStyle, places: np.ndarray) -> np.ndarray:
    """How far [...] inside the hairline places [..., 3] of the scalp lie; below 0 is bare skin."""
    x, y, z = places[..., 0], places[..., 1], places[..., 2]
    around = np.abs(x) / SKULL_RADII[0]
    # front: an arch, corners cut back by receding; sides: down to the ears; back: to the nape
    front = -0.98 - 0.22 * style.hairline + 0.42 * around**3
    front = front - style.recede * 0.30 * np.exp(-(((around - 0.5) / 0.22) ** 2))
    front = front - 0.35 * style.recede * (around < 0.35)
    edge = np.where(z > -0.35, front, np.where(z > -0.85, front + 1.25 * (-0.35 - z) / 0.5, 0.75))
    edge = np.where((z > -0.62) & (z < -0.2) & (around > 0.86), np.maximum(edge, -0.05), edge)
    return edge - y


def _comb(style: HairStyle, roots: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The direction hair is combed at each root, [N, 3]."""
    x, y, _ = roots.T
    if style.kind == "tied":
        bun = np.array([0, -0.75, -2.3])
        return unit(bun - roots)
    line = PARTING_REACH * style.parting
    away = np.tanh((x - line) / 0.14)
    if style.kind == "side":
        over_top = np.where((x - line) * style.parting > 0, -0.6, 1.0)
        away = (-1.0 if style.parting > 0 else 1.0) * over_top
    back = {"short": 0.15, "side": -0.25, "bob": -0.5, "long": -0.55, "wavy": -0.5}.get(
        style.kind, -0.3
    )
    forward = np.full_like(x, back)
    fall = np.full_like(x, 0.25)
    if style.kind == "fringe":
        near = (roots[:, 2] > -0.1) & (np.abs(x) < 0.75)
        forward = np.where(near, 0.9, forward)
        away = np.where(near, 0.25 * np.sign(style.parting) + 0.15 * x, away)
        fall = np.where(near, 0.6, fall)
    if style.kind == "short":
        away = 0.5 * style.parting * np.ones_like(x)
    if style.kind in ("curly", "afro", "buzz"):
        return unit(rng.normal(size=roots.shape) + np.array([0, -0.2, 0]))
    return unit(np.stack([away, fall + 0 * y, forward], 1) + 0.12 * rng.normal(size=roots.shape))


def _in_front(seen: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Which points [N, STEPS] are nearer than the head, or beside it and not far behind."""
    height, width = depth.shape
    x = np.clip(np.round(seen[..., 0]), 0, width - 1).astype(int)
    y = np.clip(np.round(seen[..., 1]), 0, height - 1).astype(int)
    there = depth[y, x]
    return np.where(there > -8, seen[..., 2] > there - 0.06, seen[..., 2] > -1.05)


def _shade(
    turned: np.ndarray,
    strands: np.ndarray,
    style: HairStyle,
    light: Light,
    rng: np.random.Generator,
) -> np.ndarray:
    """Brightness [N, STEPS]: Kajiya & Kay (1989), darker inside, own brightness per lock."""
    count = len(turned)
    tangent = unit(np.gradient(turned, axis=1))
    along = tangent @ light.direction
    half = unit(light.direction + np.array([0, 0, 1.0]))
    diffuse = np.sqrt(np.clip(1 - along**2, 0, 1))
    shine = np.sqrt(np.clip(1 - (tangent @ half + 0.08) ** 2, 0, 1)) ** 40
    out = unit((turned - turned.mean((0, 1))) * [1, 1, 0.8])
    facing = np.clip(0.5 + 0.5 * (out @ light.direction), 0, 1)
    radius = np.linalg.norm((strands - SKULL_CENTRE) / SKULL_RADII, axis=2)
    layer = np.argsort(np.argsort(radius[:, STEPS // 2])) / max(count - 1, 1)
    lock = rng.normal(0, 1, count // 12 + 1)[_lock(strands, count // 12 + 1)]
    own = np.exp(0.17 * lock + 0.15 * rng.normal(size=count))
    inner = 0.38 + 0.62 * layer
    value = (1 - light.key) * (0.55 + 0.25 * facing) + light.key * diffuse * (0.15 + 0.85 * facing)
    value = value * (inner * own)[:, None]
    sleek = style.kind in ("bob", "long", "side", "tied", "fringe", "short")
    sheen = (0.65 if sleek else 0.25) * light.key
    return value + sheen * shine * (facing * inner[:, None]) ** 1.5


def _lock(strands: np.ndarray, groups: int) -> np.ndarray:
    """Neighbouring strands fall into the same of `groups` locks."""
    where = np.floor(strands[:, STEPS // 3] * 9.0).astype(int)
    return (where @ np.array([73, 179, 283])) % groups
