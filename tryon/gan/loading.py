"""From a dataset to an endless stream of batches, in loader processes where asked."""

import multiprocessing as mp
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from lightning.fabric import Fabric
from torch.utils.data import DataLoader

from tryon.config import TrainingConfig
from tryon.gan.order import Order
from tryon.gan.samples import Dataset, collate
from tryon.gan.terms import Batch
from tryon.types import Arrays


@contextmanager
def batches(
    dataset: Dataset, config: TrainingConfig, seed: int, start: int, fabric: Fabric
) -> Iterator[Iterator[Batch]]:
    """The batches of this process from number `start` on; loader processes end with the block.

    Loader processes come from a fork server: MediaPipe aborts in children forked after its use,
    and a server that has the libraries loaded forks faster than a spawned process imports them.
    """
    order = Order(
        len(dataset), config.batch_size, seed, start, fabric.global_rank, fabric.world_size
    )
    context: Any = None
    if config.workers:
        context = mp.get_context("forkserver")
        context.set_forkserver_preload(["__main__", "torch", type(dataset).__module__])
    loader: DataLoader[Arrays] = DataLoader(
        dataset,  # type: ignore[arg-type]
        batch_sampler=order,
        num_workers=config.workers,
        collate_fn=collate,
        pin_memory=fabric.device.type == "cuda",
        generator=torch.Generator().manual_seed(seed),  # else it draws from the global state
        multiprocessing_context=context,
    )
    stream: Any = iter(loader)
    try:
        yield stream
    finally:
        if config.workers:
            stream._shutdown_workers()
