"""How likely a pixel shows bare skin, judged against the same face's own skin.

Light falls unevenly on a face and skin is anything from L 15 to L 95, so nothing absolute is
asked. A smooth surface is fitted to the lightness of the face; a pixel counts as covered where
it is far darker than that surface (hair, a shadow that deep only hair throws), of another colour,
or as rough as hair. Grey photos have no colour to judge by and are judged by the rest.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.vision import facemesh
from tryon.vision.contours import blur, closed, inset, within
from tryon.vision.faceview import UNIT, FaceView, settle

# Patches that beards, brows, glasses and fringes rarely reach: cheeks, nose, between the brows.
PATCHES = (50, 280, 101, 330, 205, 425, 36, 266, 195, 5, 4, 9, 117, 346)

STEP = 4  # the surface is fitted to every fourth pixel of every fourth row
MIDDLE = (183.5, 199.5)  # of the whole view: the surface's origin


@dataclass(frozen=True)
class Skin:
    """The skin of one face.

    Attributes:
        median: CIELAB [3] of the sure patches.
        surface: Fitted lightness of bare skin under this light, float32 [H, W] of the view.
        ratio: Lightness ÷ surface, float32 [H, W].
        likelihood: float32 [H, W] in [0, 1].
    """

    median: np.ndarray
    surface: np.ndarray
    ratio: np.ndarray
    likelihood: np.ndarray

    def part(self, where: tuple[slice, slice]) -> "Skin":
        """The part of the view that FaceView.part gave."""
        return Skin(self.median, self.surface[where], self.ratio[where], self.likelihood[where])


def find_skin(view: FaceView) -> Skin:
    """Judge every pixel of the view against the face's own skin."""
    lightness, *colour = cv2.split(view.lab)
    sure = _patches(view)
    pixels = view.lab[sure]
    median = np.median(pixels, axis=0)
    surface = _surface(view, lightness, sure)
    ratio = lightness / surface
    spread = np.maximum(3.0 * np.median(np.abs(pixels - median), 0), 9.0)
    light = np.clip(lightness * np.float32(1 / max(float(median[0]), 1)), 0.6, 1.2)
    redder, yellower = (
        (plane - light * middle) * np.float32(1 / width)
        for plane, middle, width in zip(colour, median[1:], spread[1:], strict=True)
    )
    np.copyto(redder, redder * np.float32(0.4), where=redder > 0)  # a flush, a blemish: still skin
    distance = _excess(cv2.magnitude(redder, yellower), 0.8, 1)
    distance += _excess(-ratio, -0.66, 0.14)  # dark
    distance += _excess(ratio, 1.8, 0.3)  # bright
    distance += _excess(_roughness(lightness) / surface, 0.07, 0.05)
    likelihood = settle(cv2.exp(distance * np.float32(-0.5)), 0.03 * UNIT)
    return Skin(median, surface, ratio, np.clip(_snapped(likelihood, lightness), 0, 1))


def _excess(values: np.ndarray, limit: float, width: float) -> np.ndarray:
    """The square of how many widths values lie above a limit."""
    over = np.maximum(values, limit)
    over -= np.float32(limit)
    over *= np.float32(1 / width)
    over *= over
    return over


