"""Exponential moving average of the generator: what is sampled, scored and shipped."""

from copy import deepcopy

import torch
from torch import Tensor, nn


class ExponentialAverage:
    """Averaged copy of a module (Karras et al. 2018, section 4; Yazici et al. 2019).

    The decay ramps up as `min(decay, (1 + t) / (10 + t))`, so that short runs forget their start.
    Buffers are copied, not averaged.

    Args:
        module: The trained module; its copy lives on the same device.
        decay: The final decay per step.
    """

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.module = deepcopy(module).eval().requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def update(self, module: nn.Module, step: int) -> None:
        """Move towards `module` after step `step` (from 0)."""
        decay = min(self.decay, (1 + step) / (10 + step))
        averaged: list[Tensor] = list(self.module.parameters())
        current: list[Tensor] = list(module.parameters())
        torch._foreach_lerp_(averaged, current, 1 - decay)
        for copy, buffer in zip(self.module.buffers(), module.buffers(), strict=True):
            copy.copy_(buffer)
