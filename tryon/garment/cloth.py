"""The garment in a photo: its mask and its landmarks, given or read by a network."""

from dataclasses import dataclass

import numpy as np

from tryon.garment import cutting, flat, outline, warping
from tryon.garment.cloth_checks import check_layout, check_mask, solid
from tryon.garment.garment import CATEGORIES, Category
from tryon.garment.letterbox import Letterbox, letterbox
from tryon.garment.points import POINTS, from_points
from tryon.serving.session import OnnxSession

NECK = POINTS.index("neck_right"), POINTS.index("neck_left")
NEAR = 2  # cells around a landmark's hottest one that decide its place
COLD = 20.0  # logits under the coldest cell: no weight


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
    photo, category, mask = given.photo, given.category, given.mask
    if mask is None:
        mask = read_mask(photo, category, reader, size)
    else:
        check_mask(mask, photo.shape[:2])
        mask = solid(mask, given=True)
    landmarks = given.landmarks
    if landmarks is None:
        landmarks = read_landmarks(photo, mask, category, reader, size)
    measured = flat.read(category, landmarks)
    check_layout(measured, mask)
    known = {"mask": given.mask, "landmarks": given.landmarks}
    missing = tuple(name for name, value in known.items() if value is None)
    return Garment(category, warping.Cloth.of(photo, mask), measured, mask, missing)


def read_mask(
    photo: np.ndarray, category: Category, reader: OnnxSession, size: tuple[int, int]
) -> np.ndarray:
    """The garment's mask, uint8 [H, W] of its photo, 0 to 255.

    Raises:
        Refusal: `garment_missing`.
    """
    boxed = letterbox(photo, size)
    said = _said(boxed, category, reader)
    return solid(cutting.cut(photo, boxed.back(said["mask"][0, 0])), given=False)


def read_landmarks(
    photo: np.ndarray,
    mask: np.ndarray,
    category: Category,
    reader: OnnxSession,
    size: tuple[int, int],
) -> np.ndarray:
    """float64 [K, 2], photo pixels, those of the category; NaN for what is not there."""
    boxed, corner = outline.framed(photo, mask, size)
    said = _said(boxed, category, reader)
    points = peaks(neck_in_order(said["heat"][0])) * np.array(size[::-1]) - 0.5
    points = np.where(said["present"][0][:, None] > 0, points, np.nan)
    return from_points(category, boxed.to_photo(points) + corner)


def _said(boxed: Letterbox, category: Category, reader: OnnxSession) -> dict[str, np.ndarray]:
    """What the network says of a framed photo."""
    planes = np.moveaxis(boxed.image, -1, 0)[None]
    return reader.run(
        photo=planes.astype(np.float32) * np.float32(1 / 255),
        category=np.eye(len(CATEGORIES), dtype=np.float32)[[CATEGORIES.index(category)]],
    )


def neck_in_order(heat: np.ndarray) -> np.ndarray:
    """Heat maps in which the right end of the neck lies left of the left one.

    The ends are a few cells apart and look alike, so that each map alone may well be hottest at the
    other's place. Of all pairs of columns in order the hottest one is taken, and either map is
    cold beyond the middle between them.

    Args:
        heat: float [P, h, w], logits.
    """
    right, left = (heat[at].max(0).astype(np.float64) for at in NECK)  # of each column
    best_after = np.maximum.accumulate(left[::-1])[::-1]
    first = int((right[:-1] + best_after[1:]).argmax())
    last = first + 1 + int(left[first + 1 :].argmax())
    middle = (first + last) // 2 + 1
    ordered, cold = heat.copy(), heat.min() - COLD
    ordered[NECK[0], :, middle:] = cold
    ordered[NECK[1], :, :middle] = cold
    return ordered


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
