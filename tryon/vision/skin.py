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
from tryon.vision.contours import blur, closed, fill, inset
from tryon.vision.faceview import UNIT, FaceView, settle

# Patches that beards, brows, glasses and fringes rarely reach: cheeks, nose, between the brows.
PATCHES = (50, 280, 101, 330, 205, 425, 36, 266, 195, 5, 4, 9, 117, 346)


@dataclass(frozen=True)
class Skin:
    """The skin of one face.

    Attributes:
        median: CIELAB [3] of the sure patches.
        surface: Fitted lightness of bare skin under this light, float32 [H, W] of the view.
        likelihood: float32 [H, W] in [0, 1].
    """

    median: np.ndarray
    surface: np.ndarray
    likelihood: np.ndarray


def find_skin(view: FaceView) -> Skin:
    """Judge every pixel of the view against the face's own skin."""
    lightness, colour = view.lab[..., 0], view.lab[..., 1:]
    sure = _patches(view)
    median = np.median(view.lab[sure], axis=0)
    surface = _surface(view, sure)
    ratio = lightness / surface
    expected = median[1:] * np.clip(lightness / max(median[0], 1), 0.6, 1.2)[..., None]
    spread = np.maximum(3.0 * np.median(np.abs(view.lab[sure][:, 1:] - median[1:]), 0), 9.0)
    off = (colour - expected) / spread
    redder = np.maximum(off[..., 0], 0) * 0.4  # a flush, a blemish, existing blush: still skin
    off_colour = np.hypot(np.where(off[..., 0] > 0, redder, off[..., 0]), off[..., 1])
    dark = np.maximum(0.66 - ratio, 0) / 0.14
    bright = np.maximum(ratio - 1.8, 0) / 0.3
    rough = np.maximum(_roughness(lightness) / surface - 0.07, 0) / 0.05
    distance = dark**2 + bright**2 + rough**2 + np.maximum(off_colour - 0.8, 0) ** 2
    likelihood = settle(np.exp(-0.5 * distance), 0.03 * UNIT)
    snapped = cv2.ximgproc.guidedFilter(
        np.ascontiguousarray(lightness / 100), likelihood, radius=5, eps=1e-3
    )
    return Skin(median, surface, np.clip(snapped, 0, 1).astype(np.float32))


def _patches(view: FaceView) -> np.ndarray:
    mask = np.zeros(view.shape, np.uint8)
    for index in PATCHES:
        x, y = np.rint(view.points[index]).astype(int)
        cv2.circle(mask, (int(x), int(y)), round(0.07 * UNIT), (255,), -1)
    mask[fill([closed(view.points[list(facemesh.OVAL)])], view.shape) < 0.9] = 0
    if not mask.any():  # a face turned so far that no patch is inside its own outline
        mask[round(view.points[facemesh.NOSE_TIP, 1]), round(view.points[facemesh.NOSE_TIP, 0])] = 1
    return mask > 0


def _surface(view: FaceView, sure: np.ndarray) -> np.ndarray:
    """A quadratic surface through log lightness, refitted without what lies far under it."""
    rows, columns = np.mgrid[: view.shape[0], : view.shape[1]].astype(np.float32)
    x, y = (columns - columns.mean()) / UNIT, (rows - rows.mean()) / UNIT
    terms = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], -1)
    log_light = np.log(np.maximum(view.lab[..., 0], 2.0))
    inside = fill([inset(closed(view.points[list(facemesh.OVAL)]), 0.08 * UNIT)], view.shape) > 0.5
    for part in (facemesh.LIPS_OUTER, *(e.outline for e in facemesh.EYES),
                 *(e.brow for e in facemesh.EYES)):  # fmt: skip
        inside &= fill([inset(closed(view.points[list(part)]), -0.05 * UNIT)], view.shape) < 0.5
    inside |= sure
    inside[::2] = False
    inside[:, ::2] = False
    design, target = terms[inside], log_light[inside]
    weight = np.where(sure[inside], 1.0, 0.02)
    damp = np.diag([0, 0.01, 0.01, 0.3, 0.3, 0.3]) * weight.sum()
    for _ in range(5):
        weighted = design * weight[:, None]
        fit = np.linalg.solve(weighted.T @ design + damp, weighted.T @ target)
        miss = target - design @ fit
        weight = np.exp(-0.5 * (miss / np.where(miss < 0, 0.13, 0.25)) ** 2) + 1e-4
    fitted = np.exp(np.clip(terms @ fit, np.log(3), np.log(110)))
    low, high = np.percentile(fitted[inside], (1, 99)) if inside.any() else (3, 100)
    return np.clip(fitted, low, high).astype(np.float32)


def _roughness(lightness: np.ndarray) -> np.ndarray:
    """Local standard deviation of what is finer than a wrinkle's width."""
    fine = lightness - blur(lightness, 0.025 * UNIT)
    return np.sqrt(blur(fine * fine, 0.05 * UNIT))
