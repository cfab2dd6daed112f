"""The garment in a photo: its mask and its landmarks, given or read by a network, and checked."""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.errors import Refusal
from tryon.garment import flat, warping
from tryon.garment.garment import CATEGORIES, Category
from tryon.garment.letterbox import letterbox
from tryon.garment.points import from_points
from tryon.serving.session import OnnxSession

LEAST_COVER, MOST_COVER = 0.03, 0.95  # of the photo
LEAST_SOLID = 0.5  # share of what the mask marks that hangs together
EDGE = 6.0  # how steep a read mask's edge is made
NEAR = 2  # cells around a landmark's hottest one that decide its place


@dataclass(frozen=True)
class Garment:
    """A garment, ready to be fitted.

    Attributes:
        cloth: Photo and mask.
        measured: Landmarks.
        mask: uint8 [H, W] of the photo, 0 to 255.
        read: Whether the mask was read rather than given.
    """

    cloth: warping.Cloth
    measured: flat.Flat
    mask: np.ndarray
    read: bool


def read(
    photo: np.ndarray,
    category: Category,
    reader: OnnxSession,
    size: tuple[int, int],
    mask: np.ndarray | None = None,
    landmarks: np.ndarray | None = None,
) -> Garment:
    """Find a garment in its photo.

    Args:
        photo: uint8 [H, W, 3].
        category: Of the garment.
        reader: The network (tryon.garment.networks.GarmentReader).
        size: (H, W) of its frame.
        mask: uint8 [H, W], 0 and 255, where it is known.
        landmarks: As tryon.garment.garment.flatten gives them, photo pixels, where known.

    Raises:
        Refusal: `garment_missing`, `garment_unclear`, `mask_wrong_size`, `mask_not_binary`.
    """
    boxed = letterbox(photo, size)
    said = reader.run(
        photo=np.moveaxis(boxed.image, -1, 0)[None].astype(np.float32) * np.float32(1 / 255),
        category=np.eye(len(CATEGORIES), dtype=np.float32)[[CATEGORIES.index(category)]],
    )
    given = mask is not None
    if mask is None:
        likely = 1 / (1 + np.exp(-EDGE / 2 * boxed.back(said["mask"][0, 0])))
        mask = np.rint(255 * likely).astype(np.uint8)
    else:
        check_mask(mask, photo.shape[:2])
    mask = _solid(mask, given)
    if landmarks is None:
        points = peaks(said["heat"][0]) * np.array(size[::-1]) - 0.5
        points = np.where(said["present"][0][:, None] > 0, points, np.nan)
        landmarks = from_points(category, boxed.to_photo(points))
    return Garment(
        warping.Cloth.of(photo, mask), flat.read(category, landmarks), mask, read=not given
    )


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


def check_mask(mask: np.ndarray, shape: tuple[int, ...]) -> None:
    """Refuse a mask that cannot be one of a photo of that shape.

    Raises:
        Refusal: `mask_wrong_size`, `mask_not_binary`.
    """
    if mask.shape != tuple(shape):
        raise Refusal(
            f"the mask is {' × '.join(map(str, mask.shape[::-1]))}, the garment's photo "
            f"{shape[1]} × {shape[0]}",
            code="mask_wrong_size",
            hint="save the mask as a grey picture of the photo's size",
        )
    between = float(((mask > 8) & (mask < 247)).mean())
    if mask.dtype != np.uint8 or between > 0.1 or len(np.unique(mask)) < 2:
        raise Refusal(
            f"the mask has {mask.dtype} values from {mask.min()} to {mask.max()}, {between:.0%} of "
            "them between black and white; expected black with the garment in white",
            code="mask_not_binary",
            hint="save black (0) outside and white (255) on the garment",
        )


def _solid(mask: np.ndarray, given: bool) -> np.ndarray:
    """The mask's largest connected part, and its plausibility."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((mask > 127).astype(np.uint8))
    sizes = stats[1:, cv2.CC_STAT_AREA]
    largest = float(sizes.max(initial=0))
    cover, marked = largest / mask.size, float(sizes.sum())
    if count < 2 or not LEAST_COVER <= cover <= MOST_COVER or largest < LEAST_SOLID * marked:
        what = "the mask marks" if given else "the garment found covers"
        raise Refusal(
            f"{what} {cover:.0%} of the photo in one piece ({marked / mask.size:.0%} in all), "
            f"expected {LEAST_COVER:.0%} to {MOST_COVER:.0%}",
            code="garment_missing",
            hint="use a photo of one garment laid flat, front up, filling most of the picture",
        )
    if given:
        return mask
    main = labels == 1 + int(sizes.argmax())
    near = cv2.dilate(main.astype(np.uint8), np.ones((5, 5), np.uint8))
    return np.where(near > 0, mask, 0).astype(np.uint8)
