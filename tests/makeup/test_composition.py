"""The analytic shift reaches what is asked and touches nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.makeup.scene import scene
from tryon.makeup import composition, condition
from tryon.makeup.look import REGIONS, Look, RegionLook, catalogue, random_look
from tryon.vision.colour import delta_e_2000, hex_to_lab

R = len(REGIONS)


def nothing(size: int) -> tuple[np.ndarray, np.ndarray]:
    """A network that adds nothing."""
    return np.zeros((size, size), np.float32), np.zeros((size, size, 3), np.float32)


def made_up(look: Look, tone: int = 5) -> np.ndarray:
    face = scene(3, tone)
    asked = condition.from_look(face.image, face.masks, look)
    return composition.compose(face.image, face.masks, asked, *nothing(192))


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from([1, 4, 7, 10]))
def test_outside_the_asked_regions_nothing_changes(seed: int, tone: int) -> None:
    look, face = random_look(np.random.default_rng(seed)), scene(3, tone)
    asked = condition.from_look(face.image, face.masks, look)
    rng = np.random.default_rng(seed)
    gain, residual = (
        rng.uniform(-0.9, 0.9, part.shape).astype(np.float32) for part in nothing(192)
    )
    result = composition.compose(face.image, face.masks, asked, gain, residual)
    closed = composition.allowed(face.masks, asked) == 0
    assert closed.mean() > 0.3
    assert (result[closed] == face.image[closed]).all()
    assert result.min() >= 0
    assert result.max() <= 1


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 10_000))
def test_intensity_zero_is_the_identity(seed: int) -> None:
    look = random_look(np.random.default_rng(seed))
    parts = {r: part.model_copy(update={"intensity": 0.0}) for r, part in look.regions.items()}
    assert (made_up(Look(regions=parts)) == scene().image).all()


def test_an_empty_look_is_the_identity() -> None:
    assert (made_up(Look()) == scene().image).all()
    assert not composition.allowed(scene().masks, np.zeros((R, 5), np.float32)).any()


@pytest.mark.parametrize("tone", [1, 4, 7, 10])
@pytest.mark.parametrize("colour", ["#b98a76", "#b01824", "#d6487e", "#5a1f40", "#3c1218"])
def test_lips_reach_the_asked_colour_on_every_tone(tone: int, colour: str) -> None:
    look = Look(regions={"lips": RegionLook(colour=colour)})
    reached = condition.mean_lab(made_up(look, tone), scene(3, tone).masks)[0]
    assert delta_e_2000(reached, hex_to_lab(colour)) < 1.0


@pytest.mark.parametrize("name", list(catalogue()))
def test_every_region_of_every_look_is_reached_at_once(name: str) -> None:
    face = scene()
    asked = condition.from_look(face.image, face.masks, catalogue()[name])
    result = composition.compose(face.image, face.masks, asked, *nothing(192))
    apart = delta_e_2000(condition.mean_lab(result, face.masks), 100 * asked[:, :3])
    assert apart[asked[:, 3] > 0].max() < 2.5


def test_gloss_lifts_highlights_and_matte_flattens_them() -> None:
    spread = {}
    lips = scene().masks[0] > 0.9
    for finish in ("matte", "satin", "gloss"):
        look = Look(regions={"lips": RegionLook(colour="#a8161f", finish=finish)})
        luma = made_up(look) @ composition.LUMA
        spread[finish] = np.percentile(luma[lips], 98) - np.median(luma[lips])
    assert spread["matte"] < spread["satin"] < spread["gloss"]


def test_allowed_is_whole_on_the_regions_and_ends() -> None:
    asked = np.zeros((R, 5), np.float32)
    asked[0, 3] = 1
    open_ = composition.allowed(scene().masks, asked)
    assert open_[scene().masks[0] >= 0.25].min() == pytest.approx(1, abs=1e-5)
    assert (open_ > 0).mean() < 0.2


def test_the_variation_moves_pixels_but_not_the_mean() -> None:
    face = scene()
    look = Look(regions={"lips": RegionLook(colour="#a8161f")})
    asked = condition.from_look(face.image, face.masks, look)
    slope = np.linspace(-0.1, 0.1, 192, dtype=np.float32)[None, :, None]
    variation = np.broadcast_to(slope, face.image.shape)
    plain = composition.mean_shift(face.image, face.masks, asked)
    varied = composition.mean_shift(face.image, face.masks, asked, variation)
    assert np.abs(varied - plain).max() > 0.01
    reached = condition.mean_lab(np.clip(face.image + varied, 0, 1), face.masks)[0]
    assert delta_e_2000(reached, hex_to_lab("#a8161f")) < 1


def test_a_shift_solved_small_holds_at_full_size() -> None:
    small, large = scene(3, 5, 192), scene(3, 5, 384)
    look = Look(regions={"lips": RegionLook(colour="#a8161f")})
    asked = condition.from_look(small.image, small.masks, look)
    shift = composition.solve(small.image, small.masks, asked)
    result = np.clip(large.image + shift.delta(large.image, large.masks), 0, 1)
    reached = condition.mean_lab(result, large.masks)[0]
    assert delta_e_2000(reached, hex_to_lab("#a8161f")) < 3
