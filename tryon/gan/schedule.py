"""The learning rate as a pure function of the step: nothing to store, nothing to restore."""

from torch.optim import Optimizer

FLOOR = 0.05


def factor(step: int, steps: int, warmup: int, decay_from: float) -> float:
    """Share of the base learning rate at `step` (from 0).

    Linear warm-up over `warmup` steps, constant until `decay_from` (a share of the steps), then
    linear down to 5 % at the end.
    """
    share = min(1.0, (step + 1) / warmup) if warmup else 1.0
    left = (step / steps - decay_from) / max(1e-9, 1 - decay_from)
    return share * max(FLOOR, 1 - max(0.0, left) * (1 - FLOOR))


def set_rate(optimiser: Optimizer, rate: float) -> None:
    """Give every parameter group the learning rate `rate`."""
    for group in optimiser.param_groups:
        group["lr"] = rate
