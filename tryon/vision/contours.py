"""Curves through mesh points and soft polygons, with sizes as shares of the eye distance."""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np

from tryon.vision import facemesh

NASION, NOSE_BASE = 168, 2
LEAST_SHRUNK = 2.5  # pixels; edges at least this soft need no more resolution
FARTHEST = 2e4  # pixels at which contours are cut off
TO_UNIT = np.float32(0.999999 / 255)  # a hair under 1 / 255: rounding must not lead beyond 1
BITS = 6  # of fixed-point coordinates behind the point


def face_scale(landmarks: np.ndarray) -> float:
    """The eye distance in pixels, as it would be if the face looked ahead.

    The length of the nose stands in where a turned head brings the pupils together.
    """
    left, right = landmarks[facemesh.LEFT_EYE.iris[0]], landmarks[facemesh.RIGHT_EYE.iris[0]]
    eyes = math.dist(left.tolist(), right.tolist())
    nose = math.dist(landmarks[NASION].tolist(), landmarks[NOSE_BASE].tolist())
    return max(eyes, 1.1 * nose, 1e-3)  # their ratio is 1.27 in the median of portraits


class Patch(NamedTuple):
    """Part of a plane that is 0 elsewhere."""

    rows: slice
    columns: slice
    plane: np.ndarray  # float32, of the size of the slices

    def of(self, plane: np.ndarray) -> np.ndarray:
        """The same part of another plane [..., H, W], as a view."""
        return plane[..., self.rows, self.columns]


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
    canvas = np.zeros(shape, np.float32)
    contours = _fixed(polygons)
    left, top, right, bottom = _box(contours, shape, 2)
    if left < right and top < bottom:
        size, fine = (bottom - top, right - left), _fineness(shape)
        drawn = _drawn(contours, weights, (left, top), size, fine)
        np.multiply(drawn, np.float32(1 / 255), out=canvas[top:bottom, left:right])
    return canvas


def within(polygons: Sequence[np.ndarray], shape: tuple[int, int]) -> np.ndarray:
    """The pixels inside polygons or on their outlines, bool [H, W]: quick, not anti-aliased."""
    mask = np.zeros(shape, np.uint8)
    contours = _fixed(polygons)
    start = 0
    for length in contours.lengths:
        part = contours.points[start : start + length]
        cv2.fillPoly(mask, [part], (1,), cv2.LINE_8, BITS)
        start += length
    return mask.view(bool)


def soft(
    polygons: Sequence[np.ndarray],
    shape: tuple[int, int],
    sigma: float,
    weights: Sequence[float] | None = None,
) -> np.ndarray:
    """Like `fill`, with edges blurred by `sigma` pixels; with `weights` their weighted sum."""
    part = soft_patch(polygons, shape, sigma, weights)
    canvas = np.zeros(shape, np.float32)
    part.of(canvas)[:] = part.plane
    return canvas


