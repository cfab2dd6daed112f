"""Curves through mesh points and soft polygons, with sizes as shares of the eye distance."""

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np

from tryon.vision import facemesh

NASION, NOSE_BASE = 168, 2


def face_scale(landmarks: np.ndarray) -> float:
    """The eye distance in pixels, as it would be if the face looked ahead.

    The length of the nose stands in where a turned head brings the pupils together.
    """
    points = np.asarray(landmarks, np.float64)
    eyes = np.hypot(*(points[facemesh.LEFT_EYE.iris[0]] - points[facemesh.RIGHT_EYE.iris[0]]))
    nose = np.hypot(*(points[NASION] - points[NOSE_BASE]))
    return float(max(eyes, 1.1 * nose, 1e-3))  # their ratio is 1.27 in the median of portraits


def fill(
    polygons: Sequence[np.ndarray], shape: tuple[int, int], weights: Sequence[float] | None = None
) -> np.ndarray:
    """The anti-aliased union of polygons [N, 2] in pixels, float32 [H, W] in [0, 1].

    Drawn enlarged on small canvases: cv2 fills the outline's own pixels too, and half a pixel is
    a third of a thin liner there.

    Args:
        polygons: Closed contours.
        shape: (H, W).
        weights: One per polygon, for a weighted sum instead of the union; polygons of equal
            weight are united first. Their sum is at most 1.
    """
    height, width = shape
    fine = 4 if max(shape) <= 256 else 2 if max(shape) <= 512 else 1
    drawn: dict[float, list[np.ndarray]] = {}
    for polygon, weight in zip(polygons, weights or [1.0] * len(polygons), strict=True):
        limited = np.minimum(np.maximum(polygon, -4e3), 2e4)
        enlarged = ((limited + 0.5) * fine - 0.5) * 16
        drawn.setdefault(weight, []).append(np.rint(enlarged).astype(np.int32))
    total = np.zeros((height * fine, width * fine), np.uint8)
    for weight, group in drawn.items():
        layer = total if len(drawn) == 1 else np.zeros_like(total)
        for fixed in group:
            cv2.fillPoly(layer, [fixed], (round(255 * weight),), cv2.LINE_AA, 4)
        if layer is not total:
            cv2.add(total, layer, total)
    shrunk = (
        total if fine == 1 else cv2.resize(total, (width, height), interpolation=cv2.INTER_AREA)
    )
    return shrunk.astype(np.float32) * np.float32(1 / 255)


def soft(
    polygons: Sequence[np.ndarray],
    shape: tuple[int, int],
    sigma: float,
    weights: Sequence[float] | None = None,
) -> np.ndarray:
    """Like `fill`, with edges blurred by `sigma` pixels; with `weights` their weighted sum."""
    sigma = max(sigma, 0.3)
    canvas = np.zeros(shape, np.float32)
    every = polygons[0] if len(polygons) == 1 else np.concatenate(polygons)
    reach = round(4 * sigma) + 2  # beyond it the blur is 0: work in the box that matters
    (x0, y0), (x1, y1) = every.min(0).tolist(), every.max(0).tolist()
    left, top = max(0, int(x0) - reach), max(0, int(y0) - reach)
    right, bottom = min(shape[1], int(x1) + reach + 2), min(shape[0], int(y1) + reach + 2)
    if left >= right or top >= bottom:
        return canvas
    corner = np.array([left, top], np.float64)
    near = [polygon - corner for polygon in polygons]
    box = (bottom - top, right - left)
    canvas[top:bottom, left:right] = blur(fill(near, box, weights), sigma)
    return canvas


def blur(plane: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur of a float plane by `sigma` pixels, float32."""
    return cv2.GaussianBlur(plane, (0, 0), sigma).astype(np.float32)


def closed(points: np.ndarray, between: int = 4) -> np.ndarray:
    """Catmull-Rom curve through a closed contour [N, 2]."""
    return _spline(len(points), between, True) @ np.asarray(points, np.float64)


def opened(points: np.ndarray, between: int = 4) -> np.ndarray:
    """Catmull-Rom curve through an open contour [N, 2], its ends included."""
    return _spline(len(points), between, False) @ np.asarray(points, np.float64)


def resample(line: np.ndarray, count: int) -> np.ndarray:
    """`count` points along a line [N, 2], evenly by index."""
    return _resampling(len(line), count) @ line


@lru_cache(maxsize=64)
def _resampling(length: int, count: int) -> np.ndarray:
    """The matrix [count, length] of linear interpolation, evenly by index."""
    at = np.linspace(0, length - 1, count)
    low = np.minimum(at.astype(int), length - 2)
    matrix = np.zeros((count, length))
    matrix[np.arange(count), low] = 1 - (at - low)
    matrix[np.arange(count), low + 1] = at - low
    return matrix


def inset(polygon: np.ndarray, by: float) -> np.ndarray:
    """Move a closed contour towards its centre by `by` pixels (outwards where negative)."""
    middle = polygon.mean(0)
    arm = polygon - middle
    length = np.hypot(arm[:, 0], arm[:, 1])[:, None]
    return middle + arm * np.maximum(1 - by / np.maximum(length, 1e-6), 0)


@lru_cache(maxsize=64)
def _spline(count: int, between: int, loop: bool) -> np.ndarray:
    """The matrix [M, N] that turns control points into points of their Catmull-Rom curve."""
    points = np.eye(count)
    if loop:
        padded = np.concatenate([points[-1:], points, points[:2]])
    else:
        padded = np.concatenate([points[:1], points, points[-1:]])
    before, start, end, after = (
        part[:, None] for part in (padded[:-3], padded[1:-2], padded[2:-1], padded[3:])
    )
    t = np.linspace(0, 1, between, endpoint=False)[None, :, None]
    curve = 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    ).reshape(-1, count)
    return curve if loop else np.concatenate([curve, points[-1:]])
