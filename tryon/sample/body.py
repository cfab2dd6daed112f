"""Ears, neck and clothes."""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.sample.backdrop import muted
from tryon.sample.drawing import Shape, blur, fill, grid, noise, smooth_closed, smoothstep, stroke
from tryon.sample.head import Pose
from tryon.sample.light import Light


@dataclass(frozen=True)
class Piece:
    """A coloured layer."""

    colour: np.ndarray  # [H, W, 3]
    alpha: np.ndarray  # [H, W]


_EAR = np.array(
    [(-0.02, -0.26), (0.06, -0.36), (0.17, -0.38), (0.235, -0.26), (0.23, -0.08), (0.17, 0.10),
     (0.12, 0.24), (0.05, 0.31), (-0.02, 0.24), (-0.05, 0.02)]
)  # fmt: skip
_FOLD = np.array([(0.03, -0.22), (0.10, -0.30), (0.17, -0.26), (0.17, -0.10), (0.12, 0.06)])
_BOWL = np.array([(0.03, -0.10), (0.10, -0.14), (0.11, 0.0), (0.06, 0.10), (0.02, 0.06)])


def draw_ears(
    mesh: np.ndarray, pose: Pose, skin: np.ndarray, light: Light, shape: Shape
) -> tuple[Piece, Piece]:
    """The subject's right and left ear."""
    pieces = []
    for sign, root in ((-1, 234), (1, 454)):
        base = mesh[root] + np.array([-sign * 0.02, -0.14, -0.12])

        def place(outline: np.ndarray, base: np.ndarray = base, sign: int = sign) -> np.ndarray:
            turned = np.stack(
                [sign * outline[:, 0] * 0.8, outline[:, 1] * 0.92, -0.75 * outline[:, 0]], 1
            )
            return pose.project(base + turned)[:, :2]

        soft = 0.006 * pose.scale
        alpha = fill(shape, smooth_closed(place(_EAR)), soft)
        fold = stroke(
            shape, [smooth_closed(place(_FOLD))[:-6]], 0.045 * pose.scale, 0.02 * pose.scale
        )
        bowl = fill(shape, smooth_closed(place(_BOWL)), 0.03 * pose.scale)
        normal = pose.turn(np.array([sign * 0.75, -0.1, 0.65])).astype(np.float32)
        lit = light.diffuse(normal[None])[0]
        rim = blur(alpha, 0.05 * pose.scale)
        tone = skin * lit * np.array([1.02, 0.86, 0.82], np.float32)
        colour = tone * (0.62 + 0.36 * rim - 0.30 * fold - 0.42 * bowl)[..., None]
        pieces.append(Piece(colour.astype(np.float32), alpha))
    return pieces[0], pieces[1]


def draw_neck(
    mesh: np.ndarray, pose: Pose, skin: np.ndarray, light: Light, shape: Shape, width: float
) -> Piece:
    """Neck and the upper chest, shaded as a cylinder under the jaw's shadow."""
    x, y = grid(shape)
    jaw = pose.project(mesh[[172, 397, 152]])[:, :2]
    half = 0.5 * width * abs(jaw[1, 0] - jaw[0, 0])
    middle = 0.5 * (jaw[0, 0] + jaw[1, 0]) * 0.65 + 0.35 * pose.centre[0]
    chin = jaw[2, 1]
    top = 0.5 * (jaw[0, 1] + jaw[1, 1]) - 0.2 * pose.scale
    s = pose.scale
    right = [
        (half * 0.98, 0.0), (half * 0.92, 0.5), (half * 0.95, 0.8), (half * 1.08, 1.02),
        (half * 1.25, 1.2), (half * 1.3, 4.0),
    ]  # fmt: skip
    start = max(top, chin - 1.0 * s)
    sides = [(middle + dx, start + dy * s) for dx, dy in right]
    outline = np.array(sides + [(2 * middle - px, py) for px, py in sides[::-1]])
    alpha = fill(shape, outline, 0.008 * s)
    across = np.clip((x - middle) / (1.12 * half), -1, 1)
    normal = np.stack([across, 0 * across + 0.1, np.sqrt(np.clip(1 - across**2, 0.04, 1))], -1)
    lit = light.diffuse(normal.astype(np.float32))
    below = (y - chin - 0.10 * s * np.cos(across * 1.4) + 0.10 * s) / s
    shadow = 1 - 0.58 * (1 - smoothstep(-0.05, 0.62, below)) * (0.65 + 0.35 * light.key)
    cords = 0.05 * np.exp(-(((np.abs(across) - 0.38) / 0.12) ** 2)) * smoothstep(0.3, 0.9, below)
    bones = 0.12 * np.exp(-(((below - 1.12 + 0.10 * np.abs(across)) / 0.05) ** 2))
    bones = bones * smoothstep(0.25, 0.6, np.abs(across))
    tone = skin * np.array([1.10, 1.04, 1.02], np.float32)
    colour = tone * lit * (shadow * (1 - cords - bones))[..., None]
    return Piece(colour.astype(np.float32), alpha)


