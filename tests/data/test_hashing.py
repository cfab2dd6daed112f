"""Copies are found however they were saved; different portraits never are."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.pictures import photo
from tryon.config import ValidationConfig
from tryon.data.hashing import (
    HASH_BITS,
    near_pairs,
    perceptual_hash,
    sha256,
    sha256_file,
    sha256_folder,
)

LIMIT = ValidationConfig().max_duplicate_distance


def distance(first: str, second: str) -> int:
    return (int(first, 16) ^ int(second, 16)).bit_count()


def grey(path: Path) -> np.ndarray:
    return cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 40), st.integers(1, 60))
def test_near_pairs_are_those_of_all_pairs(seed: int, limit: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    seeds = rng.integers(0, 256, (4, HASH_BITS // 8), np.uint8)
    bits = np.unpackbits(seeds[rng.integers(0, 4, count)], axis=1)
    flips = rng.random(bits.shape) < rng.choice([0.0, 0.02, 0.06], (count, 1))
    hashes = [row.tobytes().hex() for row in np.packbits(bits ^ flips, axis=1)]
    expected = [
        (i, j)
        for i in range(count)
        for j in range(i + 1, count)
        if distance(hashes[i], hashes[j]) <= limit
    ]
    assert near_pairs(hashes, limit) == expected


def test_nothing_and_one_have_no_pairs() -> None:
    assert near_pairs([], 4) == []
    assert near_pairs(["00" * 32], 4) == []


def test_copies_of_photographs_are_near_and_others_far(real_photos: Path) -> None:
    paths = sorted((real_photos / "busts").glob("*.jpg"))[:60]
    pictures = [grey(path) for path in paths]
    hashes = [perceptual_hash(picture) for picture in pictures]
    for picture, known in zip(pictures, hashes, strict=True):
        half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        poor = cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 50])[1], 0)
        light = np.clip(picture * 1.15 + 5, 0, 255).astype(np.uint8)
        for copy in (half, poor, light):
            assert distance(perceptual_hash(copy), known) <= LIMIT
    apart = [distance(a, b) for at, a in enumerate(hashes) for b in hashes[at + 1 :]]
    assert min(apart) > 2 * LIMIT


def test_content_hashes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/one").write_bytes(b"1" * 3_000_000)
    assert sha256_file(tmp_path / "a/one") == sha256(b"1" * 3_000_000)
    first = sha256_folder(tmp_path / "a")
    (tmp_path / "a/one").rename(tmp_path / "a/two")
    assert sha256_folder(tmp_path / "a") != first
    assert perceptual_hash(photo()[..., 0]) == perceptual_hash(photo()[..., 0].copy())


def test_the_default_limit_lies_between() -> None:
    assert ValidationConfig().max_duplicate_distance == 16
    with pytest.raises(ValueError, match="64"):
        ValidationConfig(max_duplicate_distance=65)
