"""Content hashes: exact for bytes and folders, perceptual for pictures."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

HASH_SIDE = 16
HASH_BITS = HASH_SIDE * HASH_SIDE
_BLOCK = 2**20


def sha256(data: bytes) -> str:
    """Hexadecimal sha256 of bytes."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """Hexadecimal sha256 of a file, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_folder(folder: Path) -> str:
    """Hexadecimal sha256 over the relative names and contents of all files, in sorted order."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(f"{path.relative_to(folder).as_posix()}\0{sha256_file(path)}\n".encode())
    return whole.hexdigest()


def perceptual_hash(grey: np.ndarray) -> str:
    """DCT hash of a grey picture uint8 [H, W]: 256 bits as 64 hexadecimal digits.

    Survives scaling, recompression and mild light changes. 16×16 coefficients instead of the
    usual 8×8, because portraits all resemble each other at 8×8. Zauner, "Implementation and
    Benchmarking of Perceptual Image Hash Functions" (2010), §3.2.1.
    """
    side = 4 * HASH_SIDE
    small = cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = cv2.dct(small)[1 : HASH_SIDE + 1, 1 : HASH_SIDE + 1].ravel()  # without the mean's row
    return np.packbits(low > np.median(low)).tobytes().hex()


def near_pairs(hashes: Iterable[str], distance: int) -> list[tuple[int, int]]:
    """Positions (i < j) whose perceptual hashes differ in at most `distance` bits.

    Two hashes within `distance` bits agree in at least one of `distance + 1` disjoint bands
    (pigeonhole), so only pairs sharing a band are compared: no N² over the dataset.
    """
    packed = np.array([list(bytes.fromhex(value)) for value in hashes], np.uint8)  # [N, 32]
    if len(packed) < 2:
        return []
    pairs: set[tuple[int, int]] = set()
    for band in np.array_split(np.unpackbits(packed, axis=1), distance + 1, axis=1):
        _, group = np.unique(np.packbits(band, axis=1), axis=0, return_inverse=True)
        order = np.argsort(group, kind="stable")
        for members in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
            pairs |= _within(packed, members, distance)
    return sorted(pairs)


def _within(packed: np.ndarray, members: np.ndarray, distance: int) -> set[tuple[int, int]]:
    found = set()
    for at, first in enumerate(members[:-1]):
        rest = members[at + 1 :]
        apart = np.unpackbits(packed[first] ^ packed[rest], axis=1).sum(axis=1)
        found |= {(int(first), int(second)) for second in rest[apart <= distance]}
    return found
