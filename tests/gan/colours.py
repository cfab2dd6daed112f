"""The toy's dataset, apart from it: a loader process then need not import the engine."""

import numpy as np

from tryon.gan.order import Index
from tryon.types import Arrays

SEED = 7


class Colours:
    """An endless variety from few samples: noise that depends on (seed, epoch, sample) alone."""

    def __init__(self, length: int = 40, broken_at: int | None = None) -> None:
        self.length = length
        self.broken_at = broken_at

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: Index) -> Arrays:
        epoch, sample = index
        random = np.random.default_rng([SEED, epoch, sample])
        image = random.random((3, 8, 8), dtype=np.float32)
        colour = random.random(3, dtype=np.float32)
        target = 0.5 * image + 0.5 * colour[:, None, None]
        if self.broken_at is not None and epoch * self.length + sample >= self.broken_at:
            target = target * np.nan
        return {"image": image, "colour": colour, "target": target.astype(np.float32)}
