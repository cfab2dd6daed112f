"""The values objectives and engine exchange."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

Batch = dict[str, Tensor]


@dataclass(frozen=True)
class Terms:
    """Named figures of one step.

    Attributes:
        losses: Weighted scalars; their sum is minimised.
        observed: Scalars that are only recorded.
    """

    losses: dict[str, Tensor]
    observed: dict[str, Tensor] = field(default_factory=dict)

    def total(self) -> Tensor:
        """The loss."""
        return torch.stack(list(self.losses.values())).sum()

    def __or__(self, other: "Terms") -> "Terms":
        return Terms(self.losses | other.losses, self.observed | other.observed)
