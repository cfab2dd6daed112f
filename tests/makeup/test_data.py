"""The raw schema and what validation measures of photographs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tryon.data.card import Card
from tryon.makeup.config import MakeupValidation
from tryon.makeup.data import FEATURES, KINDS, rules
from tryon.makeup.inspection import Inspector
from tryon.vision.images import decode

CARD = Card(name="x", task="makeup", source="x", licence="x")


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    return Inspector()


def row(image: bytes, **changes: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {name: None for name in FEATURES}
    return empty | {"image": image, "kind": "bare", "skin_tone": 0} | changes


def test_the_schema_has_the_agreed_columns() -> None:
    assert list(FEATURES) == [
        "image_id", "identity", "image", "target", "look", "kind", "landmarks", "parsing",
        "skin_tone", "attributes",
    ]  # fmt: skip
    assert KINDS == ("pair", "bare", "made_up")


def test_what_the_card_promises_becomes_a_rule() -> None:
    names = {rule.name for rule in rules(MakeupValidation(), CARD)}
    assert not names & {"parsing_present", "landmarks_present"}
    promised = CARD.model_copy(update={"provides": ("parsing",)})
    assert "parsing_present" in {rule.name for rule in rules(MakeupValidation(), promised)}


@pytest.mark.parametrize("folder", ["portraits", "busts"])
def test_photographs_have_one_face_of_a_fair_size(
    inspector: Inspector, real_photos: Path, folder: str
) -> None:
    tones = []
    for path in sorted((real_photos / folder).glob("*.jpg"))[:15]:
        data = path.read_bytes()
        columns = inspector.columns(row(data), {"image": decode(data).image})["image"]
        assert columns["faces"] == 1
        assert 0.08 < columns["eye_share"] < 0.4
        tones.append(columns["measured_tone"])
    assert set(tones) <= set(range(1, 11))
    assert len(set(tones)) > 1


def test_given_landmarks_are_held_against_found_ones(
    inspector: Inspector, real_photos: Path
) -> None:
    data = sorted((real_photos / "portraits").glob("*.jpg"))[0].read_bytes()
    image = decode(data).image
    found = inspector._finder.find(image)
    exact = inspector.columns(row(data, landmarks=found.landmarks.ravel()), {"image": image})
    assert exact["image"]["landmark_error"] == pytest.approx(0, abs=1e-3)
    shifted = (found.landmarks + found.eye_distance / 2).ravel()
    off = inspector.columns(row(data, landmarks=shifted), {"image": image})["image"]
    assert off["landmark_error"] == pytest.approx(np.sqrt(2) / 2, rel=0.01)


def test_unreadable_pictures_have_no_content_columns(inspector: Inspector) -> None:
    columns = inspector.columns(row(b""), {"image": None, "target": None})
    assert "faces" not in columns["image"]
    assert columns["target"] == {}
    assert columns["image"]["look_error"] == ""
