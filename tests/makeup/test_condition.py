"""Conditions are what is measured."""

import numpy as np
import pytest

from tests.makeup.scene import scene
from tryon.errors import TryonError
from tryon.makeup import condition
from tryon.makeup.look import REGIONS, Look, RegionLook, named
from tryon.vision.colour import delta_e_2000, hex_to_lab, hex_to_srgb

ALL = np.ones(len(REGIONS), np.float32)


def test_a_flat_picture_measures_its_own_colour() -> None:
    flat = np.broadcast_to(hex_to_srgb("#b3202c"), scene().image.shape).astype(np.float32)
    rows = condition.measure(flat, scene().masks, ALL, 0.5 * ALL)
    assert rows.shape == (6, 5)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(100 * rows[:, :3], np.tile(hex_to_lab("#b3202c"), (6, 1)), atol=0.02)
    assert (rows[:, 3] == 1).all()
    assert (rows[:, 4] == 0.5).all()


def test_rows_not_asked_or_not_visible_are_zero() -> None:
    masks = scene().masks.copy()
    masks[0] = 0
    presence = np.array([1, 0, 1, 1, 0, 1], np.float32)
    rows = condition.measure(scene().image, masks, presence, ALL)
    assert not rows[[0, 1, 4]].any()
    assert rows[[2, 3, 5], 3].all()


def test_weights_drop_the_faint_edge() -> None:
    masks = scene().masks
    weight = condition.weights(masks)
    assert weight[0].max() == pytest.approx(masks[0].max() ** 2, rel=1e-5)
    assert not weight[0][masks[0] < 0.3 * masks[0].max()].any()
    assert (weight[0] > 0)[masks[0] > 0.35].all()


def test_shadow_is_measured_beside_the_liner() -> None:
    image = scene().image.copy()
    liner = scene().masks[REGIONS.index("eyeliner")] > 0.9
    before = condition.mean_lab(image, scene().masks)
    image[liner] = 0
    after = condition.mean_lab(image, scene().masks)
    shadow, eyeliner = REGIONS.index("eyeshadow"), REGIONS.index("eyeliner")
    assert abs(after[shadow] - before[shadow]).max() < 1.0
    assert after[eyeliner, 0] < before[eyeliner, 0] - 5


def test_full_intensity_asks_the_hex_itself_and_half_the_middle() -> None:
    present = condition.mean_lab(scene().image, scene().masks)[0]
    asked = {}
    for intensity in (0.5, 1.0):
        look = Look(regions={"lips": RegionLook(colour="#7c1f43", intensity=intensity)})
        asked[intensity] = 100 * condition.from_look(scene().image, scene().masks, look)[0, :3]
    assert delta_e_2000(asked[1.0], hex_to_lab("#7c1f43")) < 0.01
    assert delta_e_2000(asked[0.5], (present + hex_to_lab("#7c1f43")) / 2) < 0.01


def test_own_colours_keep_the_skin_and_deepen_the_brows() -> None:
    present = condition.mean_lab(scene().image, scene().masks)
    look = Look(regions={"foundation": RegionLook(), "brows": RegionLook(intensity=0.5)})
    rows = condition.from_look(scene().image, scene().masks, look)
    skin, brows = REGIONS.index("foundation"), REGIONS.index("brows")
    np.testing.assert_allclose(100 * rows[skin, :3], present[skin], atol=1e-3)
    assert 100 * rows[brows, 0] < present[brows, 0]
    np.testing.assert_allclose(100 * rows[brows, 1:3], present[brows, 1:], atol=1e-3)


@pytest.mark.parametrize("tone", [2, 9])
def test_blush_never_glows(tone: int) -> None:
    face = scene(3, tone)
    present = condition.mean_lab(face.image, face.masks)
    rows = condition.from_look(face.image, face.masks, named("cheeks rosy"))
    blush = REGIONS.index("blush")
    assert 100 * rows[blush, 0] <= present[blush, 0] + condition.BLUSH_LIFT + 1e-3


def test_sizes_must_agree() -> None:
    with pytest.raises(TryonError, match="masks"):
        condition.mean_lab(scene().image[:-1], scene().masks)
