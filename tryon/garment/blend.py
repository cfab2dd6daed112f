"""The maths of `tryon.garment.composition` in torch: batched, on any device, differentiable.

The formulas stand in that module's docstring. Pictures are `[N, C, H, W]` in [0, 1].
"""

from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

SHARP = 4.0
LEAST = 0.02
NEAREST = 0.05


def flowed(warped: Tensor, flow: Tensor) -> Tensor:
    """Resample `[N, C, H, W]` at p + H · flow(p), zero outside.

    Args:
        warped: What is resampled.
        flow: `[N, 2, h, w]`, x and y, in heights of the picture; enlarged bilinearly.
    """
    height, width = warped.shape[2:]
    moved = enlarge(flow, height, width).permute(0, 2, 3, 1)  # [N, H, W, 2]
    y, x = (torch.arange(side, device=warped.device) for side in (height, width))
    base = torch.stack(torch.broadcast_tensors(x[None], y[:, None]), -1)  # [H, W, 2]
    size = warped.new_tensor([width, height])
    grid = (2 * (base + height * moved) + 1) / size - 1
    return F.grid_sample(warped, grid, mode="bilinear", align_corners=False)


def compose(
    image: Tensor,
    warped: Tensor,
    old: Tensor,
    front: Tensor,
    limbs: Tensor,
    edit: Tensor,
    sources: Tensor,
    logits: Tensor,
    shade: Tensor,
    tint: Tensor,
) -> tuple[Tensor, Tensor]:
    """The dressed pictures `[N, 3, H, W]` and α `[N, 1, H, W]`.

    Args:
        image: `[N, 3, H, W]`.
        warped: `[N, 4, H, W]`, premultiplied, after the flow.
        old: `[N, 1, H, W]`, as are `front`, `limbs` and `edit`; see tryon.garment.areas.
        front: See there.
        limbs: See there.
        edit: See there.
        sources: `[N, 12, h, w]`, enlarged bilinearly.
        logits: `[N, 5, h, w]`, enlarged bilinearly, as are `shade` and `tint`.
        shade: `[N, 3, h, w]` in (-1, 1).
        tint: `[N, 3, h, w]` in (-1, 1).
    """
    logits, shade, tint = (enlarge(each, *image.shape[2:]) for each in (logits, shade, tint))
    cover = warped[:, 3:]
    colour = (warped[:, :3] / cover.clamp_min(LEAST) * (1 + shade)).clamp(0, 1)
    hidden = torch.maximum(front, limbs * old)
    alpha = torch.sigmoid(SHARP * (2 * cover * (1 - hidden) - 1) + logits[:, :1])
    alpha = alpha * (4 * cover).clamp_max(1)
    own = torch.sigmoid(SHARP * (1 - 2 * old) + logits[:, 1:2]) * (1 - old)
    shown = enlarge(sources, *image.shape[2:]).unflatten(1, (-1, 4))  # [N, K, 4, H, W]
    scores = 2 * (shown[:, :, 3] + NEAREST).log() + logits[:, 2:]
    skin = SHARP * (3 * limbs - 1)
    scores = scores + torch.cat([0 * skin, skin, 0 * skin], 1)
    mixed = (scores.softmax(1)[:, :, None] * shown[:, :, :3]).sum(1)
    fill = (mixed + tint).clamp(0, 1)
    rest = fill + own * (image - fill)
    made = rest + alpha * (colour - rest)
    return image + edit * (made - image), alpha


def enlarge(planes: Tensor, height: int, width: int) -> Tensor:
    """Bilinear enlargement of `[N, K, h, w]`, as F.interpolate does it, in half the time."""
    if planes.shape[2:] == (height, width):
        return planes
    down, across = (
        planes.new_tensor(_enlarging(small, large))
        for small, large in zip(planes.shape[2:], (height, width), strict=True)
    )
    return down @ planes.contiguous() @ across.T


@cache
def _enlarging(small: int, large: int) -> np.ndarray:
    """Linear enlargement of one axis as a matrix `[large, small]` (pixel centres at halves)."""
    places = np.clip((np.arange(large) + 0.5) * small / large - 0.5, 0, small - 1)
    near = np.minimum(places.astype(int), small - 2)
    matrix = np.zeros((large, small))
    matrix[np.arange(large), near + 1] = places - near
    matrix[np.arange(large), near] += 1 - (places - near)
    return matrix
