"""Folds of cloth as a height field: creases where a body pulls and pushes, drape where it hangs."""

import cv2
import numpy as np

from tryon.sample.drawing import blur, noise
from tryon.sample.strip import FINER, Patch

STEPS = 9


class Creases:
    """A canvas of heights for one patch; points are in the picture's pixels."""

    def __init__(self, part: Patch, scale: float) -> None:
        self._origin = np.array(part.box[:2], float)
        size = (part.box[3] - part.box[1], part.box[2] - part.box[0])
        self._sharp = np.zeros(size, np.float32)
        self._soft = np.zeros(size, np.float32)
        self._scale = scale

    def add(
        self, start: np.ndarray, end: np.ndarray, bow: float, height: float, soft: bool = False
    ) -> None:
        """A crease that fades at its ends; `bow` bends it, as a share of its length."""
        start, end = np.asarray(start, float), np.asarray(end, float)
        t = np.linspace(0, 1, STEPS)[:, None]
        way = end - start
        middle = (start + end) / 2 + bow * np.array([-way[1], way[0]])
        curve = (1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end - self._origin
        canvas = self._soft if soft else self._sharp
        thick = max(1, round(self._scale * (0.14 if soft else 0.05)))
        points = np.round(curve * 16).astype(np.int32)
        for k in range(STEPS - 1):
            value = height * float(np.sin(np.pi * (k + 0.8) / (STEPS - 0.4)))
            cv2.line(
                canvas, points[k].tolist(), points[k + 1].tolist(), (value,), thick, cv2.LINE_8, 4
            )

    def field(self) -> np.ndarray:
        """Heights in the picture's pixels, `FINER` times finer, float32 [h, w]."""
        unit = self._scale
        height = blur(self._sharp, 0.055 * unit) + 1.6 * blur(self._soft, 0.15 * unit)
        size = (height.shape[1] * FINER, height.shape[0] * FINER)
        return cv2.resize(height, size, interpolation=cv2.INTER_LINEAR) * unit


def drape(
    part: Patch, scale: float, rng: np.random.Generator, waves: float, grow: float = 1.0
) -> np.ndarray:
    """Folds that hang down: waves across that grow along, float32 [h, w], 0 … about 1."""
    phase = rng.uniform(0, 2 * np.pi, 3)
    drift = 0.35 * np.sin(2.2 * part.along + phase[1])
    wave = np.sin(waves * (part.across + drift) + phase[0])
    wave = wave + 0.5 * np.sin(1.7 * waves * (part.across - 0.6 * drift) + phase[2])
    return (wave * np.clip(part.along, 0, 1) ** grow).astype(np.float32)


def rumple(
    shape: tuple[int, ...], scale: float, rng: np.random.Generator, way: float = 0.0
) -> np.ndarray:
    """Small uneven waves of any cloth, float32 [h, w] of about unit variance.

    Args:
        shape: Of the field.
        scale: Pixels per unit.
        rng: Source of randomness.
        way: 0 has no direction, 1 runs down, -1 across.
    """
    small = (max(8, shape[0] // 2), max(8, shape[1] // 2))
    cells = max(small) / max(scale / 2, 1)
    field = noise(rng, small, ((0.5 * cells, 1.0), (1.1 * cells, 0.55), (2.3 * cells, 0.22)))
    if way:
        along, across = (0.55, 0.10) if way > 0 else (0.10, 0.5)
        field = cv2.GaussianBlur(
            field, (0, 0), max(0.3, across * scale / 2), sigmaY=along * scale / 2
        )
        field = field / (field.std() + 1e-6)
    return cv2.resize(field, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)


def relief(height: np.ndarray, normal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bend normals [h, w, 3] by a height field in pixels [h, w]; and how open each place is."""
    slope_x = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    slope_y = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    bent = normal.copy()
    bent[..., 0] -= slope_x
    bent[..., 1] -= slope_y
    bent /= np.sqrt((bent * bent).sum(2, keepdims=True)) + 1e-6
    return bent, slope_x
