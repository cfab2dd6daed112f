"""Drawn rows of a few persons, and what is prepared of them."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tryon.data.chunks import Sample
from tryon.data.prepared import PreparedSplit
from tryon.garment.config import Config, PreprocessConfig
from tryon.garment.preparation import Preparer
from tryon.garment.sample_rows import Order, draw

HEIGHT = 128  # of the frame: the smallest the networks take
PICTURE = 256  # of the drawn pictures
PERSONS = (20, 21, 34)  # in a vest, a skirt, a dress


@cache
def rows(index: int) -> list[dict[str, Any]]:
    """The rows of one drawn person: paired, cross and unpaired."""
    drawn = draw(Order(index, 20, "test", 1 + index % 10, PICTURE, 2))
    data = ("image", "target", "garment", "garment_mask", "garment_raw", "garment_raw_mask")
    assert all(isinstance(row[name], (bytes, type(None))) for row in drawn for name in data)
    return [{**row, "split": "test"} for row in drawn]


@cache
def samples() -> tuple[Sample, ...]:
    """Every row of the persons, prepared."""
    with Preparer(PreprocessConfig(height=HEIGHT), 20) as preparer:
        return tuple(s for index in PERSONS for row in rows(index) for s in preparer.prepare(row))


def config(**sections: Any) -> Config:
    """Sizes small enough for tests."""
    small = {"width": 8, "warp_width": 8, "parser_width": 8, "discriminator_width": 8}
    given = {"preprocess": {"height": HEIGHT}, "network": small | {"condition_width": 8}}
    return Config.model_validate(given | sections)


def write_split(folder: Path, name: str = "test") -> PreparedSplit:
    """The samples as a prepared split."""
    folder.mkdir(parents=True, exist_ok=True)
    prepared = samples()
    for array in prepared[0].arrays:
        np.save(folder / f"{array}.npy", np.stack([sample.arrays[array] for sample in prepared]))
    pd.DataFrame([sample.record for sample in prepared]).to_parquet(folder / "table.parquet")
    return PreparedSplit(name, folder)


class Knows:
    """Stands in for a reader: says what it was given, as the network would."""

    def __init__(self, **said: np.ndarray) -> None:
        self.said = said

    def run(self, **arrays: np.ndarray) -> dict[str, np.ndarray]:
        return self.said


def heat_of(points: np.ndarray) -> np.ndarray:
    """Heat maps whose peaks are at these points in [0, 1]."""
    height, width = HEIGHT // 4, HEIGHT * 3 // 16
    y, x = np.mgrid[:height, :width] + 0.5
    at = np.nan_to_num(points)[:, None, None] * [width, height]
    return (-((x - at[..., 0]) ** 2 + (y - at[..., 1]) ** 2)).astype(np.float32)
