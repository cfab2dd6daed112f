"""Skin: tones over the whole Monk scale, what the statistics say of its pattern, fine detail."""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.sample.drawing import blur, noise
from tryon.sample.head import Pose, Surface
from tryon.sample.light import Light, portrait_light
from tryon.sample.shape import TEXTURE, texture
from tryon.sample.wrinkles import wrinkles
from tryon.vision.colour import MONK, hex_to_lab, lab_to_srgb, to_linear

# Chroma of photographed skin at the tones 1-10 (the swatches themselves are greyer than skin).
_LIVING = np.array(
    [
        (9, 13),
        (10, 15),
        (10, 18),
        (11, 21),
        (13, 24),
        (14, 25),
        (14, 22),
        (13, 19),
        (11, 15),
        (10, 12),
    ]
)
# Lightness of faces in even light: a swatch is as light as a lit forehead, not as a whole face.
_LIGHTNESS = (81.0, 79.0, 76.5, 73.0, 66.5, 54.0, 44.0, 35.0, 28.0, 23.0)
FINE = 2  # detail textures are finer by this factor


@dataclass(frozen=True)
class Complexion:
    """What makes one person's skin."""

    tone: int  # Monk 1-10
    colour: np.ndarray  # [3] linear RGB
    pattern: np.ndarray  # [M, 3] log colour relative to it
    freckles: float  # 0-1
    age: float  # 0-1
    roughness: float  # 0-1, grows with age
    oil: float  # 0-1


def tone_colour(tone: int, rng: np.random.Generator) -> np.ndarray:
    """A skin colour of that Monk tone, linear RGB [3]."""
    swatch = hex_to_lab(MONK[tone - 1])
    chroma = 0.25 * swatch[1:] + 0.75 * _LIVING[tone - 1] + rng.normal(0, 1.3, 2)
    lightness = _LIGHTNESS[tone - 1] + rng.normal(0, 1.0)
    return to_linear(lab_to_srgb(np.array([lightness, *chroma], np.float32)))


def albedo(skin: Complexion, surface: Surface, rng: np.random.Generator) -> np.ndarray:
    """Skin colour before the light, linear RGB [H, W, 3] (the portraits' soft shading is in it)."""
    x, y = surface.texel[..., 0], surface.texel[..., 1]
    coarse = cv2.GaussianBlur(texture(skin.pattern), (0, 0), 0.8)
    log = cv2.remap(coarse, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    side = TEXTURE * FINE
    pores = noise(rng, (side, side), ((28, 0.5), (70, 0.9), (side * 0.55, 1.0)))
    blotch = noise(rng, (side, side), ((6, 1.0), (14, 0.7)))
    detail = pores * (0.018 + 0.035 * skin.roughness) - wrinkles(skin.age, FINE, rng)
    fine = np.stack(
        [detail - 0.006 * blotch, detail + 0.03 * blotch, detail + 0.03 * blotch], -1
    ).astype(np.float32)
    if skin.freckles > 0:
        dots = (rng.random((side, side)) > 0.985) * rng.random((side, side))
        spots = np.clip(blur(dots.astype(np.float32), 0.9) * 3.5, 0, 1)
        rows = np.linspace(0, 1, side)[:, None]
        spots *= np.exp(-(((rows - 0.52) / 0.2) ** 2)).astype(np.float32) * skin.freckles
        fine -= spots[..., None] * np.array([0.25, 0.42, 0.5], np.float32)
    log = log + cv2.remap(fine, x * FINE, y * FINE, cv2.INTER_LINEAR)
    return (skin.colour * np.exp(log)).astype(np.float32)


@dataclass(frozen=True)
class Shading:
    """What turns albedo into light: colour = albedo · diffuse + highlight."""

    diffuse: np.ndarray  # [H, W, 3]
    normal: np.ndarray  # [H, W, 3] smooth
    shadow: np.ndarray  # [H, W] 0-1
    ratio: np.ndarray  # [H, W, 3] light here ÷ light in the statistics


def shade(surface: Surface, pose: Pose, light: Light) -> Shading:
    """Light on the head, relative to the light the statistics' colours contain."""
    normal = _smooth_normals(surface, 0.045 * pose.scale)
    shadow = cast_shadow(surface, pose, light)
    lit = light.diffuse(normal, 1 - 0.65 * (1 - shadow))
    own = portrait_light(normal @ pose.rotation.astype(np.float32))
    return Shading(lit, normal, shadow, lit / np.maximum(own, 0.2))


def _smooth_normals(surface: Surface, sigma: float) -> np.ndarray:
    weight = surface.inside
    soft = blur(surface.normal * weight[..., None], sigma)
    length = np.linalg.norm(soft, axis=2, keepdims=True)
    return soft / np.maximum(length, 1e-4)


def cast_shadow(surface: Surface, pose: Pose, light: Light, steps: int = 14) -> np.ndarray:
    """Soft shadows of nose, brow and lips: march the depth map towards the light. 1 = lit."""
    height, width = surface.depth.shape
    factor = max(1, round(pose.scale / 22))
    size = (max(8, width // factor), max(8, height // factor))
    depth: np.ndarray = np.where(surface.inside > 0, surface.depth, -3.0).astype(np.float32)
    depth = cv2.resize(depth, size, interpolation=cv2.INTER_AREA)
    unit_px = pose.scale * size[0] / width
    x, y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    dx, dy, dz = light.direction.astype(np.float32)
    blocked: np.ndarray = np.zeros_like(depth)
    for step in range(1, steps + 1):
        far = 0.07 * step
        there = cv2.remap(
            depth, x + dx * far * unit_px, y + dy * far * unit_px, cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT, borderValue=(-3.0,),
        )  # fmt: skip
        over = there - (depth + dz * far) - 0.05
        blocked = np.maximum(blocked, np.clip(over / (0.06 + 0.12 * far), 0, 1))
    blocked = cv2.GaussianBlur(blocked, (0, 0), 0.8)
    return 1 - cv2.resize(blocked, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 1)