def _snapped(plane: np.ndarray, guide: np.ndarray) -> np.ndarray:
    """A guided filter (He, Sun), its coefficients at half the size: edges follow the guide's."""
    half = (max(1, plane.shape[1] // 2), max(1, plane.shape[0] // 2))
    guide = guide * np.float32(1 / 100)
    small, seen = (cv2.resize(each, half, interpolation=cv2.INTER_AREA) for each in (plane, guide))
    mean, seen_mean, both, square = (
        cv2.boxFilter(each, -1, (5, 5)) for each in (small, seen, small * seen, seen * seen)
    )
    slope = (both - mean * seen_mean) / (square - seen_mean * seen_mean + np.float32(1e-3))
    base = mean - slope * seen_mean
    whole = plane.shape[1::-1]
    slope, base = (
        cv2.resize(cv2.boxFilter(each, -1, (5, 5)), whole, interpolation=cv2.INTER_LINEAR)
        for each in (slope, base)
    )
    return slope * guide + base


def _patches(view: FaceView) -> np.ndarray:
    mask = np.zeros(view.shape, np.uint8)
    for x, y in np.rint(view.points.take(PATCHES, 0)).astype(int).tolist():
        cv2.circle(mask, (x, y), round(0.07 * UNIT), (1,), -1)
    mask *= within([closed(view.points[list(facemesh.OVAL)])], view.shape)
    if not mask.any():  # a face turned so far that no patch is inside its own outline
        mask[round(view.points[facemesh.NOSE_TIP, 1]), round(view.points[facemesh.NOSE_TIP, 0])] = 1
    return mask.view(bool)


def _surface(view: FaceView, lightness: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """A quadratic surface through log lightness, refitted without what lies far under it."""
    x, y = (
        (np.arange(length, dtype=np.float32) + np.float32(start - middle)) * np.float32(1 / UNIT)
        for length, start, middle in zip(view.shape[::-1], view.corner, MIDDLE, strict=True)
    )
    sure = sure[::STEP, ::STEP]
    rows, columns = np.nonzero(_bare(view) | sure)
    if not len(rows):
        return np.full(view.shape, max(float(lightness.mean()), 3.0), np.float32)
    light = cv2.log(np.maximum(lightness[::STEP, ::STEP][rows, columns], 2.0))[:, 0]
    across, down = x[::STEP][columns], y[::STEP][rows]
    terms = np.stack(
        [np.ones_like(across), across, down, across * across, down * down, across * down]
    )
    weight = np.where(sure[rows, columns], np.float32(1), np.float32(0.02))
    damp = np.diag([0, 0.01, 0.01, 0.3, 0.3, 0.3]) * float(weight.sum())
    for _ in range(5):
        weighted = terms * weight
        fit = np.linalg.solve(weighted @ terms.T + damp, weighted @ light).astype(np.float32)
        miss = light - fit @ terms
        miss *= np.where(miss < 0, np.float32(1 / 0.13), np.float32(1 / 0.25))
        weight = np.exp(np.float32(-0.5) * miss * miss) + np.float32(1e-4)
    low, high = np.clip(np.percentile(fit @ terms, (1, 99)), *np.log((3, 110)))
    level = (fit[0] + x * (fit[1] + x * fit[3])) + (y * (fit[2] + y * fit[4]))[:, None]
    level += (y * fit[5])[:, None] * x
    return cv2.exp(np.clip(level, np.float32(low), np.float32(high)))


def _bare(view: FaceView) -> np.ndarray:
    """Inside the face, off its lips, eyes and brows; every STEP-th pixel, bool."""
    shape = (-(-view.shape[0] // STEP), -(-view.shape[1] // STEP))
    oval = inset(closed(view.points[list(facemesh.OVAL)]), 0.08 * UNIT)
    eyes = [part for eye in facemesh.EYES for part in (eye.outline, eye.brow)]
    parts = [
        inset(closed(view.points[list(part)]), -0.05 * UNIT)
        for part in (facemesh.LIPS_OUTER, *eyes)
    ]
    return within([oval / STEP], shape) & ~within([part / STEP for part in parts], shape)


def _roughness(lightness: np.ndarray) -> np.ndarray:
    """Local standard deviation of what is finer than a wrinkle's width."""
    fine = lightness - blur(lightness, 0.025 * UNIT)
    half = (max(1, lightness.shape[1] // 2), max(1, lightness.shape[0] // 2))
    mean = blur(cv2.resize(fine * fine, half, interpolation=cv2.INTER_AREA), 0.025 * UNIT)
    return cv2.sqrt(cv2.resize(mean, lightness.shape[::-1], interpolation=cv2.INTER_LINEAR))
