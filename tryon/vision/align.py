"""The aligned face square: the similarity that levels the eyes and centres the face."""

import math

import cv2
import numpy as np

from tryon.vision import facemesh

_EYES = np.array([eye.outline for eye in facemesh.EYES])
CENTRE_DROP = 0.05  # of the face's longer side: the square sits a little above the face's middle


def face_square(landmarks: np.ndarray, size: int, margin: float) -> np.ndarray:
    """Similarity from photo pixels to an aligned `size` × `size` square, float32 [2, 3].

    Args:
        landmarks: float [478, 2] pixels.
        size: Side of the square in pixels.
        margin: Side of the square ÷ longer side of the levelled landmarks.
    """
    landmarks = np.asarray(landmarks, np.float64)
    turn = levelling(landmarks)[0]
    level = cv2.transform(landmarks[None], turn)[0]
    low, high = (  # numpy is slow at minima of many short rows
        cv2.reduce(level, 0, how)[0] for how in (cv2.REDUCE_MIN, cv2.REDUCE_MAX)
    )
    longest = max(*(high - low).tolist(), 1e-6)
    centre = (low + high) / 2 - (0, CENTRE_DROP * longest)
    scale = size / (margin * longest)
    shift = (size - 1) / 2 - scale * centre
    return np.concatenate([scale * turn, shift[:, None]], 1).astype(np.float32)


def levelling(landmarks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rotation [2, 2] that levels the eyes, and the middle between them [2]."""
    right, left = landmarks.take(_EYES, 0).mean(1)
    x, y = (left - right).tolist()
    length = max(math.hypot(x, y), 1e-6)
    cosine, sine = x / length, y / length
    return np.array([[cosine, sine], [-sine, cosine]]), (left + right) / 2


def scale_of(matrix: np.ndarray) -> float:
    """Square pixels per photo pixel of a similarity [2, 3]."""
    return math.hypot(matrix[0, 0], matrix[1, 0])


def warp(image: np.ndarray, matrix: np.ndarray, size: int | tuple[int, int]) -> np.ndarray:
    """Resample `image` [H, W] or [H, W, C] through `matrix` (input → output pixels).

    Shrinking averages first, so that nothing aliases; the border is repeated.

    Args:
        size: Side of the square output, or (width, height).
    """
    scale = scale_of(matrix)
    source, matrix = image, np.asarray(matrix, np.float64)
    if scale < 0.5:  # halve exactly as often as it fits: cheap, and no blur larger than needed
        factor = 2 ** int(np.floor(np.log2(1 / scale)))
        small = [max(1, round(side / factor)) for side in image.shape[1::-1]]
        shrink = np.array([s / side for s, side in zip(small, image.shape[1::-1], strict=True)])
        source = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
        offset = matrix[:, 2] + matrix[:, :2] @ (0.5 / shrink - 0.5)  # pixel centres at halves
        matrix = np.concatenate([matrix[:, :2] / shrink, offset[:, None]], 1)
    target = (size, size) if isinstance(size, int) else size
    return cv2.warpAffine(
        source, matrix, target, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def invert(matrix: np.ndarray) -> np.ndarray:
    """The way back, float32 [2, 3]."""
    return cv2.invertAffineTransform(np.asarray(matrix, np.float64)).astype(np.float32)


def move(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points [N, 2] through a matrix [2, 3], float32."""
    points = np.asarray(points, np.float32)
    return (points @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
