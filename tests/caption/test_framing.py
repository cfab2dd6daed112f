"""Cuts hold what is told of, and as much around it as was asked for."""

import numpy as np
import pytest

from tryon.caption.framing import cut_out


def scene(top: int, left: int, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    shown = np.zeros((120, 90), bool)
    shown[top : top + height, left : left + width] = True
    return np.where(shown[..., None], 255, 0).astype(np.uint8).repeat(3, 2), shown


@pytest.mark.parametrize("size", [(40, 20), (20, 40)])
def test_it_is_in_the_middle_with_its_margin(size):
    image, shown = scene(40, 25, *size)
    cut = cut_out(image, shown, 0.25, 60)
    assert cut.shape == (60, 60, 3)  # as large as the cut itself: nothing is resized
    assert (cut > 0).all(2).sum() == shown.sum()
    rows, columns = np.nonzero(cut[..., 0])
    assert (rows.min() + rows.max()) / 2 == pytest.approx(29.5, abs=1)
    assert (columns.min() + columns.max()) / 2 == pytest.approx(29.5, abs=1)


def test_it_ends_where_the_picture_ends():
    image, shown = scene(0, 0, 100, 10)
    cut = cut_out(image, shown, 0.1, 220)
    assert cut.shape[0] == 220
    assert cut.shape[1] == (65 * 2)
    assert (cut[100] > 0).any()
