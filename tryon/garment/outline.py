"""A garment as its outline, faintly filled: what its landmarks are read off, in training as in use.

Prints, seams and shadows mislead whoever looks for corners, and drawn cloths have other ones than
photographed cloths. Their outlines differ little.
"""

from dataclasses import replace

import cv2
import numpy as np

from tryon.garment.letterbox import Letterbox, letterbox

RIM = 0.06  # around the garment, share of its size
PALE, FILL = 235, 96  # greys beside the garment and on it
FAINT = 0.3  # how much of the cloth's own contrast stays: enough to see the front of a neck
WAVES = (6, 24)  # of a rough outline: fewest and most across the frame


def framed(
    photo: np.ndarray, mask: np.ndarray, size: tuple[int, int]
) -> tuple[Letterbox, np.ndarray]:
    """The outline in a frame, as near as it gets, and where that part of the photo begins.

    Args:
        photo: uint8 [H, W, 3].
        mask: uint8 [H, W], 0 to 255. An empty one gives an empty frame.
        size: (H, W) of the frame.

    Returns:
        The frame, and x, y of the part's corner in photo pixels.
    """
    top, bottom, left, right = _near(mask)
    part, cover = photo[top:bottom, left:right], mask[top:bottom, left:right]
    boxed = letterbox(part, size)
    alpha = boxed.plane(cover)[..., None] / np.float32(255)
    own = np.array(cv2.mean(part, cover)[:3], np.float32)
    cloth = FILL + FAINT * (boxed.image - own)
    picture = np.clip(PALE + alpha * (cloth - PALE), 0, 255)
    return replace(boxed, image=np.rint(picture).astype(np.uint8)), np.array([left, top])


def roughened(mask: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    """A mask with the faults of one that was read: round corners, bays and bumps.

    Args:
        mask: uint8 [H, W], 0 to 255.
        strength: How far noise may move the edge; 0 = leave it.
        rng: Of all choices.
    """
    if not strength:
        return mask
    height, width = mask.shape
    soft = cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), rng.uniform(0.6, 2.2))
    rows = int(rng.integers(*WAVES))
    noise = rng.normal(size=(rows, max(2, rows * width // height))).astype(np.float32)
    waves = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    moved = soft + strength * rng.random() * waves > 0.5
    return moved.astype(np.uint8) * np.uint8(255)


def _near(mask: np.ndarray) -> tuple[int, int, int, int]:
    """Top, bottom, left, right of what the mask marks, with a rim."""
    rows, columns = (np.flatnonzero((mask > 127).any(axis)) for axis in (1, 0))
    if not len(rows):
        return 0, mask.shape[0], 0, mask.shape[1]
    rim = int(RIM * max(np.ptp(rows), np.ptp(columns)))
    return (
        max(0, int(rows[0]) - rim), int(rows[-1]) + rim + 1,
        max(0, int(columns[0]) - rim), int(columns[-1]) + rim + 1,
    )  # fmt: skip
