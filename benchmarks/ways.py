"""The ways a task's endpoint is compared in."""

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import numpy as np

from tests.bento.pictures import face


@dataclass(frozen=True)
class Ways:
    """One photo, answered in three ways.

    Attributes:
        bare: What no answer can do without.
        work: The whole work without a server.
        ask: A request to a server.
        picture: uint8 RGB [H, W, 3], 3:4, what photos of this task show.
    """

    bare: Callable[[bytes], None]
    work: Callable[[bytes], None]
    ask: Callable[[httpx.Client, bytes], None]
    picture: np.ndarray = field(default_factory=face)
