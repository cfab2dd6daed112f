"""The colours that lips, eyelids and clothes show in a picture, and whether makeup shows at all.

The colour that was asked for is not what is seen: intensity, light and skin come between.
Captions tell of what is seen.
"""

from collections import Counter
from typing import NamedTuple

import numpy as np
from scipy.cluster.vq import kmeans2

from tryon.caption.colours import name_pixels
from tryon.vision.colour import delta_e_2000, lab_to_hex, srgb_to_lab
from tryon.vision.contours import resample, within
from tryon.vision.facemesh import EYES, LIPS_INNER, LIPS_OUTER
from tryon.vision.parsing import Label

# CIEDE2000 to the bare face, from which makeup is seen; lids lie in their own shade
CHANGE = {"lips": 10.0, "eyeshadow": 13.0}
LID = (0.1, 0.45)  # of the way from the upper lashes to the brow
LEAST = 12  # pixels a colour is taken of
SAMPLES = 200  # pixels of a cloth that are looked at
FOLDS = (8, 98)  # percentiles of lightness between which a cloth shows its colour
SECOND = 0.15  # share from which a second colour counts
SHOWN = 0.1  # share from which the cloth has a colour at all
TWO = 18.0  # CIEDE2000 between the colours of a pattern; folds differ by less
ALIKE = 0.3  # difference of two shares up to which neither colour is the larger
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


class Cloth(NamedTuple):
    """What a cloth shows.

    Attributes:
        colours: One or two hex codes, the larger first; none of too little cloth.
        names: Of all colours that a tenth of it shows, the commonest first.
    """

    colours: tuple[str, ...]
    names: tuple[str, ...]


def cloth_shown(image: np.ndarray, mask: np.ndarray, patterned: bool = False) -> Cloth:
    """The colours a cloth shows.

    A plain cloth has the median colour of the pixels of its commonest name, without deep folds
    and highlights. A patterned one has two where its pixels form two groups that differ enough,
    in CIELAB; the ink of each is the median of its half that is farther from the other, since
    small dots and thin stripes blend into their ground. The larger group is the first, the lighter
    one where they are alike.

    Args:
        image: uint8 RGB [H, W, 3].
        mask: Where the cloth is, bool [H, W].
        patterned: Whether it may have two.
    """
    lab = _sampled(image, mask)
    if len(lab) < LEAST:
        return Cloth((), ())
    words = name_pixels(lab, "colour")
    common = Counter(words.tolist()).most_common()
    names = tuple(str(word) for word, count in common if count >= SHOWN * len(lab))
    if patterned and (inks := _inks(lab)) is not None:
        return Cloth(tuple(lab_to_hex(ink) for ink in inks), names)
    low, high = np.percentile(lab[:, 0], FOLDS)
    kept = (lab[:, 0] >= low) & (lab[:, 0] <= high)
    lab, words = lab[kept], words[kept]
    ((commonest, _),) = Counter(words.tolist()).most_common(1)
    return Cloth((lab_to_hex(np.median(lab[words == commonest], axis=0)),), names)


def _sampled(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """CIELAB [N, 3] of some pixels, by chance: at even distances they would miss whole stripes."""
    pixels = image[mask]
    some = np.random.default_rng(0).permutation(len(pixels))[:SAMPLES]
    return srgb_to_lab(pixels[some].astype(np.float32) / 255)


def _inks(lab: np.ndarray) -> np.ndarray | None:
    """CIELAB [2, 3] of the two colours of pixels [N, 3]; None where they are no two."""
    along = (lab - lab.mean(0)) @ np.linalg.svd(lab - lab.mean(0), full_matrices=False)[2][0]
    ends = [lab[along <= np.median(along)].mean(0), lab[along >= np.median(along)].mean(0)]
    if delta_e_2000(*ends) < 1:  # one colour, of which no two groups can be made
        return None
    middles, of = kmeans2(lab, np.stack(ends), minit="matrix")
    inks, shares = [], []
    for own in (0, 1):
        mine = lab[of == own]
        if len(mine) < SECOND * len(lab):
            return None
        apart = np.linalg.norm(mine - middles[1 - own], axis=1)
        inks.append(np.median(mine[apart >= np.median(apart)], axis=0))
        shares.append(len(mine) / len(lab))
    if delta_e_2000(*inks) < TWO:
        return None
    alike = abs(shares[0] - shares[1]) < ALIKE
    first = int(np.argmax([ink[0] for ink in inks] if alike else shares))
    return np.stack([inks[first], inks[1 - first]])


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
