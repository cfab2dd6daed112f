"""Pictures as the network sees them: the same code in preparation and in the service."""

import cv2
import numpy as np


def fitted(image: np.ndarray, side: int) -> np.ndarray:
    """A picture uint8 [H, W, 3] squeezed into a square, uint8 [side, side, 3].

    Area means where it shrinks, so that no pixel is skipped; bilinear where it grows.
    """
    if image.shape[:2] == (side, side):
        return np.ascontiguousarray(image)
    shrinks = min(image.shape[:2]) >= side
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(image, (side, side), interpolation=how)


def planes(images: np.ndarray) -> np.ndarray:
    """uint8 [N, S, S, 3] → float32 [N, 3, S, S] in [0, 1]."""
    return np.ascontiguousarray(images.transpose(0, 3, 1, 2), np.float32) * np.float32(1 / 255)
