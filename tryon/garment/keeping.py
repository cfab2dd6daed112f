"""What is the person's own whatever the parser says: the face, and what is far from the body."""

import cv2
import numpy as np

from tryon.garment.areas import Areas
from tryon.garment.build import Body
from tryon.garment.garment import Category

# Joints that a garment of the category is worn around, and how far from them it may reach, in units
# (tryon.garment.build): half a body's thickness and a wide garment's room.
_WORN: dict[Category, tuple[tuple[str, ...], float]] = {
    "upper": (("shoulder", "elbow", "wrist", "hip"), 3.0),
    "lower": (("hip", "knee", "ankle"), 4.5),
    "whole": (("shoulder", "elbow", "wrist", "hip", "knee", "ankle"), 4.0),
}
FAR = 9e3  # pixels: what lies further out is drawn there


def keep(found: Areas, body: Body, face: np.ndarray | None, category: Category) -> None:
    """Take what is kept out of what may change, in place.

    Args:
        found: Of the frame.
        body: In its pixels.
        face: Outline of the face, [K, 2] pixels; None where none is seen.
        category: Of the garment.
    """
    kept = beyond(found.edit.shape, body, category)
    if face is not None:
        inside = _filled(found.edit.shape, face)
        kept |= cv2.dilate(inside, np.ones((3, 3), np.uint8)) > 0  # enlarged, edges spread
    for plane in (found.edit, found.old):
        plane[kept] = 0


def beyond(shape: tuple[int, ...], body: Body, category: Category) -> np.ndarray:
    """Where no garment of the category reaches, bool [H, W]."""
    joints, reach = _WORN[category]
    points = [body.pose.point(f"{side}_{joint}") for joint in joints for side in ("right", "left")]
    hull = cv2.convexHull(np.clip(points, -FAR, FAR).astype(np.float32))[:, 0]
    away = cv2.distanceTransform(1 - _filled(shape, hull), cv2.DIST_L2, 5)
    return np.asarray(away > reach * body.unit)


def _filled(shape: tuple[int, ...], outline: np.ndarray) -> np.ndarray:
    area = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(area, [np.rint(np.clip(outline, -FAR, FAR)).astype(np.int32)], (1,))
    return area
