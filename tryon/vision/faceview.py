"""One face, levelled and brought to a fixed scale: where occluders are looked for."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from tryon.vision import facemesh
from tryon.vision.align import levelling, move, warp
from tryon.vision.contours import blur, face_scale

UNIT = 96.0  # pixels between the eyes
WIDTH, HEIGHT = 368, 400
EYES_AT = (184.0, 150.0)  # where the middle between the eyes comes to lie


@dataclass(frozen=True)
class FaceView:
    """The levelled face, or a part of it.

    Attributes:
        lab: CIELAB float32 [H, W, 3], slightly smoothed.
        points: Landmarks float32 [478, 2] in this view.
        matrix: Similarity [2, 3] from the photo to this view.
        photo_shape: (H, W) of the photo.
        corner: Left and top in the whole view, which is WIDTH × HEIGHT.
    """

    lab: np.ndarray
    points: np.ndarray
    matrix: np.ndarray
    photo_shape: tuple[int, int]
    corner: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, image: np.ndarray, landmarks: np.ndarray) -> "FaceView":
        """Level a face of a photo, uint8 RGB [H, W, 3], with landmarks [478, 2] in pixels."""
        return _level(image, landmarks, view_matrix(landmarks), (0, 0, WIDTH, HEIGHT))

    @classmethod
    def around(cls, image: np.ndarray, landmarks: np.ndarray, rim: float) -> "FaceView":
        """Like `of`, only the face and `rim` eye distances around it."""
        matrix = view_matrix(landmarks)
        oval = move(matrix, landmarks[list(facemesh.OVAL)])
        return _level(image, landmarks, matrix, _box(oval, rim, (HEIGHT, WIDTH)))

    def part(self, points: np.ndarray, rim: float) -> tuple["FaceView", tuple[slice, slice]]:
        """The part around points of this view, and `rim` eye distances; where it lies."""
        left, top, right, bottom = _box(points, rim, self.shape)
        rows, columns = slice(top, bottom), slice(left, right)
        corner, matrix = np.array([left, top], np.float32), self.matrix.copy()
        matrix[:, 2] -= corner
        whole = (self.corner[0] + left, self.corner[1] + top)
        lab = self.lab[rows, columns]
        part = FaceView(lab, self.points - corner, matrix, self.photo_shape, whole)
        return part, (rows, columns)

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W) of the view."""
        return self.lab.shape[0], self.lab.shape[1]

    @property
    def lightness(self) -> np.ndarray:
        """The first plane of `lab`, contiguous."""
        return cv2.extractChannel(self.lab, 0)

    def back(self, plane: np.ndarray, beyond: float) -> np.ndarray:
        """A plane of the view in photo pixels, float32 [H, W]; `beyond` fills the rest."""
        height, width = self.photo_shape
        return cv2.warpAffine(
            plane,
            self.matrix.astype(np.float64),
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(beyond,),
        )


def view_matrix(landmarks: np.ndarray) -> np.ndarray:
    """Similarity from photo pixels to the view, float32 [2, 3]."""
    points = np.asarray(landmarks, np.float64)
    turn, middle = levelling(points)
    turn *= UNIT / face_scale(points)
    shift = np.array(EYES_AT) - turn @ middle
    return np.concatenate([turn, shift[:, None]], 1).astype(np.float32)


def _level(
    image: np.ndarray, landmarks: np.ndarray, matrix: np.ndarray, box: tuple[int, int, int, int]
) -> FaceView:
    left, top, right, bottom = box
    matrix[:, 2] -= (left, top)
    seen = warp(image, matrix, (right - left, bottom - top))
    smooth = cv2.GaussianBlur(seen.astype(np.float32) * np.float32(1 / 255), (0, 0), 0.8)
    lab = cv2.cvtColor(smooth, cv2.COLOR_RGB2Lab)  # to about 0.1; nothing here asks for more
    points = move(matrix, landmarks)
    return FaceView(lab, points, matrix, (image.shape[0], image.shape[1]), (left, top))


def _box(points: np.ndarray, rim: float, shape: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of points and `rim` eye distances around them, in `shape`."""
    (left, top), (right, bottom) = points.min(0).tolist(), points.max(0).tolist()
    rim *= UNIT
    left, top = (
        min(max(0, int(edge - rim)), side - 1)
        for edge, side in zip((left, top), shape[::-1], strict=True)
    )
    right, bottom = min(shape[1], int(right + rim) + 1), min(shape[0], int(bottom + rim) + 1)
    return left, top, max(right, left + 1), max(bottom, top + 1)


def above(value: np.ndarray | float, limit: float, width: float) -> np.ndarray:
    """A soft step: 0 below `limit`, 1 above `limit + width`, smooth between."""
    t = np.clip((value - limit) / width, 0, 1)
    return t * t * (3 - 2 * t)


def settle(plane: np.ndarray, radius: float) -> np.ndarray:
    """Close specks, then smooth: occluders are larger than freckles and wrinkles."""
    closed = cv2.morphologyEx(plane, cv2.MORPH_CLOSE, disc(2 * round(radius) + 1))
    return blur(closed, radius / 2)


@cache
def disc(size: int) -> np.ndarray:
    """A round structuring element."""
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
