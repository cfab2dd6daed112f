"""Rendered faces with exact landmarks and labels: there is always a face to test with."""

from functools import cache

import numpy as np

from tryon.sample.person import imagine
from tryon.sample.portrait import Portrait


@cache
def portrait(seed: int = 3, tone: int = 5, size: int = 256) -> Portrait:
    """One rendered person; the same arguments give the same picture."""
    return Portrait(imagine(seed, tone, size), size)


@cache
def picture(seed: int = 3, tone: int = 5, size: int = 256) -> np.ndarray:
    """The bare photo of it, uint8 RGB [size, size, 3]. Do not write to it."""
    return portrait(seed, tone, size).picture()
