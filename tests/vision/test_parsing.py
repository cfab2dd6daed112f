"""The four label codings are told apart by the geometry of a face, and mapped to one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.faces import label_map
from tryon.errors import DataError
from tryon.vision.parsing import (
    CODINGS,
    Label,
    coding_fits,
    detect_coding,
    to_canonical,
)

# Look-up tables published with the codings: native 14 → SCGAN's 14 (SCGAN handle_parsing.py),
# BiSeNet's 19 → native 14 (PSGAN faceutils). Labels the smaller coding lacks become 0.
A_TO_B = (0, 4, 7, 2, 6, 1, 8, 9, 11, 13, 12, 3, 5, 10)
C_TO_A = (0, 1, 2, 3, 4, 5, 0, 11, 12, 0, 6, 8, 7, 9, 13, 0, 0, 10, 0)


def encode(canonical: np.ndarray, coding: str) -> np.ndarray:
    """The inverse of `to_canonical`; labels the coding lacks become background."""
    table = np.zeros(256, np.uint8)
    for value, label in enumerate(CODINGS[coding]):
        table[label] = value
    return table[canonical]


@pytest.mark.parametrize("coding", sorted(CODINGS))
def test_each_coding_is_detected_and_mapped_back(coding: str) -> None:
    faces = [label_map(seed) for seed in range(5)]
    stored = [encode(face, coding) for face in faces]
    found, reason = detect_coding(stored)
    assert found == coding
    assert coding in reason
    kept = np.isin(faces[0], CODINGS[coding])
    assert (to_canonical(stored[0], coding)[kept] == faces[0][kept]).all()


def test_tables_agree_with_the_published_ones() -> None:
    for value, other in enumerate(A_TO_B):
        assert CODINGS["A"][value] == CODINGS["B"][other]
    for value, other in enumerate(C_TO_A):
        if other:
            assert CODINGS["C"][value] == CODINGS["A"][other]


@pytest.mark.parametrize("coding", sorted(CODINGS))
def test_every_coding_names_each_label_once(coding: str) -> None:
    assert len(set(CODINGS[coding])) == len(CODINGS[coding])
    everything = np.arange(256, dtype=np.uint8)[None]
    mapped = to_canonical(everything, coding)[0]
    assert (mapped[len(CODINGS[coding]) :] == Label.UNKNOWN).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(sorted(CODINGS)), st.integers(64, 400))
def test_detection_holds_at_any_size(seed: int, coding: str, side: int) -> None:
    assert detect_coding([encode(label_map(seed, side), coding)])[0] == coding


def test_what_cannot_be_told_is_an_error_that_names_the_option() -> None:
    empty = np.zeros((64, 64), np.uint8)
    noise = np.random.default_rng(0).integers(0, 19, (64, 64), dtype=np.uint8)
    too_high = np.full((64, 64), 77, np.uint8)
    for masks in ([], [empty], [noise], [too_high]):
        with pytest.raises(DataError, match="--coding"):
            detect_coding(masks)
    with pytest.raises(DataError, match="unknown label coding"):
        to_canonical(empty, "E")


def test_fits_tell_canonical_maps_from_others() -> None:
    face = label_map(3)
    face[10:20, 10:20] = Label.HAND
    fits = coding_fits(face)
    assert set(fits) == {"C"}
    assert fits["C"] > 0.95
    for coding in CODINGS:
        fits = coding_fits(encode(label_map(3), coding))
        assert max(fits, key=lambda name: fits[name]) == coding
    assert coding_fits(np.zeros((64, 64), np.uint8)) == {}
