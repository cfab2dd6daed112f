"""Small drawing tools on float masks: smooth curves, soft polygons, noise, strokes.

Points are float [N, 2] in pixels (x, y); masks are float32 [H, W] in [0, 1].
"""

from collections.abc import Iterable, Sequence
from typing import Any

import cv2
import numpy as np

SHIFT = 4  # OpenCV draws with 1/16 pixel
Shape = tuple[int, int]


def fixed(points: np.ndarray) -> np.ndarray:
    """Points as OpenCV's fixed-point integers."""
    return np.round(np.asarray(points) * (1 << SHIFT)).astype(np.int32)


def smooth_closed(points: np.ndarray, steps: int = 5) -> np.ndarray:
    """Closed Catmull-Rom curve through `points`, `steps` per span."""
    points = np.asarray(points, np.float64)
    before, after = np.roll(points, 1, 0), np.roll(points, -1, 0)
    return _spline(before, points, after, np.roll(points, -2, 0), steps)


def smooth_open(points: np.ndarray, steps: int = 5) -> np.ndarray:
    """Open Catmull-Rom curve from the first to the last of `points`."""
    points = np.asarray(points, np.float64)
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    curve = _spline(padded[:-3], padded[1:-2], padded[2:-1], padded[3:], steps)
    return np.concatenate([curve, points[-1:]])


def _spline(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray, steps: int) -> np.ndarray:
    t = (np.arange(steps) / steps)[None, :, None]
    a, b, c, d = (x[:, None] for x in (a, b, c, d))
    curve = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    return curve.reshape(-1, b.shape[-1])


def blur(mask: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur; sigmas under a fifth of a pixel change nothing."""
    return cv2.GaussianBlur(mask, (0, 0), float(sigma)) if sigma >= 0.2 else mask


def fill(shape: Shape, points: np.ndarray, soft: float = 0.0) -> np.ndarray:
    """Anti-aliased mask of one polygon, blurred by `soft` pixels."""
    canvas = np.zeros(shape, np.uint8)
    cv2.fillPoly(canvas, [fixed(points)], (255,), cv2.LINE_AA, SHIFT)
    return blur(canvas.astype(np.float32) / 255, soft)


def stroke(
    shape: Shape,
    curves: Iterable[np.ndarray],
    width: float,
    soft: float = 0.0,
    closed: bool = False,
) -> np.ndarray:
    """Anti-aliased mask of polylines `width` pixels wide (fractions by weight under one pixel)."""
    canvas = np.zeros(shape, np.uint8)
    value = int(255 * min(1.0, max(width, 0.0)))
    lines = [fixed(curve) for curve in curves]
    cv2.polylines(canvas, lines, closed, (value,), max(1, round(width)), cv2.LINE_AA, SHIFT)
    return blur(canvas.astype(np.float32) / 255, soft)


def disc(shape: Shape, centre: Sequence[float] | np.ndarray, radius: float) -> np.ndarray:
    """Anti-aliased disc."""
    canvas = np.zeros(shape, np.uint8)
    x, y = fixed(np.asarray(centre))
    cv2.circle(canvas, (int(x), int(y)), int(radius * 16), (255,), -1, cv2.LINE_AA, SHIFT)
    return canvas.astype(np.float32) / 255


def noise(
    rng: np.random.Generator, shape: Shape, cells: Sequence[tuple[float, float]]
) -> np.ndarray:
    """Smooth random field of about unit variance: octaves of (cells across, weight)."""
    height, width = shape
    field = np.zeros(shape, np.float32)
    for count, weight in cells:
        rows = max(2, round(count * height / max(shape)) + 1)
        columns = max(2, round(count * width / max(shape)) + 1)
        grid = rng.standard_normal((rows, columns)).astype(np.float32)
        field += weight * cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
    return field / float(np.sqrt(sum(weight**2 for _, weight in cells)))


def over(image: np.ndarray, colour: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """`colour` ([3] or [H, W, 3]) laid over `image` [H, W, 3] with `alpha` [H, W]."""
    wide = cv2.merge([np.asarray(alpha, np.float32)] * 3)  # one long row is faster than many of 3
    return image + (colour - image) * wide


def over_layer(image: np.ndarray, layer: np.ndarray) -> np.ndarray:
    """A premultiplied RGBA `layer` [H, W, 4] laid over `image` [H, W, 3]."""
    return scaled(image, 1 - layer[..., 3]) + layer[..., :3]


def scaled(image: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """`image` [H, W, 3] times `factor` [H, W]."""
    return image * cv2.merge([np.asarray(factor, np.float32)] * 3)


def smoothstep(low: float, high: float, value: Any) -> Any:
    """0 below `low`, 1 above `high`, smooth between; of a number or an array."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def grid(shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """x and y of every pixel, float32 [H, W]."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    return x, y


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors of length one along the last axis."""
    return vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-9)
