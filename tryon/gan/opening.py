"""The steps before a game, done once for all runs that differ in their game alone.

A run that comes to the first step of its game leaves its state in a common folder; another run of
the same opening goes on from there. It ends with the weights it would have had by itself, bit for
bit: nothing before the game depends on the game.
"""

import json
import math
from pathlib import Path
from typing import Any

from tryon.config import TrainingConfig
from tryon.gan import checkpoint, options
from tryon.gan.checkpoint import atomically
from tryon.gan.trail import read_stats


class Opening:
    """The common folder of some runs.

    Args:
        folder: May not be there yet.
        config: When the game begins.
        resolved: The options of this run (`tryon.gan.options.resolve`).
    """

    def __init__(self, folder: Path, config: TrainingConfig, resolved: dict[str, Any]) -> None:
        self.folder = folder
        self.steps = math.ceil(config.adversarial_from * config.steps)
        common = {"generator": resolved["parameters"]["generator"]}
        self._options = {**resolved, "adversarial": "", "parameters": common}
        self.stats = folder / "stats.jsonl"

    def found(self) -> Path | None:
        """The state at the end of the opening; None where no run came so far.

        Raises:
            TrainingError: it is of runs with other options.
        """
        path = checkpoint.latest(self.folder)
        if path is not None:
            options.check(self.folder, self._options)
        return path

    def keep(self, step: int, state: dict[str, Any], stats: Path) -> None:
        """Leave the state at the end of the opening, unless it is there."""
        if checkpoint.latest(self.folder) is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            lines = "".join(json.dumps(line) + "\n" for line in read_stats(stats))
            atomically(self.stats, lambda aside: aside.write_text(lines))
            options.write(self.folder, self._options)
            checkpoint.write(self.folder, step, state)  # last: where it lies, all lies
