"""The makeup operator: a physically sensible made-up twin of any bare face, without a network.

Everything happens in CIELAB. What the makeup brings is colour; what stays is the skin's own
lightness detail: pores, folds, light and shade. Finishes act on the highlights only. It makes the
targets of training pairs, so it may use what the analytic shift must not: neighbourhoods,
non-linear curves, sparkle.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.makeup.condition import assemble, from_look, mean_lab
from tryon.makeup.look import REGIONS, Look, Region, RegionLook
from tryon.vision.colour import lab_to_srgb, srgb_to_lab

ORDER: tuple[Region, ...] = ("foundation", "blush", "brows", "eyeshadow", "eyeliner", "lips")
GRAIN_SEED = 7
# What foundation leaves of blotches (wider than a fold) and of pores, in L, a, b.
BAND_KEPT = np.array([0.55, 0.35, 0.35], np.float32)
FINE_KEPT = np.array([0.80, 0.60, 0.60], np.float32)


def apply(image: np.ndarray, masks: np.ndarray, look: Look, eye_distance: float) -> np.ndarray:
    """Put a look on a bare face, float32 RGB [H, W, 3] in [0, 1].

    Args:
        image: float RGB [H, W, 3] in [0, 1].
        masks: float [R, H, W] in [0, 1], with what is covered already taken out.
        look: What to put on; its colours are the apparent means that are aimed at.
        eye_distance: Pixels between the pupils: the unit of all neighbourhoods.
    """
    source = np.asarray(image, np.float32)
    wanted = 100 * from_look(source, masks, look)[:, :3]
    asked = assemble(wanted, masks, look.presence(), look.gloss())[:, 3] > 0
    lab = srgb_to_lab(source)
    touched = np.zeros(source.shape[:2], np.float32)
    for region in ORDER:
        index = REGIONS.index(region)
        if not asked[index]:
            continue
        mask = masks[index].astype(np.float32)
        present = mean_lab(lab_to_srgb(lab), masks)[index]
        coat = _Coat(look.regions[region], mask, present, wanted[index], eye_distance)
        lab = _PAINT[region](lab, coat)
        touched = np.maximum(touched, mask)
    lab[..., 0] = np.clip(lab[..., 0], 0, 100)
    return np.where(touched[..., None] > 0, lab_to_srgb(lab), source).astype(np.float32)


@dataclass(frozen=True)
class _Coat:
    """What goes on one region."""

    part: RegionLook
    mask: np.ndarray  # float32 [H, W] in [0, 1]
    present: np.ndarray  # L, a, b: the region's mean before
    wanted: np.ndarray  # L, a, b: the mean that is aimed at
    unit: float  # pixels between the pupils


def _lips(lab: np.ndarray, coat: _Coat) -> np.ndarray:
    """Lightness by the ratio to the mean, colour full where the lips are lit, fading in folds."""
    shade = np.clip(lab[..., 0] / max(float(coat.present[0]), 1), 0.3, 1.9)
    painted = np.empty_like(lab)
    painted[..., 0] = coat.wanted[0] * shade**0.9
    keep = 1 - 0.65 * coat.part.intensity  # of the lips' own unevenness
    tint = np.clip(shade, 0.6, 1.15)[..., None] ** coat.part.intensity
    painted[..., 1:] = coat.wanted[1:] * tint + keep * (lab[..., 1:] - coat.present[1:])
    weight = np.square(coat.mask)[..., None]
    painted += coat.wanted - (weight * painted).sum((0, 1)) / weight.sum()  # curves moved the mean
    return _finish(lab, painted, coat)


def _eyeshadow(lab: np.ndarray, coat: _Coat) -> np.ndarray:
    """A powder: lightness detail stays, flatter on dark shades; colour nearly even."""
    painted = np.empty_like(lab)
    flat = np.clip(coat.wanted[0] / max(float(coat.present[0]), 1), 0.55, 1.05)
    painted[..., 0] = coat.wanted[0] + flat * (lab[..., 0] - coat.present[0])
    keep = 1 - 0.6 * coat.part.intensity
    painted[..., 1:] = coat.wanted[1:] + keep * (lab[..., 1:] - coat.present[1:])
    return _finish(lab, painted, coat)


def _eyeliner(lab: np.ndarray, coat: _Coat) -> np.ndarray:
    """Dense: nearly nothing of the skin shows through."""
    keep = 1 - 0.85 * coat.part.intensity
    painted = coat.wanted + keep * (lab - coat.present)
    return _finish(lab, painted.astype(np.float32), coat)


def _blush(lab: np.ndarray, coat: _Coat) -> np.ndarray:
    """A veil: the skin moves as a whole."""
    return _finish(lab, (lab + (coat.wanted - coat.present)).astype(np.float32), coat)


def _brows(lab: np.ndarray, coat: _Coat) -> np.ndarray:
    """Tints the hairs most and the skin between them a little."""
    local = _masked_blur(lab[..., 0], np.clip(coat.mask, 0.02, 1), 0.10 * coat.unit)
    hair = np.clip(0.55 + (local - lab[..., 0]) / 12, 0.25, 1.0)[..., None]
    painted = lab + hair * (coat.wanted - coat.present) * 1.35
    return _finish(lab, painted.astype(np.float32), coat)


def _foundation(lab: np.ndarray, coat: _Coat) -> np.ndarray:
    """Evens blotches and tone; pores stay, and so do the shadows that give the face its form."""
    seen = np.clip(coat.mask, 0.01, 1)
    low = _masked_blur(lab, seen, 0.09 * coat.unit)
    middle = _masked_blur(lab, seen, 0.022 * coat.unit)
    band, fine = middle - low, lab - middle
    even = low.copy()
    even[..., 1:] = 0.45 * low[..., 1:] + 0.55 * coat.present[1:]
    covered = even + band * BAND_KEPT + fine * FINE_KEPT
    fold = np.clip((-band[..., 0] - 4) / 4, 0, 1)  # deep folds are form, not blotches
    covered[..., 0] += 0.45 * fold * band[..., 0]
    tone = coat.wanted - coat.present
    strength = (coat.mask * coat.part.intensity)[..., None]
    return (lab + strength * (covered - lab) + coat.mask[..., None] * tone).astype(np.float32)


_PAINT = {
    "lips": _lips,
    "eyeshadow": _eyeshadow,
    "eyeliner": _eyeliner,
    "blush": _blush,
    "brows": _brows,
    "foundation": _foundation,
}


def _finish(lab: np.ndarray, painted: np.ndarray, coat: _Coat) -> np.ndarray:
    """Blend the paint in by its mask, then let the finish act on the highlights."""
    part, mask, unit = coat.part, coat.mask, coat.unit
    result = lab + mask[..., None] * (painted - lab)
    if part.finish == "satin":
        return result
    lightness = result[..., 0]
    detail = lightness - _masked_blur(lightness, np.clip(mask, 0.002, 1), 0.06 * unit)
    strength = mask * part.intensity
    if part.finish == "matte":
        result[..., 0] -= 0.6 * strength * np.maximum(detail, 0)
        return result
    spread = np.sqrt((np.maximum(detail, 0) ** 2 * mask).sum() / max(float(mask.sum()), 1e-6))
    light = np.clip(detail / (spread + 1), 0, 3)
    if part.finish == "gloss":
        result[..., 0] += strength * 7 * light**1.5
        result[..., 1:] *= (1 - 0.12 * strength * light)[..., None]
    else:
        result[..., 0] += strength * (3 * light + 7 * _grain(mask.shape, 0.008 * unit))
    return result


def _grain(shape: tuple[int, ...], size: float) -> np.ndarray:
    """Sparse bright specks of about `size` pixels, mean about 0, float32 [H, W]."""
    white = np.random.default_rng(GRAIN_SEED).standard_normal(shape).astype(np.float32)
    noise = cv2.GaussianBlur(white, (0, 0), max(size, 0.5)).astype(np.float32)
    noise = noise / (noise.std() + 1e-6)
    specks = np.maximum(noise - 0.8, 0) ** 1.5
    return (specks - specks.mean()).astype(np.float32)


def _masked_blur(values: np.ndarray, mask: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian mean over what the mask shows, so that nothing leaks in from outside."""
    weight = mask if values.ndim == 2 else mask[..., None]
    sigma = max(sigma, 0.5)
    total = cv2.GaussianBlur((values * weight).astype(np.float32), (0, 0), sigma)
    share = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), sigma) + 1e-4
    return total / (share if values.ndim == 2 else share[..., None])
