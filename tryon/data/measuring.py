"""Measuring a whole dataset: row groups to worker processes, columns back as one table."""

from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from tryon.data.columns import measure_group, start_inspecting
from tryon.data.pool import pool
from tryon.data.shards import groups


def measure(task: str, folder: Path, max_pixels: int, workers: int) -> pd.DataFrame:
    """One row per picture of a dataset.

    Columns: `image_id`, `part` (the image column), `split`, `identity`, `shard`, `group`, `offset`
    (where the row lies), `error` (an ImageError code or ""), `message`, `format`, `mode`, `width`,
    `height`, `short_side`, `exif_rotated`, `bytes`, `sha256`, `phash`, `brightness` (mean luma,
    0-1), `sharpness`, and those of the task's inspector. What cannot be measured is null.

    Args:
        task: Name of the task whose inspector looks at the pictures.
        folder: The dataset.
        max_pixels: Larger pictures are not decoded.
        workers: Processes.
    """
    todo = groups(folder)
    records: list[dict[str, Any]] = []
    with (
        pool(workers, start_inspecting, task, max_pixels) as executor,
        tqdm(total=sum(group.rows for group in todo), desc="measuring", unit="row") as bar,
    ):
        for group, found in zip(todo, executor.map(measure_group, todo), strict=True):
            records += found
            bar.update(group.rows)
    return pd.DataFrame.from_records(records)
