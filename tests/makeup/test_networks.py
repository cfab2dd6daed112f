"""The generator's contract, and that torch and numpy put its outputs on a photo alike."""

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tryon.makeup import analytic, composition, condition, look
from tryon.makeup.networks import Discriminator, Generator, crop_boxes, paint
from tryon.vision import colour

R = len(look.REGIONS)


def smooth(random: np.random.Generator, channels: int, side: int, sigma: float) -> np.ndarray:
    """Soft random blobs [side, side, channels] over all of [0, 1]."""
    noise = cv2.GaussianBlur(random.random((side, side, channels), dtype=np.float32), None, sigma)
    low, high = noise.min((0, 1)), noise.max((0, 1))
    return ((noise - low) / (high - low)).astype(np.float32)


@pytest.fixture(params=[64, 96])
def scene(request: pytest.FixtureRequest) -> dict[str, np.ndarray]:
    """A batch of three with overlapping masks, regions left out, and one empty mask."""
    side = request.param
    random = np.random.default_rng(side)
    image = np.stack([smooth(random, 3, side, 2) for _ in range(3)])
    masks = np.stack([smooth(random, R, side, 5).transpose(2, 0, 1) for _ in range(3)])
    masks = np.clip(3 * masks - 1.6, 0, 1)
    masks[1, 2] = 0
    rows = np.zeros((3, R, 5), np.float32)
    rows[..., 0] = random.uniform(0.2, 0.8, (3, R))
    rows[..., 1:3] = random.uniform(-0.2, 0.5, (3, R, 2))
    rows[..., 3] = random.random((3, R)) < 0.7
    rows[..., 4] = random.random((3, R))
    rows[1, 2, 3] = 1
    rows[2] = 0
    return {"image": image, "masks": masks.astype(np.float32), "condition": rows * rows[..., 3:4]}


