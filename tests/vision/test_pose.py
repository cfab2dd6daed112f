"""One person is found where one stands; anything else is refused with its cause."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from tryon.errors import ImageError, Refusal, TryonError
from tryon.sample.casting import cast, draw_outfit
from tryon.sample.figure import Figure
from tryon.vision.human import KEYPOINTS
from tryon.vision.pose import Pose, PoseFinder


@pytest.fixture(scope="module")
def finder() -> Iterator[PoseFinder]:
    with PoseFinder() as made:
        yield made


@pytest.fixture(scope="module")
def drawn() -> tuple[np.ndarray, np.ndarray]:
    """A full figure, 384 pixels high, and its exact keypoints."""
    figure = Figure(cast(9001, 4, 384, "full"))
    picture, _ = figure.wearing(draw_outfit(np.random.default_rng(9001), figure.cast))
    return picture, figure.keypoints


def test_a_drawn_person_is_found(finder: PoseFinder, drawn: tuple[np.ndarray, np.ndarray]) -> None:
    picture, exact = drawn
    pose = finder.find(picture)
    assert pose.keypoints.shape == (len(KEYPOINTS), 3)
    width = exact[5, 0] - exact[2, 0]
    off = np.hypot(*(pose.keypoints[:, :2] - exact[:, :2]).T)[exact[:, 2] > 0]
    assert off.mean() < 0.2 * width
    assert pose.shoulders == pytest.approx(width, rel=0.25)
    assert pose.seen("nose")
    np.testing.assert_array_equal(pose.point("nose"), pose.keypoints[Pose.place("nose"), :2])


def test_keypoints_outside_the_photo_are_not_seen(
    finder: PoseFinder, drawn: tuple[np.ndarray, np.ndarray]
) -> None:
    picture, exact = drawn
    pose = finder.look(picture[: int(exact[8, 1] + 20)])  # down to the hips
    assert pose is not None
    assert not pose.seen("right_ankle")
    assert not pose.seen("left_ankle")


def test_no_person(finder: PoseFinder) -> None:
    with pytest.raises(Refusal) as refusal:
        finder.find(np.full((256, 192, 3), 127, np.uint8))
    assert refusal.value.code == "no_person"


def test_two_persons(finder: PoseFinder, drawn: tuple[np.ndarray, np.ndarray]) -> None:
    with pytest.raises(Refusal) as refusal:
        finder.find(np.concatenate([drawn[0], drawn[0]], axis=1))
    assert refusal.value.code == "several_persons"


def test_a_person_from_the_side(
    finder: PoseFinder, drawn: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, exact = drawn
    points = exact.copy()
    points[5, 0] = points[2, 0] + 3
    monkeypatch.setattr(finder, "look", lambda image: Pose(points))
    monkeypatch.setattr(finder, "_another", lambda image, pose: False)
    with pytest.raises(Refusal) as refusal:
        finder.find(picture)
    assert refusal.value.code == "person_turned_away"


@pytest.mark.parametrize("shape", [(0, 4, 3), (8, 8), (8, 8, 4)])
def test_what_is_no_photo(finder: PoseFinder, shape: tuple[int, ...]) -> None:
    with pytest.raises(ImageError):
        finder.look(np.zeros(shape, np.uint8))


def test_one_finder_belongs_to_one_thread(finder: PoseFinder) -> None:
    caught: list[Exception] = []

    def misuse() -> None:
        try:
            finder.look(np.zeros((64, 64, 3), np.uint8))
        except TryonError as error:
            caught.append(error)

    thread = threading.Thread(target=misuse)
    thread.start()
    thread.join()
    assert [error.code for error in caught if isinstance(error, TryonError)] == [
        "shared_pose_finder"
    ]
