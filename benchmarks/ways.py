"""The ways a task's endpoint is compared in."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx


@dataclass(frozen=True)
class Ways:
    """One photo, answered in three ways.

    Attributes:
        bare: What no answer can do without.
        work: The whole work without a server.
        ask: A request to a server.
    """

    bare: Callable[[bytes], None]
    work: Callable[[bytes], None]
    ask: Callable[[httpx.Client, bytes], None]
