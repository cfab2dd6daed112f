"""The order of the data: a pure function of (seed, step), so that a resumed run sees the same."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from torch.utils.data import Sampler

from tryon.errors import TrainingError


class Index(NamedTuple):
    """What a dataset's `__getitem__` is asked for.

    The epoch travels with the index, so that a dataset's randomness can be a pure function of
    (seed, epoch, sample) in every loader process.
    """

    epoch: int
    sample: int


class Order(Sampler[list[Index]]):
    """An endless stream of batches: every epoch's permutation, one after the other.

    Batches may span two epochs, so no sample is dropped and any dataset size fits any batch size.
    With several processes each takes its own slice of every global batch.

    Args:
        length: Samples in the dataset.
        batch_size: Samples per batch and process.
        seed: Of the permutations.
        start: Batches already used.
        rank: This process.
        world: Processes.

    Raises:
        TrainingError: if the dataset is empty.
    """

    def __init__(
        self, length: int, batch_size: int, seed: int, start: int = 0, rank: int = 0, world: int = 1
    ) -> None:
        if length < 1:
            raise TrainingError("the training split is empty", hint="check the prepared data")
        self.length = length
        self.batch_size = batch_size
        self.seed = seed
        self.start = start
        self.rank = rank
        self.world = world

    def __iter__(self) -> Iterator[list[Index]]:
        position = (self.start * self.world + self.rank) * self.batch_size
        epoch, permutation = -1, np.empty(0, np.int64)
        while True:
            batch = []
            for place in range(position, position + self.batch_size):
                if place // self.length != epoch:
                    epoch = place // self.length
                    permutation = self.permutation(epoch)
                batch.append(Index(epoch, int(permutation[place % self.length])))
            yield batch
            position += self.world * self.batch_size

    def permutation(self, epoch: int) -> np.ndarray:
        """The order of one epoch, `[length]` int64."""
        return np.random.default_rng([self.seed, epoch]).permutation(self.length)
