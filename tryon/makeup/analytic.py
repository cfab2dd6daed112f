"""The maths of `tryon.makeup.composition` in torch: batched, on any device, differentiable.

The formulas stand in that module's docstring; a test holds both to 1e-5 of each other. Pictures
are `[N, 3, H, W]` in [0, 1], masks `[N, R, H, W]` in [0, 1], conditions `[N, R, 5]`.
"""

from functools import cache, reduce

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

REGIONS = ("lips", "eyeshadow", "eyeliner", "blush", "brows", "foundation")
LIPS, SHADOW, LINER, BLUSH, BROWS, FOUNDATION = range(len(REGIONS))
LUMA = (0.2126, 0.7152, 0.0722)
SATIN = 0.4
NEWTON_STEPS = 3
RIDGE = 0.02
LEAST = 1e-6
SCALE = 100.0

WHITE = np.array([0.95047, 1.0, 1.08883])  # D65, 2 degrees
TO_RATIO = (  # linear sRGB to XYZ as shares of the white's
    np.array([[0.412453, 0.357580, 0.180423],
              [0.212671, 0.715160, 0.072169],
              [0.019334, 0.119193, 0.950227]]) / WHITE[:, None]
)  # fmt: skip
FROM_RATIO = np.linalg.inv(TO_RATIO)
EPSILON, KAPPA = 216 / 24389, 24389 / 27  # CIE 15:2004


def srgb_to_lab(rgb: Tensor) -> Tensor:
    """sRGB `[N, 3, ...]` in [0, 1] → CIELAB of the same shape."""
    high = _power((rgb.clamp_min(0) + 0.055) / 1.055, 2.4)
    linear = torch.where(rgb <= 0.04045, rgb / 12.92, high)
    ratio = torch.einsum("ij,nj...->ni...", rgb.new_tensor(TO_RATIO), linear)
    root = _power(ratio.clamp_min(EPSILON), 1 / 3)  # the clamp keeps the gradient at 0 finite
    f = torch.where(ratio > EPSILON, root, (KAPPA * ratio + 16) / 116)
    x, y, z = f.unbind(1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], 1)


def lab_to_srgb(lab: Tensor) -> Tensor:
    """CIELAB `[N, 3, ...]` → sRGB of the same shape, clipped to [0, 1]."""
    y = (lab[:, 0] + 16) / 116
    f = torch.stack([y + lab[:, 1] / 500, y, y - lab[:, 2] / 200], 1)
    cubed = f**3
    ratio = torch.where(cubed > EPSILON, cubed, (116 * f - 16) / KAPPA)
    linear = torch.einsum("ij,nj...->ni...", lab.new_tensor(FROM_RATIO), ratio).clamp(0, 1)
    high = 1.055 * _power(linear.clamp_min(0.0031308), 1 / 2.4) - 0.055
    return torch.where(linear <= 0.0031308, 12.92 * linear, high)


def weights(masks: Tensor) -> Tensor:
    """How much each pixel counts in its region's mean, `[N, R, H, W]`, not normalised."""
    seen = list(masks.unbind(1))
    seen[SHADOW] = seen[SHADOW] * (1 - seen[LINER])
    seen[FOUNDATION] = seen[FOUNDATION] * (1 - seen[BLUSH])
    squared = torch.stack([plane * plane for plane in seen], 1)
    limit = 0.1 * squared.amax((2, 3), keepdim=True)
    return torch.where(squared < limit, 0.0, squared)


def mean_lab(image: Tensor, masks: Tensor) -> Tensor:
    """Weighted mean CIELAB of each region, `[N, R, 3]`; 0 where a region is empty."""
    weight = weights(masks)
    total = weight.sum((2, 3))
    share = weight / total.clamp_min(LEAST)[:, :, None, None]
    return torch.einsum("nkhw,nchw->nkc", share, srgb_to_lab(image))


@torch.no_grad()
def mean_shift(image: Tensor, masks: Tensor, condition: Tensor) -> Tensor:
    """The analytic shift `[N, 3, H, W]` that brings every asked region to its asked mean colour.

    Nothing in it is learned: it carries no gradient, and is always computed in float32.
    """
    image, masks, condition = image.float(), masks.float().contiguous(), condition.float()
    weight = weights(masks)
    total = weight.sum((2, 3))  # [N, R]
    presence = ((condition[:, :, 3] > 0) & (total > LEAST)).float()
    share = weight / total.clamp_min(LEAST)[:, :, None, None]
    luma = torch.einsum("c,nchw->nhw", image.new_tensor(LUMA), image)
    mean = torch.einsum("nkhw,nhw->nk", share, luma)
    away = (luma[:, None] - mean[:, :, None, None]).square()
    onset = mean + 0.5 * torch.einsum("nkhw,nkhw->nk", share, away).sqrt()
    gloss = condition[:, :, 4] - SATIN
    shine = torch.where(gloss < 0, 1.5 * gloss, 1.2 * gloss) * presence
    light = (luma[:, None] - onset[:, :, None, None]).clamp_min(0)
    shone = (masks * shine[:, :, None, None] * light).sum(1, keepdim=True)  # [N, 1, H, W]

    wanted = lab_to_srgb((SCALE * condition[:, :, :3]).transpose(1, 2)).transpose(1, 2)
    asked = masks * presence[:, :, None, None]
    pair = presence[:, :, None] * presence[:, None, :]
    overlap = torch.einsum("nkhw,njhw->nkj", share, masks) * pair
    overlap = overlap + torch.diag_embed(torch.where(presence > 0, RIDGE, 1.0))
    offset = torch.zeros_like(wanted)  # [N, R, 3]
    shift = shone.expand_as(image)
    for _ in range(NEWTON_STEPS):
        lab = srgb_to_lab((image + shift).clamp(0, 1))
        reached = torch.einsum("nkhw,nchw->nck", share, lab)
        error = presence[:, :, None] * (wanted - lab_to_srgb(reached).transpose(1, 2))
        offset = (offset + torch.linalg.solve(overlap, error)).clamp(-1, 1)
        shift = shone + torch.einsum("nkhw,nkc->nchw", asked, offset)
    return shift


