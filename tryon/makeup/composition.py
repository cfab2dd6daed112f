"""Putting a look on a photo: the analytic mean shift, plus what a network adds to it.

Plain numpy at any resolution. `tryon.makeup.networks` holds the same maths in torch; a test holds
both to 1e-5 of each other. The contract for the twin, for one image x [H, W, 3] in [0, 1], masks
m_k [H, W] and condition rows (L, a, b, p, g)_k:

    w_k   = condition.weights(m)_k / Σ condition.weights(m)_k      a region without weight: p_k := 0
    rgb_k = lab_to_srgb(100 · (L, a, b)_k)                          the asked colour
    Y     = 0.2126 R + 0.7152 G + 0.0722 B                          luma of x, gamma-encoded
    μ_k   = Σ w_k Y,   σ_k = √(Σ w_k (Y − μ_k)²)
    h_k   = max(Y − μ_k − 0.5 σ_k, 0)                               highlights
    s_k   = 1.5 (g_k − 0.4) below 0.4, else 1.2 (g_k − 0.4)         matte −0.6, satin 0, gloss 0.72
    δ_k   = p_k m_k (d_k + s_k h_k + v)                             v: optional variation, else 0
    shift = Σ_k δ_k

The offsets d_k [3] are those for which the means of clip(x + shift) are the asked colours. Three
Newton steps from d = 0, all regions at once, because regions overlap (liner on shadow, blush on
foundation) and because clipping and CIELAB are not linear:

    A_kj  = Σ w_k m_j p_j  (j ≠ k),   A_kk = Σ w_k m_k + 0.02,   identity where p_k = 0
    d    += A⁻¹ p · (rgb − lab_to_srgb(Σ w_k srgb_to_lab(clip(x + shift))))
    d     = clip(d, −1, 1)

The composed picture is

    allow = mean_r(max_r(clip(4 · max_k p_k m_k, 0, 1))),  r = max(1, round(max(H, W) / 64))
    y     = clip(x + allow · (shift · (1 + gain) + residual))

with max_r, mean_r over squares of side 2r + 1 with zeros beyond the border.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.makeup.condition import LEAST, SCALE, weights
from tryon.vision.colour import lab_to_srgb, srgb_to_lab

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
SATIN = 0.4
NEWTON_STEPS = 3
RIDGE = 0.02  # keeps two regions that cover the same pixels solvable

Box = tuple[slice, slice]
"""Rows and columns of a picture."""


@dataclass(frozen=True)
class Shift:
    """The analytic shift of one photo: a few numbers per region, valid at any resolution.

    Attributes:
        presence: float32 [R], 1 where a region is asked and visible.
        offset: float32 [R, 3], RGB.
        onset: float32 [R], luma above which a pixel is a highlight.
        shine: float32 [R], how much of a highlight is added (taken, where negative).
    """

    presence: np.ndarray
    offset: np.ndarray
    onset: np.ndarray
    shine: np.ndarray

    def delta(
        self, image: np.ndarray, masks: np.ndarray, variation: np.ndarray | None = None
    ) -> np.ndarray:
        """What to add to `image`, float32 [H, W, 3].

        Args:
            image: float RGB [H, W, 3] in [0, 1].
            masks: float [R, H, W] in [0, 1].
            variation: Colour differences that travel with every region, float RGB [H, W, 3].
        """
        luma = cv2.transform(np.ascontiguousarray(image, np.float32), LUMA[None])
        total = np.zeros(image.shape, np.float32)
        for index in np.flatnonzero(self.presence):
            box = box_of(masks[index])
            travels = None if variation is None else variation[box]
            total[box] += self._of(index, masks[index][box], luma[box], travels)
        return total

    def _of(
        self, index: int, mask: np.ndarray, luma: np.ndarray, variation: np.ndarray | None
    ) -> np.ndarray:
        """δ of one region: mask and luma [...], variation [..., 3] → [..., 3]."""
        change: np.ndarray = mask[..., None] * self.offset[index]
        if self.shine[index]:
            light = np.maximum(luma - self.onset[index], 0)
            change += (self.shine[index] * mask * light)[..., None]
        if variation is not None:
            change += mask[..., None] * variation
        return change


def solve(
    image: np.ndarray,
    masks: np.ndarray,
    condition: np.ndarray,
    variation: np.ndarray | None = None,
) -> Shift:
    """Find the shift that brings every asked region's mean to its asked colour.

    Args:
        image: float RGB [H, W, 3] in [0, 1].
        masks: float [R, H, W] in [0, 1].
        condition: float [R, 5].
        variation: As in `Shift.delta`.
    """
    asked = condition[:, 3] > 0
    used = np.flatnonzero(masks[asked].max(0, initial=0))  # no other pixel counts
    pixels = image.reshape(-1, 3).take(used, 0).astype(np.float32)
    masks = masks.reshape(len(masks), -1).take(used, 1)
    if variation is not None:
        variation = variation.reshape(-1, 3).take(used, 0)
    weight = weights(masks)
    total = weight.sum(1, dtype=np.float64)
    presence = (asked & (total > LEAST)).astype(np.float32)
    share = (weight / np.maximum(total, LEAST)[:, None]).astype(np.float32)
    luma = pixels @ LUMA
    mean = share @ luma
    spread = np.sqrt((share * (luma - mean[:, None]) ** 2).sum(1))
    gloss = condition[:, 4] - SATIN
    shift = Shift(
        presence=presence,
        offset=np.zeros((len(masks), 3), np.float32),
        onset=(mean + 0.5 * spread).astype(np.float32),
        shine=(np.where(gloss < 0, 1.5 * gloss, 1.2 * gloss) * presence).astype(np.float32),
    )
    wanted = lab_to_srgb(SCALE * condition[:, :3])
    overlap = (share @ masks.T) * presence[None] * presence[:, None]
    overlap = overlap + np.diag(np.where(presence > 0, RIDGE, 1.0))
    for _ in range(NEWTON_STEPS):
        reached = pixels.copy()
        for index in np.flatnonzero(presence):
            reached += shift._of(index, masks[index], luma, variation)
        lab = share @ srgb_to_lab(np.clip(reached, 0, 1))
        error = presence[:, None] * (wanted - lab_to_srgb(lab))
        offset = np.clip(shift.offset + np.linalg.solve(overlap, error), -1, 1)
        shift = Shift(presence, offset.astype(np.float32), shift.onset, shift.shine)
    return shift


def mean_shift(
    image: np.ndarray,
    masks: np.ndarray,
    condition: np.ndarray,
    variation: np.ndarray | None = None,
) -> np.ndarray:
    """The analytic shift as a picture, float32 [H, W, 3], to be added to `image`."""
    return solve(image, masks, condition, variation).delta(image, masks, variation)


def allowed(masks: np.ndarray, condition: np.ndarray) -> np.ndarray:
    """Where anything may change: the asked regions and a soft rim, float32 [H, W] in [0, 1].

    Exactly 0 outside; exactly 1 wherever an asked region's mask is at least 1/4.
    """
    asked = masks[condition[:, 3] > 0]
    if not len(asked):
        return np.zeros(masks.shape[1:], np.float32)
    union = np.clip(4 * asked.max(0), 0, 1).astype(np.float32)
    radius = max(1, round(max(union.shape) / 64))
    side = (2 * radius + 1, 2 * radius + 1)
    wide = _widen(union, side)
    soft = cv2.blur(wide, side, borderType=cv2.BORDER_CONSTANT)
    # cv2 keeps running sums, which leave dust where the mean is zero
    return np.where(_widen(wide, side) > 0, soft, 0).astype(np.float32)


def _widen(mask: np.ndarray, side: tuple[int, int]) -> np.ndarray:
    """The largest value in a square around each pixel; cv2's default border never wins."""
    return cv2.dilate(mask, np.ones(side, np.uint8)).astype(np.float32)


def compose(
    image: np.ndarray,
    masks: np.ndarray,
    condition: np.ndarray,
    gain: np.ndarray,
    residual: np.ndarray,
) -> np.ndarray:
    """The made-up picture, float32 RGB [H, W, 3] in [0, 1].

    Args:
        image: float RGB [H, W, 3] in [0, 1].
        masks: float [R, H, W] in [0, 1].
        condition: float [R, 5].
        gain: float [H, W] in (-1, 1).
        residual: float [H, W, 3], already gated.
    """
    shift = mean_shift(image, masks, condition)
    change = shift * (1 + gain[..., None]) + residual
    return np.clip(image + allowed(masks, condition)[..., None] * change, 0, 1)


def box_of(mask: np.ndarray) -> Box:
    """The smallest rows and columns that hold every value but 0; empty slices where all are."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
