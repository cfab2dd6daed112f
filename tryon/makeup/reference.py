"""Reading a look off a reference photo: what is painted there, and what that means here.

Presence is a measured difference: each region is compared with what the reference's own skin
lets expect of a bare one (tryon.makeup.natural), so a bare reference paints nothing. Lips carry
over as they are, with part of the difference in skin lightness, or they would glow on dark skin;
shadow and blush carry over as a difference from the skin. Brows and foundation are the person's
own and do not travel. Darkness alone is no proof of eyeshadow: deep-set eyes look the same.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.makeup.condition import assemble, mean_lab, weights
from tryon.makeup.look import GLOSS, REGIONS, Region
from tryon.makeup.natural import NATURAL
from tryon.vision.colour import lab_to_srgb, srgb_to_lab
from tryon.vision.contours import blur
from tryon.vision.faceview import HEIGHT, UNIT, WIDTH, FaceView
from tryon.vision.meshwarp import mesh_warp

SKIN = REGIONS.index("foundation")
LIP_ADAPTATION = 0.6  # of the skins' difference in lightness
LINER_ADAPTATION = 0.3
DETAIL = 0.02  # of the eye distance: what is finer does not travel
MAP_SHARE = np.array([0.5, 0.9, 0.9], np.float32)  # of the reference's gradients, in L, a, b
MAPPED: tuple[Region, ...] = ("lips", "eyeshadow", "eyeliner")

# Mahalanobis distance from a bare region above which it counts as painted.
PAINTED: dict[str, float] = {"lips": 2.3, "eyeshadow": 3.6, "eyeliner": 2.6, "blush": 3.2}


@dataclass(frozen=True)
class Reading:
    """What a reference photo asks of another face.

    Attributes:
        condition: float32 [R, 5].
        distance: Per region that can travel, how far it is from bare skin.
    """

    condition: np.ndarray
    distance: dict[str, float]


def from_reference(
    image: np.ndarray,
    masks: np.ndarray,
    reference_image: np.ndarray,
    reference_masks: np.ndarray,
    regions: tuple[Region, ...] = REGIONS,
    intensity: float = 1.0,
) -> Reading:
    """The condition for `image` that the reference's makeup stands for.

    Args:
        image: float RGB [H, W, 3] in [0, 1], the face to make up.
        masks: float [R, H, W] in [0, 1], of that face.
        reference_image: float RGB [h, w, 3] in [0, 1], the made-up face.
        reference_masks: float [R, h, w] in [0, 1], of that face.
        regions: Take over no others.
        intensity: Mixes in CIELAB from what is here (0) to what the reference asks (1).
    """
    here = mean_lab(image, masks)
    there = mean_lab(reference_image, reference_masks)
    seen = weights(reference_masks).sum((1, 2)) > 0
    lighter = float(here[SKIN, 0] - there[SKIN, 0])
    wanted = here.copy()
    presence = np.zeros(len(REGIONS), np.float32)
    gloss = np.zeros(len(REGIONS), np.float32)
    distance: dict[str, float] = {}
    for index, region in enumerate(REGIONS):
        if region not in NATURAL or not seen[index] or not seen[SKIN]:
            continue
        excess = NATURAL[region].excess(there[index], there[SKIN])
        distance[region] = NATURAL[region].distance(excess)
        if region not in regions or not _painted(region, distance[region], excess):
            continue
        presence[index] = 1
        gloss[index] = GLOSS["satin"]
        if region in ("eyeshadow", "blush"):
            wanted[index] = here[SKIN] + there[index] - there[SKIN]
        else:
            share = LIP_ADAPTATION if region == "lips" else LINER_ADAPTATION
            wanted[index] = there[index] + [share * lighter, 0, 0]
        if region == "lips":
            gloss[index] = _gloss(reference_image, reference_masks[index])
        wanted[index, 0] = np.clip(wanted[index, 0], 4, 95)
        wanted[index] = here[index] + intensity * (wanted[index] - here[index])
    return Reading(assemble(wanted, masks, presence, gloss), distance)


def _painted(region: str, distance: float, excess: np.ndarray) -> bool:
    """Far from bare, and in a direction that makeup takes a region and light does not."""
    if distance < PAINTED[region]:
        return False
    lightness, redder, yellower = excess
    if region == "lips":
        return bool(distance > 3 or redder > 4 or lightness < -20 or abs(yellower) > 12)
    if region == "eyeliner":
        return bool(lightness < -8)
    if region == "blush":
        return bool(redder > 2.5)
    return bool(np.hypot(redder, yellower) > 6)


def _gloss(image: np.ndarray, mask: np.ndarray) -> float:
    """From the height of the highlights over the middle tone: 8 L is matte, 28 L is wet."""
    inside = mask > 0.7 * mask.max()
    lightness = srgb_to_lab(image[inside])[:, 0]
    high, middle = np.percentile(lightness, (98, 50))
    return float(np.clip((high - middle - 8) / 20, 0, 1))


def colour_map(
    view: FaceView,
    masks: np.ndarray,
    reference_view: FaceView,
    reference_masks: np.ndarray,
    condition: np.ndarray,
    intensity: float = 1.0,
) -> np.ndarray:
    """Where the reference's colour lies denser or thinner, for `composition`'s variation.

    The reference's low-passed colours are carried over by the mesh; what counts is how they differ
    from their region's mean, less how this face already differs from its own.

    Args:
        view: This face, levelled.
        masks: Its region masks in the view's pixels, float [R, HEIGHT, WIDTH].
        reference_view: The reference, levelled.
        reference_masks: The reference's, likewise.
        condition: float [R, 5]; only what it asks gets a map.
        intensity: Strength of the map.

    Returns:
        RGB differences in photo pixels, float32 [H, W, 3]; 0 where nothing is asked.
    """
    own, other = (_low(v.lab) for v in (view, reference_view))
    own_mean, other_mean = (_means(low, m) for low, m in ((own, masks), (other, reference_masks)))
    carried, inside = mesh_warp(other, reference_view.points, view.points, (HEIGHT, WIDTH))
    difference = np.zeros_like(own)
    total = np.full(own.shape[:2], 1e-3, np.float32)
    for index, region in enumerate(REGIONS):
        if region in MAPPED and condition[index, 3] > 0 and reference_masks[index].max() > 0.2:
            away = (carried - other_mean[index]) - (own - own_mean[index])
            difference += masks[index, ..., None] * away
            total += masks[index]
    difference = intensity * MAP_SHARE * difference / total[..., None] * inside[..., None]
    shifted = lab_to_srgb(own + np.clip(difference, -35, 35)) - lab_to_srgb(own)
    smooth = np.stack([blur(shifted[..., c], 0.01 * UNIT) for c in range(3)], -1)
    return view.back(smooth, beyond=0.0)


def _low(lab: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(lab, (0, 0), DETAIL * UNIT).astype(np.float32)


def _means(lab: np.ndarray, masks: np.ndarray) -> np.ndarray:
    weight = weights(masks)
    total = np.maximum(weight.sum((1, 2)), 1e-6)
    return np.einsum("khw,hwc->kc", weight, lab) / total[:, None]