def offsets(image: Tensor, masks: Tensor, condition: Tensor) -> Tensor:
    """What the asked colour is beyond each region's present mean, RGB `[N, R, 3]`; 0 if not asked.

    The first step towards `mean_shift`, cheap enough to be part of a network.
    """
    weight = weights(masks)
    total = weight.sum((2, 3))  # [N, R]
    present = weight.flatten(2) @ image.flatten(2).transpose(1, 2)
    present = present / total.clamp_min(LEAST)[..., None]
    wanted = lab_to_srgb((SCALE * condition[:, :, :3]).transpose(1, 2)).transpose(1, 2)
    asked = (condition[:, :, 3] > 0) & (total > LEAST)
    return (wanted - present) * asked[..., None]


def spread(masks: Tensor, values: Tensor) -> Tensor:
    """Each region's values over its mask, `[N, K, H, W]` and `[N, K, C]` → `[N, C, H, W]`."""
    height, width = masks.shape[2:]
    return (values.transpose(1, 2) @ masks.flatten(2)).unflatten(2, (height, width))


def rims(masks: Tensor) -> Tensor:
    """Thin bands along each region's edge: one within, two without, `[N, 3 · R, H, W]` in [0, 1].

    What a mask gains or loses when its outline moves by about a pixel at 128.
    """
    radius = max(1, round(max(masks.shape[2:]) / 128))
    inner = 1 - widen(1 - masks, radius)
    outer = widen(masks, radius)
    beyond = widen(outer, radius)
    return torch.cat([masks - inner, outer - masks, beyond - outer], 1)


def widen(masks: Tensor, radius: int) -> Tensor:
    """The largest value in a square of side 2 · radius + 1 around each pixel, for values ≥ 0.

    Maxima of shifted copies, rows first: ten times as fast on a CPU as F.max_pool2d.
    """
    for axis in (2, 3):
        length = masks.shape[axis]
        rim = [0, 0, radius, radius] if axis == 2 else [radius, radius, 0, 0]
        padded = F.pad(masks, rim)
        shifted = [padded.narrow(axis, place, length) for place in range(2 * radius + 1)]
        masks = reduce(torch.maximum, shifted)
    return masks


def enlarge(planes: Tensor, height: int, width: int) -> Tensor:
    """Bilinear enlargement of `[N, K, h, w]`, as F.interpolate does it, in half the time."""
    down, across = (
        planes.new_tensor(_enlarging(small, large))
        for small, large in zip(planes.shape[2:], (height, width), strict=True)
    )
    return down @ planes.contiguous() @ across.T


def allowed(masks: Tensor, condition: Tensor) -> Tensor:
    """Where anything may change, `[N, 1, H, W]` in [0, 1]; exactly 0 outside."""
    asked = masks * (condition[:, :, 3] > 0)[:, :, None, None]
    union = (4 * asked.amax(1, keepdim=True)).clamp(0, 1)
    radius = max(1, round(max(masks.shape[2:]) / 64))
    side = 2 * radius + 1
    return F.avg_pool2d(widen(union, radius), side, 1, radius, count_include_pad=True)


def compose(
    image: Tensor,
    masks: Tensor,
    condition: Tensor,
    gain: Tensor,
    residual: Tensor,
    shift: Tensor | None = None,
    allow: Tensor | None = None,
) -> Tensor:
    """The made-up picture `[N, 3, H, W]` in [0, 1], from what the generator gives.

    Args:
        image: The photo.
        masks: Of the regions.
        condition: What is asked.
        gain: `[N, 1, H, W]` in (-1, 1).
        residual: `[N, 3, H, W]`, already gated.
        shift: The analytic shift, where it is known already.
        allow: Where anything may change, where it is known already.
    """
    if shift is None:
        shift = mean_shift(image, masks, condition)
    if allow is None:
        allow = allowed(masks, condition)
    return (image + allow * (shift * (1 + gain) + residual)).clamp(0, 1)


def _power(base: Tensor, exponent: float) -> Tensor:
    """`base.pow(exponent)` for a base above 0, in well under half the time on a CPU."""
    return base.log2().mul(exponent).exp2()


@cache
def _enlarging(small: int, large: int) -> np.ndarray:
    """Linear enlargement of one axis as a matrix `[large, small]` (pixel centres at halves)."""
    places = np.clip((np.arange(large) + 0.5) * small / large - 0.5, 0, small - 1)
    near = np.minimum(places.astype(int), small - 2)
    matrix = np.zeros((large, small))
    matrix[np.arange(large), near + 1] = places - near
    matrix[np.arange(large), near] += 1 - (places - near)
    return matrix
