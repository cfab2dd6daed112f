"""Frames of glasses: thin dark or bright ridges that hang together across the nose."""

import cv2
import numpy as np

from tryon.vision import facemesh
from tryon.vision.contours import NASION, blur, closed, inset, opened, within
from tryon.vision.faceview import UNIT, FaceView, above, disc
from tryon.vision.skin import Skin

RIDGE = 0.09  # height of a ridge ÷ lightness of the skin beside it
STRONG = 0.15
LEAST_CROSSING = 0.08  # of the ridge across the nose

Box = tuple[slice, slice]


def find_frames(view: FaceView, skin: Skin) -> np.ndarray | None:
    """Where a frame of glasses (or a dark lens) covers the face, float32 [H, W] in [0, 1].

    Wrinkles and shine are ridges too, so a face is only said to wear glasses where the ridge
    across its nose stands out from the ridges of its own cheeks and forehead.

    Returns:
        None where nothing was found.
    """
    lenses, frames = _dark_lenses(view, skin.ratio), _frames(view, skin)
    found = [each for each in (lenses, frames) if each is not None]
    return np.maximum.reduce(found) if found else None


def _frames(view: FaceView, skin: Skin) -> np.ndarray | None:
    lightness = view.lightness
    bridge = _bridge(view)
    crossing = _crossing(_ridges(lightness, bridge) / skin.surface[bridge])
    if crossing <= LEAST_CROSSING:  # most faces: nothing crosses the nose
        return None
    whole = (slice(0, view.shape[0]), slice(0, view.shape[1]))
    ridge = _ridges(lightness, whole) / skin.surface
    own = _own_ridges(view)
    usual = _usual_ridge(view, ridge, own)
    stands_out = above(crossing / (usual + 0.05), 0.85, 0.2)
    certainty = float(stands_out * above(crossing, LEAST_CROSSING, 0.04))
    if certainty <= 0:
        return None
    frames = _long_ridges(ridge, (ridge > max(RIDGE, usual)) & ~own & _zone(view), bridge, usual)
    frames = blur(cv2.dilate(frames, np.ones((3, 3), np.uint8)), 1.0)
    return np.minimum(frames * np.float32(1.3 * certainty), 1)


def _long_ridges(ridge: np.ndarray, free: np.ndarray, bridge: Box, usual: float) -> np.ndarray:
    """Ridges that hang together over a length, or across the bridge; float32, 0 or 1."""
    strong = max(STRONG, 1.5 * usual)
    frames = np.zeros(free.shape, np.float32)
    crossed = np.zeros(free.shape, bool)
    crossed[bridge] = ridge[bridge] > strong
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(free.view(np.uint8), connectivity=8)
    for index, (left, top, width, height, _) in enumerate(boxes[1:].tolist(), 1):
        if max(width, height) <= 0.2 * UNIT:
            continue
        box = (slice(top, top + height), slice(left, left + width))
        part = labels[box] == index
        crosses = width > 0.5 * UNIT and (part & crossed[box]).sum() >= 4
        if crosses or np.percentile(ridge[box][part], 75) > strong:
            frames[box][part] = 1
    return frames


def _own_ridges(view: FaceView) -> np.ndarray:
    """Where the face has ridges of its own: lashes, creases of the lid, brows."""
    shapes = []
    for eye in facemesh.EYES:
        shapes.append(inset(closed(view.points[list(eye.outline)]), -0.07 * UNIT))
        shapes.append(inset(closed(view.points[list(eye.brow)]), -0.01 * UNIT))
    return within(shapes, view.shape)


def _usual_ridge(view: FaceView, ridge: np.ndarray, own: np.ndarray) -> float:
    """The ninetieth percentile of the ridges on the forehead and the lower cheeks."""
    face = within([inset(closed(view.points[list(facemesh.OVAL)]), 0.15 * UNIT)], view.shape)
    lips = within([inset(closed(view.points[list(facemesh.LIPS_OUTER)]), -0.1 * UNIT)], view.shape)
    y = round(float(view.points[NASION, 1]))
    face[max(0, y - round(0.5 * UNIT)) : max(0, y + round(0.8 * UNIT))] = False
    rest = face & ~lips & ~own
    return float(np.percentile(ridge[rest], 90)) if rest.any() else RIDGE


