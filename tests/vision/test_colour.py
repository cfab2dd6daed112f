"""Colour maths against scikit-image and the published CIEDE2000 test data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage import color

from tryon.errors import RequestError
from tryon.vision.colour import (
    MONK,
    delta_e_2000,
    from_linear,
    hex_to_lab,
    hex_to_srgb,
    lab_to_hex,
    lab_to_srgb,
    nearest_monk,
    photographed_monk,
    srgb_to_lab,
    to_linear,
)

# Sharma, Wu, Dalal 2005, table 1: L1 a1 b1 L2 a2 b2 ΔE00. The pairs probe every branch.
SHARMA = np.array([
    [50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425],
    [50, 3.1571, -77.2803, 50, 0, -82.7485, 2.8615],
    [50, 2.8361, -74.0200, 50, 0, -82.7485, 3.4412], [50, -1.3802, -84.2814, 50, 0, -82.7485, 1.0],
    [50, -1.1848, -84.8006, 50, 0, -82.7485, 1.0], [50, -0.9009, -85.5211, 50, 0, -82.7485, 1.0],
    [50, 0, 0, 50, -1, 2, 2.3669], [50, -1, 2, 50, 0, 0, 2.3669],
    [50, 2.49, -0.001, 50, -2.49, 0.0009, 7.1792], [50, 2.49, -0.001, 50, -2.49, 0.0010, 7.1792],
    [50, 2.49, -0.001, 50, -2.49, 0.0011, 7.2195], [50, 2.49, -0.001, 50, -2.49, 0.0012, 7.2195],
    [50, -0.001, 2.49, 50, 0.0009, -2.49, 4.8045], [50, -0.001, 2.49, 50, 0.0010, -2.49, 4.8045],
    [50, -0.001, 2.49, 50, 0.0011, -2.49, 4.7461], [50, 2.5, 0, 50, 0, -2.5, 4.3065],
    [50, 2.5, 0, 73, 25, -18, 27.1492], [50, 2.5, 0, 61, -5, 29, 22.8977],
    [50, 2.5, 0, 56, -27, -3, 31.9030], [50, 2.5, 0, 58, 24, 15, 19.4535],
    [50, 2.5, 0, 50, 3.1736, 0.5854, 1.0], [50, 2.5, 0, 50, 3.2972, 0, 1.0],
    [50, 2.5, 0, 50, 1.8634, 0.5757, 1.0], [50, 2.5, 0, 50, 3.2592, 0.3350, 1.0],
    [60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644],
    [63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630],
    [61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731],
    [35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645],
    [22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373],
    [36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146],
    [90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441],
    [90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381],
    [6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377],
    [2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082],
])  # fmt: skip

unit = arrays(np.float32, (16, 3), elements=st.floats(0, 1, width=32))


def test_ciede2000_equals_the_published_pairs() -> None:
    assert delta_e_2000(SHARMA[:, :3], SHARMA[:, 3:6]) == pytest.approx(SHARMA[:, 6], abs=5e-5)


@settings(deadline=None)
@given(unit, unit)
def test_ciede2000_equals_scikit_image(first: np.ndarray, second: np.ndarray) -> None:
    one, two = (color.rgb2lab(rgb.astype(np.float64)) for rgb in (first, second))
    expected = color.deltaE_ciede2000(one, two)
    np.testing.assert_allclose(delta_e_2000(one, two), expected, atol=1e-6)
    np.testing.assert_allclose(delta_e_2000(two, one), expected, atol=1e-6)


@settings(deadline=None)
@given(unit)
def test_lab_equals_scikit_image_and_comes_back(rgb: np.ndarray) -> None:
    lab = srgb_to_lab(rgb)
    np.testing.assert_allclose(lab, color.rgb2lab(rgb.astype(np.float64)), atol=2e-3)
    np.testing.assert_allclose(lab_to_srgb(lab), rgb, atol=2e-5)


@settings(deadline=None)
@given(unit)
def test_linear_light_comes_back(rgb: np.ndarray) -> None:
    np.testing.assert_allclose(from_linear(to_linear(rgb)), rgb, atol=1e-5)


def test_out_of_gamut_colours_are_clipped() -> None:
    rgb = lab_to_srgb(np.array([[50, 128, -128], [120, 0, 0], [-10, 0, 0]], np.float32))
    assert rgb.min() >= 0
    assert rgb.max() <= 1


@settings(deadline=None)
@given(st.integers(0, 0xFFFFFF))
def test_hex_survives_lab(number: int) -> None:
    text = f"#{number:06x}"
    assert lab_to_hex(hex_to_lab(text)) == text


@pytest.mark.parametrize("text", ["red", "#12345", "#1234567", "123456", "#gg0000", ""])
def test_bad_hex_is_refused(text: str) -> None:
    with pytest.raises(RequestError, match="no colour"):
        hex_to_srgb(text)


def test_each_monk_swatch_is_its_own_tone() -> None:
    labs = np.stack([hex_to_lab(code) for code in MONK])
    assert nearest_monk(labs).tolist() == list(range(1, 11))


def test_photographed_tone_falls_with_lightness_over_the_whole_scale() -> None:
    faces = np.stack([np.array([lightness, 10, 15]) for lightness in range(82, 15, -1)])
    tones = photographed_monk(faces)
    assert (np.diff(tones) >= 0).all()
    assert (tones[0], tones[-1]) == (1, 10)
