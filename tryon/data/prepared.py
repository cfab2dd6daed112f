"""Prepared datasets on disk: memory-mapped arrays and one table per split.

    FOLDER/meta.json                    digest, counts, refusals; written last
    FOLDER/{split}/{array}.npy          [N, …] one file per named array
    FOLDER/{split}/table.parquet        one row per sample, same order
    FOLDER/refused.parquet              split, image_id, identity, cause, message
    FOLDER/report.html                  the same for people

A folder appears under its final name only when it is whole (see tryon.data.preparing).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from tryon.errors import DataError
from tryon.paths import relative
from tryon.types import PreparedRef, Reference


class Meta(Reference):
    """What a prepared dataset is and what became of every raw row."""

    task: str
    digest: str
    inputs: dict[str, str]  # what the digest was made of
    arrays: dict[str, list[int]]  # name → shape of one sample
    rows: dict[str, int]  # per split, as read
    samples: dict[str, int]  # per split
    refused: dict[str, dict[str, int]]  # split → cause → rows


@dataclass(frozen=True)
class PreparedSplit:
    """The samples of one split."""

    name: str
    folder: Path

    @cached_property
    def arrays(self) -> Mapping[str, np.ndarray]:
        """name → [N, …], read-only and memory-mapped: only what is indexed is read."""
        return {
            file.stem: np.load(file, mmap_mode="r", allow_pickle=False)
            for file in sorted(self.folder.glob("*.npy"))
        }

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per sample, in the order of the arrays."""
        return pd.read_parquet(self.folder / "table.parquet")

    def __len__(self) -> int:
        return len(self.table)

    def __getstate__(self) -> dict[str, object]:  # a worker maps the files itself
        return {"name": self.name, "folder": self.folder}


@dataclass(frozen=True)
class PreparedStore:
    """A whole prepared dataset."""

    path: Path
    meta: Meta

    @classmethod
    def open(cls, path: Path) -> "PreparedStore":
        """Open a finished folder.

        Raises:
            DataError: there is none.
        """
        file = path / "meta.json"
        if not file.is_file():
            raise DataError(
                f"no prepared dataset at {path}",
                code="not_prepared",
                hint="run the pipeline's preprocess step: `zenml pipeline run training`",
            )
        return cls(path, Meta.model_validate_json(file.read_text()))

    def split(self, name: str) -> PreparedSplit:
        """One split's samples.

        Raises:
            DataError: no such split.
        """
        if name not in self.meta.samples:
            raise DataError(
                f"{self.path} has no split {name!r}", hint=f"one of {', '.join(self.meta.samples)}"
            )
        return PreparedSplit(name, self.path / name)

    @cached_property
    def refused(self) -> pd.DataFrame:
        """Every refused row: split, image_id, identity, cause, message."""
        return pd.read_parquet(self.path / "refused.parquet")

    def reference(self) -> PreparedRef:
        """The small value that stands for it between steps."""
        causes: dict[str, int] = {}
        for counts in self.meta.refused.values():
            for cause, count in counts.items():
                causes[cause] = causes.get(cause, 0) + count
        return PreparedRef(
            task=self.meta.task,
            path=relative(self.path),
            digest=self.meta.digest,
            samples=self.meta.samples,
            refused=dict(sorted(causes.items())),
        )
