"""Finding the one face, and every refusal with its code."""

import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.vision.drawn import picture, portrait
from tryon.errors import ImageError, Refusal, TryonError
from tryon.vision.face import Face, FaceFinder
from tryon.vision.images import decode


@pytest.fixture(scope="module")
def finder() -> Iterator[FaceFinder]:
    """One, for this thread."""
    with FaceFinder() as ready:
        yield ready


def refusal(finder: FaceFinder, image: np.ndarray) -> Refusal:
    """The refusal `image` meets."""
    with pytest.raises(Refusal) as caught:
        finder.find(image)
    assert caught.value.hint
    return caught.value


def test_landmarks_fit_the_rendered_face(finder: FaceFinder) -> None:
    face = finder.find(picture())
    miss = np.linalg.norm(face.landmarks - portrait().landmarks, axis=1)
    assert miss.mean() < 0.1 * face.eye_distance
    left, top, right, bottom = face.box
    assert (face.landmarks >= [left, top]).all()
    assert (face.landmarks <= [right, bottom]).all()


def test_the_same_picture_gives_the_same_landmarks(finder: FaceFinder) -> None:
    first, second = finder.find(picture()), finder.find(picture())
    assert (first.landmarks == second.landmarks).all()


def test_a_large_copy_has_the_same_face_at_its_own_scale(finder: FaceFinder) -> None:
    large = cv2.resize(picture(), None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC)
    small, big = finder.find(picture()), finder.find(large)
    at = (small.landmarks + 0.5) * 8 - 0.5
    assert np.linalg.norm(big.landmarks - at, axis=1).mean() < 0.04 * big.eye_distance


def test_pose_follows_the_picture(finder: FaceFinder) -> None:
    turn = cv2.getRotationMatrix2D((127.5, 127.5), -12, 1)
    turned = cv2.warpAffine(picture(), turn, (256, 256), borderMode=cv2.BORDER_REPLICATE)
    upright, tilted = finder.find(picture()), finder.find(turned)
    assert tilted.roll - upright.roll == pytest.approx(12, abs=3)
    mirrored = finder.find(np.ascontiguousarray(picture()[:, ::-1]))
    assert mirrored.yaw == pytest.approx(-upright.yaw, abs=6)


def test_blank_has_no_face(finder: FaceFinder) -> None:
    assert refusal(finder, np.full((200, 300, 3), 128, np.uint8)).code == "no_face"


def test_two_faces_side_by_side_are_several(finder: FaceFinder) -> None:
    both = np.hstack([picture(), picture(seed=8, tone=3)])
    error = refusal(finder, both)
    assert error.code == "several_faces"
    assert "2 faces" in error.message


def test_a_small_second_face_does_not_matter(finder: FaceFinder) -> None:
    canvas = np.full((256, 400, 3), 90, np.uint8)
    canvas[:, :256] = picture()
    canvas[:96, 280:376] = cv2.resize(picture(8, 3), (96, 96), interpolation=cv2.INTER_AREA)
    alone = finder.find(picture()).eye_distance
    assert finder.find(canvas).eye_distance == pytest.approx(alone, rel=0.05)


def test_a_tiny_face_is_too_small(finder: FaceFinder) -> None:
    tiny = cv2.resize(picture(), (64, 64), interpolation=cv2.INTER_AREA)
    error = refusal(finder, tiny)
    assert error.code == "face_too_small"
    assert "24 px" in error.message


def test_a_small_face_in_a_large_photo_is_found_by_the_second_try(finder: FaceFinder) -> None:
    canvas = np.full((1400, 1400, 3), 120, np.uint8)
    canvas[600:810, 500:710] = cv2.resize(picture(), (210, 210), interpolation=cv2.INTER_AREA)
    face = finder.find(canvas)
    expected = (portrait().landmarks + 0.5) * 210 / 256 - 0.5 + [500, 600]
    assert np.linalg.norm(face.landmarks - expected, axis=1).mean() < 0.12 * face.eye_distance


def test_turned_away_is_measured_on_the_mesh() -> None:
    strict = FaceFinder(max_yaw=0.01, max_pitch=0.01)
    with strict:
        error = refusal(strict, picture())
    assert error.code == "face_turned_away"
    assert "degrees" in error.message


@pytest.mark.parametrize("angle", [-60, -30, 0, 30, 60])
def test_yaw_is_the_angle_the_head_is_turned_by(angle: float) -> None:
    front = np.zeros((478, 3), np.float32)
    front[:, :2] = portrait().landmarks - portrait().landmarks.mean(0)
    turn = np.radians(angle)
    front[:, 0], front[:, 2] = front[:, 0] * np.cos(turn), -front[:, 0] * np.sin(turn)
    straight = Face.from_points(np.c_[portrait().landmarks, np.zeros(478)])
    assert Face.from_points(front).yaw - straight.yaw == pytest.approx(-angle, abs=1)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((20, 20), np.uint8),
        np.zeros((20, 20, 4), np.uint8),
        np.zeros((20, 20, 3), np.float32),
    ],
)
def test_what_is_no_picture_is_an_error_and_harms_nothing(
    finder: FaceFinder, image: np.ndarray
) -> None:
    with pytest.raises(ImageError):
        finder.find(image)
    assert finder.find(picture()).eye_distance > 20


def test_another_thread_may_not_use_it(finder: FaceFinder) -> None:
    caught: list[BaseException] = []

    def elsewhere() -> None:
        try:
            finder.find(picture())
        except TryonError as error:
            caught.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert [type(error) for error in caught] == [TryonError]


def test_portraits_from_the_front_are_all_handled(finder: FaceFinder, real_photos: Path) -> None:
    for path in sorted((real_photos / "portraits").glob("*.jpg"))[::40]:
        face = finder.find(decode(path.read_bytes()).image)
        assert abs(face.yaw) < 45
        assert abs(face.roll) < 30
