"""Time of the Fréchet maths ÷ torch-fidelity's, on equal features: `python -m benchmarks.frechet`.

2048 features of 2048 pictures, as FID has them; one thread each; both from features to the figure.
"""

import os
import sys
import time
from collections.abc import Callable

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy loads its linear algebra

import numpy as np
import torch
from torch_fidelity.metric_fid import (
    KEY_METRIC_FID,
    fid_features_to_statistics,
    fid_statistics_to_metric,
)

from benchmarks.report import figure
from tryon.metrics.distances import frechet_distance

PICTURES = FEATURES = 2048
LIMIT = 1.0


def theirs(first: np.ndarray, second: np.ndarray) -> float:
    """torch-fidelity's path from features to the distance."""
    statistics = [fid_features_to_statistics(torch.from_numpy(x)) for x in (first, second)]
    return float(fid_statistics_to_metric(*statistics, verbose=False)[KEY_METRIC_FID])


def timed(distance: Callable[..., float], *sets: np.ndarray) -> tuple[float, float]:
    """The distance and the seconds it took."""
    began = time.perf_counter()
    value = distance(*sets)
    return value, time.perf_counter() - began


def main() -> int:
    """Measure, print, and return 1 where the limit is missed or the values differ."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    mix = rng.standard_normal((FEATURES, FEATURES)) / np.sqrt(FEATURES)
    first = rng.standard_normal((PICTURES, FEATURES)) @ mix
    second = rng.standard_normal((PICTURES, FEATURES)) @ mix * 1.1 + 0.1
    ours, seconds = timed(frechet_distance, first, second)
    reference, reference_seconds = timed(theirs, first, second)
    kept = figure(
        "Fréchet maths ÷ torch-fidelity",
        seconds / reference_seconds,
        LIMIT,
        at_least=False,
        detail=f"{seconds:.2f} ÷ {reference_seconds:.2f} s, n = {PICTURES}, d = {FEATURES}",
    )
    difference = abs(ours / reference - 1)
    equal = figure("relative difference of the values", difference, 1e-6, at_least=False, unit="")
    return 0 if kept and equal else 1


if __name__ == "__main__":
    sys.exit(main())
