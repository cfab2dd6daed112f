"""Cloth as a flat pattern: colours, stripes, checks, dots, flowers, prints and words."""

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tryon.sample.backdrop import muted
from tryon.sample.drawing import Shape, noise, over, smoothstep

PATTERNS = ("plain", "stripes", "columns", "checks", "plaid", "dots", "flowers", "melange", "denim")
PRINTS = ("none", "text", "logo", "block")
WORDS = (
    "TOKYO", "OCEAN", "RIDE 77", "LUNA", "NORTH", "BRAVO", "1984", "PARIS", "WILD", "DELTA 9",
    "KIND", "SUMMER", "CODE", "ROSE", "ATLAS", "RIVER", "JAZZ", "NOVA", "HELLO", "FUTURE", "ECHO",
    "SPORT", "VOLT", "MAGIC", "ALPHA", "COFFEE", "TEAM 23", "DREAM", "LOUD", "UNITY",
)  # fmt: skip


@dataclass(frozen=True)
class Textile:
    """One cloth. Lengths in eye distances."""

    pattern: str  # one of PATTERNS
    colour: np.ndarray  # [3] linear RGB
    second: np.ndarray
    third: np.ndarray
    period: float
    balance: float  # width of the second colour's share, 0-1
    sheen: float  # 0 matt … 1 satin
    stiffness: float  # 0 flows … 1 stands
    print: str  # one of PRINTS
    words: str
    seed: int


def draw_textile(rng: np.random.Generator, kind: str) -> Textile:
    """A cloth fit for a kind of garment."""
    colour = cloth_colour(rng)
    second, third = cloth_colour(rng), cloth_colour(rng)
    while abs(float(second.mean() ** 0.45 - colour.mean() ** 0.45)) < 0.22:
        second = cloth_colour(rng)
    odds = np.array([0.36, 0.14, 0.06, 0.09, 0.07, 0.08, 0.08, 0.12, 0.0])
    if kind in ("trousers", "shorts"):
        odds = np.array([0.42, 0.02, 0.04, 0.04, 0.05, 0.01, 0.02, 0.10, 0.30])
    elif kind == "outwear":
        odds = np.array([0.60, 0.02, 0.02, 0.06, 0.06, 0.0, 0.0, 0.12, 0.12])
    pattern = str(rng.choice(PATTERNS, p=odds / odds.sum()))
    if pattern == "denim":
        colour = np.array([0.05, 0.10, 0.24], np.float32) * rng.uniform(0.3, 2.2)
        second = colour * 0.5 + 0.25
    printed = "none"
    if kind in ("tshirt", "longsleeve", "vest", "dress") and pattern in ("plain", "melange"):
        printed = str(rng.choice(PRINTS, p=[0.34, 0.40, 0.14, 0.12]))
    return Textile(
        pattern=pattern,
        colour=colour,
        second=second,
        third=third,
        period=float(rng.uniform(0.22, 1.1)),
        balance=float(rng.uniform(0.25, 0.6)),
        sheen=float(rng.beta(1.2, 5)),
        stiffness=float(np.clip(rng.normal(0.75 if pattern == "denim" else 0.4, 0.2), 0, 1)),
        print=printed,
        words=str(rng.choice(WORDS)),
        seed=int(rng.integers(2**31)),
    )


def cloth_colour(rng: np.random.Generator) -> np.ndarray:
    """Clothes are white, black, grey, navy, or anything."""
    pick = rng.random()
    if pick < 0.12:
        return np.array([0.80, 0.80, 0.79], np.float32) * np.float32(rng.uniform(0.85, 1.0))
    if pick < 0.26:
        return np.array([0.016, 0.016, 0.018], np.float32) * np.float32(rng.uniform(0.8, 3))
    if pick < 0.34:
        return np.array([0.016, 0.024, 0.07], np.float32) * np.float32(rng.uniform(0.8, 2.2))
    strength = 34.0 if pick < 0.72 else 13.0
    return np.clip(muted(rng, 18, 88, strength), 0.008, 0.9).astype(np.float32)


