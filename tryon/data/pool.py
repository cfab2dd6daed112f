"""Worker processes for the data stages: fresh interpreters that die with their parent.

Forked workers abort once MediaPipe has run in the parent, and the standard library's spawned ones
import the parent's main script first, which is seconds for a command line tool. Loky's start
clean. It leaves a killed parent's workers waiting for ever, so that each watches its parent here.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from joblib.externals.loky import ProcessPoolExecutor

POLL_SECONDS = 0.5
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""The processes are the parallelism; threads of several linear algebras spin against each other."""
KEPT_MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(1 << 28), "MALLOC_MMAP_THRESHOLD_": str(1 << 25)}
"""Every row needs what the one before it freed; fetching it anew costs glibc 4 % of the time."""


@contextmanager
def pool(
    workers: int, start: Callable[..., None], *arguments: object
) -> Iterator[ProcessPoolExecutor]:
    """An executor of `workers` processes, each prepared by `start(*arguments)`.

    Left by an error (or Ctrl-C), it kills what is still running instead of waiting for it.
    """
    executor = ProcessPoolExecutor(
        max_workers=workers,
        initializer=_start,
        initargs=(os.getpid(), start, arguments),
        env=dict.fromkeys(ONE_THREAD, "1") | KEPT_MEMORY,
    )
    try:
        yield executor
    except BaseException:
        executor.shutdown(wait=True, kill_workers=True)
        raise
    executor.shutdown(wait=True)


def _start(parent: int, start: Callable[..., None], arguments: tuple[object, ...]) -> None:
    threading.Thread(target=_die_with, args=(parent,), daemon=True).start()
    start(*arguments)


def _die_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os._exit(1)
