"""The operator paints what is asked, keeps what is skin, and touches nothing else."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.makeup.scene import scene
from tryon.makeup import condition, operator
from tryon.makeup.look import REGIONS, Look, RegionLook, named, random_look
from tryon.vision.colour import delta_e_2000, hex_to_lab, srgb_to_lab


def painted(look: Look, tone: int = 5) -> np.ndarray:
    face = scene(3, tone)
    return operator.apply(face.image, face.masks, look, face.eye_distance)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10_000), st.sampled_from([1, 4, 7, 10]))
def test_only_the_regions_of_the_look_change(seed: int, tone: int) -> None:
    look, face = random_look(np.random.default_rng(seed)), scene(3, tone)
    result = painted(look, tone)
    asked = face.masks[look.presence() > 0]
    outside = ~(asked > 0).any(0)
    assert (result[outside] == face.image[outside]).all()
    assert result.dtype == np.float32
    assert result.min() >= 0
    assert result.max() <= 1


def test_an_empty_look_is_the_identity() -> None:
    assert (painted(Look()) == scene().image).all()


def test_the_same_look_twice_is_the_same_picture() -> None:
    assert (painted(named("golden hour")) == painted(named("golden hour"))).all()


@pytest.mark.parametrize("tone", [1, 5, 10])
@pytest.mark.parametrize("colour", ["#b01824", "#7c1f43", "#d6487e"])
def test_lips_come_close_to_their_colour(tone: int, colour: str) -> None:
    result = painted(Look(regions={"lips": RegionLook(colour=colour)}), tone)
    reached = condition.mean_lab(result, scene(3, tone).masks)[0]
    assert delta_e_2000(reached, hex_to_lab(colour)) < 5


def test_lightness_detail_of_the_lips_stays() -> None:
    lips = scene().masks[0] > 0.95
    before = srgb_to_lab(scene().image)[..., 0]
    after = srgb_to_lab(painted(named("lips red")))[..., 0]
    fine = [light - cv2.GaussianBlur(light, (0, 0), 2) for light in (before, after)]
    assert np.corrcoef(fine[0][lips], fine[1][lips])[0, 1] > 0.9


def test_finishes_order_the_highlights() -> None:
    lips, high = scene().masks[0] > 0.9, {}
    for finish in ("matte", "satin", "gloss"):
        look = Look(regions={"lips": RegionLook(colour="#a8161f", finish=finish)})
        light = srgb_to_lab(painted(look))[..., 0][lips]
        high[finish] = np.percentile(light, 98) - np.median(light)
    assert high["matte"] < high["satin"] < high["gloss"]


def test_shimmer_sparkles_on_the_lids() -> None:
    lids, rough = scene().masks[REGIONS.index("eyeshadow")] > 0.7, {}
    for finish in ("satin", "shimmer"):
        look = Look(regions={"eyeshadow": RegionLook(colour="#c9973f", finish=finish)})
        light = srgb_to_lab(painted(look))[..., 0]
        rough[finish] = (light - cv2.GaussianBlur(light, (0, 0), 1.5))[lids].std()
    assert rough["shimmer"] > 1.1 * rough["satin"]


def test_foundation_evens_blotches_and_keeps_the_tone_and_pores() -> None:
    face = scene()
    skin = REGIONS.index("foundation")
    rng = np.random.default_rng(0)
    blotch = cv2.GaussianBlur(rng.standard_normal(face.image.shape[:2]), (0, 0), 5)
    blotchy = face.image + np.float32(0.05 * blotch / blotch.std())[..., None] * [1, -1, -1]
    blotchy = np.clip(blotchy, 0, 1).astype(np.float32)
    look = Look(regions={"foundation": RegionLook(intensity=1)})
    evened = operator.apply(blotchy, face.masks, look, face.eye_distance)
    core = face.masks[skin] > 0.95
    assert srgb_to_lab(evened)[core][:, 1].std() < 0.8 * srgb_to_lab(blotchy)[core][:, 1].std()
    before, after = (condition.mean_lab(p, face.masks)[skin] for p in (blotchy, evened))
    assert delta_e_2000(before, after) < 2.5
    light = [srgb_to_lab(p)[..., 0] for p in (blotchy, evened)]
    pores = [plane - cv2.GaussianBlur(plane, (0, 0), 1) for plane in light]
    assert pores[1][core].std() > 0.6 * pores[0][core].std()
