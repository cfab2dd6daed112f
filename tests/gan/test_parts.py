"""Blocks, crops, order, average, schedule, random states: each against what it promises."""

import random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from tryon.errors import TrainingError
from tryon.gan import rng
from tryon.gan.blocks import ConditionedBlock, ConditionedUNet, FiLM
from tryon.gan.discriminators import PatchDiscriminator, boxes_of, crops
from tryon.gan.ema import ExponentialAverage
from tryon.gan.order import Index, Order
from tryon.gan.schedule import factor


def test_film_starts_as_the_identity_and_then_modulates() -> None:
    film, features, condition = FiLM(4, 3), torch.rand(2, 3, 5, 5), torch.rand(2, 4)
    torch.testing.assert_close(film(features, condition), features)
    film.linear.bias.data = torch.tensor([1.0, 0, 0, 0, 0, 2.0])
    made = film(features, condition)
    torch.testing.assert_close(made[:, 0], 2 * features[:, 0])
    torch.testing.assert_close(made[:, 2], features[:, 2] + 2)


def test_block_and_unet_shapes() -> None:
    condition = torch.rand(2, 4)
    block, network = ConditionedBlock(8, 16, 4, stride=2), ConditionedUNet(5, 8, 4)
    assert block(torch.rand(2, 8, 8, 8), condition).shape == (2, 16, 4, 4)
    assert network(torch.rand(2, 5, 16, 16), condition).shape == (2, 16, 16, 16)


def test_unet_listens_to_its_condition() -> None:
    network = ConditionedUNet(5, 8, 4)
    nn.init.normal_(network.down_low.film.linear.weight)
    picture, off, on = torch.rand(1, 5, 16, 16), torch.zeros(1, 4), torch.ones(1, 4)
    assert not torch.allclose(network(picture, off), network(picture, on))


def test_spectral_norm_bounds_every_layer() -> None:
    network = PatchDiscriminator(4, 8, spectral=True)
    for _ in range(50):
        network(torch.rand(1, 4, 16, 16))
    layers = [layer for layer in network.stack if isinstance(layer, nn.Conv2d)]
    assert len(layers) == 4
    for layer in layers:
        norm = torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2)
        assert norm.item() == pytest.approx(1, abs=0.02)
    free = PatchDiscriminator(4, 8, spectral=False)
    assert not any("parametrizations" in name for name, _ in free.named_parameters())


def test_crop_of_a_box_at_its_own_size_is_the_slice() -> None:
    picture = torch.rand(2, 3, 20, 30)
    box = torch.tensor([[[14.5, 9.5, 5.0, 5.0]]]).expand(2, 1, 4)  # columns 10-19, rows 5-14
    torch.testing.assert_close(crops(picture, box, 10), picture[:, :, 5:15, 10:20])


def test_crop_outside_the_picture_is_zero() -> None:
    box = torch.tensor([[[-20.0, 5.0, 4.0, 4.0]]])
    assert (crops(torch.ones(1, 1, 10, 10), box, 8) == 0).all()


def test_crops_carry_gradients() -> None:
    picture = torch.rand(1, 1, 8, 8, requires_grad=True)
    crops(picture, torch.tensor([[[3.5, 3.5, 2.0, 2.0]]]), 4).sum().backward()
    assert picture.grad is not None
    torch.testing.assert_close(picture.grad[0, 0, 2:6, 2:6], torch.ones(4, 4))
    assert picture.grad.sum() == pytest.approx(16)


def test_boxes_surround_what_is_marked() -> None:
    masks = torch.zeros(1, 2, 32, 32)
    masks[0, 0, 8:12, 4:24] = 1
    boxes = boxes_of(masks, share=0.5, rim=1)
    torch.testing.assert_close(boxes[0, 0], torch.tensor([13.5, 9.5, 10.5, 10.5]))
    torch.testing.assert_close(boxes[0, 1], torch.tensor([15.5, 15.5, 16.0, 16.0]))  # empty: all


def take(order: Order, count: int) -> list[list[Index]]:
    return [batch for batch, _ in zip(order, range(count), strict=False)]


@settings(max_examples=40, deadline=None)
@given(
    length=st.integers(1, 30), size=st.integers(1, 9), world=st.integers(1, 3),
    start=st.integers(0, 12),
)  # fmt: skip
def test_order_is_the_same_from_anywhere(length: int, size: int, world: int, start: int) -> None:
    for rank in range(world):
        whole = take(Order(length, size, 3, 0, rank, world), start + 4)
        assert take(Order(length, size, 3, start, rank, world), 4) == whole[start:]


@settings(max_examples=40, deadline=None)
@given(length=st.integers(1, 30), size=st.integers(1, 9), world=st.integers(1, 3))
def test_order_uses_every_sample_once_an_epoch(length: int, size: int, world: int) -> None:
    steps = -(-3 * length // (size * world))
    streams = [take(Order(length, size, 3, 0, rank, world), steps) for rank in range(world)]
    flat = [index for step in zip(*streams, strict=True) for batch in step for index in batch]
    for epoch in range(3):
        seen = [index.sample for index in flat if index.epoch == epoch]
        assert sorted(seen) == list(range(length))


def test_order_differs_by_epoch_and_seed() -> None:
    order = Order(50, 5, seed=1)
    assert not np.array_equal(order.permutation(0), order.permutation(1))
    assert not np.array_equal(order.permutation(0), Order(50, 5, seed=2).permutation(0))


def test_no_data_is_an_error() -> None:
    with pytest.raises(TrainingError, match="empty"):
        Order(0, 4, 0)


def test_average_follows_its_ramp_and_copies_buffers() -> None:
    module = nn.BatchNorm1d(1)
    average = ExponentialAverage(module, decay=0.5)
    now = {"weight": torch.tensor([3.0]), "running_mean": torch.tensor([9.0])}
    module.load_state_dict(module.state_dict() | now)
    average.update(module, step=0)  # decay (1 + 0) / (10 + 0) = .1
    state = average.module.state_dict()
    before = state["weight"].item()
    assert before == pytest.approx(0.1 * 1 + 0.9 * 3)
    assert state["running_mean"].item() == 9.0
    average.update(module, step=1000)  # capped at .5
    assert average.module.state_dict()["weight"].item() == pytest.approx(0.5 * before + 0.5 * 3)


def test_schedule() -> None:
    shares = [factor(step, steps=100, warmup=10, decay_from=0.6) for step in range(100)]
    assert shares[0] == pytest.approx(0.1)
    assert shares[9:61] == [1.0] * 52
    assert shares[80] == pytest.approx(1 - 0.5 * 0.95)
    assert shares[99] == pytest.approx(0.05, abs=0.03)
    assert factor(0, steps=10, warmup=0, decay_from=1.0) == 1.0


def draws() -> tuple[float, float, float, float, float]:
    return (
        random.random(), random.gauss(0, 1), np.random.random(), np.random.randn(),
        torch.rand(1).item(),
    )  # fmt: skip


def test_random_states_come_back() -> None:
    rng.seed_all(5)
    draws()  # leaves half a pair of Gaussians behind in two of the generators
    states = rng.capture()
    expected = draws()
    draws()
    rng.restore(states)
    assert draws() == expected


def test_isolated_leaves_the_caller_alone() -> None:
    rng.seed_all(1)
    states = rng.capture()
    with rng.isolated(2):
        inside = draws()
    expected = draws()
    rng.restore(states)
    assert draws() == expected
    with rng.isolated(2):
        assert draws() == inside
