"""Adversarial losses by name, and the gradient penalties that keep them tame.

Every function works on raw discriminator outputs (logits), patch by patch. `D` is the
discriminator's logit, `sigma` the sigmoid. All results are float32.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from tryon.errors import ConfigError

PatchLoss = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class AdversarialLoss:
    """One game: what each patch costs the discriminator and the generator.

    Attributes:
        name: The name in params.yaml.
        real: Discriminator's cost of a real patch.
        fake: Discriminator's cost of a fake patch.
        generator: Generator's cost of a fake patch.
        gradient_penalty: Weight of the two-sided penalty the game needs; 0 = none.
    """

    name: str
    real: PatchLoss
    fake: PatchLoss
    generator: PatchLoss
    gradient_penalty: float = 0.0

    @property
    def spectral(self) -> bool:
        """Whether the discriminator is spectrally normalised: not where a penalty does that job."""
        return self.gradient_penalty == 0


LOSSES: dict[str, AdversarialLoss] = {
    loss.name: loss
    for loss in (
        # Goodfellow et al. 2014, eq. 1, with the non-saturating generator of their section 3.
        AdversarialLoss(
            "bce",
            real=lambda logits: F.softplus(-logits),  # -log sigma(D)
            fake=lambda logits: F.softplus(logits),  # -log(1 - sigma(D))
            generator=lambda logits: F.softplus(-logits),  # -log sigma(D)
        ),
        # Mao et al. 2017, eq. 2 and 9 with a = 0, b = c = 1.
        AdversarialLoss(
            "lsgan",
            real=lambda logits: 0.5 * (logits - 1).square(),
            fake=lambda logits: 0.5 * logits.square(),
            generator=lambda logits: 0.5 * (logits - 1).square(),
        ),
        # Lim & Ye 2017; Miyato et al. 2018, eq. 16 and 17.
        AdversarialLoss(
            "hinge",
            real=lambda logits: F.relu(1 - logits),
            fake=lambda logits: F.relu(1 + logits),
            generator=lambda logits: -logits,
        ),
        # Arjovsky et al. 2017, eq. 2; Gulrajani et al. 2017, eq. 3 with lambda = 10.
        AdversarialLoss(
            "wgan-gp",
            real=lambda logits: -logits,
            fake=lambda logits: logits,
            generator=lambda logits: -logits,
            gradient_penalty=10.0,
        ),
    )
}


def adversarial_loss(name: str) -> AdversarialLoss | None:
    """The loss called `name`; None for "none".

    Raises:
        ConfigError: for a name that is not one of LOSSES.
    """
    if name == "none":
        return None
    if name not in LOSSES:
        raise ConfigError(
            f"adversarial: got {name!r}", hint=f"one of none, {', '.join(sorted(LOSSES))}"
        )
    return LOSSES[name]


def weighted_mean(values: Tensor, weight: Tensor | None = None) -> Tensor:
    """Mean of patch costs `[M, ...]` under per-sample weights `[M]`; 0 where all weights are 0."""
    values = values.float()
    if weight is None:
        return values.mean()
    per_sample = values.flatten(1).mean(1)  # [M]
    return (per_sample * weight).sum() / weight.sum().clamp_min(1e-6)


def discriminator_loss(
    loss: AdversarialLoss,
    real: Tensor,
    fake: Tensor,
    mismatched: Tensor | None = None,
    weight: Tensor | None = None,
) -> Tensor:
    """What the discriminator minimises.

    With `mismatched` (real pictures under a wrong condition) the loss is matching-aware: fakes and
    mismatches share the fake side half and half (Reed et al. 2016, algorithm 1).

    Args:
        loss: The game.
        real: Logits `[M, ...]` of real samples.
        fake: Logits `[M, ...]` of generated samples.
        mismatched: Logits `[M, ...]` of real samples under another sample's condition.
        weight: Per-sample weights `[M]`.
    """
    cost = weighted_mean(loss.fake(fake.float()), weight)
    if mismatched is not None:
        cost = 0.5 * (cost + weighted_mean(loss.fake(mismatched.float()), weight))
    return weighted_mean(loss.real(real.float()), weight) + cost


def generator_loss(loss: AdversarialLoss, fake: Tensor, weight: Tensor | None = None) -> Tensor:
    """What the generator minimises on logits `[M, ...]` of its samples."""
    return weighted_mean(loss.generator(fake.float()), weight)


def _input_gradient(discriminator: Callable[[Tensor], Tensor], inputs: Tensor) -> Tensor:
    """Gradient `[M, -1]` of each sample's mean logit with respect to that sample."""
    logits = discriminator(inputs)
    total = logits.float().flatten(1).mean(1).sum()  # D(x) = mean over its patches
    (gradient,) = torch.autograd.grad(total, inputs, create_graph=True)
    return gradient.float().flatten(1)


def gradient_penalty(
    discriminator: Callable[[Tensor], Tensor],
    real: Tensor,
    fake: Tensor,
    mix: Tensor | None = None,
) -> Tensor:
    """E[(|grad D(x)|_2 - 1)^2] between real and fake samples (Gulrajani et al. 2017, eq. 3).

    Works on what the discriminator is given, after any cropping: `grid_sample` has no second
    derivative.

    Args:
        discriminator: Maps `[M, ...]` to logits `[M, ...]`.
        real: Real inputs `[M, ...]`.
        fake: Generated inputs of the same shape.
        mix: Where between fake (0) and real (1), `[M]`; random by default.
    """
    if mix is None:
        mix = torch.rand(len(real), device=real.device, dtype=real.dtype)
    mix = mix.view(-1, *[1] * (real.dim() - 1))
    inputs = torch.lerp(fake.detach(), real.detach(), mix).requires_grad_(True)
    return (_input_gradient(discriminator, inputs).norm(2, dim=1) - 1).square().mean()


def r1_penalty(discriminator: Callable[[Tensor], Tensor], real: Tensor) -> Tensor:
    """1/2 E[|grad D(x)|_2^2] on real samples (Mescheder et al. 2018, eq. 9, without gamma)."""
    inputs = real.detach().requires_grad_(True)
    return 0.5 * _input_gradient(discriminator, inputs).square().sum(1).mean()
