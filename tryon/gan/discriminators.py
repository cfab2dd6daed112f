"""Conditional patch discriminators, and the crops they look at."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm


class PatchDiscriminator(nn.Module):
    """PatchGAN (Isola et al. 2017, section 3.2.2): a logit per patch, no normalisation layers.

    The condition comes as extra input channels. Spectral normalisation (Miyato et al. 2018) keeps
    each layer 1-Lipschitz; leave it out under a gradient penalty.

    Args:
        inputs: Channels in, picture and condition together.
        width: Channels of the first layer; doubled by each further one.
        layers: Strided layers; a picture of side S gives S / 2^layers logits a side.
        spectral: Normalise the weights.
    """

    def __init__(self, inputs: int, width: int, layers: int = 3, spectral: bool = True) -> None:
        super().__init__()
        norm: Any = spectral_norm if spectral else _plain
        stack: list[nn.Module] = []
        channels = inputs
        for layer in range(layers):
            stack += [norm(nn.Conv2d(channels, width * 2**layer, 4, 2, 1)), nn.LeakyReLU(0.2)]
            channels = width * 2**layer
        self.stack = nn.Sequential(*stack, norm(nn.Conv2d(channels, 1, 3, 1, 1)))

    def forward(self, inputs: Tensor) -> Tensor:
        """[M, inputs, S, S] → logits [M, 1, S / 2^layers, S / 2^layers]."""
        return self.stack(inputs)


def _plain(module: nn.Module) -> nn.Module:
    return module


def crops(pictures: Tensor, boxes: Tensor, size: int) -> Tensor:
    """Cut boxes out of pictures, scaled to one size, differentiably (bilinear).

    Args:
        pictures: `[N, C, H, W]`.
        boxes: `[N, B, 4]`: centre x, centre y, half width, half height in pixels; what lies
            outside the picture is 0.
        size: Side of the crops.

    Returns:
        `[N · B, C, size, size]`, the boxes of one picture next to each other.
    """
    count, channels, height, width = pictures.shape
    x, y, half_x, half_y = boxes.to(pictures.dtype).unsqueeze(-1).unbind(-2)  # [N, B, 1] each
    places = (torch.arange(size, device=boxes.device) + 0.5) / size * 2 - 1  # pixel centres
    across = (2 * (x + half_x * places) + 1) / width - 1  # [N, B, size], as grid_sample counts
    down = (2 * (y + half_y * places) + 1) / height - 1
    square = (count, boxes.shape[1], size, size)
    grid = torch.stack([across.unsqueeze(-2).expand(square), down.unsqueeze(-1).expand(square)], -1)
    stacked = F.grid_sample(  # the boxes of a picture one above the other: no picture is copied
        pictures, grid.flatten(1, 2), mode="bilinear", align_corners=False
    )
    each = stacked.view(count, channels, boxes.shape[1], size, size)
    return each.transpose(1, 2).flatten(0, 1)


def boxes_of(
    masks: Tensor, threshold: float = 0.3, share: float = 0.65, rim: float = 2.0
) -> Tensor:
    """A square box around what each mask marks, `[N, B, H, W]` → `[N, B, 4]` as `crops` takes it.

    Half its side is `share` times the longer side of the marked area, plus `rim` pixels. An empty
    mask gives the whole picture.
    """
    marked = masks > threshold
    left, right = _ends(marked.any(-2))
    top, bottom = _ends(marked.any(-1))
    half = share * torch.maximum(right - left, bottom - top) + rim
    boxes = torch.stack([(left + right) / 2, (top + bottom) / 2, half, half], -1)
    height, width = masks.shape[-2:]
    whole = boxes.new_tensor([(width - 1) / 2, (height - 1) / 2, width / 2, height / 2])
    return torch.where(marked.flatten(-2).any(-1, keepdim=True), boxes, whole)


def _ends(line: Tensor) -> tuple[Tensor, Tensor]:
    """First and last true place of `[N, B, L]`, float `[N, B]` each."""
    places = torch.arange(line.shape[-1], device=line.device)
    first = torch.where(line, places, line.shape[-1]).amin(-1)
    return first.float(), torch.where(line, places, -1).amax(-1).float()
