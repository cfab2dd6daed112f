"""What the routes work with: the opened bundles and the threads that hold their predictors."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import cv2
from threadpoolctl import threadpool_limits

from bento.pool import WorkPool
from bento.settings import Settings
from bento.tasks import module_of
from tryon.errors import TryonError
from tryon.registry import TASKS
from tryon.serving.bundle import Bundle

Answer = TypeVar("Answer")
Predictors = dict[str, Any]  # task → its predictor, one set per thread


class Backend:
    """Bundles at once, predictors from `start` to `stop`."""

    def __init__(self, settings: Settings, bundles: Mapping[str, Bundle]) -> None:
        self.settings = settings
        self.bundles = dict(bundles)
        self._pool: WorkPool[Predictors] | None = None

    def start(self) -> None:
        """Start the threads, each with its own predictors, after the process has forked."""
        cv2.setNumThreads(1)  # parallelism comes from requests
        threadpool_limits(1, user_api="blas")
        self._pool = WorkPool(
            self._load,
            threads=self.settings.threads,
            queue=self.settings.queue,
            seconds=self.settings.work_seconds,
        )

    def stop(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    async def run(self, job: Callable[[Predictors], Answer]) -> Answer:
        """Run one job on a thread that owns a predictor of every task.

        Raises:
            RequestError: `busy` or `work_timeout`; and whatever the job raises.
        """
        if self._pool is None:
            raise TryonError("the service has not started", code="not_started")
        return await self._pool.run(job)

    def _load(self) -> Predictors:
        predictors: Predictors = {}
        for task, bundle in self.bundles.items():
            predictors[task] = TASKS[task].predictor.load(bundle.folder)
            module_of(task).warm_up(predictors[task])
        return predictors
