"""The working frame: the upright 3:4 part of a photo in which a garment of a category is worn."""

import numpy as np

from tryon.garment.build import Body
from tryon.garment.garment import Category
from tryon.vision.pose import Pose

ASPECT = 0.75  # width ÷ height
# Category → joints the frame holds, and units it reaches above, below and beside them.
_HELD: dict[Category, tuple[tuple[str, ...], tuple[float, float, float]]] = {
    "upper": (("shoulder", "elbow", "wrist", "hip"), (2.8, 2.6, 1.3)),
    "lower": (("hip", "knee", "ankle"), (3.2, 1.2, 2.4)),
    "whole": (("shoulder", "elbow", "wrist", "hip", "knee", "ankle"), (2.8, 1.0, 1.3)),
}


def frame(pose: Pose, category: Category, photo: tuple[int, ...], height: int) -> np.ndarray:
    """Scaling and shift from photo pixels to the frame's, float32 [2, 3].

    Joints outside the photo do not widen the frame. It lies in the photo where it fits; else it is
    centred on that axis, and what lies outside is the photo's border repeated.

    Args:
        pose: The person.
        category: What is to be worn.
        photo: (H, W) of the photo.
        height: Of the frame, pixels.
    """
    joints, (above, below, beside) = _HELD[category]
    unit = Body(pose).unit
    points = np.array([pose.point(f"{side}_{j}") for j in joints for side in ("right", "left")])
    size = np.array(photo[::-1], np.float64)
    points = np.clip(points, 0, size - 1)
    low = np.maximum(points.min(0) - np.array([beside, above]) * unit, 0)
    high = np.minimum(points.max(0) + np.array([beside, below]) * unit, size)
    span = np.maximum(high - low, 2.0)
    tall = max(span[1], span[0] / ASPECT)
    tall = min(tall, max(size[1], size[0] / ASPECT))
    box = np.array([tall * ASPECT, tall])
    middle = (low + high) / 2
    corner = np.where(
        box <= size, np.clip(middle - box / 2, 0, np.maximum(size - box, 0)), (size - box) / 2
    )
    scale = height / tall
    shift = (0.5 - corner) * scale - 0.5
    return np.array([[scale, 0, shift[0]], [0, scale, shift[1]]], np.float32)


def moved(pose: Pose, matrix: np.ndarray) -> Pose:
    """The pose in the pixels of a frame; confidences stay."""
    points = pose.keypoints.copy()
    points[:, :2] = points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    return Pose(points)
