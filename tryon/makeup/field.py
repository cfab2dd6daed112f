"""What the network says on the aligned square, sampled in the pixels of a photo."""

import cv2
import numpy as np

from tryon.makeup.composition import Box


def sample(fields: np.ndarray, matrix: np.ndarray, part: Box) -> np.ndarray:
    """Planes of the aligned square in a part of the photo, 0 beyond the square.

    Args:
        fields: float32 [C, S, S], C at most 4.
        matrix: Similarity [2, 3] from the photo's pixels to the square's.
        part: Rows and columns of the photo.

    Returns:
        float32 [h, w, C].
    """
    rows, columns = part
    moved = np.asarray(matrix, np.float64).copy()
    moved[:, 2] += moved[:, :2] @ [columns.start, rows.start]
    return cv2.warpAffine(
        np.ascontiguousarray(np.moveaxis(fields, 0, -1), np.float32),
        moved,
        (columns.stop - columns.start, rows.stop - rows.start),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
    )
