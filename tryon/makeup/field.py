"""What the network says on the aligned square, sampled in the pixels of a photo."""

import cv2
import numpy as np


class Field:
    """Samples fields of the aligned square in the crop's pixels; 0 beyond the square."""

    def __init__(self, matrix: np.ndarray, size: int, shape: tuple[int, int]) -> None:
        self._matrix = np.asarray(matrix, np.float64)
        self._size = size
        self._shape = shape

    def sample(self, field: np.ndarray) -> np.ndarray:
        """[C, s, s] at any resolution of the square → float32 [h, w, C]."""
        ratio = field.shape[-1] / self._size
        matrix = self._matrix * ratio  # pixel centres at halves
        matrix[:, 2] += 0.5 * ratio - 0.5
        planes = [
            cv2.warpAffine(
                np.ascontiguousarray(plane, np.float32),
                matrix,
                self._shape[::-1],
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_CONSTANT,
            )
            for plane in field
        ]
        return np.stack(planes, -1)
