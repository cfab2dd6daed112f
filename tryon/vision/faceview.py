"""One face, levelled and brought to a fixed scale: where occluders are looked for."""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.vision.align import invert, levelling, move, warp
from tryon.vision.colour import srgb_to_lab
from tryon.vision.contours import blur, face_scale

UNIT = 96.0  # pixels between the eyes
WIDTH, HEIGHT = 368, 400
EYES_AT = (184.0, 150.0)  # where the middle between the eyes comes to lie


@dataclass(frozen=True)
class FaceView:
    """The levelled face.

    Attributes:
        lab: CIELAB float32 [HEIGHT, WIDTH, 3], slightly smoothed.
        points: Landmarks float32 [478, 2] in this view.
        matrix: Similarity [2, 3] from the photo to this view.
        photo_shape: (H, W) of the photo.
    """

    lab: np.ndarray
    points: np.ndarray
    matrix: np.ndarray
    photo_shape: tuple[int, int]

    @classmethod
    def of(cls, image: np.ndarray, landmarks: np.ndarray) -> "FaceView":
        """Level a face of a photo, uint8 RGB [H, W, 3], with landmarks [478, 2] in pixels."""
        matrix = view_matrix(landmarks)
        seen = warp(image, matrix, (WIDTH, HEIGHT)).astype(np.float32) / 255
        lab = srgb_to_lab(cv2.GaussianBlur(seen, (0, 0), 0.8))
        return cls(lab, move(matrix, landmarks), matrix, (image.shape[0], image.shape[1]))

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W) of the view."""
        return HEIGHT, WIDTH

    def back(self, plane: np.ndarray, beyond: float) -> np.ndarray:
        """A plane of the view in photo pixels, float32 [H, W]; `beyond` fills the rest."""
        height, width = self.photo_shape
        return cv2.warpAffine(
            plane,
            invert(self.matrix).astype(np.float64),
            (width, height),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(beyond,),
        ).astype(np.float32)


def view_matrix(landmarks: np.ndarray) -> np.ndarray:
    """Similarity from photo pixels to the view, float32 [2, 3]."""
    points = np.asarray(landmarks, np.float64)
    turn, middle = levelling(points)
    turn *= UNIT / face_scale(points)
    shift = np.array(EYES_AT) - turn @ middle
    return np.concatenate([turn, shift[:, None]], 1).astype(np.float32)


def above(value: np.ndarray | float, limit: float, width: float) -> np.ndarray:
    """A soft step: 0 below `limit`, 1 above `limit + width`, smooth between."""
    t = np.clip((value - limit) / width, 0, 1)
    return t * t * (3 - 2 * t)


def settle(plane: np.ndarray, radius: float) -> np.ndarray:
    """Close specks, then smooth: occluders are larger than freckles and wrinkles."""
    size = 2 * round(radius) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return blur(cv2.morphologyEx(plane.astype(np.float32), cv2.MORPH_CLOSE, disc), radius / 2)
