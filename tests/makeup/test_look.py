"""Looks: the catalogue, layers, blends, overrides, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tryon.errors import RequestError
from tryon.makeup.look import (
    GLOSS,
    REGIONS,
    Look,
    RegionLook,
    blend,
    catalogue,
    layer,
    named,
    override,
    parse,
    random_look,
)
from tryon.vision.colour import delta_e_2000, hex_to_lab

names = st.sampled_from(list(catalogue()))


def test_the_catalogue_has_whole_looks_and_single_regions() -> None:
    looks = catalogue()
    assert sum(len(look.regions) >= 4 for look in looks.values()) >= 12
    assert sum(len(look.regions) == 1 for look in looks.values()) >= 4
    assert {"natural", "classic red", "smoky", "nude"} <= set(looks)
    assert {region for look in looks.values() for region in look.regions} == set(REGIONS)
    assert all(look.name == name for name, look in looks.items())


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(RequestError, match="smoky") as caught:
        named("smokey")
    assert caught.value.code == "unknown_look"


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"regions": {"nose": {"colour": "#ffffff"}}}, "nose"),
        ({"regions": {"lips": {"colour": "red"}}}, "regions.lips.colour"),
        ({"regions": {"lips": {"colour": "#ff0000", "intensity": 1.2}}}, "intensity"),
        ({"regions": {"lips": {"colour": "#ff0000", "intensity": float("nan")}}}, "intensity"),
        ({"regions": {"lips": {"colour": "#ff0000", "finish": "wet"}}}, "finish"),
        ({"regions": {"lips": {"intensity": 0.5}}}, "lips"),
        ({"regions": {"lips": {"colour": "#ff0000", "shine": 1}}}, "shine"),
        ({"colour": "#ff0000"}, "colour"),
    ],
)
def test_what_is_no_look_is_refused_by_key(values: dict, key: str) -> None:
    with pytest.raises(RequestError, match=key) as caught:
        parse(values)
    assert caught.value.code == "invalid_look"


def test_looks_are_frozen() -> None:
    with pytest.raises(ValidationError):
        named("nude").name = "other"  # type: ignore[misc]


@given(names, names)
def test_the_upper_layer_is_seen(below: str, above: str) -> None:
    both = layer(named(below), named(above))
    assert both.regions == named(below).regions | named(above).regions


@given(names, names)
def test_a_blend_ends_where_its_looks_are(first: str, second: str) -> None:
    for share, end in ((0.0, named(first)), (1.0, named(second))):
        assert blend(named(first), named(second), share).regions == end.regions


def test_the_middle_of_a_blend_is_the_middle_in_lab() -> None:
    one = Look(regions={"lips": RegionLook(colour="#b03040")})
    two = Look(regions={"lips": RegionLook(colour="#603050")})
    mixed = blend(one, two, 0.5).regions["lips"].colour
    assert mixed is not None
    middle = (hex_to_lab("#b03040") + hex_to_lab("#603050")) / 2
    assert delta_e_2000(hex_to_lab(mixed), middle) < 0.5


def test_a_region_of_one_look_fades() -> None:
    half = blend(named("lips red"), named("eyes cat"), 0.25)
    assert half.regions["lips"].intensity == pytest.approx(0.75)
    assert half.regions["eyeliner"].intensity == pytest.approx(0.25)


def test_overrides_change_fields_add_and_remove_regions() -> None:
    changed = override(
        named("classic red"),
        {"lips": {"intensity": 0.4}, "blush": None, "eyeliner": {"finish": "gloss"}},
    )
    assert changed.regions["lips"].intensity == 0.4
    assert changed.regions["lips"].colour == named("classic red").regions["lips"].colour
    assert "blush" not in changed.regions
    assert changed.regions["eyeliner"].finish == "gloss"


def test_presence_and_gloss_follow_the_region_order() -> None:
    look = Look(
        regions={
            "brows": RegionLook(intensity=0),
            "lips": RegionLook(colour="#aa2030", finish="gloss"),
        }
    )
    assert look.presence().tolist() == [1, 0, 0, 0, 0, 0]
    assert look.gloss()[0] == GLOSS["gloss"]


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_random_looks_repeat_by_seed_and_survive_json(seed: int) -> None:
    first, second = (random_look(np.random.default_rng(seed)) for _ in range(2))
    assert first == second
    assert parse(first.model_dump()) == first
    assert Look.model_validate_json(first.model_dump_json()) == first


def test_random_looks_use_every_region_and_finish() -> None:
    rng = np.random.default_rng(1)
    looks = [random_look(rng) for _ in range(80)]
    assert {r for look in looks for r in look.regions} == set(REGIONS)
    assert {part.finish for look in looks for part in look.regions.values()} == set(GLOSS)
