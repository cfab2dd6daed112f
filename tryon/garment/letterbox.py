"""A whole photo in a frame of another shape: shrunk, centred, its border repeated around it."""

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Letterbox:
    """A photo in a frame.

    Attributes:
        image: uint8 [H, W, 3], the frame.
        scale: Frame pixels per photo pixel.
        shift: float64 [2]: frame = photo · scale + shift, pixel centres at whole numbers.
        photo: (H, W) of the photo.
    """

    image: np.ndarray
    scale: float
    shift: np.ndarray
    photo: tuple[int, int]

    def plane(self, mask: np.ndarray) -> np.ndarray:
        """A mask of the photo in the frame, uint8, 0 around it."""
        return _into(mask, self.scale, self.image.shape[:2], cv2.BORDER_CONSTANT)

    def back(self, plane: np.ndarray) -> np.ndarray:
        """A plane of the frame, float32 [h, w] at any size of it, at the photo's size."""
        ratio = plane.shape[0] / self.image.shape[0]
        scale = self.scale * ratio
        shift = (self.shift + 0.5) * ratio - 0.5
        matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
        return cv2.warpAffine(
            plane, matrix, self.photo[::-1],
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip

    def to_photo(self, points: np.ndarray) -> np.ndarray:
        """Points of the frame, [..., 2] pixels, in the photo."""
        return np.asarray((points - self.shift) / self.scale)


def letterbox(photo: np.ndarray, size: tuple[int, int]) -> Letterbox:
    """Put a photo uint8 [h, w, 3] into a frame of `size` (H, W)."""
    scale = min(size[0] / photo.shape[0], size[1] / photo.shape[1])
    framed = _into(photo, scale, size, cv2.BORDER_REPLICATE)
    return Letterbox(
        framed, scale, _shift(photo.shape, scale, size), (photo.shape[0], photo.shape[1])
    )


def _shift(shape: tuple[int, ...], scale: float, size: tuple[int, ...]) -> np.ndarray:
    span = np.array(shape[1::-1]) * scale
    return np.asarray((np.array(size[::-1]) - span) / 2 + 0.5 * scale - 0.5)


def _into(plane: np.ndarray, scale: float, size: tuple[int, ...], border: int) -> np.ndarray:
    shift = _shift(plane.shape, scale, size)
    source = plane
    if scale < 1:  # area means first: nothing aliases
        small = [max(1, round(side * scale)) for side in plane.shape[1::-1]]
        source = cv2.resize(plane, small, interpolation=cv2.INTER_AREA)
        own = np.array(small) / plane.shape[1::-1]
        shift = shift + (0.5 - 0.5 / own) * scale
        matrix = np.array([[scale / own[0], 0, shift[0]], [0, scale / own[1], shift[1]]])
    else:
        matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    return cv2.warpAffine(
        source, matrix, (size[1], size[0]), flags=cv2.INTER_LINEAR, borderMode=border
    )
