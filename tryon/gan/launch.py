"""One process or several: where a training runs and how its messages come home."""

import multiprocessing as mp
import os
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from lightning.fabric import Fabric
from torch.multiprocessing.spawn import ProcessRaisedException

from tryon.errors import TryonError

Log = Callable[[dict[str, float], int], None]
LogPicture = Callable[[Path, int], None]
Result = TypeVar("Result")


class Listener(Protocol):
    """Who is told of figures and pictures; only the first process speaks."""

    def figures(self, values: dict[str, float], step: int) -> None: ...

    def picture(self, path: Path, step: int) -> None: ...

    def failed(self, error: TryonError) -> None: ...


class Direct:
    """Calls the caller's functions in the same process."""

    def __init__(self, log: Log, log_picture: LogPicture) -> None:
        self.figures = log
        self.picture = log_picture

    def failed(self, error: TryonError) -> None:
        """Nothing to do: the error itself travels up the stack."""


class Relay:
    """Sends everything through a queue to the process that started the training."""

    def __init__(self, queue: Any) -> None:
        self.queue = queue

    def figures(self, values: dict[str, float], step: int) -> None:
        self.queue.put(("figures", values, step))

    def picture(self, path: Path, step: int) -> None:
        self.queue.put(("picture", path, step))

    def failed(self, error: TryonError) -> None:
        self.queue.put(("failed", error, 0))


def launch(
    work: Callable[..., Result],
    job: Any,
    *,
    devices: int,
    precision: Any,
    log: Log,
    log_picture: LogPicture,
) -> Result:
    """Run `work(fabric, job, listener)` on every device; returns the first process's result.

    One device needs no other process. Several run as DDP: under `torchrun` its processes are used,
    else they are spawned, and then `job` must be picklable. `log` and `log_picture` are called in
    this process and thread either way.
    """
    elastic = "TORCHELASTIC_RUN_ID" in os.environ
    if devices == 1 or elastic:
        fabric = Fabric(
            devices=devices,
            strategy="ddp" if elastic else "auto",
            num_nodes=int(os.environ.get("GROUP_WORLD_SIZE", 1)) if elastic else 1,
            precision=precision,
        )
        return fabric.launch(work, job, Direct(log, log_picture))
    fabric = Fabric(devices=devices, strategy="ddp_spawn", precision=precision)
    return _relayed(fabric, work, job, Direct(log, log_picture))


def _child(fabric: Fabric, work: Callable[..., Any], job: Any, listener: Relay) -> bytes:
    # Fabric looks for tensors in what comes back, and cannot in a frozen dataclass.
    return pickle.dumps(work(fabric, job, listener))


def _relayed(fabric: Fabric, work: Callable[..., Result], job: Any, listener: Direct) -> Result:
    queue = mp.get_context("spawn").SimpleQueue()
    errors: list[TryonError] = []
    with ThreadPoolExecutor(1) as pool:
        child = partial(_child, work=work, job=job, listener=Relay(queue))
        future = pool.submit(fabric.launch, child)
        future.add_done_callback(lambda _: queue.put(None))
        while (message := queue.get()) is not None:
            kind, value, step = message
            if kind == "failed":
                errors.append(value)
            else:
                getattr(listener, kind)(value, step)
    try:
        return pickle.loads(future.result())
    except ProcessRaisedException as failure:
        if errors:
            raise errors[-1] from failure
        raise
