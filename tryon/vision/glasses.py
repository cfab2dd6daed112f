"""Frames of glasses: thin dark or bright ridges that hang together across the nose."""

import cv2
import numpy as np

from tryon.vision import facemesh
from tryon.vision.contours import NASION, blur, closed, fill, inset, opened
from tryon.vision.faceview import UNIT, FaceView, above

RIDGE = 0.09  # height of a ridge ÷ lightness of the skin beside it
STRONG = 0.15


def find_frames(view: FaceView, surface: np.ndarray) -> np.ndarray:
    """Where a frame of glasses (or a dark lens) covers the face, float32 [H, W] in [0, 1].

    Wrinkles and shine are ridges too, so a face is only said to wear glasses where the ridge
    across its nose stands out from the ridges of its own cheeks and forehead.

    Args:
        view: The levelled face.
        surface: Lightness of the bare skin, float32 [H, W] (tryon.vision.skin).
    """
    ridge = _ridges(view.lab[..., 0]) / surface
    own = _own_ridges(view)
    zone, bridge = _zone(view), _bridge(view)
    usual = _usual_ridge(view, ridge, own)
    crossing = _crossing(np.where(bridge, ridge, 0))
    certainty = above(crossing / (usual + 0.05), 0.85, 0.2) * above(crossing, 0.08, 0.04)
    frames = np.zeros(view.shape, np.float32)
    if certainty > 0:
        free = (ridge > max(RIDGE, usual)) & ~own & zone
        strong = max(STRONG, 1.5 * usual)
        count, labels, boxes, _ = cv2.connectedComponentsWithStats(
            free.astype(np.uint8), connectivity=8
        )
        for index in range(1, count):
            part = labels == index
            width, height = boxes[index, cv2.CC_STAT_WIDTH], boxes[index, cv2.CC_STAT_HEIGHT]
            crosses = width > 0.5 * UNIT and (ridge[part & bridge] > strong).sum() >= 4
            long = max(width, height) > 0.2 * UNIT and np.percentile(ridge[part], 75) > strong
            if crosses or long:
                frames[part] = 1
        frames = blur(cv2.dilate(frames, np.ones((3, 3), np.uint8)).astype(np.float32), 1.0)
    return np.maximum(np.clip(1.3 * certainty * frames, 0, 1), _dark_lenses(view, surface))


def _own_ridges(view: FaceView) -> np.ndarray:
    """Where the face has ridges of its own: lashes, creases of the lid, brows."""
    shapes = []
    for eye in facemesh.EYES:
        shapes.append(inset(closed(view.points[list(eye.outline)]), -0.07 * UNIT))
        shapes.append(inset(closed(view.points[list(eye.brow)]), -0.01 * UNIT))
    return fill(shapes, view.shape) > 0.5


def _usual_ridge(view: FaceView, ridge: np.ndarray, own: np.ndarray) -> float:
    """The ninetieth percentile of the ridges on the forehead and the lower cheeks."""
    face = fill([inset(closed(view.points[list(facemesh.OVAL)]), 0.15 * UNIT)], view.shape) > 0.5
    lips = fill([inset(closed(view.points[list(facemesh.LIPS_OUTER)]), -0.1 * UNIT)], view.shape)
    y = round(float(view.points[NASION, 1]))
    face[max(0, y - round(0.5 * UNIT)) : y + round(0.8 * UNIT)] = False
    rest = face & (lips < 0.5) & ~own
    return float(np.percentile(ridge[rest], 90)) if rest.any() else RIDGE


def _ridges(lightness: np.ndarray) -> np.ndarray:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15))
    dark = cv2.morphologyEx(lightness, cv2.MORPH_BLACKHAT, disc)
    light = cv2.morphologyEx(lightness, cv2.MORPH_TOPHAT, disc)
    return np.maximum(dark, 0.7 * light)


def _zone(view: FaceView) -> np.ndarray:
    """From the brows to the cheeks, between the temples, less the nose below the bridge."""
    x, y = (round(float(value)) for value in view.points[NASION])
    zone = np.zeros(view.shape, bool)
    half, nose = round(1.15 * UNIT), round(0.27 * UNIT)
    top, bottom = max(0, y - round(0.45 * UNIT)), y + round(0.75 * UNIT)
    zone[top:bottom, max(0, x - half) : x + half] = True
    zone[y + round(0.24 * UNIT) :, max(0, x - nose) : x + nose] = False
    return zone


def _bridge(view: FaceView) -> np.ndarray:
    """The strip between the inner corners of the eyes, where only a bridge can cross."""
    strip = np.zeros(view.shape, bool)
    right, left = (view.points[eye.upper_lid[-1]] for eye in facemesh.EYES)
    x, y = (right + left) / 2
    half = 0.08 * UNIT
    strip[round(y - 0.36 * UNIT) : round(y + 0.24 * UNIT), round(x - half) : round(x + half)] = True
    return strip


def _crossing(ridge: np.ndarray) -> float:
    """How strong the best nearly level line across the strip is: its weakest fifth."""
    rows, columns = np.flatnonzero(ridge.any(1)), np.flatnonzero(ridge.any(0))
    if not len(rows):
        return 0.0
    strip = ridge[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    wide = cv2.dilate(strip, np.ones((3, 1), np.uint8))  # an arched bridge is not quite level
    best = 0.0
    for tilt in (-0.15, 0.0, 0.15):
        level = np.stack([np.roll(wide[:, c], -round(tilt * (c - wide.shape[1] / 2)))
                          for c in range(wide.shape[1])])  # fmt: skip
        best = max(best, float(np.percentile(level, 20, axis=0).max()))
    return best


def _dark_lenses(view: FaceView, surface: np.ndarray) -> np.ndarray:
    """Sunglasses: the cheek right under the eye is as dark as no eye socket is."""
    covered = np.zeros(view.shape, np.float32)
    ratio = view.lab[..., 0] / surface
    for eye in facemesh.EYES:
        lid = opened(view.points[list(eye.lower_lid)])
        down = np.array([0, UNIT])
        under = fill([np.concatenate([lid + 0.14 * down, (lid + 0.30 * down)[::-1]])], view.shape)
        if (under > 0.5).any() and np.percentile(ratio[under > 0.5], 75) < 0.65:
            top = view.points[list(eye.brow_upper)].min(0)[1]
            left, right = lid[:, 0].min() - 0.3 * UNIT, lid[:, 0].max() + 0.3 * UNIT
            bottom = lid[:, 1].max() + 0.45 * UNIT
            covered[max(0, int(top)) : int(bottom), max(0, int(left)) : int(right)] = 1
    return blur(covered, 2.0)
