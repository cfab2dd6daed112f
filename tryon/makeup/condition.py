"""The condition: per region the apparent colour it shall have, whether it is asked, its gloss.

A condition is float32 [R, 5] in the order of REGIONS: L/100, a/100, b/100 (mean CIELAB, D65),
presence (0 or 1) and gloss (0 to 1, look.GLOSS). The row of a region that is not asked, or of
which nothing is visible, is all zero.
"""

import numpy as np

from tryon.errors import TryonError
from tryon.makeup.look import REGIONS, Look
from tryon.vision.colour import hex_to_lab, srgb_to_lab

SCALE = 100.0
BLUSH_LIFT = 3.0  # L units blush may at most lighten: it is a flush, not a light
BROW_DEPTH = 0.45  # share of its lightness a brow of its own colour loses at intensity 1
COVERED_BY = tuple(  # index of a region, index of the one that lies on it
    (REGIONS.index(under), REGIONS.index(over))
    for under, over in (("eyeshadow", "eyeliner"), ("foundation", "blush"))
)
LEAST = 1e-6  # sum of squared mask values under which a region counts as invisible


def weights(masks: np.ndarray) -> np.ndarray:
    """How much each pixel counts in its region's mean: masks squared, the faint edge dropped.

    m_k := m_k · (1 − m_j) for each (k, j) of COVERED_BY, since j hides what lies under it;
    w = m², and 0 where w < 0.1 · max(w) of the region.

    Args:
        masks: float [R, H, W] in [0, 1], or [R, N] for some of the pixels.

    Returns:
        float32 of the same shape, not normalised; all zero for an empty mask.
    """
    squared = np.square(masks, dtype=np.float32)
    for under, over in COVERED_BY:
        squared[under] *= np.square(1 - masks[over], dtype=np.float32)
    limit = 0.1 * squared.max(tuple(range(1, squared.ndim)), keepdims=True, initial=0)
    squared *= squared >= limit
    return squared


class Probe:
    """Where and how much the pixels of one photo count, to measure several pictures of it.

    Args:
        masks: float [R, H, W] in [0, 1], or uint8 with 255 for 1.
    """

    def __init__(self, masks: np.ndarray) -> None:
        flat = masks.reshape(len(masks), -1)
        self._shape = masks.shape
        self._pixels = np.flatnonzero(flat.max(0) > 0)  # of any region: converted once for all
        chosen = flat.take(self._pixels, 1)
        self._weight = weights(chosen * np.float32(1 / 255) if chosen.dtype == np.uint8 else chosen)
        self._total = self._weight.sum(1, keepdims=True, dtype=np.float64)
        self.seen = self._total[:, 0] > LEAST
        """Which regions are visible at all, bool [R]."""

    def mean_lab(self, image: np.ndarray) -> np.ndarray:
        """Weighted mean CIELAB of each region of a float or uint8 RGB [H, W, 3]."""
        _check(image, self._shape)
        lab = srgb_to_lab(image.reshape(-1, 3).take(self._pixels, 0))
        means = (self._weight @ lab) / np.maximum(self._total, LEAST)
        return (means * self.seen[:, None]).astype(np.float32)

    def assemble(self, lab: np.ndarray, presence: np.ndarray, gloss: np.ndarray) -> np.ndarray:
        """The condition [R, 5] of these colours, as `assemble`."""
        asked = ((np.asarray(presence) > 0) & self.seen).astype(np.float32)
        shine = np.asarray(gloss, np.float32)
        rows = np.concatenate([lab / SCALE, asked[:, None], shine[:, None]], axis=1)
        return (rows * asked[:, None]).astype(np.float32)


def mean_lab(image: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Weighted mean CIELAB of each region, float32 [R, 3]; zero where a region is empty.

    Args:
        image: float RGB [H, W, 3] in [0, 1].
        masks: float [R, H, W] in [0, 1].
    """
    return Probe(masks).mean_lab(image)


def measure(
    image: np.ndarray, masks: np.ndarray, presence: np.ndarray, gloss: np.ndarray
) -> np.ndarray:
    """The condition that `image` itself fulfils, float32 [R, 5].

    Args:
        image: float RGB [H, W, 3] in [0, 1], for example the made-up target of a training pair.
        masks: float [R, H, W] in [0, 1].
        presence: float [R], 1 where a region is asked.
        gloss: float [R] in [0, 1].
    """
    probe = Probe(masks)
    return probe.assemble(probe.mean_lab(image), presence, gloss)


def from_look(image: np.ndarray, masks: np.ndarray, look: Look) -> np.ndarray:
    """The condition a look asks of this photo, float32 [R, 5].

    Each region moves in CIELAB from its present mean to the look's colour by the intensity. A
    region without a colour keeps its mean (foundation) or only darkens (brows).

    Args:
        image: float RGB [H, W, 3] in [0, 1].
        masks: float [R, H, W] in [0, 1].
    """
    present = mean_lab(image, masks)
    wanted = present.copy()
    for index, region in enumerate(REGIONS):
        part = look.regions.get(region)
        if part is None:
            continue
        if part.colour is not None:
            step = hex_to_lab(part.colour) - present[index]
            if region == "blush":
                step[0] = min(step[0], BLUSH_LIFT)
            wanted[index] += part.intensity * step
        elif region == "brows":
            wanted[index, 0] *= 1 - BROW_DEPTH * part.intensity
    return assemble(wanted, masks, look.presence(), look.gloss())


def assemble(
    lab: np.ndarray, masks: np.ndarray, presence: np.ndarray, gloss: np.ndarray
) -> np.ndarray:
    """Put colours [R, 3] in CIELAB, presence [R] and gloss [R] together as a condition [R, 5]."""
    return Probe(masks).assemble(lab, presence, gloss)


def _check(image: np.ndarray, masks: tuple[int, ...]) -> None:
    if len(masks) != 3 or image.shape != (*masks[1:], 3):
        raise TryonError(
            f"got an image {image.shape} with masks {masks}, expected [H, W, 3] and "
            f"[{len(REGIONS)}, H, W] of one size",
            code="shapes",
        )
