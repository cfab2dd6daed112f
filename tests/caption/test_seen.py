"""The colours told of are those the picture shows."""

import numpy as np
import pytest

from tryon.caption.colours import name_hex
from tryon.caption.facts import face_facts
from tryon.caption.recolouring import recoloured
from tryon.caption.seen import cloth_shown, seen_colours
from tryon.makeup.coats import coats_of
from tryon.makeup.look import parse
from tryon.sample.person import imagine
from tryon.sample.portrait import Portrait
from tryon.vision.colour import delta_e_2000, hex_to_lab
from tryon.vision.parsing import Label


@pytest.fixture(scope="module")
def portrait() -> Portrait:
    return Portrait(imagine(3, 2, 192), 192)


def shown(portrait: Portrait, **colours: str) -> dict[str, str]:
    regions = {region: {"colour": code, "finish": "matte"} for region, code in colours.items()}
    coats = coats_of(parse({"regions": regions}), portrait, np.random.default_rng(0))
    bare, made_up = portrait.picture(), portrait.picture(coats)
    return seen_colours(made_up, bare, portrait.landmarks, portrait.parsing)


def test_lips_and_lids_show_what_is_on_them(portrait):
    found = shown(portrait, lips="#b3202c", eyeshadow="#2f6b52")
    assert name_hex(found["lips"], "lips").word == "red"
    assert name_hex(found["eyeshadow"], "eyeshadow").word == "green"
    apart = delta_e_2000(hex_to_lab(found["lips"]), hex_to_lab("#b3202c"))
    assert 1 < apart < 25  # light and shade come between


def test_what_is_not_there_is_not_seen(portrait):
    assert shown(portrait) == {}
    assert set(shown(portrait, lips="#7c1f43")) == {"lips"}


def test_hidden_regions_have_no_colour(portrait):
    bare = portrait.picture()
    hidden = np.full_like(portrait.parsing, Label.GLASSES)
    assert seen_colours(255 - bare, bare, portrait.landmarks, hidden) == {}
    outside = portrait.landmarks + 1000
    assert seen_colours(255 - bare, bare, outside) == {}


def test_makeup_that_is_not_seen_is_not_told_of(portrait):
    attributes = imagine(3, 2, 192).attributes()
    look = {"regions": {"lips": {"colour": "#b3202c", "intensity": 0.5}}}
    assert "lips" in face_facts(attributes, look).values
    unseen = face_facts(attributes, look, seen={}).values
    assert not {"lips", "makeup"} & set(unseen)  # neither made up nor bare
    assert face_facts(attributes, {"regions": {}}, seen={}).values["makeup"] == ("none",)


def cloth(colour: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """A picture with a square of folded cloth, and where it is."""
    image = np.full((64, 64, 3), 90, np.uint8)
    mask = np.zeros((64, 64), bool)
    mask[16:48, 16:48] = True
    light = 0.6 + 0.4 * np.sin(np.arange(64) / 4)[:, None, None] ** 2
    image[mask] = (np.array(colour) * np.ones((64, 64, 1)) * light)[mask]
    return image, mask


def test_recoloured_cloth_keeps_its_folds_and_nothing_else_changes():
    image, mask = cloth((90, 110, 200))
    pictures = [recoloured(image, mask, np.random.default_rng(seed)) for seed in range(12)]
    assert len({cloth_shown(each, mask).colours[0] for each in pictures}) > 8
    for each in pictures:
        assert np.array_equal(each[~mask], image[~mask])
        before, after = (own[20:44, 30].sum(1).astype(float) for own in (image, each))
        assert np.corrcoef(before, after)[0, 1] > 0.95


def test_what_would_burn_out_is_not_recoloured():
    image, mask = cloth((40, 42, 48))
    image[16:48, 20:24] = (245, 245, 240)  # a white stripe of a dark cloth
    pictures = [recoloured(image, mask, np.random.default_rng(seed)) for seed in range(24)]
    found = [each for each in pictures if each is not None]
    assert found
    for each in found:
        assert (each[16:48, 20:24] < 255).any(2).all()
    assert recoloured(image, np.zeros_like(mask), np.random.default_rng(0)) is None
