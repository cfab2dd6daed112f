"""Picture figures, against scikit-image and torchmetrics."""

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torchmetrics.functional.image import structural_similarity_index_measure

from tryon.metrics import image as figures


def pair(seed: int, height: int = 40, width: int = 52, noise: float = 20.0):
    """A picture and a damaged copy, uint8 [H, W, 3]."""
    rng = np.random.default_rng(seed)
    smooth = np.kron(rng.random((height // 4, width // 4, 3)), np.ones((4, 4, 1)))
    truth = np.clip(smooth * 220 + rng.normal(0, 6, smooth.shape), 0, 255).astype(np.uint8)
    damaged = np.clip(truth + rng.normal(0, noise, truth.shape), 0, 255).astype(np.uint8)
    return damaged, truth


def reference_map(damaged, truth):
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    return structural_similarity(
        truth / 255, damaged / 255, data_range=1.0, channel_axis=-1, full=True, **options
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**16), st.floats(0.5, 80))
def test_psnr_equals_scikit_image(seed, noise):
    damaged, truth = pair(seed, noise=noise)
    ours = figures.psnr(figures.squared_error(damaged, truth))
    assert ours == pytest.approx(peak_signal_noise_ratio(truth, damaged), rel=1e-12)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**16), st.floats(0.5, 80))
def test_ssim_equals_scikit_image(seed, noise):
    damaged, truth = pair(seed, noise=noise)
    value, whole = reference_map(damaged, truth)
    ours = figures.ssim_map(damaged, truth)
    assert np.allclose(ours, whole.mean(-1), atol=1e-9)
    assert figures.ssim(ours) == pytest.approx(value, abs=1e-9)


def test_ssim_equals_torchmetrics():
    """Which averages its map with the border; ours, as scikit-image's, leaves it out."""
    damaged, truth = pair(5)
    tensors = [torch.from_numpy(p).permute(2, 0, 1)[None].double() / 255 for p in (damaged, truth)]
    options = {"data_range": 1.0, "return_full_image": True}
    _, theirs = structural_similarity_index_measure(*tensors, **options)
    ours = figures.ssim_map(damaged, truth)
    assert np.allclose(ours[5:-5, 5:-5], theirs[0].mean(0)[5:-5, 5:-5], atol=1e-9)


def test_flat_pictures_do_not_lose_precision():
    truth = np.full((32, 32, 3), 200, np.uint8)
    value, _ = reference_map(truth + 1, truth)
    assert figures.ssim(figures.ssim_map(truth + 1, truth)) == pytest.approx(value, abs=1e-9)


def test_regions_count_their_own_pixels_only():
    damaged, truth = pair(1)
    inside = np.zeros(truth.shape[:2], bool)
    inside[8:20, 10:30] = True
    elsewhere = np.where(inside[..., None], damaged, truth)
    error = figures.squared_error(elsewhere, truth)
    expected = peak_signal_noise_ratio(truth[8:20, 10:30], damaged[8:20, 10:30])
    assert figures.psnr(error, inside) == pytest.approx(expected)
    assert figures.psnr(error, ~inside) == figures.LIMIT_DB
    similarity = reference_map(damaged, truth)[1].mean(-1)[inside].mean()
    assert figures.ssim(figures.ssim_map(damaged, truth), inside) == pytest.approx(similarity)


def test_an_empty_region_has_no_figure():
    damaged, truth = pair(2)
    nothing = np.zeros(truth.shape[:2], bool)
    assert np.isnan(figures.psnr(figures.squared_error(damaged, truth), nothing))
    assert np.isnan(figures.ssim(figures.ssim_map(damaged, truth), nothing))
    assert np.isnan(figures.sharpness(damaged, truth, nothing))
    assert figures.change_outside(damaged, truth, nothing) == 0


def test_a_copy_is_perfect():
    _, truth = pair(3)
    everywhere = np.ones(truth.shape[:2], bool)
    assert figures.psnr(figures.squared_error(truth, truth)) == figures.LIMIT_DB
    assert figures.ssim(figures.ssim_map(truth, truth)) == pytest.approx(1)
    assert figures.sharpness(truth, truth, everywhere) == 1
    assert figures.change_outside(truth, truth, everywhere) == 0


def test_sharpness_falls_with_blur_and_rises_with_noise():
    damaged, truth = pair(4, noise=40)
    everywhere = np.ones(truth.shape[:2], bool)
    assert figures.sharpness(cv2.GaussianBlur(truth, (0, 0), 1.5), truth, everywhere) < 0.6
    assert figures.sharpness(damaged, truth, everywhere) > 1.2


def test_one_changed_pixel_outside_is_found():
    _, truth = pair(6)
    after = truth.copy()
    after[3, 4, 2] = np.uint8(int(truth[3, 4, 2]) ^ 1)
    outside = np.zeros(truth.shape[:2], bool)
    outside[3, 4] = True
    assert figures.change_outside(truth, after, outside) == 1
    assert figures.change_outside(truth, after, ~outside) == 0


def test_landmark_shift_is_in_percent_of_the_eye_distance():
    points = np.random.default_rng(0).random((478, 2)) * 100
    assert figures.landmark_shift(points, points + np.array([3, 4]), 50.0) == pytest.approx(10)
