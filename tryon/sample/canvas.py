"""Layers laid over a scene, nearer ones throwing soft shadows on the figure below."""

import numpy as np

from tryon.sample.drawing import blur, over_layer, scaled
from tryon.sample.strip import Layer

SHADOW = 0.42


class Canvas:
    """Layers laid over a scene, nearer ones throwing soft shadows on the figure below."""

    def __init__(self, scene: np.ndarray, scale: float) -> None:
        self.image: np.ndarray = scene.astype(np.float32).copy()
        self.labels = np.zeros(scene.shape[:2], np.uint8)
        self._figure = np.zeros(scene.shape[:2], np.float32)
        self._scale = scale

    def lay(self, layers: list[Layer], shadow: float = 1.0) -> None:
        """Lay them in their order."""
        for layer in layers:
            here, alpha = layer.here, layer.rgba[..., 3]
            if shadow > 0:
                self.darken(layer, SHADOW * shadow)
            self.image[here] = over_layer(self.image[here], layer.rgba)
            self._figure[here] = np.maximum(self._figure[here], alpha)
            self.labels[here][alpha > 0.5] = layer.label

    def darken(self, layer: Layer, amount: float) -> None:
        """Soft shadow of a layer on the figure around and below it."""
        reach = int(np.ceil(0.55 * self._scale))
        left, top, right, bottom = layer.box
        height, width = self.labels.shape
        low = (max(0, left - reach), max(0, top - reach))
        high = (min(width, right + reach), min(height, bottom + reach))
        here = slice(low[1], high[1]), slice(low[0], high[0])
        dark = np.zeros((high[1] - low[1], high[0] - low[0]), np.float32)
        down = round(0.10 * self._scale)
        rows = slice(top - low[1] + down, min(bottom - low[1] + down, dark.shape[0]))
        if rows.stop <= rows.start:
            return  # it would fall below the picture
        source = layer.rgba[: rows.stop - rows.start, :, 3]
        dark[rows, left - low[0] : right - low[0]] = source
        dark = blur(dark, 0.20 * self._scale)
        self.image[here] = scaled(self.image[here], 1 - amount * dark * self._figure[here])
