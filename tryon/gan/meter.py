"""Collects the terms of every step without waiting for the device, until a line is written."""

import torch
from torch import Tensor

from tryon.gan.health import check_finite
from tryon.gan.terms import Terms


class Meter:
    """Figures since the last status line.

    Values stay on their device until `flush`, which moves all of them at once and checks each step
    in order; so nothing waits for a GPU in between, and an error still names its own step.

    Args:
        lenient: Name endings that may be infinite (gradient norms under a loss scaler, which skips
            such steps by itself).
    """

    def __init__(self, lenient: tuple[str, ...] = ()) -> None:
        self.lenient = lenient
        self.pending: list[tuple[int, dict[str, Tensor]]] = []

    def add(self, step: int, network: str, terms: Terms, norm: Tensor) -> None:
        """Note the terms of one update of `network` at `step`."""
        named = terms.losses | terms.observed | {"gradient": norm}
        values = {f"{network}/{name}": value.detach() for name, value in named.items()}
        self.pending.append((step, values))

    def flush(self) -> dict[str, float]:
        """Means since the last flush.

        Raises:
            TrainingError: a term was not finite; names the first such step and the term.
        """
        means = {name: sum(values) / len(values) for name, values in self._values().items()}
        self.pending = []
        return means

    def state(self) -> list[tuple[int, dict[str, float]]]:
        """The pending values for a checkpoint, checked as in `flush`."""
        self._values()
        return [
            (step, {name: float(value) for name, value in values.items()})
            for step, values in self.pending
        ]

    def load(self, state: list[tuple[int, dict[str, float]]]) -> None:
        """Put back what `state` gave."""
        self.pending = [
            (step, {name: torch.tensor(value) for name, value in values.items()})
            for step, values in state
        ]

    def _values(self) -> dict[str, list[float]]:
        if not self.pending:
            return {}
        flat = torch.stack([v.float() for _, values in self.pending for v in values.values()])
        numbers = iter(flat.tolist())
        collected: dict[str, list[float]] = {}
        for step, values in self.pending:
            at_step = {name: next(numbers) for name in values}
            check_finite(
                step, {n: v for n, v in at_step.items() if not n.endswith(self.lenient or ("\0",))}
            )
            for name, value in at_step.items():
                collected.setdefault(name, []).append(value)
        return collected
