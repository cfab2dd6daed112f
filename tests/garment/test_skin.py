"""The skin's colour is the face's, or nothing is said."""

import numpy as np

from tests.garment.test_warping import pose
from tests.garment.worn import rows
from tryon.garment import areas, skin
from tryon.garment.areas import GROUP
from tryon.vision.images import decode, decode_labels
from tryon.vision.pose import PoseFinder


def test_the_tone_is_the_faces() -> None:
    row = next(row for row in rows(34) if row["kind"] == "paired")
    photo, labels = decode(row["image"]).image, decode_labels(row["parsing"])
    with PoseFinder() as finder:
        tone = skin.tone(photo, finder.find(photo))
    assert tone is not None
    face = photo[areas.to_groups(labels) == GROUP["face"]]
    assert np.abs(tone - np.median(face, 0)).max() < 45  # cheeks catch the light


def test_without_a_face_nothing_is_said() -> None:
    unseen = pose()
    unseen.keypoints[unseen.place("nose"), 2] = 0
    assert skin.tone(np.zeros((128, 96, 3), np.uint8), unseen) is None


def test_a_frame_without_skin_is_filled_with_the_tone() -> None:
    groups = np.zeros((64, 48), np.uint8)
    image = np.full((64, 48, 3), 90, np.uint8)
    tone = np.array([150, 100, 70], np.float32)
    skins = areas.sources(image, groups, "lower", (16, 12), tone).reshape(3, 4, 16, 12)[1]
    assert np.abs(skins[:3].reshape(3, -1).T - tone).max() < 2
    assert skins[3].max() == 0, "it is nowhere in sight"
