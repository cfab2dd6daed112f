"""What one model scored: the same shape for every task, so that gates and reports know no task."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from tryon.errors import DataError
from tryon.vision.images import decode, encode

Direction = Literal["higher", "lower", "none"]
Kind = Literal["best", "median", "worst", "same"]  # same: the samples every model shows


@dataclass(frozen=True)
class Metric:
    """How a figure is called and read."""

    name: str
    label: str
    direction: Direction
    unit: str = ""
    meaning: str = ""
    digits: int = 2

    def better(self, first: float, second: float) -> bool:
        """Whether `first` is strictly better; NaN is never better, and anything beats NaN."""
        if np.isnan(first) or self.direction == "none":
            return False
        if np.isnan(second):
            return True
        return first > second if self.direction == "higher" else first < second


@dataclass(frozen=True)
class PictureRow:
    """Pictures of one test sample side by side."""

    kind: Kind
    caption: str
    pictures: Mapping[str, np.ndarray]  # title → uint8 [H, W, 3]


@dataclass(frozen=True)
class Evaluation:
    """One model (or baseline) on one test split.

    Attributes:
        title: Name of the candidate or baseline.
        metrics: Figures over the split; a figure that could not be taken is NaN or absent.
        samples: One row per test sample.
        slices: Slice name → table indexed by group: `n` and the mean of every per-sample figure.
        pictures: Best, median and worst cases.
        protocol: What was measured how, as lines for the report.
        counts: Figure → how many pictures (or samples) it was taken on.
        distances: Leave-one-out values of the kernel distances, to compare two models (see
            `tryon.metrics.distances.KernelDistance`).
    """

    title: str
    metrics: Mapping[str, float]
    samples: pd.DataFrame
    slices: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    pictures: Sequence[PictureRow] = ()
    protocol: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    distances: Mapping[str, np.ndarray] = field(default_factory=dict)

    def with_metrics(self, **figures: float) -> "Evaluation":
        """A copy with figures measured elsewhere, such as the parity of the export."""
        return replace(self, metrics={**self.metrics, **figures})

    def write(self, folder: Path) -> None:
        """Save as metrics.json, samples.parquet and pictures/; `read` gives it back."""
        (folder / "pictures").mkdir(parents=True, exist_ok=True)
        rows = []
        for index, row in enumerate(self.pictures):
            files = {}
            for place, (title, picture) in enumerate(row.pictures.items()):
                name = f"pictures/{index:02d}_{row.kind}_{place}.png"
                (folder / name).write_bytes(encode(picture))
                files[title] = name
            rows.append({"kind": row.kind, "caption": row.caption, "files": files})
        self.samples.to_parquet(folder / "samples.parquet")
        summary = {
            "title": self.title,
            "metrics": {name: _plain(value) for name, value in self.metrics.items()},
            "slices": {name: _split(table) for name, table in self.slices.items()},
            "pictures": rows,
            "protocol": dict(self.protocol),
            "counts": dict(self.counts),
            "distances": {name: list(map(float, v)) for name, v in self.distances.items()},
        }
        (folder / "metrics.json").write_text(json.dumps(summary, indent=1, ensure_ascii=False))

    @classmethod
    def read(cls, folder: Path) -> "Evaluation":
        """Load what `write` saved.

        Raises:
            DataError: nothing was saved there.
        """
        file = folder / "metrics.json"
        if not file.is_file():
            raise DataError(f"no evaluation at {folder}", hint="run the evaluate step again")
        summary = json.loads(file.read_text())
        return cls(
            title=summary["title"],
            metrics={n: float("nan") if v is None else v for n, v in summary["metrics"].items()},
            samples=pd.read_parquet(folder / "samples.parquet"),
            slices={n: _table(name=n, **parts) for n, parts in summary["slices"].items()},
            pictures=[
                PictureRow(
                    row["kind"],
                    row["caption"],
                    {t: decode((folder / f).read_bytes()).image for t, f in row["files"].items()},
                )
                for row in summary["pictures"]
            ],
            protocol=summary["protocol"],
            counts=summary["counts"],
            distances={n: np.asarray(v) for n, v in summary["distances"].items()},
        )


def _plain(value: float) -> float | None:
    """JSON has no NaN and no infinity."""
    return float(value) if np.isfinite(value) else None


def _split(table: pd.DataFrame) -> dict[str, list]:
    return {
        "columns": list(table.columns),
        "index": list(table.index),
        "data": [[_plain(value) for value in row] for row in table.to_numpy(float)],
    }


def _table(name: str, columns: list[str], index: list[str], data: list[list]) -> pd.DataFrame:
    return pd.DataFrame(data, index=pd.Index(index, name=name), columns=columns, dtype=float)
