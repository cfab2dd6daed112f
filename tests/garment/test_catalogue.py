"""The sample garments: complete, drawn as they say, wearable as they are."""

import re

import numpy as np
import pytest

from tests.conftest import ROOT
from tryon.errors import RequestError
from tryon.garment import designing, flat
from tryon.garment.catalogue import FOLDER, INDEX, catalogue, named
from tryon.garment.cloth_checks import check_layout, check_mask, solid
from tryon.garment.garment import CATEGORIES, LANDMARKS
from tryon.vision.colour import delta_e_2000, hex_to_lab, srgb_to_lab

ENTRIES = list(catalogue().values())


def test_there_is_one_file_for_each_and_no_other() -> None:
    folder = ROOT / "tryon" / "garment" / FOLDER
    assert {path.name for path in folder.iterdir()} == {one.file for one in ENTRIES} | {INDEX}
    assert sum(path.stat().st_size for path in folder.iterdir()) < 300_000
    assert [one.name for one in ENTRIES] == list(designing.designs())
    assert {one.category for one in ENTRIES} == set(CATEGORIES)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_each_can_be_worn(entry) -> None:  # type: ignore[no-untyped-def]
    photo, mask = entry.cloth()
    assert len(entry.landmarks) == 2 * len(LANDMARKS[entry.category])
    check_mask(mask, photo.shape[:2])
    assert solid(mask, given=False).any()
    check_layout(flat.read(entry.category, np.array(entry.landmarks)), mask)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_each_has_the_colour_of_its_design(entry) -> None:  # type: ignore[no-untyped-def]
    photo, mask = entry.cloth()
    main = hex_to_lab(designing.designs()[entry.name]["textile"]["colours"][0])
    apart = delta_e_2000(srgb_to_lab(photo[mask > 127] / np.float32(255)), main)
    assert np.percentile(apart, 30) < 9  # the rest may be pattern and shade


def test_drawing_again_gives_the_same() -> None:
    entry, picture = designing.draw("tokyo-tee", designing.wearer())
    assert entry == named("tokyo-tee")
    photo, mask = entry.cloth()
    drawn = np.array(picture)
    np.testing.assert_array_equal(drawn[..., 3], mask)
    assert np.abs(drawn[..., :3].astype(int) - photo)[mask > 0].mean() < 4


def test_an_unknown_name_is_told_the_nearest() -> None:
    with pytest.raises(RequestError, match=re.escape("tokyo-tee")):
        named("tokio tee")
