"""Building blocks every task's networks share."""

import torch.nn.functional as F
from torch import Tensor, nn


class FiLM(nn.Module):
    """Feature-wise linear modulation (Perez et al. 2018, eq. 2): x · (1 + gamma(c)) + beta(c).

    Starts as the identity.
    """

    def __init__(self, condition_width: int, channels: int) -> None:
        super().__init__()
        self.linear = nn.Linear(condition_width, 2 * channels)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, features: Tensor, condition: Tensor) -> Tensor:
        """features [N, C, H, W], condition [N, K] → [N, C, H, W]."""
        scale, shift = self.linear(condition)[:, :, None, None].chunk(2, 1)  # [N, C, 1, 1] each
        return features * (1 + scale) + shift


class ConditionedBlock(nn.Module):
    """Two 3×3 convolutions with group norm and SiLU, the first one modulated, and a shortcut.

    Args:
        inputs: Channels in.
        outputs: Channels out, a multiple of `groups`.
        condition_width: Of the condition vector.
        stride: 2 halves the size.
        groups: Of the group norm (Wu & He 2018): no batch statistics, so any batch size is alike.
    """

    def __init__(
        self, inputs: int, outputs: int, condition_width: int, stride: int = 1, groups: int = 8
    ) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1)
        self.norm = nn.GroupNorm(groups, outputs)
        self.film = FiLM(condition_width, outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1)
        self.norm_second = nn.GroupNorm(groups, outputs)
        alike = inputs == outputs and stride == 1
        self.shortcut = nn.Identity() if alike else nn.Conv2d(inputs, outputs, 1, stride)

    def forward(self, features: Tensor, condition: Tensor) -> Tensor:
        """features [N, inputs, H, W], condition [N, K] → [N, outputs, H/stride, W/stride]."""
        hidden = F.silu(self.film(self.norm(self.first(features)), condition))
        return F.silu(self.norm_second(self.second(hidden)) + self.shortcut(features))


class ConditionedUNet(nn.Module):
    """Three scales with skips (Ronneberger et al. 2015), every block conditioned.

    The skips are added, not concatenated, after a 1×1 convolution on the smaller scale: at these
    widths that is a third of the arithmetic less.

    Args:
        inputs: Channels in.
        width: The scales have 2, 3 and 4 times as many channels.
        condition_width: Of the condition vector.
        patch: Side of the squares of pixels that become one: a convolution of that stride, which
            is space-to-depth (Shi et al. 2016) and a 1×1 convolution in one operation.
    """

    def __init__(self, inputs: int, width: int, condition_width: int, patch: int = 1) -> None:
        super().__init__()
        low, middle, high = 2 * width, 3 * width, 4 * width
        self.outputs = low
        self.stem = nn.Conv2d(inputs, low, patch, patch)
        self.down_low = ConditionedBlock(low, low, condition_width)
        self.down_middle = ConditionedBlock(low, middle, condition_width, stride=2)
        self.down_high = ConditionedBlock(middle, high, condition_width, stride=2)
        self.narrow_high = nn.Conv2d(high, middle, 1)
        self.up_middle = ConditionedBlock(middle, middle, condition_width)
        self.narrow_middle = nn.Conv2d(middle, low, 1)
        self.up_low = ConditionedBlock(low, low, condition_width)

    def forward(self, features: Tensor, condition: Tensor) -> Tensor:
        """features [N, inputs, pH, pW] (H, W multiples of 4), condition [N, K] → [N, 2w, H, W]."""
        low = self.down_low(self.stem(features), condition)
        middle = self.down_middle(low, condition)  # [N, 3w, H/2, W/2]
        high = self.down_high(middle, condition)  # [N, 4w, H/4, W/4]
        middle = self.up_middle(_double(self.narrow_high(high)) + middle, condition)
        return self.up_low(_double(self.narrow_middle(middle)) + low, condition)


def _double(features: Tensor) -> Tensor:
    return F.interpolate(features, scale_factor=2.0, mode="nearest")
