"""Response headers that say which model answered, where it comes from and how long it took."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from bento.metrics import stage_seconds
from tryon.serving.bundle import Bundle

TIMING_HEADERS = {"Server-Timing": "milliseconds per stage"}
MODEL_HEADERS = {
    "X-Model-Version": "number of the model in the registry",
    "X-Lineage-Git-Commit": "code that trained the model",
    "X-Lineage-Git-Dirty": "whether that code had uncommitted changes",
    "X-Lineage-Dataset": "content hash of the training data",
    "X-Lineage-Params": "hash of the training parameters",
} | TIMING_HEADERS


def model_headers(bundle: Bundle) -> dict[str, str]:
    """Version and lineage of the model that answers."""
    lineage = bundle.meta.lineage
    return {
        "X-Model-Version": bundle.meta.version,
        "X-Lineage-Git-Commit": lineage.git_commit,
        "X-Lineage-Git-Dirty": str(lineage.git_dirty).lower(),
        "X-Lineage-Dataset": lineage.dataset_digest,
        "X-Lineage-Params": lineage.params_digest,
    }


class Stopwatch:
    """Times the stages of one answer."""

    def __init__(self, task: str) -> None:
        self.task = task
        self.stages: dict[str, float] = {}  # seconds

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what happens inside; counted only when it succeeds."""
        start = perf_counter()
        yield
        self.add(name, perf_counter() - start)

    def add(self, name: str, seconds: float) -> None:
        """Add a stage timed elsewhere."""
        self.stages[name] = seconds
        stage_seconds().labels(task=self.task, stage=name).observe(seconds)

    def header(self) -> dict[str, str]:
        """The stages as `Server-Timing` (W3C), in milliseconds."""
        parts = (f"{name};dur={seconds * 1e3:.1f}" for name, seconds in self.stages.items())
        return {"Server-Timing": ", ".join(parts)}
