"""Region masks lie where the regions are, at every size."""

import cv2
import numpy as np
import pytest

from tests.vision.drawn import portrait
from tryon.makeup.look import REGIONS
from tryon.makeup.regions import region_masks
from tryon.vision import facemesh
from tryon.vision.contours import closed, face_scale, fill, inset
from tryon.vision.parsing import Label

SIZE = 256
TONES = range(1, 11, 3)


def masks_of(tone: int) -> dict[str, np.ndarray]:
    masks = region_masks(portrait(3, tone).landmarks, (SIZE, SIZE))
    return dict(zip(REGIONS, masks, strict=True))


@pytest.mark.parametrize("tone", TONES)
def test_every_region_is_there_soft_and_bounded(tone: int) -> None:
    for region, mask in masks_of(tone).items():
        assert mask.dtype == np.float32, region
        assert mask.min() == 0
        assert 0.75 < mask.max() <= 1, region
        assert not mask[0].any()
        assert not mask[-1].any()


@pytest.mark.parametrize("tone", TONES)
def test_lips_match_the_rendered_labels(tone: int) -> None:
    labels = portrait(3, tone).parsing
    lips = np.isin(labels, [Label.UPPER_LIP, Label.LOWER_LIP])
    mask = masks_of(tone)["lips"] > 0.5
    assert (mask & lips).sum() / (mask | lips).sum() > 0.75
    assert (
        masks_of(tone)["lips"][labels == Label.MOUTH].mean() < 0.35
        if (labels == Label.MOUTH).any()
        else True
    )


def test_nothing_but_liner_lies_on_the_eyes() -> None:
    points = portrait().landmarks
    eyes = fill([inset(closed(points[list(e.outline)]), 2) for e in facemesh.EYES], (SIZE, SIZE))
    for region, mask in masks_of(5).items():
        if region != "eyeliner":
            assert mask[eyes > 0.9].max() < 0.1, region


def test_eyeshadow_lies_between_lid_and_brow_and_fades_upwards() -> None:
    points, mask = portrait().landmarks, masks_of(5)["eyeshadow"]
    for eye in facemesh.EYES:
        lid, brow = points[eye.upper_lid[4]], points[list(eye.brow_lower)].mean(0)
        along = [lid + (brow - lid) * t for t in (0.25, 0.8, 1.25)]
        values = [mask[round(y), round(x)] for x, y in along]
        assert values[0] > 0.7
        assert values[0] > values[1] >= values[2]
        assert values[2] < 0.1


def test_blush_is_on_both_cheeks_and_not_on_nose_or_lips() -> None:
    points, masks = portrait().landmarks, masks_of(5)
    for eye in facemesh.EYES:
        x, y = np.rint(points[eye.cheek]).astype(int)
        assert masks["blush"][y, x] > 0.5
    x, y = np.rint(points[facemesh.NOSE_TIP]).astype(int)
    assert masks["blush"][y, x] < 0.1
    assert (masks["blush"] * masks["lips"]).max() < 0.1


def test_masks_scale_with_the_picture() -> None:
    points = portrait().landmarks
    small = region_masks(points, (SIZE, SIZE))
    large = region_masks((points + 0.5) * 6 - 0.5, (6 * SIZE, 6 * SIZE))
    for one, six in zip(small, large, strict=True):
        shrunk = cv2.resize(six, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
        assert np.abs(shrunk - one).mean() < 0.01
        assert shrunk.sum() == pytest.approx(one.sum(), rel=0.1)


def test_mirrored_points_give_mirrored_masks() -> None:
    points = portrait().landmarks[list(facemesh.MIRROR)].copy()
    points[:, 0] = SIZE - 1 - points[:, 0]
    mirrored = region_masks(points, (SIZE, SIZE))[:, :, ::-1]
    assert np.abs(mirrored - region_masks(portrait().landmarks, (SIZE, SIZE))).mean() < 0.005


def test_what_is_covered_is_left_out() -> None:
    visible = np.ones((SIZE, SIZE), np.float32)
    visible[:, : SIZE // 2] = 0
    masks = region_masks(portrait().landmarks, (SIZE, SIZE), visible)
    assert not masks[:, :, : SIZE // 2].any()
    whole = region_masks(portrait().landmarks, (SIZE, SIZE))
    assert (masks[:, :, SIZE // 2 :] == whole[:, :, SIZE // 2 :]).all()


def test_a_face_half_out_of_the_picture_is_only_cut() -> None:
    points = portrait().landmarks - [140, 0]
    masks = region_masks(points, (SIZE, SIZE))
    assert np.isfinite(masks).all()
    assert masks[0].sum() < region_masks(portrait().landmarks, (SIZE, SIZE))[0].sum()


def test_face_scale_survives_turning_the_head() -> None:
    points = portrait().landmarks.copy()
    narrow = points * [0.5, 1]
    assert face_scale(narrow) > 0.7 * face_scale(points)
