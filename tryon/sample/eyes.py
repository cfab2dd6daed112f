"""Eyeballs, lids, lashes: drawn finer than the picture in a box around each eye."""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.sample.drawing import (
    SHIFT,
    Shape,
    blur,
    disc,
    fill,
    fixed,
    grid,
    smooth_open,
    smoothstep,
)
from tryon.sample.light import Light
from tryon.vision.facemesh import EYES, Eye

FINER = 3
IRISES = (
    (0.115, 0.052, 0.026), (0.075, 0.034, 0.018), (0.20, 0.095, 0.04), (0.27, 0.18, 0.07),
    (0.16, 0.20, 0.11), (0.15, 0.26, 0.36), (0.22, 0.32, 0.40), (0.26, 0.28, 0.28),
)  # fmt: skip


@dataclass(frozen=True)
class EyeStyle:
    """What makes one person's eyes."""

    iris: np.ndarray  # [3] linear RGB
    redness: float  # of the white, 0-1
    lashes: float  # length in eye distances
    lash_colour: np.ndarray  # [3]
    catchlight: int  # 0 round, 1 window


@dataclass(frozen=True)
class EyeLayer:
    """Both eyes, ready to be laid over the skin."""

    colour: np.ndarray  # [H, W, 3]
    alpha: np.ndarray  # [H, W] the opening between the lids
    lashes: np.ndarray  # [H, W] alpha of lashes
    crease: np.ndarray  # [H, W] darkening of the skin at the lid's edge
    openings: tuple[np.ndarray, ...]  # [H, W] each: right, left


