"""Adversarial losses against values worked out by hand, penalties against closed forms."""

import math

import pytest
import torch
from torch import Tensor, nn

from tryon.errors import ConfigError
from tryon.gan import losses
from tryon.gan.adversary import Adversary, separation
from tryon.gan.losses import LOSSES

REAL = torch.tensor([[2.0], [0.0]])
FAKE = torch.tensor([[-1.0], [3.0]])
WRONG = torch.tensor([[1.0], [1.0]])


def softplus(value: float) -> float:
    return math.log1p(math.exp(value))


HAND = {  # real side, fake side, mismatched side, generator's side: means over the two samples
    "bce": (
        (softplus(-2) + softplus(0)) / 2,
        (softplus(-1) + softplus(3)) / 2,
        softplus(1),
        (softplus(1) + softplus(-3)) / 2,
    ),
    "lsgan": ((0.5 + 0.5) / 2, (0.5 + 4.5) / 2, 0.5, (2.0 + 2.0) / 2),
    "hinge": ((0 + 1) / 2, (0 + 4) / 2, 2.0, (1 - 3) / 2),
    "wgan-gp": (-(2 + 0) / 2, (-1 + 3) / 2, 1.0, -(-1 + 3) / 2),
}


@pytest.mark.parametrize("name", LOSSES)
def test_equals_the_hand_computed_case(name: str) -> None:
    real, fake, wrong, generator = HAND[name]
    loss = LOSSES[name]
    assert losses.discriminator_loss(loss, REAL, FAKE).item() == pytest.approx(real + fake)
    aware = losses.discriminator_loss(loss, REAL, FAKE, WRONG).item()
    assert aware == pytest.approx(real + (fake + wrong) / 2)
    assert losses.generator_loss(loss, FAKE).item() == pytest.approx(generator)


def test_every_loss_has_a_hand_computed_case() -> None:
    assert set(HAND) == set(LOSSES)


@pytest.mark.parametrize("name", LOSSES)
def test_weights_choose_samples(name: str) -> None:
    loss, weight = LOSSES[name], torch.tensor([1.0, 0.0])
    chosen = losses.discriminator_loss(loss, REAL, FAKE, WRONG, weight)
    alone = losses.discriminator_loss(loss, REAL[:1], FAKE[:1], WRONG[:1])
    torch.testing.assert_close(chosen, alone)
    torch.testing.assert_close(
        losses.generator_loss(loss, FAKE, weight), losses.generator_loss(loss, FAKE[:1])
    )


def test_no_weight_at_all_costs_nothing_and_has_a_gradient() -> None:
    logits = torch.ones(2, 1, 3, 3, requires_grad=True)
    cost = losses.generator_loss(LOSSES["bce"], logits, torch.zeros(2))
    cost.backward()
    assert cost.item() == 0
    assert logits.grad is not None
    assert (logits.grad == 0).all()


def test_names() -> None:
    assert losses.adversarial_loss("none") is None
    assert losses.adversarial_loss("hinge") is LOSSES["hinge"]
    with pytest.raises(ConfigError, match="hinge, lsgan"):
        losses.adversarial_loss("magic")


class Linear(nn.Module):
    """D(x) = <w, x>, patch by patch the same, so grad D = w everywhere."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight)

    def forward(self, inputs: Tensor) -> Tensor:
        logit = (inputs * self.weight).flatten(1).sum(1)
        return logit[:, None, None, None].expand(-1, 1, 2, 2)


@pytest.fixture
def linear() -> Linear:
    return Linear(torch.randn(3, 4, 4, generator=torch.Generator().manual_seed(1)))


def test_gradient_penalty_of_a_linear_critic(linear: Linear) -> None:
    real, fake = torch.rand(5, 3, 4, 4), torch.rand(5, 3, 4, 4)
    penalty = losses.gradient_penalty(linear, real, fake)
    norm = linear.weight.detach().norm()
    torch.testing.assert_close(penalty.detach(), (norm - 1) ** 2)
    penalty.backward()
    expected = 2 * (norm - 1) * linear.weight.detach() / norm  # d/dw (|w| - 1)^2
    torch.testing.assert_close(linear.weight.grad, expected)


def test_r1_of_a_linear_critic(linear: Linear) -> None:
    penalty = losses.r1_penalty(linear, torch.rand(5, 3, 4, 4))
    torch.testing.assert_close(penalty.detach(), 0.5 * linear.weight.detach().square().sum())
    penalty.backward()
    torch.testing.assert_close(linear.weight.grad, linear.weight.detach())  # d/dw |w|^2 / 2


def test_r1_of_a_quadratic_critic_is_taken_at_the_real_samples() -> None:
    real = torch.rand(4, 1, 2, 2)
    penalty = losses.r1_penalty(lambda x: x.square().flatten(1).sum(1, keepdim=True), real)
    expected = 0.5 * (2 * real).square().flatten(1).sum(1).mean()  # grad = 2x
    torch.testing.assert_close(penalty.detach(), expected)


def test_gradient_penalty_is_taken_between_fake_and_real() -> None:
    real, fake = torch.full((1, 1, 1, 1), 3.0), torch.full((1, 1, 1, 1), 1.0)
    penalty = losses.gradient_penalty(
        lambda x: x.square().flatten(1), real, fake, mix=torch.tensor([0.25])
    )
    assert penalty.item() == pytest.approx((2 * 1.5 - 1) ** 2)  # x = 1 + .25 * 2, grad = 2x


def test_terms_of_a_discriminator_step(linear: Linear) -> None:
    real, fake = torch.ones(2, 3, 4, 4), torch.zeros(2, 3, 4, 4)
    adversary = Adversary(LOSSES["lsgan"], weight=0.1, r1_weight=0.5, r1_every=8)
    plain = adversary.discriminator_terms(linear, real, fake)
    assert set(plain.losses) == {"adversarial"}
    lazy = adversary.discriminator_terms(linear, real, fake, real, lazy=True)
    torch.testing.assert_close(
        lazy.losses["r1"].detach(), 0.5 * 8 * 0.5 * linear.weight.detach().square().sum()
    )
    assert lazy.observed["matching"].item() == 0.5, "the same inputs cannot be told apart"
    torch.testing.assert_close(lazy.total(), lazy.losses["adversarial"] + lazy.losses["r1"])


def test_wgan_terms_hold_the_penalty(linear: Linear) -> None:
    adversary = Adversary(LOSSES["wgan-gp"], weight=0.1)
    terms = adversary.discriminator_terms(linear, torch.ones(2, 3, 4, 4), torch.zeros(2, 3, 4, 4))
    expected = 10 * (linear.weight.detach().norm() - 1) ** 2
    torch.testing.assert_close(terms.losses["gradient_penalty"].detach(), expected)
    assert adversary.differentiates_twice
    assert not Adversary(LOSSES["hinge"], weight=0.1).differentiates_twice


def test_separation() -> None:
    high, low = torch.full((2, 1, 2, 2), 3.0), torch.zeros(2, 1, 2, 2)
    assert separation(high, low).item() == 1
    assert separation(low, high).item() == 0
    assert separation(low, low).item() == 0.5
