"""Pictures cut out around what their captions tell of."""

import cv2
import numpy as np


def cut_out(image: np.ndarray, shown: np.ndarray, margin: float, side: int) -> np.ndarray:
    """The square around something, as far as the picture goes, made as large as is wanted.

    Args:
        image: uint8 RGB [H, W, 3].
        shown: Where the thing is, bool [H, W], somewhere true.
        margin: Left around it, as a share of its longer side.
        side: Longer side of the result, pixels.
    """
    spots = [np.flatnonzero(shown.any(axis)) for axis in (1, 0)]
    longest = max(np.ptp(own) for own in spots) + 1
    half = (0.5 + margin) * longest
    spans = []
    for own, length in zip(spots, shown.shape, strict=True):
        middle = (own[0] + own[-1] + 1) / 2
        spans.append(slice(max(0, int(middle - half)), min(length, int(np.ceil(middle + half)))))
    cut = image[spans[0], spans[1]]
    scale = side / max(cut.shape[:2])
    size = (round(cut.shape[1] * scale), round(cut.shape[0] * scale))
    return cv2.resize(cut, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
