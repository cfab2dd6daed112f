"""The colours that lips, eyelids and clothes show in a picture, and whether makeup shows at all.

The colour that was asked for is not what is seen: intensity, light and skin come between.
Captions tell of what is seen.
"""

from collections import Counter

import numpy as np

from tryon.caption.colours import name_pixels
from tryon.vision.colour import delta_e_2000, lab_to_hex, srgb_to_lab
from tryon.vision.contours import resample, within
from tryon.vision.facemesh import EYES, LIPS_INNER, LIPS_OUTER
from tryon.vision.parsing import Label

# CIEDE2000 to the bare face, from which makeup is seen; lids lie in their own shade
CHANGE = {"lips": 10.0, "eyeshadow": 13.0}
LID = (0.1, 0.45)  # of the way from the upper lashes to the brow
LEAST = 12  # pixels a colour is taken of
SAMPLES = 120  # pixels of a cloth that are named
FOLDS = (10, 97)  # percentiles of lightness between which a cloth shows its colour
SECOND = 0.2  # share from which a second colour counts
HIDDEN = (Label.GLASSES, Label.HAIR)


def seen_colours(
    image: np.ndarray,
    bare: np.ndarray,
    landmarks: np.ndarray,
    labels: np.ndarray | None = None,
) -> dict[str, str]:
    """Region → the hex code it shows, for `lips` and `eyeshadow` where they differ from the bare.

    Args:
        image: The made-up face, uint8 RGB [H, W, 3].
        bare: The same face without makeup, likewise.
        landmarks: Face mesh in pixels, [478, 2].
        labels: Canonical label map uint8 [H, W], to leave out what glasses and hair hide.
    """
    found = {}
    for region, mask in _masks(landmarks, image.shape[:2]).items():
        if labels is not None:
            mask &= ~np.isin(labels, HIDDEN)
        if mask.sum() < LEAST:
            continue
        colour, before = _colour(image, mask), _colour(bare, mask)
        if delta_e_2000(colour, before) >= CHANGE[region]:
            found[region] = lab_to_hex(colour)
    return found


def cloth_colours(image: np.ndarray, mask: np.ndarray) -> list[str]:
    """One or two hex codes of the colours a cloth shows, the larger first; none of too little.

    Deep folds and highlights are left out. Each pixel is named; the two commonest names count,
    the second from a fifth of the pixels on, with the median of the pixels that have it.

    Args:
        image: uint8 RGB [H, W, 3].
        mask: Where the cloth is, bool [H, W].
    """
    pixels = image[mask]
    if len(pixels) < LEAST:
        return []
    lab = srgb_to_lab(pixels[:: max(1, len(pixels) // SAMPLES)].astype(np.float32) / 255)
    low, high = np.percentile(lab[:, 0], FOLDS)
    lab = lab[(lab[:, 0] >= low) & (lab[:, 0] <= high)]
    words = name_pixels(lab, "colour")
    ranked = Counter(words.tolist()).most_common(2)
    return [
        lab_to_hex(np.median(lab[words == word], axis=0))
        for place, (word, count) in enumerate(ranked)
        if place == 0 or count >= SECOND * len(lab)
    ]


def _masks(landmarks: np.ndarray, shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    size = (shape[0], shape[1])
    lips = within([landmarks[list(LIPS_OUTER)]], size)
    mouth = within([landmarks[list(LIPS_INNER)]], size)
    return {"lips": lips & ~mouth, "eyeshadow": within(_lids(landmarks), size)}


def _lids(landmarks: np.ndarray) -> list[np.ndarray]:
    """Both upper lids as polygons, above the lashes and below the crease."""
    polygons = []
    for eye in EYES:
        lashes = landmarks[list(eye.upper_lid)]
        brow = resample(landmarks[list(eye.brow_lower)], len(lashes))
        low, high = (lashes + (brow - lashes) * share for share in LID)
        polygons.append(np.concatenate([low, high[::-1]])[:, :2])
    return polygons


def _colour(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Median CIELAB [3] of a region."""
    return np.median(srgb_to_lab(image[mask].astype(np.float32) / 255), axis=0)