def soft_patch(
    polygons: Sequence[np.ndarray],
    shape: tuple[int, int],
    sigma: float,
    weights: Sequence[float] | None = None,
) -> Patch:
    """`soft`, only where it is not 0. Wide edges are drawn shrunk and enlarged."""
    sigma = max(sigma, 0.3)
    shrink = 2 ** max(0, int(math.log2(sigma / LEAST_SHRUNK)))
    contours = _fixed(polygons)
    left, top, right, bottom = _box(contours, shape, round(4 * sigma) + 2)
    if left >= right or top >= bottom:
        return Patch(slice(0, 0), slice(0, 0), np.zeros((0, 0), np.float32))
    height, width = bottom - top, right - left
    size = (-(-height // shrink), -(-width // shrink))
    drawn = _drawn(contours, weights, (left, top), size, _fineness((height, width)), shrink)
    kernel = cv2.getGaussianKernel(round(8 * sigma / shrink) | 1, sigma / shrink, cv2.CV_32F)
    plane = cv2.sepFilter2D(drawn, cv2.CV_32F, kernel, kernel * TO_UNIT)
    if shrink > 1:
        whole = (size[1] * shrink, size[0] * shrink)
        plane = cv2.resize(plane, whole, interpolation=cv2.INTER_LINEAR)[:height, :width]
    return Patch(slice(top, bottom), slice(left, right), plane)


class _Fixed(NamedTuple):
    """Contours in fixed-point numbers, joined."""

    points: np.ndarray  # int32 [N, 2]
    lengths: tuple[int, ...]  # of each contour


def _fixed(polygons: Sequence[np.ndarray]) -> _Fixed:
    every = polygons[0] if len(polygons) == 1 else np.concatenate(polygons)
    scaled = np.minimum(np.maximum(every, -FARTHEST), FARTHEST) * float(1 << BITS)
    points = np.rint(scaled, out=scaled).astype(np.int32)
    return _Fixed(points, tuple(len(polygon) for polygon in polygons))


def _box(contours: _Fixed, shape: tuple[int, int], reach: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what contours and `reach` pixels around them take."""
    x, y, width, height = cv2.boundingRect(contours.points)
    left, top = max(0, (x >> BITS) - reach), max(0, (y >> BITS) - reach)
    right, bottom = ((x + width) >> BITS) + reach + 2, ((y + height) >> BITS) + reach + 2
    return left, top, min(shape[1], right), min(shape[0], bottom)


def _fineness(shape: tuple[int, int]) -> int:
    """How much canvases of this size are enlarged for drawing."""
    return 4 if max(shape) <= 256 else 2 if max(shape) <= 512 else 1


def _drawn(
    contours: _Fixed,
    weights: Sequence[float] | None,
    corner: tuple[int, int],
    size: tuple[int, int],
    fine: int,
    shrink: int = 1,
) -> np.ndarray:
    """Contours on a canvas of `size` that begins at `corner`, uint8 with 255 for 1.

    Args:
        fine: Each pixel is drawn as that many squared.
        shrink: That many pixels squared become one.
    """
    total = np.zeros((size[0] * shrink * fine, size[1] * shrink * fine), np.uint8)
    bits = BITS - fine.bit_length() + 1  # the same numbers count enlarged pixels
    middle = (fine - 1) << bits >> 1  # pixel centres lie at whole numbers
    offset = (middle - (corner[0] << BITS), middle - (corner[1] << BITS))
    layers: dict[float, np.ndarray] = {}
    start = 0
    for length, weight in zip(
        contours.lengths, weights or [1.0] * len(contours.lengths), strict=True
    ):
        if weight not in layers:
            layers[weight] = np.zeros_like(total) if layers else total
        part, value = contours.points[start : start + length], (round(255 * weight),)
        cv2.fillPoly(layers[weight], [part], value, cv2.LINE_AA, bits, offset)
        start += length
    for layer in layers.values():
        if layer is not total:
            cv2.add(total, layer, total)
    return _shrunk(total, size)


def _shrunk(canvas: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """To a size that is smaller by a power of two: several times as fast by halves as at once."""
    while canvas.shape[0] > size[0]:
        half = (canvas.shape[1] // 2, canvas.shape[0] // 2)
        canvas = cv2.resize(canvas, half, interpolation=cv2.INTER_AREA)
    return canvas


def blur(plane: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur of a float plane by `sigma` pixels, float32."""
    blurred: np.ndarray = cv2.GaussianBlur(plane, (0, 0), sigma)
    return blurred.astype(np.float32, copy=False)


def closed(points: np.ndarray, between: int = 4) -> np.ndarray:
    """Catmull-Rom curve through a closed contour [N, 2]."""
    return _spline(len(points), between, True) @ np.asarray(points, np.float64)


def opened(points: np.ndarray, between: int = 4) -> np.ndarray:
    """Catmull-Rom curve through an open contour [N, 2], its ends included."""
    return _spline(len(points), between, False) @ np.asarray(points, np.float64)


def outlines(points: np.ndarray, contours: tuple[tuple[int, ...], ...]) -> list[np.ndarray]:
    """`closed` through many contours at once, each given by its numbers of points."""
    controls, starts = _controls(contours)
    near = np.asarray(points, np.float64).take(controls, 0).reshape(4, -1)
    curves = (_blends(4) @ near).reshape(4, -1, 2).swapaxes(0, 1).reshape(-1, 2)
    return [curves[a:b] for a, b in pairwise(starts)]


@lru_cache(maxsize=64)
def _controls(contours: tuple[tuple[int, ...], ...]) -> tuple[np.ndarray, tuple[int, ...]]:
    """The four points [4, S] that decide each piece of the curves, and where curves begin."""
    rolled = [[np.roll(contour, shift) for contour in contours] for shift in (1, 0, -1, -2)]
    starts = np.cumsum([0, *(4 * len(contour) for contour in contours)])
    return np.stack([np.concatenate(each) for each in rolled]), tuple(starts.tolist())


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
    middle = np.full(len(polygon), 1 / len(polygon)) @ polygon  # .mean(0), several times as fast
    arm = polygon - middle
    length = np.hypot(arm[:, 0], arm[:, 1])
    kept = np.maximum(1 - by / np.maximum(length, 1e-6), 0)
    return middle + arm * kept[:, None]


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
    pieces = np.stack([before, start, end, after])[:, :, 0]
    curve = np.einsum("tk,ksn->stn", _blends(between), pieces).reshape(-1, count)
    return curve if loop else np.concatenate([curve, points[-1:]])


@lru_cache(maxsize=8)
def _blends(between: int) -> np.ndarray:
    """Catmull-Rom: how much each of four points counts at `between` places, [between, 4]."""
    t = np.linspace(0, 1, between, endpoint=False)
    columns = (
        2 * t**2 - t - t**3,
        2 - 5 * t**2 + 3 * t**3,
        t + 4 * t**2 - 3 * t**3,
        t**3 - t**2,
    )
    return 0.5 * np.stack(columns, 1)