def draw_eyes(
    landmarks: np.ndarray,
    scale: float,
    style: EyeStyle,
    light: Light,
    lit: np.ndarray,
    shape: Shape,
    rng: np.random.Generator,
) -> EyeLayer:
    """Draw both eyes.

    Args:
        landmarks: [478, 2] pixels.
        scale: Eye distance in pixels.
        style: The person's.
        light: For catch-lights.
        lit: Diffuse light [H, W, 3] on the face.
        shape: Of the picture.
        rng: Source of randomness.
    """
    colour = np.zeros((*shape, 3), np.float32)
    alpha, lashes, crease = (np.zeros(shape, np.float32) for _ in range(3))
    openings = []
    spread = rng.uniform(0.85, 1.15)
    for eye in EYES:
        box = _box(landmarks[list(eye.outline)], scale, shape)
        x0, y0, x1, y1 = box
        here = (slice(y0, y1), slice(x0, x1))
        near = lit[here].reshape(-1, 3).mean(0)
        fine = _draw_eye(landmarks, eye, box, scale, style, light, near, spread, rng)
        small = cv2.resize(fine, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
        opening = np.zeros(shape, np.float32)
        opening[here] = small[..., 3]
        colour[here] = np.where(small[..., 3:4] > 1e-3, small[..., :3] / np.maximum(
            small[..., 3:4], 1e-3), colour[here])  # fmt: skip
        alpha[here] = np.maximum(alpha[here], small[..., 3])
        lashes[here] = np.maximum(lashes[here], small[..., 4])
        crease[here] = np.maximum(crease[here], small[..., 5])
        openings.append(opening)
    return EyeLayer(colour, alpha, lashes, crease, tuple(openings))


def _box(points: np.ndarray, scale: float, shape: Shape) -> tuple[int, int, int, int]:
    low = np.floor(points.min(0) - 0.22 * scale).astype(int)
    high = np.ceil(points.max(0) + 0.22 * scale).astype(int)
    height, width = shape
    return (
        int(np.clip(low[0], 0, width - 2)), int(np.clip(low[1], 0, height - 2)),
        int(np.clip(high[0], 2, width)), int(np.clip(high[1], 2, height)),
    )  # fmt: skip


def _draw_eye(
    landmarks: np.ndarray,
    eye: Eye,
    box: tuple[int, int, int, int],
    scale: float,
    style: EyeStyle,
    light: Light,
    near: np.ndarray,
    spread: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Premultiplied colour, opening, lashes, crease: [h, w, 6] at FINER times the resolution."""
    shape = ((box[3] - box[1]) * FINER, (box[2] - box[0]) * FINER)
    local = (landmarks - np.array(box[:2]) + 0.5) * FINER - 0.5
    unit = scale * FINER
    upper = smooth_open(local[list(eye.upper_lid)], 8)
    lower = smooth_open(local[list(eye.lower_lid)], 8)
    opening = fill(shape, np.concatenate([upper, lower[::-1]]), 0.008 * unit)
    x, y = grid(shape)

    centre = local[eye.iris[0]]
    radius = float(np.linalg.norm(local[list(eye.iris[1:])] - centre, axis=1).mean())
    corner, inner = upper[0], upper[-1]
    width = np.linalg.norm(corner - inner)
    ball = np.hypot(x - (corner[0] + inner[0]) / 2, (y - centre[1]) * 1.15) / (0.56 * width)

    white = np.array([0.52, 0.48, 0.46], np.float32)
    veins = style.redness * smoothstep(0.45, 1.0, ball)
    sclera = white * (1 - 0.5 * smoothstep(0.35, 1.05, ball))[..., None]
    sclera = sclera * (1 - veins[..., None] * np.array([0.02, 0.28, 0.30], np.float32))
    tear = np.exp(-((np.hypot(x - inner[0], y - inner[1]) / (0.05 * unit)) ** 2))
    sclera = sclera + (np.array([0.42, 0.18, 0.16]) - sclera) * 0.8 * tear[..., None]

    dx, dy = (x - centre[0]) / radius, (y - centre[1]) / radius
    far = np.hypot(dx, dy)
    angle = np.arctan2(dy, dx)
    fibres = 0.5 * np.sin(angle * 31 + 3 * far) + 0.5 * np.sin(angle * 19 - 5 * far + 1)
    toned = 0.62 + 0.55 * far + 0.16 * fibres * smoothstep(0.35, 0.6, far)
    toned = toned + 0.35 * np.clip(dy * 0.9 - dx * light.direction[0], 0, 1) * far
    iris = style.iris * toned[..., None]
    iris = iris * (1 - 0.72 * smoothstep(0.80, 1.0, far))[..., None]
    iris = iris * (1 - 0.96 * (1 - smoothstep(0.36, 0.43, far)))[..., None]
    edge = 1 - smoothstep(0.93, 1.05, far)
    ball_colour = sclera + (iris - sclera) * edge[..., None]

    # the upper lid shades the ball, more at its edge
    down = fill(
        shape, np.concatenate([upper, (upper + np.array([0, 0.075 * unit]))[::-1]]), 0.022 * unit
    )
    ball_colour = ball_colour * (1 - 0.62 * down)[..., None] * near
    catch = centre + radius * np.array([light.direction[0] * 0.55, -0.38])
    if style.catchlight == 0:
        spark = disc(shape, catch, max(1.2, 0.17 * radius))
    else:
        half = radius * np.array([0.15, 0.2])
        corners = catch + half * np.array([[-1, -1], [1, -0.8], [1, 0.8], [-1, 1]])
        spark = fill(shape, corners)
    weak = disc(shape, 2 * centre - catch, 0.14 * radius)
    spark = blur(spark, 0.35 * FINER * 0.5) + 0.08 * blur(weak, 0.6 * FINER)
    ball_colour = ball_colour + spark[..., None] * light.key_colour * 0.85
    # wet rim on the lower lid
    rim = fill(shape, np.concatenate([lower, (lower - [0, 0.016 * unit])[::-1]]), 0.006 * unit)
    pink = np.array([0.45, 0.26, 0.24], np.float32) * near
    ball_colour = ball_colour + (pink - ball_colour) * (0.55 * rim)[..., None]

    lashes = _lashes(shape, upper, lower, unit, style.lashes * spread, rng)
    band = fill(shape, np.concatenate([upper - [0, 0.022 * unit], upper[::-1]]), 0.012 * unit)
    below = fill(
        shape, np.concatenate([lower, (lower + np.array([0, 0.02 * unit]))[::-1]]), 0.012 * unit
    )
    crease = np.clip(0.5 * band + 0.25 * below, 0, 1)
    packed = [ball_colour * opening[..., None], opening[..., None], lashes[..., None]]
    return np.concatenate([*packed, crease[..., None]], -1).astype(np.float32)


def _lashes(
    shape: Shape,
    upper: np.ndarray,
    lower: np.ndarray,
    unit: float,
    length: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Alpha of the lashes of one eye; both lids run from the outer to the inner corner."""
    canvas = np.zeros(shape, np.uint8)
    outwards = np.sign(upper[0, 0] - upper[-1, 0])
    for lid, sign, count, share in ((upper, -1.0, 46, 1.0), (lower, 1.0, 26, 0.45)):
        at = np.sort(rng.uniform(0.02, 0.93, count))
        where = at * (len(lid) - 1)
        roots = np.stack([np.interp(where, np.arange(len(lid)), lid[:, k]) for k in (0, 1)], 1)
        lean = outwards * (0.9 - 1.25 * at)
        tall = length * unit * share * rng.uniform(0.55, 1.1, count) * (1.1 - 0.6 * at)
        middle = roots + np.stack([lean * 0.45, np.full(count, 0.35 * sign)], 1) * tall[:, None]
        tips = roots + np.stack([lean, np.full(count, sign)], 1) * tall[:, None]
        curves = np.stack([roots, middle, tips], 1)
        lines = [fixed(curve) for curve in curves]
        value = 200 if sign < 0 else 110
        cv2.polylines(
            canvas, lines, False, (value,), max(1, round(0.006 * unit)), cv2.LINE_AA, SHIFT
        )
    edge = np.zeros(shape, np.uint8)
    thick = max(1, round(0.016 * unit))
    cv2.polylines(edge, [fixed(upper[:-4])], False, (255,), thick, cv2.LINE_AA, SHIFT)
    both = np.maximum(canvas, edge).astype(np.float32) / 255
    return blur(both, 0.5) * 0.9
