"""The makeup task on real photographs, with the analytic shift alone."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks.photographs import HANDLED, LIPS, LIPS_MOVED, SHADES, SHADOW_MOVED, Measured
from benchmarks.photographs import measure as measure_photos
from tryon.errors import Refusal
from tryon.makeup.look import named
from tryon.makeup.predictor import Predictor
from tryon.vision.face import FaceFinder
from tryon.vision.images import decode

SAMPLE = 15  # photos for the colours; the faces are found in four times as many


def paths(real_photos: Path, folder: str, count: int) -> list[Path]:
    """`count` photos spread evenly over a folder."""
    found = sorted((real_photos / folder).glob("*.jpg"))
    return found[:: max(1, len(found) // count)][:count]


@pytest.fixture(scope="module")
def measured(real_photos: Path) -> Measured:
    """Everything, on a few portraits and busts."""

    def pictures() -> Iterator[tuple[str, np.ndarray]]:
        for folder, count in (("portraits", SAMPLE - 5), ("busts", 5)):
            for path in paths(real_photos, folder, count):
                yield path.stem, decode(path.read_bytes()).image

    return measure_photos(pictures(), Predictor())


def test_nearly_every_face_is_handled(real_photos: Path) -> None:
    refused: list[str] = []
    chosen = paths(real_photos, "portraits", 3 * SAMPLE) + paths(real_photos, "busts", SAMPLE)
    with FaceFinder() as finder:
        for path in chosen:
            try:
                finder.find(decode(path.read_bytes()).image)
            except Refusal as refusal:
                refused.append(f"{path.name}: {refusal}")
    assert 1 - len(refused) / len(chosen) >= HANDLED, refused


def test_lip_colours_are_reached(measured: Measured) -> None:
    shares = np.array(measured.lips)
    assert shares.shape[1] == len(SHADES)
    assert np.median(shares) >= LIPS
    assert {name: share for name, (share, _) in measured.by_tone().items() if share < LIPS} == {}


def test_nothing_changes_outside_on_teeth_or_over_the_lip(measured: Measured) -> None:
    assert max(measured.outside) == 0
    assert np.median(measured.teeth) < 1
    assert np.median(measured.over_lip) < 0.5


def test_a_reference_arrives(measured: Measured) -> None:
    assert np.median(measured.moved_lips) >= LIPS_MOVED
    assert np.median(measured.moved_shadow) >= SHADOW_MOVED


def test_full_resolution_is_kept(real_photos: Path) -> None:
    image = decode(paths(real_photos, "busts", 1)[0].read_bytes()).image
    result = Predictor().apply(image, named("classic red"))
    assert result.image.shape == image.shape
    left, top, right, bottom = result.face.box
    rim = (bottom - top) // 2
    outside = np.ones(image.shape[:2], bool)
    outside[max(0, top - rim) : bottom + rim, max(0, left - rim) : right + rim] = False
    assert (result.image[outside] == image[outside]).all()
