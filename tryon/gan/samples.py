"""Samples as a loader process sees them; light to import, since each such process imports it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch

from tryon.gan.order import Index
from tryon.gan.terms import Batch
from tryon.types import Arrays


class Dataset(Protocol):
    """Named arrays by index; whatever is random in them follows from (its seed, the index)."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: Index) -> Arrays: ...


def collate(samples: Sequence[Arrays]) -> Batch:
    """Stack samples name by name."""
    return {
        name: torch.from_numpy(np.stack([sample[name] for sample in samples]))
        for name in samples[0]
    }
