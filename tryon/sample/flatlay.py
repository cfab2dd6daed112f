"""Photos of a garment alone: the shop's, and the one a phone takes of it at home."""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.sample.backdrop import draw_backdrop, muted
from tryon.sample.camera import develop
from tryon.sample.drawing import (
    Shape,
    blur,
    fill,
    grid,
    noise,
    over,
    scaled,
    smooth_closed,
    smoothstep,
    unit,
)
from tryon.sample.folds import relief, rumple
from tryon.sample.sewing import Texture
from tryon.sample.strip import FINER
from tryon.sample.wardrobe import Garment

Points = dict[str, tuple[float, float]]


@dataclass(frozen=True)
class FlatPhoto:
    """A photo of the garment alone."""

    picture: np.ndarray  # uint8 [H, W, 3]
    mask: np.ndarray  # uint8 [H, W] 0 or 255
    landmarks: Points  # pixels


def shop_photo(garment: Garment, texture: Texture, points: Points, shape: Shape) -> FlatPhoto:
    """The garment on white or pale ground, ironed, in soft light."""
    rng = np.random.default_rng([garment.seed, 3])
    lit, alpha, shadow = _lie(garment, texture, shape, rng, 0.045, (-0.35, -0.5))
    ground = np.float32(rng.uniform(0.78, 1.0)) * np.array([1, 0.998, 0.99], np.float32)
    if rng.random() < 0.2:
        ground = muted(rng, 70, 92, 6)
    image = np.broadcast_to(ground, (*shape, 3)).astype(np.float32)
    image = scaled(image, (1 - 0.25 * shadow) * (1 - alpha)) + scaled(lit, alpha)
    grain_ = rng.standard_normal((*shape, 3), np.float32) * np.float32(0.002)
    picture = develop(image, 1.0, 0.2, grain_, 0)
    return FlatPhoto(picture, (alpha > 0.5).astype(np.uint8) * 255, points)


def home_photo(garment: Garment, texture: Texture, points: Points, shape: Shape) -> FlatPhoto:
    """The same on a bed or a floor: creased, turned, unevenly lit, between other things."""
    rng = np.random.default_rng([garment.seed, 4])
    lit, alpha, shadow = _lie(garment, texture, shape, rng, 0.16, tuple(rng.normal(0, 0.5, 2)))
    height, width = shape
    turn, size = rng.normal(0, 0.16), rng.uniform(0.74, 0.98)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float) - 0.5
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    lean = rng.normal(0, 0.05, (4, 2))
    to = (corners * [width, height]) @ spin.T * size + lean * [width, height]
    to += np.array([width, height]) * (0.5 + rng.normal(0, 0.02, 2))
    fro = (corners + 0.5) * [width, height]
    matrix = cv2.getPerspectiveTransform(fro.astype(np.float32), to.astype(np.float32))
    lying = np.dstack([scaled(lit, alpha), alpha, shadow]).astype(np.float32)
    layer = cv2.warpPerspective(lying, matrix, (width, height), flags=cv2.INTER_LINEAR)
    ground = _ground(shape, rng)
    image = scaled(ground, (1 - 0.45 * layer[..., 4]) * (1 - layer[..., 3])) + layer[..., :3]
    x, y = grid(shape)
    slope = rng.uniform(-0.35, 0.35, 2).astype(np.float32)
    lamp = 1 + slope[0] * (x / width - 0.5) + slope[1] * (y / height - 0.5)
    cast = 1 + np.float32(rng.normal(0, 0.06)) * np.array([1, 0, -1], np.float32)
    grain_ = rng.standard_normal((*shape, 3), np.float32) * np.float32(0.008)
    exposure, softness = rng.uniform(0.75, 1.1), rng.uniform(0.3, 0.8)
    picture = develop(scaled(image, lamp) * cast, exposure, softness, grain_, 0)
    moved = {}
    for name, point in points.items():
        at = matrix @ [*point, 1]
        moved[name] = (float(at[0] / at[2]), float(at[1] / at[2]))
    return FlatPhoto(picture, (layer[..., 3] > 0.5).astype(np.uint8) * 255, moved)