def _ridges(lightness: np.ndarray, box: Box) -> np.ndarray:
    """How far what is narrower than 15 pixels is darker or brighter than what is beside it."""
    reach, edges = 14, []
    for part, length in zip(box, lightness.shape, strict=True):
        edges.append((max(0, part.start - reach), min(length, part.stop + reach)))
    (top, bottom), (left, right) = edges
    near = lightness[top:bottom, left:right]
    highest, lowest = near, near
    for size in (5, 5, 5, 3):  # together a disc of 15, in a third of the time
        highest, lowest = cv2.dilate(highest, disc(size)), cv2.erode(lowest, disc(size))
    for size in (5, 5, 5, 3):
        highest, lowest = cv2.erode(highest, disc(size)), cv2.dilate(lowest, disc(size))
    ridge = np.maximum(highest - near, (near - lowest) * np.float32(0.7))
    rows, columns = box
    return ridge[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]


def _zone(view: FaceView) -> np.ndarray:
    """From the brows to the cheeks, between the temples, less the nose below the bridge."""
    x, y = (round(float(value)) for value in view.points[NASION])
    zone = np.zeros(view.shape, bool)
    half, nose = round(1.15 * UNIT), round(0.27 * UNIT)
    top, bottom = max(0, y - round(0.45 * UNIT)), y + round(0.75 * UNIT)
    zone[top:bottom, max(0, x - half) : x + half] = True
    zone[y + round(0.24 * UNIT) :, max(0, x - nose) : x + nose] = False
    return zone


def _bridge(view: FaceView) -> Box:
    """The strip between the inner corners of the eyes, where only a bridge can cross."""
    right, left = (view.points[eye.upper_lid[-1]] for eye in facemesh.EYES)
    x, y = ((right + left) / 2).tolist()
    half = 0.08 * UNIT
    top, bottom = max(0, round(y - 0.36 * UNIT)), max(0, round(y + 0.24 * UNIT))
    start, stop = max(0, round(x - half)), max(0, round(x + half))
    return slice(top, min(bottom, view.shape[0])), slice(start, min(stop, view.shape[1]))


def _crossing(strip: np.ndarray) -> float:
    """How strong the best nearly level line across the strip is: its weakest fifth."""
    if not strip.size:
        return 0.0
    wide = cv2.dilate(strip, np.ones((3, 1), np.uint8))  # an arched bridge is not quite level
    rows, columns = np.indices(wide.shape)
    best = 0.0
    for tilt in (-0.15, 0.0, 0.15):
        shift = np.rint(tilt * (columns - wide.shape[1] / 2)).astype(int)
        level = wide[(rows + shift) % len(wide), columns]
        best = max(best, float(np.percentile(level, 20, axis=1).max()))
    return best


def _dark_lenses(view: FaceView, ratio: np.ndarray) -> np.ndarray | None:
    """Sunglasses: the cheek right under the eye is as dark as no eye socket is."""
    covered = np.zeros(view.shape, np.float32)
    for eye in facemesh.EYES:
        lid = opened(view.points[list(eye.lower_lid)])
        down = np.array([0, UNIT])
        band = np.concatenate([lid + 0.14 * down, (lid + 0.30 * down)[::-1]])
        under = within([band], view.shape)
        if under.any() and np.percentile(ratio[under], 75) < 0.65:
            top = view.points[list(eye.brow_upper)].min(0)[1]
            left, right = lid[:, 0].min() - 0.3 * UNIT, lid[:, 0].max() + 0.3 * UNIT
            bottom = lid[:, 1].max() + 0.45 * UNIT
            covered[max(0, int(top)) : int(bottom), max(0, int(left)) : int(right)] = 1
    return blur(covered, 2.0) if covered.any() else None
