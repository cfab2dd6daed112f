"""From a look to coats of paint on a drawn face: what each product does to skin."""

from collections.abc import Sequence

import numpy as np

from tryon.makeup.look import REGIONS, Look, Region, RegionLook
from tryon.makeup.regions import region_masks
from tryon.sample.drawing import noise
from tryon.sample.paint import Coat
from tryon.sample.portrait import Portrait
from tryon.vision.colour import (
    from_linear,
    hex_to_lab,
    hex_to_srgb,
    lab_to_srgb,
    srgb_to_lab,
    to_linear,
)

ORDER: tuple[Region, ...] = (
    "foundation",
    "blush",
    "eyeshadow",
    "brows",
    "eyeliner",
    "lips",
)  # as one puts it on
OPACITY: dict[Region, float] = {
    "lips": 0.92,
    "eyeshadow": 0.8,
    "eyeliner": 0.95,
    "blush": 0.6,
    "brows": 0.7,
    "foundation": 0.7,
}
RELIEF: dict[Region, float] = {  # how much of the skin's relief shows through
    "lips": 0.75,
    "eyeshadow": 0.8,
    "eyeliner": 0.25,
    "blush": 0.9,
    "brows": 0.9,
    "foundation": 0.62,
}
LIGHTER: dict[Region, float] = {  # than the skin, at most
    "lips": 5.0,
    "blush": 1.8,
    "eyeshadow": 4.0,
}
GLOSS = {"matte": -0.85, "satin": 0.0, "shimmer": 0.2, "gloss": 0.9}
TONE_SHIFT = (5.0, 4.0, 5.0)  # CIELAB units a foundation may move the skin


def coats_of(look: Look, portrait: Portrait, rng: np.random.Generator) -> Sequence[Coat]:
    """The coats that put `look` on `portrait`; edges and coverage vary as by hand."""
    shape = (portrait.size, portrait.size)
    masks = dict(zip(REGIONS, region_masks(portrait.landmarks, shape), strict=True))
    coats = []
    for region in ORDER:
        part = look.regions.get(region)
        if part is None or part.intensity <= 0:
            continue
        uneven = 1 + 0.06 * noise(rng, shape, ((18, 1.0),))
        mask = np.clip(masks[region] * uneven, 0, 1) * (OPACITY[region] * part.intensity)
        coats.append(_coat(region, part, mask.astype(np.float32), portrait))
    return coats


def _coat(region: Region, part: RegionLook, mask: np.ndarray, portrait: Portrait) -> Coat:
    own = portrait.skin_colour
    if region == "foundation":
        return Coat(mask, _foundation(part, own), RELIEF[region], GLOSS[part.finish], evens=True)
    if part.colour is None:
        pigment = portrait.person.brow_colour * 0.8
    else:
        pigment = to_linear(hex_to_srgb(part.colour))
        limit = LIGHTER.get(region, np.inf) * float(own.mean())  # sheer colour lights up nobody
        pigment = pigment * min(1.0, limit / max(float(pigment.mean()), 1e-4))
    shimmer = 0.8 if part.finish == "shimmer" else 0.0
    return Coat(mask, pigment, RELIEF[region], GLOSS[part.finish], shimmer)


def _foundation(part: RegionLook, own: np.ndarray) -> np.ndarray:
    """The skin's own colour, moved a little towards the product's."""
    skin = srgb_to_lab(from_linear(own))
    if part.colour is not None:
        limit = np.array(TONE_SHIFT, np.float32)
        skin = skin + np.clip(hex_to_lab(part.colour) - skin, -limit, limit)
    return to_linear(lab_to_srgb(skin))
