"""From light to a photograph's pixels: exposure, tone curve, softness, grain, compression."""

import cv2
import numpy as np

from tryon.sample.drawing import blur
from tryon.vision.colour import from_linear


def develop(
    image: np.ndarray, exposure: float, softness: float, grain: np.ndarray, quality: int
) -> np.ndarray:
    """Linear RGB [H, W, 3] → uint8 sRGB [H, W, 3].

    Args:
        image: Linear light, may exceed 1.
        exposure: Factor.
        softness: Blur of the lens, pixels.
        grain: Noise to add, sRGB units [H, W, 3].
        quality: JPEG quality, 0 for none.
    """
    exposed = np.maximum(image, 0) * exposure
    knee = 0.75  # highlights roll off instead of clipping
    high = knee + (1 - knee) * (1 - np.exp(-(exposed - knee) / (1 - knee)))
    exposed = np.where(exposed > knee, high, exposed)
    picture = blur(from_linear(exposed.astype(np.float32)), softness) + grain
    pixels = (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
    if quality:
        _, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        pixels = cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1]
    return np.ascontiguousarray(pixels)
