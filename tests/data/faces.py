"""Label maps of drawn faces: the geometry of a face without its looks."""

import cv2
import numpy as np

from tryon.vision.parsing import Label


def label_map(seed: int = 0, side: int = 128) -> np.ndarray:
    """A canonical label map uint8 [side, side] of an upright face, varied by seed."""
    rng = np.random.default_rng(seed)
    labels = np.zeros((side, side), np.uint8)
    middle = np.array([0.5, 0.52]) + rng.uniform(-0.03, 0.03, 2)
    scale = side * rng.uniform(0.85, 1.1)

    def oval(label: Label, at: tuple[float, float], radii: tuple[float, float]) -> None:
        centre = middle * side + np.array(at) * scale
        axes = np.maximum(np.array(radii) * scale, 1.6)
        box = (tuple(centre.tolist()), tuple((2 * axes).tolist()), 0.0)
        cv2.ellipse(labels, box, [int(label)], -1)

    oval(Label.HAIR, (0, -0.16), (0.30, 0.28))
    oval(Label.CLOTH, (0, 0.60), (0.45, 0.20))
    oval(Label.NECK, (0, 0.36), (0.12, 0.16))
    oval(Label.RIGHT_EAR, (-0.245, 0.0), (0.03, 0.06))
    oval(Label.LEFT_EAR, (0.245, 0.0), (0.03, 0.06))
    oval(Label.SKIN, (0, 0.03), (0.23, 0.29))
    for sign, brow, eye in (
        (1, Label.LEFT_BROW, Label.LEFT_EYE),
        (-1, Label.RIGHT_BROW, Label.RIGHT_EYE),
    ):
        oval(brow, (sign * 0.1, -0.105), (0.06, 0.015))
        oval(eye, (sign * 0.1, -0.05), (0.045, 0.02))
    oval(Label.NOSE, (0, 0.05), (0.045, 0.07))
    oval(Label.UPPER_LIP, (0, 0.155), (0.075, 0.022))
    oval(Label.LOWER_LIP, (0, 0.195), (0.07, 0.025))
    if rng.random() < 0.5:
        oval(Label.MOUTH, (0, 0.175), (0.055, 0.011))
    return labels
