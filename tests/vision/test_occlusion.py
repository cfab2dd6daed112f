"""What covers a face is left out; what is skin, of any tone and under any light, is not."""

import cv2
import numpy as np
import pytest

from tests.vision.drawn import picture, portrait
from tryon.errors import TryonError
from tryon.vision import facemesh
from tryon.vision.contours import closed, face_scale, fill, inset
from tryon.vision.faceview import FaceView
from tryon.vision.glasses import find_frames
from tryon.vision.occlusion import visible_skin
from tryon.vision.parsing import Label
from tryon.vision.skin import find_skin

BARE_CHEEKS = (50, 280)


def at(plane: np.ndarray, points: np.ndarray, index: int) -> float:
    x, y = np.rint(points[index]).astype(int)
    return float(plane[y - 2 : y + 3, x - 2 : x + 3].mean())


@pytest.mark.parametrize("tone", range(1, 11))
def test_cheeks_are_skin_on_every_tone(tone: int) -> None:
    points = portrait(3, tone).landmarks
    seen = visible_skin(picture(3, tone), points)
    assert seen.shape == (256, 256)
    assert seen.dtype == np.float32
    assert seen.min() >= 0
    assert seen.max() <= 1
    assert min(at(seen, points, index) for index in BARE_CHEEKS) > 0.7


@pytest.mark.parametrize("gain", [0.45, 1.0, 1.25])
def test_exposure_and_lost_colour_do_not_matter(gain: float) -> None:
    points = portrait().landmarks
    image = np.clip(picture().astype(np.float32) * gain, 0, 255).astype(np.uint8)
    grey = np.repeat(image.mean(-1, keepdims=True), 3, -1).astype(np.uint8)
    for photo in (image, grey):
        seen = visible_skin(photo, points)
        assert min(at(seen, points, index) for index in BARE_CHEEKS) > 0.7


def test_a_dark_lock_over_the_cheek_is_no_skin() -> None:
    points, image = portrait().landmarks, picture().copy()
    x, y = np.rint(points[50]).astype(int)
    cv2.line(image, (int(x), int(y) - 40), (int(x), int(y) + 40), (18, 14, 12), 12, cv2.LINE_AA)
    seen = visible_skin(image, points)
    assert seen[y, x] < 0.15
    assert at(seen, points, 280) > 0.7


def test_a_moustache_over_the_upper_lip_gets_no_lipstick_and_the_lower_lip_does() -> None:
    points, image = portrait(3, 4, 512).landmarks, picture(3, 4, 512).copy()
    unit = face_scale(points)
    band = np.concatenate(
        [
            points[list(facemesh.LIPS_OUTER[10:])] - np.array([0, 0.22 * unit]),
            points[list(facemesh.LIPS_INNER)][:10:-1] + np.array([0, 0.01 * unit]),
        ]
    )
    hair = fill([cv2.convexHull(band.astype(np.float32))[:, 0]], image.shape[:2])[..., None]
    lower = fill([points[[*facemesh.LIPS_OUTER[:11], *facemesh.LIPS_INNER[10::-1]]]],
                 image.shape[:2])[..., None]  # fmt: skip
    hair = hair * (1 - lower)
    strands = np.random.default_rng(0).integers(12, 44, image.shape[:2])[..., None]
    image = np.uint8(image * (1 - hair) + hair * strands * [1, 0.9, 0.85])
    seen = visible_skin(image, points)
    assert at(seen, points, 37) < 0.3
    assert at(seen, points, 267) < 0.3
    assert np.median(seen[(lower[..., 0] > 0.9)]) > 0.7


def test_frames_of_glasses_are_found_and_bare_eyes_are_not_taken_for_them() -> None:
    points, image = portrait(3, 4, 512).landmarks, picture(3, 4, 512).copy()
    view = FaceView.of(image, points)
    found = find_frames(view, find_skin(view))
    assert found is None or found.max() < 0.2
    unit = face_scale(points)
    rims = np.zeros(image.shape[:2], np.uint8)
    width = max(2, round(0.035 * unit))
    centres = [points[list(eye.outline)].mean(0) for eye in facemesh.EYES]
    for centre in centres:
        rim_at = (round(float(centre[0])), round(float(centre[1] + 0.06 * unit)))
        axes = (round(0.40 * unit), round(0.30 * unit))
        cv2.ellipse(rims, rim_at, axes, 0, 0, 360, 255, width)
    middle = np.rint(np.mean(centres, 0)).astype(int)
    half = round(0.12 * unit)
    cv2.line(rims, (int(middle[0]) - half, int(middle[1])), (int(middle[0]) + half, int(middle[1])),
             255, width)  # fmt: skip
    image[rims > 0] = (25, 22, 24)
    seen = visible_skin(image, points)
    below = rims > 0
    below[: int(middle[1]) + round(0.2 * unit)] = False
    assert np.median(seen[below]) < 0.2
    assert at(seen, points, 205) > 0.7


def test_dark_lenses_hide_the_eyes() -> None:
    points, image = portrait(3, 4, 512).landmarks, picture(3, 4, 512).copy()
    unit = face_scale(points)
    lenses = [inset(closed(points[list(eye.outline)]), -0.33 * unit) for eye in facemesh.EYES]
    image[fill(lenses, image.shape[:2]) > 0.5] = (20, 20, 22)
    seen = visible_skin(image, points)
    for eye in facemesh.EYES:
        assert at(seen, points, eye.upper_lid[4]) < 0.2


def test_labels_decide_where_they_are_known() -> None:
    points, labels = portrait().landmarks, np.full((256, 256), Label.SKIN, np.uint8)
    labels[:, :128] = Label.HAND
    seen = visible_skin(picture(), points, labels)
    assert seen[:, :120].max() < 0.01
    assert seen[:, 136:].min() > 0.99


def test_unknown_labels_leave_it_to_the_picture() -> None:
    points, labels = portrait().landmarks, np.full((256, 256), Label.UNKNOWN, np.uint8)
    assert (visible_skin(picture(), points, labels) == visible_skin(picture(), points)).all()


def test_wrong_arrays_are_refused() -> None:
    points = portrait().landmarks
    with pytest.raises(TryonError, match="uint8"):
        visible_skin(picture().astype(np.float32), points)
    with pytest.raises(TryonError, match="labels"):
        visible_skin(picture(), points, np.zeros((4, 4), np.uint8))
