"""What a task tells the engine: its networks and named loss terms, nothing of optimisation."""

from typing import Any, Protocol

from torch import Tensor, nn

from tryon.gan.adversary import Adversary
from tryon.gan.terms import Batch, Terms


class Objective(Protocol):
    """A task's networks and losses.

    The engine wraps the networks (devices, precision, processes) and hands them back as arguments,
    so an objective calls what it is given and never `self.generator` itself. It holds no optimiser,
    reads no file and keeps no state between calls.

    It may also offer `rehearse(generator, batch)`, which is then called in place of `generate`
    where there is no game, or not yet (`adversarial_from`): what only the game needs costs nothing
    there.
    """

    generator: nn.Module
    discriminator: nn.Module | None

    def generate(self, generator: nn.Module, batch: Batch) -> Batch:
        """One forward pass: everything the losses need, by name."""

    def discriminator_losses(
        self, discriminator: Any, batch: Batch, generated: Batch, adversary: Adversary, lazy: bool
    ) -> Terms:
        """Terms of a discriminator step; `generated` carries no gradient.

        `lazy` is true on the steps that also take the penalties evaluated only now and then.
        """

    def generator_losses(
        self, discriminator: Any | None, batch: Batch, generated: Batch, adversary: Adversary | None
    ) -> Terms:
        """Terms of a generator step; the discriminator (None without a game) is frozen."""

    def compared(self, batch: Batch, generated: Batch) -> tuple[Tensor, Tensor]:
        """What was made and what was wanted, `[N, ...]` each, whose spreads the health compares.

        Leave out what both share with the input: else a generator that makes the same thing of
        everything looks diverse because its inputs are.
        """

    def preview(self, generator: nn.Module, batch: Batch) -> Tensor:
        """Pictures of a fixed batch, `[rows, columns, 3, H, W]`, values 0-1."""
