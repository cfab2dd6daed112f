"""The garment task on real photographs: what is refused, before any network is asked."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks.garment_photographs import CUTS, TOPS, garments, persons
from tests.serving.outfitter import write_outfitter
from tryon.errors import Refusal
from tryon.garment.catalogue import named
from tryon.garment.cloth import Given
from tryon.garment.predictor import Predictor

EVERY = 6  # of the photos


@pytest.fixture(scope="module")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    """With networks that go by rules: what they say is not looked at here."""
    return Predictor.load(write_outfitter(tmp_path_factory.mktemp("bundle")).folder)


def outcome(predictor: Predictor, image: np.ndarray, given: Given) -> str:
    try:
        predictor.dress(image, given)
    except Refusal as refusal:
        return refusal.code
    return "picture"


def test_a_bust_shows_too_little(real_photos: Path, predictor: Predictor) -> None:
    entry = named("tokyo-tee")
    photo, mask = entry.cloth()
    given = Given(photo, entry.category, mask, np.array(entry.landmarks))
    busts = [item for item in persons(real_photos) if item[0][1:].isdigit()][::EVERY]
    found = Counter(outcome(predictor, image, given) for _, image in busts if image.shape[0] == 550)
    assert found.total() >= 15
    assert found["torso_hidden"] >= 0.9 * found.total(), found
    assert set(found) <= {"torso_hidden", "no_person", "several_persons"}


def test_persons_who_stand_alone_are_dressed(real_photos: Path, predictor: Predictor) -> None:
    entry = named("tokyo-tee")
    photo, mask = entry.cloth()
    given = Given(photo, entry.category, mask, np.array(entry.landmarks))
    people = dict(persons(real_photos))
    assert outcome(predictor, people["Pilots"], given) == "several_persons"
    assert outcome(predictor, people["image-2-women-on-phones"], given) == "several_persons"
    alone = [f"Pilots, {number}" for number in range(len(CUTS["Pilots"]))]
    found = Counter(outcome(predictor, people[name], given) for name in alone)
    assert found["picture"] >= 2, found


def test_no_garment_is_taken_for_a_person_and_no_person_for_a_garment(
    real_photos: Path, predictor: Predictor
) -> None:
    people = dict(persons(real_photos))
    image = people["Pilots, 1"]
    tops = garments(real_photos)[::EVERY]
    assert {name.split("/")[0] for name, _ in tops} == set(TOPS)
    found = Counter(outcome(predictor, image, Given(photo, "upper")) for _, photo in tops)
    assert found.total() >= 50
    assert found["person_in_garment_photo"] == 0, found
    busts = [image for name, image in people.items() if name[1:].isdigit()][:: 2 * EVERY]
    swapped = Counter(outcome(predictor, image, Given(bust, "upper")) for bust in busts)
    assert swapped["person_in_garment_photo"] >= 0.9 * swapped.total(), swapped
