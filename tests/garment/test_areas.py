"""What is erased, kept and repainted; and photos read whole into frames."""

import numpy as np
import pytest

from tests.garment.test_warping import pose
from tests.garment.worn import samples
from tryon.errors import Refusal
from tryon.garment import areas, framing
from tryon.garment.areas import GROUP, GROUPS
from tryon.garment.garment import CATEGORIES, LANDMARKS, Category
from tryon.garment.letterbox import letterbox
from tryon.garment.networks import GROUPS as NETWORK_GROUPS
from tryon.garment.networks import POINTS as NETWORK_POINTS
from tryon.garment.networks import SOURCES as NETWORK_SOURCES
from tryon.garment.points import MIRROR, POINTS, from_points, to_points
from tryon.garment.visibility import check_old, check_visible
from tryon.vision.human import PARTS, Part


def test_every_label_has_one_group() -> None:
    grouped = [part for parts in GROUPS.values() for part in parts]
    assert sorted(grouped) == sorted(PARTS)
    labels = np.arange(256, dtype=np.uint8)[None]
    groups = areas.to_groups(labels)[0]
    assert groups[Part.COAT] == GROUP["upper"]
    assert groups[Part.UNKNOWN] == GROUP["background"]


def test_the_networks_know_the_same_lists() -> None:
    assert len(GROUPS) == NETWORK_GROUPS
    assert len(POINTS) == NETWORK_POINTS
    assert 4 * len(areas.SOURCES) == NETWORK_SOURCES


def test_the_old_garment_is_erased_whole_and_the_head_is_kept() -> None:
    for sample in samples():
        arrays, category = sample.arrays, sample.record["category"]
        groups = arrays["groups"]
        old = areas.is_any(groups, areas.ERASED[category])
        assert (arrays["edit"][old & (arrays["old"] > 0)] > 0).all()
        assert (arrays["old"][old] > 0).mean() > 0.9
        assert (arrays["edit"][areas.is_any(groups, areas.HEAD)] == 0).all()
        assert (arrays["edit"] == 0).any()


def test_what_comes_to_light_is_spread_from_where_it_is_in_sight() -> None:
    groups = np.zeros((128, 96), np.uint8)
    groups[:, 48:] = GROUP["arms"]
    groups[40:90, 20:76] = GROUP["upper"]
    image = np.zeros((128, 96, 3), np.uint8)
    image[groups == GROUP["background"]] = (20, 200, 30)
    image[groups == GROUP["arms"]] = (200, 120, 90)
    spread = areas.sources(image, groups, "upper", (32, 24)).reshape(3, 4, 32, 24).astype(int)
    background, skin, cloth = spread
    assert np.abs(background[:3, 16, 8] - [20, 200, 30]).max() < 12
    assert np.abs(skin[:3, 16, 16] - [200, 120, 90]).max() < 12
    assert background[3, 2, 2] == 255
    assert background[3, 16, 2] > background[3, 16, 10] > 0
    assert cloth[3].max() == 0, "what is erased is no source"


def test_limbs_are_bare_where_the_garment_ends() -> None:
    from tests.garment.test_warping import long_sleeves
    from tryon.garment import flat, pieces
    from tryon.garment.build import Body
    from tryon.garment.garment import LANDMARKS

    body, names = Body(pose()), LANDMARKS["upper"]
    vest = long_sleeves()
    vest[[i for i, name in enumerate(names) if name.startswith(("sleeve", "cuff"))]] = np.nan
    x, y = np.rint(body.pose.point("right_elbow")).astype(int)
    for landmarks, expected in ((long_sleeves(), 0), (vest, 255)):
        found = areas.bare((560, 420), body, pieces.fit(flat.read("upper", landmarks), body))
        assert found[y, x] == expected


def test_hands_are_kept() -> None:
    from tryon.garment.build import Body

    body = Body(pose())
    found = areas.hands((520, 420), body)
    for side in ("right", "left"):
        x, y = np.rint(body.pose.point(f"{side}_wrist") + np.array([0, 15])).astype(int)
        assert found[y, x]
        x, y = np.rint(body.pose.point(f"{side}_elbow")).astype(int)
        assert not found[y, x]


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_frame_holds_what_is_dressed(category: Category) -> None:
    person = pose()
    matrix = framing.frame(person, category, (560, 420), 128)
    assert matrix[0, 0] == matrix[1, 1]
    moved = framing.moved(person, matrix)
    joints = {"upper": ("shoulder", "hip"), "lower": ("hip", "ankle"),
              "whole": ("shoulder", "ankle")}[category]  # fmt: skip
    for joint in joints:
        assert (moved.middle(joint) > 2).all()
        assert (moved.middle(joint) < [94, 126]).all()


def test_the_frame_stays_in_the_photo_where_it_fits() -> None:
    for shape in ((560, 420), (800, 1200)):
        matrix = framing.frame(pose(), "upper", shape, 128)
        corners = (np.array([[-0.5, -0.5], [95.5, 127.5]]) - matrix[:, 2]) / matrix[0, 0]
        assert (corners[0] > -1).all()
        assert (corners[1] < [shape[1], shape[0]]).all()


def test_a_letterbox_goes_there_and_back() -> None:
    photo = np.zeros((200, 300, 3), np.uint8)
    photo[80:120, 100:160] = 255
    boxed = letterbox(photo, (128, 96))
    assert boxed.image.shape == (128, 96, 3)
    there = np.array([[100.0, 80.0], [160.0, 120.0]]) * boxed.scale + boxed.shift
    np.testing.assert_allclose(boxed.to_photo(there), [[100, 80], [160, 120]], atol=1e-6)
    x, y = np.rint((there[0] + there[1]) / 2).astype(int)
    assert boxed.image[y, x, 0] == 255
    mask = boxed.plane(photo[..., 0])
    back = boxed.back(mask.astype(np.float32)[::1]) > 127
    assert (back == (photo[..., 0] > 127)).mean() > 0.99


def test_landmarks_of_all_categories_share_one_list() -> None:
    for category in CATEGORIES:
        given = np.arange(2.0 * len(LANDMARKS[category]))
        points = to_points(category, given)
        np.testing.assert_array_equal(from_points(category, points).ravel(), given)
        assert np.isfinite(points).all(1).sum() == len(LANDMARKS[category])
    assert [MIRROR[MIRROR[i]] for i in range(len(POINTS))] == list(range(len(POINTS)))
    assert POINTS[MIRROR[POINTS.index("cuff_outer_left")]] == "cuff_outer_right"


def test_what_cannot_be_dressed_is_refused() -> None:
    person = pose()
    check_visible(person, "upper", (400, 420))
    with pytest.raises(Refusal) as refusal:
        check_visible(person, "upper", (200, 420))
    assert refusal.value.code == "torso_hidden"
    with pytest.raises(Refusal) as refusal:
        check_visible(person, "lower", (300, 420))
    assert refusal.value.code == "legs_hidden"
    groups = np.zeros((64, 48), np.uint8)
    groups[20:40, 10:30] = GROUP["dress"]
    check_old(groups, "whole")
    with pytest.raises(Refusal) as refusal:
        check_old(groups, "upper")
    assert refusal.value.code == "nothing_to_replace"
