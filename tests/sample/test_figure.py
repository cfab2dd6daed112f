"""Drawn persons: deterministic, true keypoints and labels, clothes that change nothing else."""

import numpy as np
import pytest

from tryon.sample.canvas import Canvas
from tryon.sample.casting import Outfit, cast, draw_outfit
from tryon.sample.figure import Figure
from tryon.sample.pose_accuracy import measure
from tryon.sample.strip import Layer
from tryon.sample.wardrobe import KINDS, draw_garment
from tryon.vision.human import CLOTHES, KEYPOINTS, PARTS, Part

HEIGHT = 256


def outfit_of(figure: Figure, kind: str, seed: int = 1) -> Outfit:
    rng = np.random.default_rng(seed)
    trousers = draw_garment(rng, "trousers", figure.cast.build)
    return Outfit((trousers,)).swapped(draw_garment(rng, kind, figure.cast.build))


@pytest.fixture(scope="module")
def figure() -> Figure:
    return Figure(cast(3, 5, HEIGHT, "half"))


def test_a_figure_is_a_function_of_its_cast() -> None:
    pictures = []
    for _ in range(2):
        figure = Figure(cast(4, 2, HEIGHT))
        pictures.append(figure.wearing(draw_outfit(np.random.default_rng(1), figure.cast)))
    np.testing.assert_array_equal(pictures[0][0], pictures[1][0])
    np.testing.assert_array_equal(pictures[0][1], pictures[1][1])


def test_other_clothes_leave_face_and_background_as_they_are(figure: Figure) -> None:
    first, labels = figure.wearing(outfit_of(figure, "tshirt", 1))
    second, others = figure.wearing(outfit_of(figure, "longsleeve", 2))
    again, _ = figure.wearing(outfit_of(figure, "tshirt", 1))
    np.testing.assert_array_equal(first, again)
    change = np.abs(first.astype(int) - second).max(2)
    clothes = np.isin(labels, CLOTHES["upper"]) | np.isin(others, CLOTHES["upper"])
    assert change[clothes].mean() > 10
    face = (labels == Part.FACE) & (others == Part.FACE)
    assert face.sum() > 300
    assert np.mean(change[face] > 0) < 0.02  # but for the softness of the lens at the collar
    far = figure.keypoints[KEYPOINTS.index("nose"), 1]
    assert change[: int(far)].max() == 0


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_garment_is_seen_and_labelled(kind: str) -> None:
    figure = Figure(cast(11, 6, HEIGHT, "full"))
    picture, labels = figure.wearing(outfit_of(figure, kind))
    assert picture.shape == (HEIGHT, HEIGHT * 3 // 4, 3)
    assert set(np.unique(labels)) <= PARTS
    category = "whole" if kind == "dress" else "upper" if kind in KINDS[:5] else "lower"
    assert np.isin(labels, CLOTHES[category]).mean() > 0.015


def test_joints_lie_on_what_they_belong_to() -> None:
    hits, total = 0, 0
    belongs = {
        "nose": (Part.FACE,), "right_wrist": (Part.RIGHT_ARM, Part.UPPER, Part.COAT, Part.DRESS),
        "left_wrist": (Part.LEFT_ARM, Part.UPPER, Part.COAT, Part.DRESS),
        "neck": (Part.SKIN, Part.UPPER, Part.COAT, Part.DRESS, Part.HAIR),
        "right_ankle": (Part.RIGHT_LEG, Part.TROUSERS, Part.RIGHT_SHOE, Part.DRESS),
    }  # fmt: skip
    for seed in range(6):
        figure = Figure(cast(seed, 1 + seed, HEIGHT))
        _, labels = figure.wearing(draw_outfit(np.random.default_rng(seed), figure.cast))
        for name, parts in belongs.items():
            x, y, seen = figure.keypoints[KEYPOINTS.index(name)]
            if not seen:
                continue
            total += 1
            hits += labels[int(y), int(x)] in parts
    assert hits >= 0.8 * total


def test_a_layer_at_the_lower_edge_throws_its_shadow_out_of_the_picture() -> None:
    canvas = Canvas(np.ones((40, 30, 3), np.float32), scale=30.0)
    body = Layer((0, 0, 30, 40), np.full((40, 30, 4), 0.5, np.float32), Part.UPPER)
    canvas.lay([body])
    before = canvas.image.copy()
    canvas.darken(Layer((5, 38, 20, 40), np.ones((2, 15, 4), np.float32), 1), 0.5)
    np.testing.assert_array_equal(canvas.image, before)
    canvas.darken(Layer((5, 5, 20, 10), np.ones((5, 15, 4), np.float32), 1), 0.5)
    assert canvas.image.min() < before.min()


def test_people_differ() -> None:
    casts = [cast(seed, 1 + seed % 10, 256) for seed in range(60)]
    assert {one.framing for one in casts} == {"half", "full"}
    assert len({arm for one in casts for arm in one.stance.arms}) >= 7
    assert np.ptp([one.build.girth for one in casts]) > 0.3
    outfits = [draw_outfit(np.random.default_rng(i), one) for i, one in enumerate(casts)]
    assert {garment.kind for one in outfits for garment in one.garments} == set(KINDS)
    assert len({garment.textile.pattern for one in outfits for garment in one.garments}) >= 7


def test_a_pose_finder_sees_what_was_drawn() -> None:
    found = measure(8, height=384)
    assert found.detection >= 0.85
    assert found.error("shoulder") < 15
    assert found.error("") < 12
