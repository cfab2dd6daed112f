"""Requests as values: what load and fuzz send, whatever the task."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tryon.serving.bundle import Bundle

NUMBERS = ("0", "1", "0.5", "-1", "2", "nan", "inf", "", "x", "1e999", "9" * 5000)
Random = np.random.Generator


@dataclass(frozen=True)
class Ask:
    """One POST: a form with files, or a body as it is."""

    path: str
    fields: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    body: bytes | None = None  # JSON, in place of the form

    def arguments(self) -> dict[str, Any]:
        """For `post` of a client."""
        if self.body is not None:
            headers = {"content-type": "application/json"}
            return {"url": self.path, "content": self.body, "headers": headers}
        files = {name: (name, content) for name, content in self.files.items()}
        return {"url": self.path, "data": dict(self.fields), "files": files}


@dataclass(frozen=True)
class Served:
    """One task of the service, as its tests see it.

    Attributes:
        task: Its name.
        write: Writes a small bundle to a folder.
        sound: Requests that are answered 200, the same bytes every time, made of photos of faces.
        odd: A request with random fields; of its photo and of other files it makes what it likes.
        answers: What the content type of its answers begins with.
    """

    task: str
    write: Callable[[Path], Bundle]
    sound: Callable[[Sequence[bytes]], list[Ask]]
    odd: Callable[[Random, bytes, Sequence[bytes]], Ask]
    answers: str


def one_of(random: Random, choices: Sequence[str]) -> str:
    """Any of them."""
    return choices[int(random.integers(len(choices)))]