def _lie(
    garment: Garment,
    texture: Texture,
    photo: Shape,
    rng: np.random.Generator,
    strength: float,
    towards: tuple[float, ...],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The lying cloth in light [H, W, 3], its alpha, and the shadow around it [H, W]."""
    size = photo[::-1]
    colour = cv2.resize(texture.colour, size, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(texture.whole, size, interpolation=cv2.INTER_AREA)
    scale = texture.scale / FINER
    soft = 1.2 - 0.6 * garment.textile.stiffness
    height = strength * soft * scale * rumple(photo, scale, rng)
    distance = cv2.distanceTransform((alpha > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    height = height + 0.10 * scale * smoothstep(0, 0.22 * scale, distance)
    normal, _ = relief(height.astype(np.float32), _upright(photo))
    light = unit(np.array([towards[0], towards[1], 1.4])).astype(np.float32)
    facing = np.clip(normal @ light, 0, 1) / light[2]
    lit = scaled(colour, 0.35 + 0.65 * facing)
    reach = -0.12 * scale
    shift = np.array([[1, 0, towards[0] * reach], [0, 1, towards[1] * reach]], np.float32)
    return lit, alpha, cv2.warpAffine(blur(alpha, 0.14 * scale), shift, size)


def _upright(shape: Shape) -> np.ndarray:
    normal = np.zeros((*shape, 3), np.float32)
    normal[..., 2] = 1
    return normal


def _ground(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """A bed, boards, a carpet or a table, with odd things on it: linear RGB [H, W, 3]."""
    x, y = grid(shape)
    size = max(shape)
    kind = rng.choice(["sheet", "boards", "carpet", "room"], p=[0.4, 0.3, 0.22, 0.08])
    colour = muted(rng, 35, 88, 10)
    if kind == "boards":
        colour = muted(rng, 30, 65, 22) * np.array([1.2, 1.0, 0.75], np.float32)
        place = x / np.float32(size * rng.uniform(0.1, 0.2))
        tone = 0.85 + 0.3 * rng.random(64, np.float32)[place.astype(int) % 64]
        fibre = noise(rng, shape, ((60, 1.0), (120, 0.6)))
        fibre = cv2.GaussianBlur(fibre, (0, 0), 0.6, sigmaY=7)
        tone = tone * (1 - 0.5 * (place % 1.0 < 0.04)) * (1 + 0.3 * fibre)
    elif kind == "sheet":
        height = (0.025 * size * rumple(shape, size / 4, rng)).astype(np.float32)
        normal, _ = relief(height, _upright(shape))
        lamp = unit(np.array([0.5, -0.5, 1.0])).astype(np.float32)
        tone = 0.45 + 0.68 * np.clip(normal @ lamp, 0, 1)
    else:
        tone = 1 + 0.25 * noise(rng, shape, ((90, 1.0), (200, 1.0)))
    image = draw_backdrop(shape, rng) if kind == "room" else np.broadcast_to(colour, (*shape, 3))
    image = image.astype(np.float32)
    if kind == "sheet" and rng.random() < 0.4:
        stripe = np.sin((x + np.float32(0.3) * y) * np.float32(6.3 / size * rng.uniform(4, 14)))
        image = over(image, muted(rng, 30, 90, 10), 0.6 * smoothstep(-0.1, 0.1, stripe))
    if kind != "room":
        image = scaled(image, tone)
    for _ in range(int(rng.integers(0, 5))):
        corner = rng.choice([0.06, 0.94], 2) + rng.normal(0, 0.07, 2)
        thing = np.clip(rng.normal(0, 0.11, (6, 2)), -0.2, 0.2) + corner
        hull = cv2.convexHull((thing * [shape[1], shape[0]]).astype(np.float32))[:, 0]
        area = fill(shape, smooth_closed(hull))
        image = scaled(image, 1 - 0.4 * blur(area, 0.012 * size))
        image = over(image, muted(rng, 10, 85, 20), area)
    return np.maximum(image, 0.003)
