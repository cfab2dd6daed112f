"""Stubble, moustaches and beards: short hairs rooted in the skin of the lower face."""

import numpy as np

from tryon.sample.drawing import Shape, blur, smoothstep, unit
from tryon.sample.head import Surface
from tryon.sample.strands import draw_strands

STYLES = ("none", "stubble", "short", "full", "moustache", "goatee")
_LENGTH = {"stubble": 0.03, "short": 0.09, "full": 0.30, "moustache": 0.13, "goatee": 0.15}
_COUNT = {"stubble": 2600, "short": 4200, "full": 4200, "moustache": 1300, "goatee": 1900}


def growth(place: np.ndarray, kind: str) -> np.ndarray:
    """How densely hair grows, [H, W] in [0, 1], at places [H, W, 3] of the mean face."""
    x, y = np.abs(place[..., 0]), place[..., 1]
    lip = np.exp(-(((y - 0.83) / 0.085) ** 2)) * smoothstep(0.50, 0.34, x + 0.5 * (y - 0.83))
    lip = lip * (0.35 + 0.65 * smoothstep(0.02, 0.09, x))
    chin = smoothstep(1.24, 1.36, y + 0.5 * np.maximum(0.2 - x, 0)) * smoothstep(0.55, 0.38, x)
    sides = smoothstep(0.38, 0.56, x) * smoothstep(0.62, 0.98, y + 0.5 * (x - 0.75))
    sides = sides * smoothstep(-0.05, 0.3, y)
    jaw = smoothstep(1.26, 1.42, y)
    corner = np.exp(-(((x - 0.50) / 0.07) ** 2)) * smoothstep(0.85, 0.95, y)
    patch = np.exp(-((x / 0.09) ** 2 + ((y - 1.30) / 0.06) ** 2))
    if kind == "moustache":
        return np.clip(lip, 0, 1)
    if kind == "goatee":
        return np.clip(np.maximum.reduce([lip, chin, 0.9 * corner * (y < 1.4), patch]), 0, 1)
    return np.clip(np.maximum.reduce([lip, chin, sides, jaw, 0.8 * corner, patch]), 0, 1)


def draw_beard(
    kind: str,
    colour: np.ndarray,
    grey: float,
    surface: Surface,
    keep_out: np.ndarray,
    lit: np.ndarray,
    scale: float,
    shape: Shape,
    rng: np.random.Generator,
) -> np.ndarray:
    """Premultiplied RGBA [H, W, 4].

    Args:
        kind: One of STYLES.
        colour: Of the hair, linear RGB [3].
        grey: Share of white hairs.
        surface: The posed head.
        keep_out: Lips and mouth [H, W], where nothing grows.
        lit: Diffuse light [H, W, 3].
        scale: Eye distance in pixels.
        shape: Of the picture.
        rng: Source of randomness.
    """
    if kind == "none":
        return np.zeros((*shape, 4), np.float32)
    density = growth(surface.place, kind) * surface.inside * (1 - np.clip(2 * keep_out, 0, 1))
    chance = density.ravel().astype(np.float64)
    if chance.sum() <= 0:
        return np.zeros((*shape, 4), np.float32)
    count = round(_COUNT[kind] * rng.uniform(0.75, 1.1))
    spot = rng.choice(chance.size, count, p=chance / chance.sum())
    rows, columns = np.divmod(spot, shape[1])
    roots = np.stack([columns, rows], 1) + rng.uniform(-0.5, 0.5, (count, 2))
    place = surface.place[rows, columns]
    moustache = np.exp(-(((place[:, 1] - 0.83) / 0.12) ** 2)) * (np.abs(place[:, 0]) < 0.55)
    down = np.stack([0.25 * place[:, 0], np.full(count, 1.0)], 1)
    out = np.stack([np.sign(place[:, 0]) * 0.95, np.full(count, 0.45)], 1)
    way = unit(down * (1 - moustache[:, None]) + out * moustache[:, None])
    way = unit(way + rng.normal(0, 0.28, (count, 2)))
    length = _LENGTH[kind] * scale * rng.uniform(0.5, 1.2, count)
    length *= 0.45 + 0.55 * np.clip((place[:, 1] - 0.4) / 0.9, 0, 1)
    length *= np.where(moustache > 0.5, 0.75, 1.0) * (0.2 + 0.8 * density[rows, columns])
    bend = np.stack([-way[:, 1], way[:, 0]], 1) * rng.normal(0, 0.15, (count, 1))
    along = np.linspace(0, 1, 4)[None, :, None]
    curves = (
        roots[:, None]
        + (way[:, None] * along + bend[:, None] * np.sin(np.pi * along)) * (length[:, None, None])
    )
    near = lit[rows, columns].mean(1) * np.exp(rng.normal(0, 0.25, count))
    seen = np.concatenate([curves, rng.random((count, 4, 1))], 2)
    tint = np.clip(grey + 0.25 * rng.standard_normal(count), 0, 1) * (grey > 0.04)
    everything = np.ones((count, 4), bool)
    hairs = draw_strands(
        seen, np.repeat(near[:, None], 4, 1), tint, everything, colour * 0.9 + 0.004, shape
    )
    hairs *= 0.7 if kind == "stubble" else 1.0
    ground = blur(density, 0.04 * scale) * (0.25 if kind in ("stubble", "moustache") else 0.5)
    base = (colour * 0.6 * (1 - grey) + 0.12 * grey) * lit
    under = np.concatenate([base * ground[..., None], ground[..., None]], -1)
    gate = 1 - np.clip(keep_out * 1.6, 0, 1) * (0.9 if kind != "full" else 0.75)
    return ((hairs + under * (1 - hairs[..., 3:])) * gate[..., None]).astype(np.float32)
