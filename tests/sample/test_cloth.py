"""Garments laid flat: masks and landmarks that fit, prints that can be read, warps that hold."""

import numpy as np
import pytest

from tryon.garment.garment import LANDMARKS, flatten
from tryon.sample.build import draw_build, smooth_steps
from tryon.sample.flatlay import home_photo, shop_photo
from tryon.sample.marks import landmarks
from tryon.sample.sewing import Sewn, sew
from tryon.sample.stance import draw_stance
from tryon.sample.strip import patch, tube
from tryon.sample.textile import PATTERNS, draw_textile, weave
from tryon.sample.wardrobe import CATEGORY, KINDS, draw_garment

SHAPE = (256, 192)


def made(kind: str, seed: int = 0) -> Sewn:
    rng = np.random.default_rng(seed)
    build = draw_build(rng, 0.4)
    stance = draw_stance(rng, build)
    return sew(draw_garment(rng, kind, build), build, stance, SHAPE)


@pytest.mark.parametrize("kind", KINDS)
def test_flat_photos_show_the_garment_where_mask_and_landmarks_say(kind: str) -> None:
    sewn = made(kind)
    points = landmarks(sewn)
    assert set(points) <= set(LANDMARKS[CATEGORY[kind]])  # type: ignore[index]
    assert len(flatten(CATEGORY[kind], points)) == 2 * len(LANDMARKS[CATEGORY[kind]])  # type: ignore[arg-type,index]
    for take in (shop_photo, home_photo):
        photo = take(sewn.garment, sewn.texture, points, SHAPE)
        assert photo.picture.shape == (*SHAPE, 3)
        assert set(np.unique(photo.mask)) == {0, 255}
        assert 0.06 < (photo.mask > 0).mean() < 0.9
        near = 0
        for x, y in photo.landmarks.values():
            window = photo.mask[max(0, int(y) - 4) : int(y) + 5, max(0, int(x) - 4) : int(x) + 5]
            near += bool(window.size and window.max())
        assert near >= 0.9 * len(photo.landmarks)
        right = [p[0] for name, p in photo.landmarks.items() if name.endswith("right")]
        left = [p[0] for name, p in photo.landmarks.items() if name.endswith("left")]
        assert np.mean(right) < np.mean(left)


@pytest.mark.parametrize("kind", KINDS)
def test_pieces_do_not_fold_when_laid_flat(kind: str) -> None:
    for piece in made(kind, 3).pieces:
        if piece.name.startswith("collar"):
            continue
        along, across = np.diff(piece.flat, axis=0)[:, :-1], np.diff(piece.flat, axis=1)[:-1]
        area = across[..., 0] * along[..., 1] - across[..., 1] * along[..., 0]
        assert -area[area < 0].sum() < 0.02 * area[area > 0].sum()


def test_every_pattern_weaves_more_than_one_colour_but_plain() -> None:
    y, x = np.mgrid[0:6:0.05, 0:6:0.05].astype(np.float32)
    seen = set()
    for seed in range(200):
        cloth = draw_textile(np.random.default_rng(seed), "tshirt" if seed % 2 else "trousers")
        seen.add(cloth.pattern)
        if seed < 40:
            spread = np.ptp(weave(cloth, x, y), axis=(0, 1)).max()
            assert (spread > 0.004) == (cloth.pattern not in ("plain", "melange"))
    assert seen == set(PATTERNS)


def test_steps_are_monotone_between_their_nodes() -> None:
    values = smooth_steps(np.linspace(0, 3, 50), [0, 1, 2, 3], [0, 1, 1, 5])
    assert (np.diff(values) >= -1e-9).all()
    assert values[0] == 0
    assert values[-1] == 5


def test_a_strip_tells_where_along_and_across_each_pixel_lies() -> None:
    spine = np.stack([np.full(10, 30.0), np.linspace(10, 50, 10)], 1)
    found = patch(tube(spine, np.full(10, 8.0)), (64, 64))
    assert found is not None
    left, top = found.box[:2]
    row, column = (30 - top) * 2, (30 - left) * 2
    assert found.inside[row, column]
    assert abs(found.along[row, column] - 0.5) < 0.05
    assert abs(found.across[row, column]) < 0.15
    assert found.across[row, column + 12] > 0.5  # to the right of a spine that runs down
    assert patch(tube(spine + 1000, np.full(10, 8.0)), (64, 64)) is None
