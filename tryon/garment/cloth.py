"""The garment in a photo: its mask and its landmarks, given or read by a network."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tryon.garment import cutting, flat, warping
from tryon.garment.cloth_checks import check_layout, check_mask, solid
from tryon.garment.garment import CATEGORIES, Category
from tryon.garment.letterbox import Letterbox, letterbox
from tryon.garment.points import from_points
from tryon.serving.session import OnnxSession

NEAR = 2  # cells around a landmark's hottest one that decide its place


@dataclass(frozen=True)
class Given:
    """A garment as it comes: its photo, and whatever else is known of it.

    Attributes:
        photo: uint8 RGB [H, W, 3].
        category: upper, lower or whole.
        mask: uint8 [H, W], 0 and 255; read off the photo where it is None.
        landmarks: As tryon.garment.garment.flatten gives them, photo pixels; read alike.
    """

    photo: np.ndarray
    category: Category
    mask: np.ndarray | None = None
    landmarks: np.ndarray | None = None


@dataclass(frozen=True)
class Garment:
    """A garment, ready to be fitted.

    Attributes:
        category: upper, lower or whole.
        cloth: Photo and mask.
        measured: Landmarks.
        mask: uint8 [H, W] of the photo, 0 to 255.
        read: What of it was read rather than given: mask, landmarks.
    """

    category: Category
    cloth: warping.Cloth
    measured: flat.Flat
    mask: np.ndarray
    read: tuple[str, ...]


def read(given: Given, reader: OnnxSession, size: tuple[int, int]) -> Garment:
    """Find a garment in its photo.

    Args:
        given: The photo and what is known.
        reader: The network (tryon.garment.networks.GarmentReader).
        size: (H, W) of its frame.

    Raises:
        Refusal: `garment_missing`, `garment_unclear`, `mask_wrong_size`, `mask_not_binary`.
    """
    category = given.category
    found = _Reading(given.photo, category, reader, size)
    if given.mask is not None:
        check_mask(given.mask, given.photo.shape[:2])
    mask = solid(found.mask if given.mask is None else given.mask, given.mask is not None)
    landmarks = found.landmarks if given.landmarks is None else given.landmarks
    measured = flat.read(category, landmarks)
    check_layout(measured, mask)
    known = {"mask": given.mask, "landmarks": given.landmarks}
    missing = tuple(name for name, value in known.items() if value is None)
    return Garment(category, warping.Cloth.of(given.photo, mask), measured, mask, missing)


@dataclass(frozen=True)
class _Reading:
    """What the network says of a photo; it is asked at most once."""

    photo: np.ndarray
    category: Category
    reader: OnnxSession
    size: tuple[int, int]

    @cached_property
    def _boxed(self) -> Letterbox:
        return letterbox(self.photo, self.size)

    @cached_property
    def _said(self) -> dict[str, Any]:
        planes = np.moveaxis(self._boxed.image, -1, 0)[None]
        return self.reader.run(
            photo=planes.astype(np.float32) * np.float32(1 / 255),
            category=np.eye(len(CATEGORIES), dtype=np.float32)[[CATEGORIES.index(self.category)]],
        )

    @property
    def mask(self) -> np.ndarray:
        """uint8 [H, W] of the photo."""
        return cutting.cut(self.photo, self._boxed.back(self._said["mask"][0, 0]))

    @property
    def landmarks(self) -> np.ndarray:
        """float64 [K, 2], photo pixels, those of the category; NaN for what is not there."""
        points = peaks(self._said["heat"][0]) * np.array(self.size[::-1]) - 0.5
        points = np.where(self._said["present"][0][:, None] > 0, points, np.nan)
        return from_points(self.category, self._boxed.to_photo(points))


def peaks(heat: np.ndarray) -> np.ndarray:
    """The place of each landmark: the mean around the hottest cell.

    Args:
        heat: float [P, h, w], logits.

    Returns:
        float64 [P, 2], x and y in [0, 1] of the frame.
    """
    count, height, width = heat.shape
    hottest = heat.reshape(count, -1).argmax(1)
    y, x = np.mgrid[:height, :width]
    far = np.maximum(
        np.abs(x - (hottest % width)[:, None, None]), np.abs(y - (hottest // width)[:, None, None])
    )
    weight = np.exp(heat.astype(np.float64) - heat.max((1, 2), keepdims=True)) * (far <= NEAR)
    weight /= weight.sum((1, 2), keepdims=True)
    across, down = ((weight * (axis + 0.5)).sum((1, 2)) for axis in (x, y))
    return np.stack([across / width, down / height], 1)