def tensors(scene: dict[str, np.ndarray]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    image = torch.from_numpy(scene["image"].transpose(0, 3, 1, 2).copy())
    return image, torch.from_numpy(scene["masks"]), torch.from_numpy(scene["condition"])


def test_same_regions_in_both_worlds() -> None:
    assert analytic.REGIONS == look.REGIONS


def test_weights_and_means_agree(scene: dict[str, np.ndarray]) -> None:
    image, masks, _ = tensors(scene)
    for index in range(3):
        expected = condition.weights(scene["masks"][index])
        np.testing.assert_allclose(analytic.weights(masks)[index], expected, atol=1e-6)
        expected = condition.mean_lab(scene["image"][index], scene["masks"][index])
        np.testing.assert_allclose(analytic.mean_lab(image, masks)[index], expected, atol=2e-3)


def test_shift_agrees(scene: dict[str, np.ndarray]) -> None:
    shift = analytic.mean_shift(*tensors(scene))
    for index in range(3):
        expected = composition.mean_shift(
            scene["image"][index], scene["masks"][index], scene["condition"][index]
        )
        np.testing.assert_allclose(shift[index].permute(1, 2, 0), expected, atol=1e-5)


def test_allowed_agrees_and_is_zero_outside(scene: dict[str, np.ndarray]) -> None:
    _, masks, rows = tensors(scene)
    allow = analytic.allowed(masks, rows)
    for index in range(3):
        expected = composition.allowed(scene["masks"][index], scene["condition"][index])
        np.testing.assert_allclose(allow[index, 0], expected, atol=1e-6)
        np.testing.assert_array_equal(allow[index, 0] == 0, expected == 0)
    assert (allow[2] == 0).all(), "nothing is asked of the third"


def test_composition_agrees(scene: dict[str, np.ndarray]) -> None:
    image, masks, rows = tensors(scene)
    generator = Generator(width=8, condition_width=8).eval()
    torch.nn.init.normal_(generator.fine.weight, std=0.3)  # far from the tame start
    with torch.no_grad():
        gain, residual = generator(image, masks, rows)
        made = analytic.compose(image, masks, rows, gain, residual)
    for index in range(3):
        expected = composition.compose(
            scene["image"][index],
            scene["masks"][index],
            scene["condition"][index],
            gain[index, 0].numpy(),
            residual[index].permute(1, 2, 0).numpy(),
        )
        np.testing.assert_allclose(made[index].permute(1, 2, 0), expected, atol=1e-5)
    torch.testing.assert_close(made[2], image[2], rtol=0, atol=0)


def test_colour_survives_the_way_there_and_back() -> None:
    rgb = torch.rand(4, 3, 9, generator=torch.Generator().manual_seed(0))
    back = analytic.lab_to_srgb(analytic.srgb_to_lab(rgb))
    torch.testing.assert_close(back, rgb, atol=2e-5, rtol=0)


def test_enlargement_is_bilinear() -> None:
    planes = torch.rand(2, 5, 8, 6, generator=torch.Generator().manual_seed(0))
    expected = F.interpolate(planes, (32, 30), mode="bilinear", align_corners=False)
    torch.testing.assert_close(analytic.enlarge(planes, 32, 30), expected)


def test_rims_are_bands_along_the_edge() -> None:
    masks = torch.zeros(1, 6, 64, 64)
    masks[:, :, 20:40, 20:40] = 1
    inner, outer, beyond = analytic.rims(masks)[0].unflatten(0, (3, 6))[:, 0]
    assert (inner[20, 20:40] == 1).all()
    assert inner[21:39, 21:39].sum() == 0
    assert (outer[19, 19:41] == 1).all()
    assert (beyond[18, 18:42] == 1).all()
    assert inner.sum() == 20**2 - 18**2
    assert outer.sum() == 22**2 - 20**2
    assert beyond.sum() == 24**2 - 22**2


def test_widening_is_a_maximum_over_squares() -> None:
    masks = torch.rand(2, 3, 17, 20, generator=torch.Generator().manual_seed(0))
    for radius in (1, 2, 3):
        expected = F.max_pool2d(masks, 2 * radius + 1, 1, radius)
        torch.testing.assert_close(analytic.widen(masks, radius), expected, rtol=0, atol=0)


def test_offsets_point_from_what_is_to_what_is_asked(scene: dict[str, np.ndarray]) -> None:
    image, masks, rows = tensors(scene)
    offsets = analytic.offsets(image, masks, rows)
    assert (offsets[rows[..., 3] == 0] == 0).all()
    for index, region in ((0, 0), (1, 3)):
        weight = condition.weights(scene["masks"][index])[region]
        present = np.average(scene["image"][index].reshape(-1, 3), 0, weight.ravel())
        row = scene["condition"][index, region]
        expected = (colour.lab_to_srgb(100 * row[:3]) - present) * row[3]
        np.testing.assert_allclose(offsets[index, region], expected, atol=1e-4)


def test_gradient_at_black_is_finite() -> None:
    black = torch.zeros(1, 3, 4, requires_grad=True)
    analytic.srgb_to_lab(black).sum().backward()
    assert black.grad is not None
    assert torch.isfinite(black.grad).all()


@pytest.mark.parametrize("side", [32, 128])
def test_shapes_and_ranges(side: int) -> None:
    generator = Generator(width=8, condition_width=16)
    image, masks, rows = (
        torch.rand(2, 3, side, side),
        torch.rand(2, R, side, side),
        torch.rand(2, R, 5),
    )
    gain, residual = generator(image, masks, rows)
    assert gain.shape == (2, 1, side, side)
    assert residual.shape == (2, 3, side, side)
    for output in (gain, residual):
        assert output.abs().max() <= 1


def test_default_generator_is_small() -> None:
    count = sum(value.numel() for value in Generator().parameters())
    assert 0.4e6 < count < 0.75e6


def test_starts_close_to_the_analytic_shift(scene: dict[str, np.ndarray]) -> None:
    image, masks, rows = tensors(scene)
    with torch.no_grad():
        made = analytic.compose(image, masks, rows, *Generator()(image, masks, rows))
    shift = analytic.allowed(masks, rows) * analytic.mean_shift(image, masks, rows)
    assert (made - (image + shift).clamp(0, 1)).abs().mean() < 0.03


def test_paint_lays_out_only_what_is_asked() -> None:
    masks, rows = torch.ones(1, R, 4, 4), torch.zeros(1, R, 5)
    assert (paint(masks, rows) == 0).all()
    rows[0, 0] = torch.tensor([0.5, 0.3, 0.1, 1.0, 0.8])
    painted = paint(masks, rows)[0, :, 0, 0]
    torch.testing.assert_close(painted, torch.tensor([0.5, 0.3, 0.1, 1.0, 0.0, 0.8]))


def test_crops_look_at_what_is_asked() -> None:
    masks, rows = torch.zeros(1, R, 64, 64), torch.zeros(1, R, 5)
    masks[0, 0, 44:52, 24:40] = 1  # lips
    masks[0, 1, 20:26, 10:24] = 1  # shadow, left half
    masks[0, 1, 20:26, 42:54] = 1  # shadow, right half
    rows[0, 1, 3] = 1
    boxes, weight = crop_boxes(masks, rows)
    torch.testing.assert_close(weight, torch.tensor([[0.0, 1.0, 1.0]]))
    torch.testing.assert_close(
        boxes[0, :, :2], torch.tensor([[31.5, 47.5], [16.5, 22.5], [47.5, 22.5]])
    )
    assert boxes[0, 0, 2] == pytest.approx(0.65 * 15 + 2)


def test_discriminator_gives_a_logit_per_patch() -> None:
    logits = Discriminator(width=8)(torch.rand(2, 6 + R + 6, 48, 48))
    assert logits.shape == (2, 1, 6, 6)
