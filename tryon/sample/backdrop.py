"""What is behind: plain studio walls, blurred rooms, gardens, lights out of focus."""

import numpy as np

from tryon.sample.drawing import Shape, blur, disc, fill, grid, noise, over
from tryon.vision.colour import lab_to_srgb, to_linear

KINDS = ("studio", "room", "garden", "lights")


def muted(rng: np.random.Generator, low: float, high: float, chroma: float) -> np.ndarray:
    """A random natural colour, linear RGB [3]: lightness in [low, high], chroma around `chroma`."""
    hue = rng.uniform(0, 2 * np.pi)
    strength = chroma * rng.gamma(2.0, 0.5)
    lab = [rng.uniform(low, high), strength * np.cos(hue), strength * np.sin(hue)]
    return to_linear(lab_to_srgb(np.array(lab, np.float32)))


def draw_backdrop(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """Linear RGB [H, W, 3]."""
    size = max(shape)
    x, y = grid(shape)
    u, v = x / size, y / size
    kind = KINDS[rng.choice(4, p=[0.4, 0.28, 0.2, 0.12])]
    if kind == "studio":
        colour = muted(rng, 15, 88, 9)
        spot = np.exp(-(((u - rng.uniform(0.2, 0.8)) / 0.5) ** 2 + ((v - 0.4) / 0.6) ** 2))
        image = colour * (0.55 + 0.6 * spot[..., None])
        cloth = noise(rng, shape, ((3, 1.0), (7, 0.5)))
        return image * (1 + rng.uniform(0, 0.12) * blur(cloth, size * 0.01))[..., None]
    if kind == "garden":
        light = to_linear(lab_to_srgb(np.array([rng.uniform(55, 85), -14, 26], np.float32)))
        dark = to_linear(lab_to_srgb(np.array([rng.uniform(15, 35), -12, 14], np.float32)))
        sky = to_linear(lab_to_srgb(np.array([rng.uniform(75, 92), -4, -12], np.float32)))
        leaf = 0.5 + 0.5 * np.tanh(1.3 * noise(rng, shape, ((4, 1.0), (9, 0.9), (17, 0.5))))
        image = over(np.broadcast_to(dark, (*shape, 3)), light, leaf.astype(np.float32))
        top = np.clip((rng.uniform(0.1, 0.5) - v) * 3 + 0.4 * leaf, 0, 1).astype(np.float32)
        image = over(image, sky, top * rng.uniform(0.3, 1.0))
        return blur(image.astype(np.float32), size * rng.uniform(0.012, 0.03))
    wall = muted(rng, 25, 85, 8)
    image = np.ones((*shape, 3), np.float32) * wall
    image *= (0.75 + 0.5 * (u * rng.uniform(-1, 1) + 0.5 * v))[..., None]
    for _ in range(rng.integers(3, 9)):
        left, top = rng.uniform(-0.2, 1, 2) * size
        wide, tall = rng.uniform(0.08, 0.5, 2) * size * [1, 1.4]
        lean = rng.normal(0, 0.03) * size
        box = np.array(
            [
                [left, top],
                [left + wide, top],
                [left + wide + lean, top + tall],
                [left + lean, top + tall],
            ]
        )
        image = over(image, muted(rng, 12, 88, 8), fill(shape, box) * rng.uniform(0.5, 1.0))
    image = blur(image, size * rng.uniform(0.018, 0.05))
    if kind == "lights":
        image *= 0.35
        for _ in range(rng.integers(6, 20)):
            glow = disc(shape, rng.uniform(0, size, 2), rng.uniform(0.015, 0.055) * size)
            warm = np.array([1.0, rng.uniform(0.5, 0.9), rng.uniform(0.2, 0.8)], np.float32)
            image = image + blur(glow, size * 0.004)[..., None] * warm * rng.uniform(0.1, 0.6)
    return image.astype(np.float32)
