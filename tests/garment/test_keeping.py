"""Masks drawn along edges, and what stays the person's own whatever the networks say."""

import numpy as np
import pytest

from tests.garment.test_warping import pose
from tests.garment.worn import PERSONS, rows
from tryon.garment import cutting
from tryon.garment.areas import Areas
from tryon.garment.build import Body
from tryon.garment.catalogue import catalogue
from tryon.garment.keeping import beyond, keep
from tryon.vision.images import decode, decode_labels


def overlap(first: np.ndarray, second: np.ndarray) -> float:
    return float((first & second).sum() / (first | second).sum())


@pytest.mark.parametrize("index", PERSONS)
def test_a_rough_mask_is_drawn_along_the_edges(index: int) -> None:
    row = rows(index)[0]
    photo, mask = decode(row["garment_raw"]).image, decode_labels(row["garment_raw_mask"]) > 127
    rough = np.random.default_rng(0).normal(0, 1, (20, 15))
    rough = np.kron(rough, np.ones((20, 20)))[: mask.shape[0], : mask.shape[1]]
    logits = (4.0 * mask - 2 + 2.5 * rough).astype(np.float32)
    cut = cutting.cut(photo, logits)
    assert cut.shape == mask.shape
    assert cut.dtype == np.uint8
    before, after = overlap(logits > 0, mask), overlap(cut > 127, mask)
    assert before < 0.8
    assert after > before + 0.05
    np.testing.assert_array_equal(cutting.cut(photo, logits), cut)


@pytest.mark.parametrize("value", [-3.0, 3.0])
def test_all_or_nothing_stays_so(value: float) -> None:
    photo, _ = next(iter(catalogue().values())).cloth()
    cut = cutting.cut(photo, np.full(photo.shape[:2], value, np.float32))
    assert (cut == (255 if value > 0 else 0)).all()


def test_the_face_and_what_is_far_stay() -> None:
    body = Body(pose())
    shape = (400, 420)
    found = Areas(*(np.full(shape, 255, np.uint8) for _ in range(4)))
    eyes = body.pose.middle("eye")
    face = eyes + body.unit * np.array([[-1, -1], [1, -1], [1, 1.5], [-1, 1.5]])
    keep(found, body, face, "upper")
    x, y = np.rint(eyes).astype(int)
    assert found.edit[y, x] == 0
    assert found.old[y, x] == 0
    assert found.front.min() == 255
    chest = np.rint(body.place(0.0, 3.0)).astype(int)
    assert found.edit[chest[1], chest[0]] == 255
    far = beyond(shape, body, "upper")
    assert 0.02 < far.mean() < 0.9
    assert (found.edit[far] == 0).all()