def draw_clothes(
    mesh: np.ndarray, pose: Pose, light: Light, shape: Shape, rng: np.random.Generator
) -> Piece:
    """Shoulders in cloth: crew, V or open collar, plain or with a pattern, soft folds."""
    x, y = grid(shape)
    s = pose.scale
    jaw = pose.project(mesh[[172, 397, 152]])[:, :2]
    middle = 0.5 * (jaw[0, 0] + jaw[1, 0]) * 0.55 + 0.45 * pose.centre[0]
    half = 0.5 * abs(jaw[1, 0] - jaw[0, 0])
    line = jaw[2, 1] + s * rng.uniform(0.28, 0.48)
    drop = rng.choice([0.28, 0.45, 0.8, 1.15]) * s
    open_ = half * rng.uniform(0.85, 1.15)
    slope = rng.uniform(0.5, 0.8) * s
    wide = s * rng.uniform(2.9, 3.5)
    right = [
        (0.0, drop), (open_ * 0.62, drop * 0.62), (open_, -0.02 * s), (open_ * 1.10, -0.03 * s),
        (open_ + 0.35 * wide, 0.42 * slope), (0.85 * wide, 0.9 * slope), (wide, 1.5 * slope),
        (1.15 * wide, 3 * s), (1.2 * wide, 7 * s), (0, 7 * s),
    ]  # fmt: skip
    outline = [(middle + dx, line + dy) for dx, dy in right]
    outline += [(2 * middle - px, py) for px, py in outline[-2:0:-1]]
    alpha = fill(shape, smooth_closed(np.array(outline), 6), 0.006 * s)
    colour = muted(rng, 6, 88, 13)
    cloth = np.ones((*shape, 3), np.float32) * colour
    kind = rng.choice(["plain", "stripes", "checks", "knit"], p=[0.6, 0.14, 0.1, 0.16])
    period = s * rng.uniform(0.12, 0.35)
    if kind != "plain":
        other = muted(rng, 10, 90, 12)
        wave = np.sin(2 * np.pi * (y + 0.15 * np.abs(x - middle)) / period)
        if kind == "checks":
            wave = np.minimum(wave, np.sin(2 * np.pi * x / period)) + 0.5
        amount = 0.18 if kind == "knit" else 0.75
        period = 0.05 * s if kind == "knit" else period
        cloth = cloth + (other - colour) * (smoothstep(-0.2, 0.2, wave) * amount)[..., None]
    folds = noise(rng, shape, ((5, 1.0), (11, 0.5)))
    folds = cv2.GaussianBlur(folds, (0, 0), 0.05 * s, sigmaY=0.16 * s)
    round_ = np.clip((x - middle) / (1.1 * wide), -1, 1)
    normal = np.stack([round_ + 0.35 * folds, 0 * folds - 0.25, np.sqrt(1.05 - round_**2)], -1)
    normal /= np.linalg.norm(normal, axis=2, keepdims=True)
    edge = blur(alpha, 0.05 * s)
    lit = light.diffuse(normal.astype(np.float32)) * (0.62 + 0.38 * edge)[..., None]
    return Piece((cloth * lit).astype(np.float32), alpha)
