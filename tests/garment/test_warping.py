"""A garment's pieces land where the body wears them, and bend without folding."""

import numpy as np
import pytest

from tests.garment.worn import PERSONS, rows, samples
from tryon.errors import Refusal
from tryon.garment import flat, pieces, warping
from tryon.garment.build import Body
from tryon.garment.garment import LANDMARKS
from tryon.garment.pieces import Strip
from tryon.vision.human import KEYPOINTS
from tryon.vision.images import decode, decode_labels
from tryon.vision.pose import Pose

STRAIGHT = {
    "nose": (0, -4), "neck": (0, 0), "right_shoulder": (-2.2, 0), "left_shoulder": (2.2, 0),
    "right_elbow": (-2.9, 4.1), "left_elbow": (2.9, 4.1), "right_wrist": (-3.1, 7.9),
    "left_wrist": (3.1, 7.9), "right_hip": (-1.4, 7.3), "left_hip": (1.4, 7.3),
    "right_knee": (-1.5, 13.6), "left_knee": (1.5, 13.6), "right_ankle": (-1.5, 19.8),
    "left_ankle": (1.5, 19.8), "right_eye": (-0.48, -3.6), "left_eye": (0.48, -3.6),
    "right_ear": (-0.9, -3.5), "left_ear": (0.9, -3.5),
}  # fmt: skip
UNIT = 20.0


def pose(**moved: tuple[float, float]) -> Pose:
    """A person standing straight, 20 pixels per unit, with some joints moved (units)."""
    places = STRAIGHT | moved
    points = np.array([places[name] for name in KEYPOINTS]) * UNIT + [200, 120]
    return Pose(np.column_stack([points, np.ones(len(points))]).astype(np.float32))


def long_sleeves() -> np.ndarray:
    """Landmarks of a plain top with long sleeves, 10 pixels per unit."""
    half = {
        "neck": (1.03, -1.03), "shoulder": (2.59, -0.5), "armpit": (3.08, 1.85),
        "waist": (3.1, 5.61), "hem": (3.3, 8.05), "sleeve_outer": (4.6, 4.2),
        "sleeve_inner": (3.5, 4.7), "cuff_outer": (6.1, 8.0), "cuff_inner": (5.2, 8.4),
    }  # fmt: skip
    points = {f"{n}_left": p for n, p in half.items()}
    points |= {f"{n}_right": (-x, y) for n, (x, y) in half.items()}
    points |= {"neck_back": (0, -0.91), "neck_front": (0, -0.33), "hem_middle": (0, 8.05)}
    return np.array([points[name] for name in LANDMARKS["upper"]]) * 10 + [100, 40]


def test_the_unit_is_told_from_several_measures() -> None:
    assert Body(pose()).unit == pytest.approx(UNIT, rel=0.04)
    hidden = pose()
    hidden.keypoints[14:, 2] = 0  # without eyes and ears
    assert Body(hidden).unit == pytest.approx(UNIT, rel=0.04)


def test_a_flat_garment_is_measured_however_it_lies() -> None:
    straight = flat.read("upper", long_sleeves())
    assert straight.scale == pytest.approx(10, rel=0.01)
    turn = np.array([[np.cos(0.3), np.sin(0.3)], [-np.sin(0.3), np.cos(0.3)]])
    turned = flat.read("upper", long_sleeves() @ turn * 1.7 + 30)
    assert turned.scale == pytest.approx(17, rel=0.01)
    for name, place in straight.units.items():
        np.testing.assert_allclose(turned.units[name], place, atol=1e-6)
        np.testing.assert_allclose(turned.pixel(*place), turned.pixels[name], atol=1e-6)


def test_a_garment_without_its_outline_is_refused() -> None:
    points = long_sleeves()
    points[LANDMARKS["upper"].index("armpit_left")] = np.nan
    with pytest.raises(Refusal, match="armpit_left") as refusal:
        flat.read("upper", points)
    assert refusal.value.code == "garment_unclear"


def test_sleeves_follow_bent_arms() -> None:
    bent = pose(right_elbow=(-3.6, 3.6), right_wrist=(-0.6, 5.2))
    fit = pieces.fit(flat.read("upper", long_sleeves()), Body(bent))
    sleeve = next(strip for strip in fit.strips if strip.name == "sleeve_right")
    cuff, elbow = sleeve.worn[-1].mean(0), bent.point("right_elbow")
    assert np.hypot(*(cuff - bent.point("right_wrist"))) < 1.2 * UNIT
    assert np.hypot(*(sleeve.worn.mean(1) - elbow).T).min() < 0.6 * UNIT
    lengths = np.hypot(*np.diff(sleeve.worn.mean(1), axis=0).T)
    assert (lengths > 0.1 * UNIT).all(), "no part of it is crushed"


def test_a_strip_maps_its_stations_exactly() -> None:
    steps = np.linspace(0, 60, 7)
    worn = np.stack([np.stack([20 + 0 * steps, 10 + steps], 1),
                     np.stack([44 + 0.2 * steps, 10 + steps], 1)], 1)  # fmt: skip
    strip = Strip("sleeve_left", worn * 2 + 5, worn)
    at, inside = warping.strip_map(strip, (90, 70))
    y, x = np.nonzero(inside)
    np.testing.assert_allclose(at[y, x], np.stack([x, y], 1) * 2 + 5, atol=1e-2)
    assert inside[40, 30]
    assert not inside[5, 30]


@pytest.mark.parametrize("index", PERSONS)
def test_the_drawn_warp_lies_on_the_truth(index: int) -> None:
    own = [s for s in samples() if s.record["identity"] == rows(index)[0]["identity"]]
    cross = next(s for s in own if s.record["kind"] == "cross")
    drawn, true = cross.arrays["warped"][..., 3] > 127, cross.arrays["worn"] > 127
    seen = cross.arrays["front"] == 0
    overlap = (drawn & true & seen).sum() / ((drawn | true) & seen).sum()
    assert overlap > 0.7


def test_it_is_the_same_at_any_resolution() -> None:
    row = rows(PERSONS[0])[0]
    cloth = warping.Cloth.of(decode(row["garment"]).image, decode_labels(row["garment_mask"]))
    measured = flat.read(row["category"], np.array(row["garment_landmarks"]))
    small = warping.draw(cloth, pieces.fit(measured, Body(pose())), (480, 400))
    twice = pose()
    twice.keypoints[:, :2] = (twice.keypoints[:, :2] + 0.5) * 2 - 0.5
    large = warping.draw(cloth, pieces.fit(measured, Body(twice)), (960, 800), finer=1)
    assert np.abs(large.reshape(480, 2, 400, 2, 4).mean((1, 3)) - small).mean() < 0.01


def test_nothing_of_the_garment_is_outside_it() -> None:
    sample = samples()[0].arrays["warped"].astype(int)
    assert (sample[..., :3] <= sample[..., 3:] + 1).all(), "colour is premultiplied"
