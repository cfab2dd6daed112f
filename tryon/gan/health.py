"""Is the training well? Non-finite terms stop it; a lost balance or a collapse is said aloud."""

import math
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor

from tryon.errors import TrainingError

BLIND = 0.55  # separation: the discriminator tells nothing apart
WINS = 0.98  # separation: it is always right, its gradient says little
COLLAPSED = 0.3  # diversity: outputs vary this much less than what was wanted
PATIENCE = 4  # status lines in a row


def check_finite(step: int, terms: dict[str, float]) -> None:
    """Stop on the first NaN or infinity.

    Raises:
        TrainingError: names the step and the term.
    """
    for name, value in terms.items():
        if not math.isfinite(value):
            raise TrainingError(
                f"{name} became {value} at step {step}",
                code="not_finite",
                hint="lower generator_lr / discriminator_lr, or train with precision 32-true",
            )


@torch.no_grad()
def diversity(made: Tensor, wanted: Tensor) -> float:
    """Spread of `made` over the batch ÷ spread of `wanted`, `[N, ...]` each; nan for one sample.

    The spread is the mean over all values of their standard deviation over the batch. 1 is as
    varied as asked; near 0 the generator makes the same thing whatever it is asked (mode collapse).
    """
    if len(made) < 2:
        return math.nan
    spread = made.float().std(0).mean() / wanted.float().std(0).mean().clamp_min(1e-8)
    return float(spread)


@dataclass
class Health:
    """Watches the figures of every status line; its state is part of a checkpoint.

    Attributes:
        runs: Per concern, for how many status lines in a row it has held.
        warnings: Everything said so far, with its step.
    """

    runs: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def watch(self, step: int, figures: dict[str, float]) -> list[str]:
        """Look at one status line; returns the warnings that are new.

        Args:
            step: The step of the line.
            figures: May hold `separation` (.5 blind … 1 always right) and `diversity`.
        """
        separation = figures.get("separation", math.nan)
        spread = figures.get("diversity", math.nan)
        concerns = {
            "blind": (
                separation < BLIND,
                f"the discriminator tells real from fake in {separation:.0%} of the patches only: "
                "raise discriminator_lr or train longer; the adversarial term teaches nothing yet",
            ),
            "wins": (
                separation > WINS,
                f"the discriminator is right on {separation:.1%} of the patches: "
                "lower discriminator_lr or set r1_weight",
            ),
            "collapse": (
                spread < COLLAPSED,
                f"outputs vary {spread:.2f} times as much as what was asked for (mode collapse): "
                "lower adversarial_weight or generator_lr",
            ),
        }
        new = []
        for name, (holds, message) in concerns.items():
            self.runs[name] = self.runs.get(name, 0) + 1 if holds else 0
            if self.runs[name] == PATIENCE:
                new.append(f"step {step}: {message}")
        self.warnings += new
        return new

    def state(self) -> dict[str, Any]:
        """Plain values for a checkpoint."""
        return asdict(self)
