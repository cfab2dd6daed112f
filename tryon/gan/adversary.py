"""The game between the two networks, ready for an objective: forward passes, terms, penalties."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from tryon.gan import losses
from tryon.gan.terms import Terms

Discriminator = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Adversary:
    """An adversarial loss with its weights.

    Attributes:
        loss: The game.
        weight: Of the generator's adversarial term.
        r1_weight: gamma of the R1 penalty; 0 = off.
        r1_every: R1 is taken every so many steps and weighs as much more then ("lazy", Karras et
            al. 2020, section 3.1).
    """

    loss: losses.AdversarialLoss
    weight: float
    r1_weight: float = 0.0
    r1_every: int = 16

    @property
    def differentiates_twice(self) -> bool:
        """Whether a penalty needs second derivatives (which compiled networks do not have)."""
        return self.r1_weight > 0 or self.loss.gradient_penalty > 0

    def discriminator_terms(
        self,
        discriminator: Discriminator,
        real: Tensor,
        fake: Tensor,
        mismatched: Tensor | None = None,
        weight: Tensor | None = None,
        *,
        lazy: bool = False,
    ) -> Terms:
        """All terms of a discriminator step, in one forward pass over real, fake and mismatched.

        Args:
            discriminator: Maps inputs (with their condition) `[M, C, H, W]` to logits `[M, ...]`.
            real: Real inputs.
            fake: Generated inputs, detached.
            mismatched: Real inputs under another sample's condition.
            weight: Per-sample weights `[M]`.
            lazy: Also take R1, where its weight is not 0.
        """
        groups = [real, fake] if mismatched is None else [real, fake, mismatched]
        logits = discriminator(torch.cat(groups)).float().split(len(real))
        wrong = None if mismatched is None else logits[2]
        cost = losses.discriminator_loss(self.loss, logits[0], logits[1], wrong, weight)
        terms = {"adversarial": cost}
        if self.loss.gradient_penalty:
            penalty = losses.gradient_penalty(discriminator, real, fake)
            terms["gradient_penalty"] = self.loss.gradient_penalty * penalty
        if lazy and self.r1_weight:
            penalty = losses.r1_penalty(discriminator, real)
            terms["r1"] = self.r1_weight * self.r1_every * penalty
        observed = {
            "real_logit": logits[0].mean(),
            "fake_logit": logits[1].mean(),
            "separation": separation(logits[0], logits[1], weight),
        }
        if wrong is not None:
            observed["matching"] = separation(logits[0], wrong, weight)
        return Terms(terms, {name: value.detach() for name, value in observed.items()})

    def generator_terms(
        self, discriminator: Discriminator, fake: Tensor, weight: Tensor | None = None
    ) -> Terms:
        """The generator's adversarial term; `fake` carries the gradient."""
        cost = losses.generator_loss(self.loss, discriminator(fake), weight)
        return Terms({"adversarial": self.weight * cost})


@torch.no_grad()
def separation(real: Tensor, other: Tensor, weight: Tensor | None = None) -> Tensor:
    """Share of patches whose real logit lies above the other one's: .5 is blind, 1 always right.

    It reads the same for every loss, unlike the losses themselves. Ties count half.
    """
    return losses.weighted_mean(0.5 + 0.5 * torch.sign(real - other), weight)
