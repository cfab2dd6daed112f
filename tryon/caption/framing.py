"""Pictures cut out around what their captions tell of."""

import cv2
import numpy as np

SLIMMEST = 0.6  # of a cut: its shorter side ÷ its longer one


def cut_out(image: np.ndarray, shown: np.ndarray, margin: float, side: int) -> np.ndarray:
    """The part of a picture around something, made as large as is wanted.

    Args:
        image: uint8 RGB [H, W, 3].
        shown: Where the thing is, bool [H, W], somewhere true.
        margin: Left around it, as a share of its longer side.
        side: Longer side of the result, pixels.
    """
    spans = []
    rows, columns = np.flatnonzero(shown.any(1)), np.flatnonzero(shown.any(0))
    longest = max(np.ptp(rows), np.ptp(columns)) + 1
    for found, length in ((rows, image.shape[0]), (columns, image.shape[1])):
        half = max(np.ptp(found) + 1, SLIMMEST * longest) / 2 + margin * longest
        middle = (found[0] + found[-1] + 1) / 2
        spans.append(slice(max(0, int(middle - half)), min(length, int(np.ceil(middle + half)))))
    cut = image[spans[0], spans[1]]
    scale = side / max(cut.shape[:2])
    size = (round(cut.shape[1] * scale), round(cut.shape[0] * scale))
    return cv2.resize(cut, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