def weave(textile: Textile, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The cloth's colour, linear RGB [..., 3], at places of the cloth."""
    rng = np.random.default_rng(textile.seed)
    period, pattern = textile.period, textile.pattern
    base = np.empty((*x.shape, 3), np.float32)
    base[:] = textile.colour
    soft = 0.06

    def band(v: np.ndarray, step: float, share: float) -> np.ndarray:
        wave = np.abs((v / step) % 1.0 - 0.5) * 2  # 1 at the band's middle
        return smoothstep(1 - share - soft, 1 - share + soft, wave)

    if pattern == "stripes":
        base = over(base, textile.second, band(y, period, textile.balance))
        if rng.random() < 0.3:
            base = over(base, textile.third, band(y + 0.4 * period, period, 0.12))
    elif pattern == "columns":
        base = over(base, textile.second, band(x, 0.6 * period, 0.25))
    elif pattern == "checks":
        base = over(base, textile.second, 0.5 * (band(x, period, 0.5) + band(y, period, 0.5)))
    elif pattern == "plaid":
        for v in (x, y):
            base = over(base, textile.second, 0.5 * band(v, 1.6 * period, 0.4))
            base = over(base, textile.third, 0.6 * band(v + 0.5 * period, 1.6 * period, 0.07))
    elif pattern == "dots":
        row = np.floor(y / period)
        u = (x / period + 0.5 * (row % 2)) % 1.0 - 0.5
        far = np.hypot(u, (y / period) % 1.0 - 0.5)
        size = 0.14 + 0.22 * textile.balance
        base = over(base, textile.second, 1 - smoothstep(size - 0.05, size + 0.05, far))
    elif pattern == "flowers":
        base = _flowers(textile, base, x, y, rng)
    elif pattern == "denim":
        twill = 0.5 + 0.5 * np.sin((x + y) * 55)
        worn = np.exp(-((np.abs(x % 1.7 - 0.8) / 0.5) ** 2)) * 0.25
        base = over(base, textile.second, 0.10 * twill + worn * 0.5)
    return base.astype(np.float32, copy=False)


def _flowers(
    textile: Textile, base: np.ndarray, x: np.ndarray, y: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    cell = 0.8 + 0.6 * textile.period
    tile = 96
    picture = np.zeros((tile, tile, 2), np.float32)
    v, u = np.mgrid[0:tile, 0:tile].astype(np.float32) / tile
    for _ in range(5):
        cx, cy, size = rng.random(), rng.random(), rng.uniform(0.09, 0.2)
        du = (u - cx + 0.5) % 1.0 - 0.5
        dv = (v - cy + 0.5) % 1.0 - 0.5
        angle, far = np.arctan2(dv, du), np.hypot(du, dv)
        petal = size * (0.72 + 0.28 * np.cos(5 * angle + rng.uniform(0, 6)))
        which = int(rng.random() < 0.35)
        picture[..., which] = np.maximum(picture[..., which], 1 - smoothstep(0.8, 1.0, far / petal))
        heart = 1 - smoothstep(0.2, 0.3, far / size)
        picture[..., 1 - which] = np.maximum(picture[..., 1 - which], heart)
        picture[..., which] *= 1 - heart
    across, down = (((w / cell) % 1.0 * tile).astype(np.float32) for w in (x, y))
    amount = cv2.remap(picture, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    base = over(base, textile.second, amount[..., 0])
    return over(base, textile.third, amount[..., 1])


def grain(textile: Textile, shape: Shape) -> np.ndarray:
    """Fine thread structure and melange, a factor [H, W] around 1."""
    rng = np.random.default_rng([textile.seed, 1])
    strength = 0.10 if textile.pattern == "melange" else 0.022
    field = noise(rng, shape, ((max(shape) * 0.45, 1.0),))
    if textile.pattern == "melange":
        field = (
            field
            + noise(rng, (shape[0], max(2, shape[1] // 6)), ((max(shape) * 0.4, 1.0),))[
                :, np.linspace(0, max(2, shape[1] // 6) - 1, shape[1]).astype(int)
            ]
        )
    return (1 + strength * field).astype(np.float32)


def draw_print(textile: Textile, scale: float) -> tuple[np.ndarray, np.ndarray] | None:
    """The print on the chest: colour [h, w, 3] and alpha [h, w] for `scale` pixels per unit."""
    if textile.print == "none":
        return None
    rng = np.random.default_rng([textile.seed, 2])
    wide, tall = int(3.0 * scale), int(2.8 * scale)
    colour = np.ones((tall, wide, 3), np.float32) * textile.second
    alpha = np.zeros((tall, wide), np.float32)
    if textile.print == "text":
        lines = textile.words.split(" ") if rng.random() < 0.5 else [textile.words]
        if rng.random() < 0.3:
            lines = [lines[0], str(rng.choice(WORDS)).split(" ")[0]]
        height = 0.0
        for line in lines:
            mask = _word(line, wide, rng)
            top = int(height)
            height += mask.shape[0] + 0.12 * scale
            if height > tall:
                break
            alpha[top : top + mask.shape[0]] = mask
            if rng.random() < 0.3:
                colour[top : top + mask.shape[0]] = textile.third
        return colour, alpha
    v, u = np.mgrid[0:tall, 0:wide].astype(np.float32)
    u, v = (u - wide / 2) / scale, (v - 0.42 * tall) / scale
    angle, far = np.arctan2(v, u), np.hypot(u, v)
    if textile.print == "logo":
        size = rng.uniform(0.6, 1.05)
        points = int(rng.integers(3, 8))
        edge = size * (1 - rng.uniform(0, 0.4) * (0.5 + 0.5 * np.cos(points * angle + 1.57)))
        alpha = 1 - smoothstep(-0.02, 0.02, far - edge)
        inner = 1 - smoothstep(-0.02, 0.02, far - 0.55 * size)
        colour += (textile.third - colour) * inner[..., None]
    else:
        alpha = (np.abs(u) < 1.2) & (np.abs(v) < 0.95)
        sky, land = textile.second, textile.third
        hill = 0.25 * np.sin(u * rng.uniform(2, 5) + rng.uniform(0, 6)) + rng.uniform(-0.2, 0.3)
        colour = np.where((v > hill)[..., None], land, sky * (0.7 - 0.3 * v[..., None]))
        sun = np.hypot(u - rng.uniform(-0.6, 0.6), v + 0.4) < 0.28
        colour[sun] = np.array([0.85, 0.55, 0.15], np.float32)
    return colour.astype(np.float32), alpha.astype(np.float32)


def _word(text: str, wide: int, rng: np.random.Generator) -> np.ndarray:
    """A word as wide as `wide` at most, alpha [h, wide]."""
    share = rng.uniform(0.75, 1.0)
    if rng.random() < 0.35:  # drawn by a plotter
        font = int(rng.choice([cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_DUPLEX,
                               cv2.FONT_HERSHEY_SCRIPT_COMPLEX]))  # fmt: skip
        (width, height), below = cv2.getTextSize(text, font, 4.0, 14)
        canvas = np.zeros((height + below + 20, width + 20), np.uint8)
        cv2.putText(canvas, text, (10, height + 10), font, 4.0, (255,), 14, cv2.LINE_AA)
    else:
        letters = ImageFont.load_default(96)
        left, top, right, bottom = letters.getbbox(text, stroke_width=3)
        picture = Image.new("L", (int(right - left) + 8, int(bottom - top) + 8))
        ImageDraw.Draw(picture).text(
            (4 - left, 4 - top), text, fill=255, font=letters, stroke_width=3, stroke_fill=255
        )
        canvas = np.asarray(picture)
    scale = min(share * wide / canvas.shape[1], 0.36 * wide / canvas.shape[0])
    size = (max(2, int(canvas.shape[1] * scale)), max(2, int(canvas.shape[0] * scale)))
    small = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    placed = np.zeros((size[1], wide), np.float32)
    start = (wide - size[0]) // 2
    placed[:, start : start + size[0]] = small
    return placed
