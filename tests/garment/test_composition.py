"""Torch and numpy dress alike, and neither touches what is outside."""

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tryon.garment import blend, composition
from tryon.garment.composition import Fields, Planes


def smooth(random: np.random.Generator, channels: int, size: tuple[int, int]) -> np.ndarray:
    noise = cv2.GaussianBlur(random.random((*size, channels), dtype=np.float32), None, 3)
    low, high = noise.min((0, 1)), noise.max((0, 1))
    return ((noise - low) / (high - low)).astype(np.float32).reshape(*size, channels)


@pytest.fixture(params=[(64, 48), (96, 64)])
def scene(request: pytest.FixtureRequest) -> dict[str, np.ndarray]:
    size = request.param
    random = np.random.default_rng(size[0])
    planes = np.clip(3 * smooth(random, 4, size) - 1, 0, 1)
    warped = smooth(random, 4, size)
    warped[..., 3] = planes[..., 3]
    warped[..., :3] *= warped[..., 3:]
    return {
        "image": smooth(random, 3, size),
        "warped": warped,
        "old": planes[..., 0],
        "front": planes[..., 1],
        "limbs": planes[..., 0] * planes[..., 1],
        "edit": np.where(planes[..., 2] > 0.3, planes[..., 2], 0).astype(np.float32),
        "sources": random.random((12, size[0] // 4, size[1] // 4)).astype(np.float32),
        "flow": random.uniform(-0.1, 0.1, (2, size[0] // 8, size[1] // 8)).astype(np.float32),
        "logits": random.normal(0, 2, (5, size[0] // 2, size[1] // 2)).astype(np.float32),
        "shade": random.uniform(-0.9, 0.9, (3, size[0] // 2, size[1] // 2)).astype(np.float32),
        "tint": random.uniform(-0.5, 0.5, (3, size[0] // 2, size[1] // 2)).astype(np.float32),
    }


def in_torch(scene: dict[str, np.ndarray]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    given = {}
    for name, array in scene.items():
        plane = array[None] if array.ndim == 2 else array
        plane = plane.transpose(2, 0, 1) if name in ("image", "warped") else plane
        given[name] = torch.from_numpy(np.ascontiguousarray(plane))[None]
    worn = blend.flowed(given["warped"], given.pop("flow"))
    picture, alpha = blend.compose(**(given | {"warped": worn}))
    return picture, alpha, worn


def in_numpy(scene: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    fields = Fields(*(scene[name] for name in ("flow", "logits", "shade", "tint")))
    planes = Planes(*(scene[name] for name in ("old", "front", "limbs", "edit", "sources")))
    return composition.compose(scene["image"], scene["warped"], planes, fields)


def test_both_worlds_agree(scene: dict[str, np.ndarray]) -> None:
    picture, alpha, worn = in_torch(scene)
    expected, cover = in_numpy(scene)
    moved = composition.flowed(scene["warped"], scene["flow"])
    # cv2 rounds places to 1/32 of a pixel
    assert np.abs(worn[0].permute(1, 2, 0).numpy() - moved).max() < 0.02
    assert np.abs(picture[0].permute(1, 2, 0).numpy() - expected).mean() < 1e-3
    assert np.abs(picture[0].permute(1, 2, 0).numpy() - expected).max() < 0.08
    assert np.abs(alpha[0, 0].numpy() - cover).mean() < 1e-3


def test_without_a_flow_they_agree_exactly(scene: dict[str, np.ndarray]) -> None:
    scene["flow"][:] = 0
    picture, alpha, _ = in_torch(scene)
    expected, cover = in_numpy(scene)
    np.testing.assert_allclose(picture[0].permute(1, 2, 0), expected, atol=1e-5)
    np.testing.assert_allclose(alpha[0, 0], cover, atol=1e-5)


def test_outside_every_bit_is_the_persons_own(scene: dict[str, np.ndarray]) -> None:
    picture, _ = in_numpy(scene)
    outside = scene["edit"] == 0
    assert outside.any()
    np.testing.assert_array_equal(picture[outside], scene["image"][outside])


def test_it_starts_as_a_clean_paste(scene: dict[str, np.ndarray]) -> None:
    size = scene["image"].shape[:2]
    cover = np.zeros(size, np.float32)
    cover[10:30, 8:30] = 1
    warped = np.dstack([scene["image"][..., ::-1] * cover[..., None], cover])
    nothing = 0 * cover
    planes = Planes(nothing, nothing, nothing, nothing + 1, np.zeros((12, 2, 2), np.float32))
    picture, _ = composition.compose(scene["image"], warped, planes, Fields.plain(size))
    pasted = scene["image"] * (1 - cover[..., None]) + warped[..., :3]
    assert np.abs(picture - pasted).max() < 0.04


def test_flow_is_in_heights_of_the_picture() -> None:
    cover = np.zeros((64, 48, 4), np.float32)
    cover[32, 24] = 1
    flow = np.zeros((2, 8, 6), np.float32)
    flow[0] = 4 / 64
    moved = composition.flowed(cover, flow)
    assert np.unravel_index(moved[..., 0].argmax(), (64, 48)) == (32, 20)


def test_enlargement_is_bilinear() -> None:
    planes = torch.rand(2, 5, 8, 6, generator=torch.Generator().manual_seed(0))
    expected = F.interpolate(planes, (32, 30), mode="bilinear", align_corners=False)
    torch.testing.assert_close(blend.enlarge(planes, 32, 30), expected)
    numpy = composition._sized(planes[0, 0].numpy(), (32, 30))
    np.testing.assert_allclose(numpy, expected[0, 0], atol=1e-5)
