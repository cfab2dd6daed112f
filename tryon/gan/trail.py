"""What a run leaves behind to read: options, a line per tick, statistics, pictures over time."""

import json
import logging
import resource
import sys
import time
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from tryon.gan.checkpoint import atomically

LOGGER = logging.getLogger(__name__)
STATS = "stats.jsonl"
GAP = 4  # pixels between pictures


class Trail:
    """Writes into a run folder; on every process but the first it does nothing.

    Args:
        folder: The run's folder.
        steps: Of the whole run.
        start: Steps done before (what was recorded after them is dropped: it is done again).
        elapsed_s: Training time spent before.
        active: False on all processes but the first.
    """

    def __init__(
        self, folder: Path, steps: int, start: int = 0, elapsed_s: float = 0.0, active: bool = True
    ) -> None:
        self.folder = folder
        self.steps = steps
        self.active = active
        self.began = time.perf_counter() - elapsed_s
        self.last = (start, elapsed_s)
        self.stats = folder / STATS
        if active:
            (folder / "pictures").mkdir(parents=True, exist_ok=True)
            kept = [line for line in read_stats(self.stats) if line["step"] <= start]
            text = "".join(json.dumps(line) + "\n" for line in kept)
            atomically(self.stats, lambda aside: aside.write_text(text))
        self.bar = tqdm(
            total=steps, initial=start, desc=folder.name, unit="step", leave=False,
            disable=None if active else True, mininterval=1.0,
        )  # fmt: skip

    def elapsed_s(self) -> float:
        """Training time over all parts of the run."""
        return time.perf_counter() - self.began

    def tick(self, step: int, figures: dict[str, float], samples: int) -> dict[str, float]:
        """Write one status line; returns `figures` with time, speed and memory.

        Args:
            step: Steps done.
            figures: Means since the last line.
            samples: Per step, over all processes.
        """
        now = self.elapsed_s()
        steps, seconds = step - self.last[0], max(1e-9, now - self.last[1])
        self.last = (step, now)
        line = {
            "step": step,
            "elapsed_s": round(now, 3),
            "images_per_s": round(steps * samples / seconds, 2),
            "memory_gb": round(memory_gb(), 3),
            **{name: float(f"{value:.6g}") for name, value in figures.items()},
        }
        if self.active:
            with self.stats.open("a") as file:
                file.write(json.dumps(line) + "\n")
            LOGGER.info(status(line, self.steps))
        return line

    def pictures(self, step: int, grid: Tensor) -> Path:
        """Save `[rows, columns, 3, H, W]` (0-1) as `pictures/STEP.png`."""
        path = self.folder / "pictures" / f"{step:08d}.png"
        image = tile(grid)
        atomically(path, lambda aside: image.save(aside, format="PNG"))
        return path

    def __enter__(self) -> "Trail":
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.close()


def status(line: dict[str, float], steps: int) -> str:
    """One readable line of a tick's figures."""
    head = (
        f"step {line['step']:.0f}/{steps}  {line['elapsed_s']:.0f} s  "
        f"{line['images_per_s']:.1f} images/s  {line['memory_gb']:.2f} GB"
    )
    figures = list(line.items())[4:]
    return "  ".join([head, *(f"{name} {value:.4g}" for name, value in figures)])


def tile(grid: Tensor) -> Image.Image:
    """Lay `[rows, columns, 3, H, W]` (0-1) out as one picture with white gaps."""
    rows, columns, _, height, width = grid.shape
    sheet = torch.ones(3, rows * (height + GAP) - GAP, columns * (width + GAP) - GAP)
    for row in range(rows):
        for column in range(columns):
            top, left = row * (height + GAP), column * (width + GAP)
            sheet[:, top : top + height, left : left + width] = grid[row, column].clamp(0, 1)
    return Image.fromarray((sheet * 255).round().byte().permute(1, 2, 0).numpy())


def memory_gb() -> float:
    """Peak memory: of the GPU where there is one, else of this process."""
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        return torch.cuda.max_memory_allocated() / 1e9
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes there, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def read_stats(path: Path) -> list[dict[str, float]]:
    """The lines of stats.jsonl; a last line cut short by a kill is left out."""
    if not path.is_file():
        return []
    lines = path.read_text().splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]
