"""From a dataset to an endless stream of batches, in loader processes where asked."""

import multiprocessing as mp
import sys
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
        context.set_forkserver_preload(["torch", type(dataset).__module__, *_of_main()])
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


def _of_main() -> set[str]:
    """Modules the main script imports from: each loader process runs it anew, before it loads.

    "__main__" itself is not preloaded by the interpreters this runs on (CPython gh-126631).
    """
    values = vars(sys.modules["__main__"]).values()
    modules = {str(value.__module__) for value in values if hasattr(value, "__module__")}
    return modules - {"__main__"}
