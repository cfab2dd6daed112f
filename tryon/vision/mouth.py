"""What hides the lips: a moustache or beard over them, teeth between them."""

import math

import cv2
import numpy as np

from tryon.vision import facemesh
from tryon.vision.contours import blur, closed, fill, inset, soft, within
from tryon.vision.faceview import UNIT, FaceView, above, settle
from tryon.vision.skin import Skin

OPEN = 0.03  # height of the opening ÷ eye distance above which teeth may show
LEAST_COLOUR = 6.0  # CIELAB chroma of lips under which colour says nothing (grey photos)


def visible_lips(view: FaceView, skin: Skin) -> np.ndarray:
    """Where the lips, and the skin right around them, are bare; float32 [H, W] in [0, 1].

    Hair is darker and paler than the lower lip, grey hair only paler. The paler the lips are
    themselves, the less their colour is asked. No hair lies on lips with bare skin around them:
    many upper lips are by nature much darker than the lower. An upper lip that is mostly covered
    counts as covered: what shows through a moustache is not painted.
    """
    reference = _lip_colour(view)
    lightness, redness, yellowness = cv2.split(view.lab)
    chroma = cv2.magnitude(redness, yellowness)
    own_chroma = math.hypot(reference[1], reference[2])
    base = max(min(float(reference[0]), float(skin.median[0])), 5.0)
    darker = 1 - lightness * np.float32(1 / base)
    red = redness * np.float32(1 / max(float(reference[1]), 4.0))
    paler = 1 - np.minimum(chroma * np.float32(1 / max(own_chroma, LEAST_COLOUR)), red)
    coloured = above(darker, 0.12, 0.22) * above(paler, 0.30, 0.30)
    grey = above(paler, 0.62, 0.2) * (1 - above(lightness - reference[0], 18, 14))
    by_colour = np.maximum.reduce([coloured, grey, above(darker, 0.42, 0.2)])
    trust = float(above(own_chroma, LEAST_COLOUR, 9.0))
    hair = trust * by_colour + (1 - trust) * above(darker, 0.36, 0.2)
    hair *= np.float32(_hair_around(view, skin, chroma))
    bare = _all_or_none(view, 1 - _settle_hair(hair))
    teeth = _teeth(view, lightness, chroma, reference)
    return bare if teeth is None else bare * (1 - teeth)


def _hair_around(view: FaceView, skin: Skin, chroma: np.ndarray) -> float:
    """0 where the skin above and below the mouth is bare, 1 where either is overgrown."""
    outer = facemesh.LIPS_OUTER
    reach = np.array([0, 0.13 * UNIT])
    own_chroma = math.hypot(skin.median[1], skin.median[2])
    most = 0.0
    for edge, step in ((outer[11:20], -reach), (outer[1:10], reach)):
        line = view.points[list(edge)]
        band = within([np.concatenate([line + 0.25 * step, (line + step)[::-1]])], view.shape)
        if band.any():
            most = max(most, 1 - float(above(skin.likelihood[band].mean(), 0.5, 0.3)))
            pale = 1 - float(np.median(chroma[band])) / max(own_chroma, 12.0)
            most = max(most, float(above(pale, 0.3, 0.2)) if own_chroma > 12 else 0.0)
    return most


def _all_or_none(view: FaceView, bare: np.ndarray) -> np.ndarray:
    outer, inner = facemesh.LIPS_OUTER, facemesh.LIPS_INNER
    upper_points = (*outer[10:], outer[0], *inner[:1], *inner[:9:-1])
    upper = fill([view.points[list(upper_points)]], view.shape)
    core = upper > 0.5
    if not core.any():
        return bare
    kept = above(float(bare[core].mean()), 0.25, 0.25)
    zone = blur(cv2.dilate(upper, np.ones((5, 5), np.uint8)), 1.0)
    return bare * (1 - zone * np.float32(1 - kept))


def _settle_hair(hair: np.ndarray) -> np.ndarray:
    """Hairs are thin and leave gaps; what lies between them is no place for lipstick either."""
    return np.minimum(np.float32(1.25) * settle(blur(hair, 0.8), 0.025 * UNIT), 1)


def _lip_colour(view: FaceView) -> np.ndarray:
    """Median CIELAB [3] of the lower lip's middle, which hair covers last."""
    outer, inner = facemesh.LIPS_OUTER, facemesh.LIPS_INNER
    lower = np.concatenate([view.points[list(outer[2:9])], view.points[list(inner[2:9])][::-1]])
    core = within([inset(lower, 0.02 * UNIT)], view.shape)
    if core.sum() < 20:
        core = within([closed(view.points[list(outer)])], view.shape)
    pixels = view.lab[core]
    if not len(pixels):
        return np.array([50.0, 20.0, 12.0], np.float32)
    lit = pixels[pixels[:, 0] >= np.percentile(pixels[:, 0], 30)]  # not the seam's shadow
    return np.median(lit, axis=0)


def _teeth(
    view: FaceView, lightness: np.ndarray, chroma: np.ndarray, reference: np.ndarray
) -> np.ndarray | None:
    """Teeth and the mouth's inside, float32 [H, W]; None where the mouth is closed."""
    top, bottom = (view.points[i] for i in (facemesh.UPPER_LIP_INNER, facemesh.LOWER_LIP_INNER))
    if math.dist(bottom.tolist(), top.tolist()) < OPEN * UNIT:
        return None
    inner = closed(view.points[list(facemesh.LIPS_INNER)])
    near = soft([inset(inner, -0.07 * UNIT)], view.shape, 1.5)
    own_chroma = math.hypot(reference[1], reference[2])
    paler = 1 - chroma * np.float32(1 / max(own_chroma, LEAST_COLOUR))
    white = above(lightness - reference[0], 8, 12) * above(paler, 0.05, 0.3)
    least = max(float(reference[0]), 5.0)
    dark = above((reference[0] - lightness) * np.float32(1 / least), 0.45, 0.25)
    return np.minimum(near * settle(np.maximum(white, dark), 0.012 * UNIT), 1)
