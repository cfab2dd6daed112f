"""One raw row → aligned samples: what training sees is what serving will see."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from tryon.data.chunks import Sample, prepare_rows
from tryon.data.shards import Row
from tryon.errors import ImageError, Refusal
from tryon.makeup import condition
from tryon.makeup.config import Config, PreprocessConfig
from tryon.makeup.look import REGIONS
from tryon.makeup.preparation import Preparer, factory
from tryon.makeup.sample import plan
from tryon.makeup.sample_rows import draw
from tryon.vision import align
from tryon.vision.facemesh import EYES
from tryon.vision.images import decode, decode_labels, encode
from tryon.vision.occlusion import COVERING
from tryon.vision.parsing import Label

CONFIG = PreprocessConfig()
FACES = 5


@pytest.fixture(scope="module")
def preparer() -> Iterator[Preparer]:
    """One, ready."""
    with factory(Config(), seed=7) as ready:
        yield ready


@pytest.fixture(scope="module")
def pairs() -> list[Row]:
    """Drawn pairs whose look asks for something."""
    rows: list[Row] = []
    for order in plan(Config().sample, seed=5):
        row = draw(order)[0] | {"split": order.split}
        if row["kind"] == "pair" and '"lips"' in row["look"]:
            rows.append(row | {"landmarks": np.array(row["landmarks"], np.float32)})
        if len(rows) == FACES:
            return rows
    raise AssertionError("too few pairs were drawn")


@pytest.fixture(scope="module")
def samples(preparer: Preparer, pairs: list[Row]) -> list[Sample]:
    """These, prepared."""
    chunk = [sample for row in pairs for sample in preparer.prepare(row)]
    assert len(chunk) == FACES
    return chunk


@pytest.fixture(scope="module")
def bare(pairs: list[Row]) -> Row:
    """A photo of which nothing is known but its identity."""
    known = {name: pairs[0][name] for name in ("image_id", "identity", "split", "image")}
    return known | {
        "kind": "bare",
        "target": None,
        "look": "",
        "landmarks": np.empty(0, np.float32),
        "parsing": None,
        "skin_tone": 0,
        "attributes": "",
    }


def unit(pixels: np.ndarray) -> np.ndarray:
    return pixels.astype(np.float32) / 255


def test_samples_are_what_was_declared(preparer: Preparer, pairs: list[Row], bare: Row) -> None:
    chunk = prepare_rows(preparer, [*pairs, bare])
    assert chunk.samples == FACES + CONFIG.looks_per_face
    assert not chunk.refused


def test_a_photo_with_several_looks_is_searched_once(
    preparer: Preparer, pairs: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other = pairs[:2]
    again = {**first, "image_id": "again", "skin_tone": 3, "attributes": '{"glasses": "none"}'}
    searched: list[int] = []
    find = preparer._finder.find
    monkeypatch.setattr(
        preparer._finder, "find", lambda image: (searched.append(1), find(image))[1]
    )
    chunk = prepare_rows(preparer, [first, again, other, first])
    assert len(searched) == 3
    assert [record["image_id"] for record in chunk.records] == [
        first["image_id"], "again", other["image_id"], first["image_id"],
    ]  # fmt: skip
    assert chunk.records[1]["skin_tone"] == 3
    assert chunk.records[1]["attributes"] == again["attributes"]
    for name, array in chunk.arrays.items():
        assert (array[0] == array[1]).all(), name
        assert (array[0] == array[3]).all(), name


def test_pixels_are_the_photo_seen_through_the_matrix(
    samples: list[Sample], pairs: list[Row]
) -> None:
    for sample, row in zip(samples, pairs, strict=True):
        matrix = sample.arrays["matrix"]
        photo = decode(row["image"]).image
        np.testing.assert_array_equal(
            sample.arrays["image"], align.warp(photo, matrix, CONFIG.size)
        )
        exact = align.move(matrix, row["landmarks"].reshape(-1, 2))
        error = np.hypot(*(sample.arrays["landmarks"] - exact).T).mean()
        unit_px = float(sample.record["eye_distance"]) * align.scale_of(matrix)
        assert error / unit_px == pytest.approx(sample.record["landmark_error"], rel=1e-3)
        assert error / unit_px < 0.12
        eyes = [sample.arrays["landmarks"][list(eye.outline)].mean(0) for eye in EYES]
        assert abs(eyes[0][1] - eyes[1][1]) < 1.0  # level


def test_the_condition_is_what_the_target_shows(samples: list[Sample]) -> None:
    for sample in samples:
        asked = sample.arrays["condition"]
        measured = condition.measure(
            unit(sample.arrays["target"]), unit(sample.arrays["masks"]), asked[:, 3], asked[:, 4]
        )
        np.testing.assert_allclose(asked, measured, atol=1e-6)
        assert asked[REGIONS.index("lips"), 3] == 1


def test_labels_are_never_blended_and_cover_the_masks(
    samples: list[Sample], pairs: list[Row]
) -> None:
    for sample, row in zip(samples, pairs, strict=True):
        labels = sample.arrays["parsing"]
        assert set(np.unique(labels)) <= set(np.unique(decode_labels(row["parsing"])))
        covered = np.isin(labels, COVERING).astype(np.uint8)
        deep = cv2.erode(covered, np.ones((5, 5), np.uint8)) > 0
        if deep.any():
            assert sample.arrays["masks"][:, deep].max() <= 25
        lips = np.isin(labels, (Label.UPPER_LIP, Label.LOWER_LIP))
        assert sample.arrays["masks"][REGIONS.index("lips")][lips].mean() > 100


def test_what_is_not_asked_stays_the_bare_face(samples: list[Sample]) -> None:
    for sample in samples:
        presence = sample.arrays["condition"][:, 3]
        masks = sample.arrays["masks"].astype(int)
        free = masks[:].max(0) == 0
        free = cv2.erode(free.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
        change = np.abs(sample.arrays["target"].astype(int) - sample.arrays["image"]).max(2)
        assert np.percentile(change[free], 99) <= 3
        if presence.any():
            assert change[masks[presence > 0].max(0) > 128].mean() > 1


def test_bare_photos_are_made_up_by_their_own_looks(preparer: Preparer, bare: Row) -> None:
    first, second = preparer.prepare(bare)
    again = preparer.prepare(bare)
    assert first.record["look"] != second.record["look"]
    for before, after in zip((first, second), again, strict=True):
        assert str(before.record) == str(after.record)  # NaN is not equal to itself
        for name, array in before.arrays.items():
            np.testing.assert_array_equal(array, after.arrays[name])
    assert (first.arrays["parsing"] == Label.UNKNOWN).all()
    assert np.isnan(first.record["landmark_error"])
    assert (first.arrays["target"] != first.arrays["image"]).any()


def test_looks_follow_the_seed_and_the_photo(bare: Row) -> None:
    looks = set()
    for seed, name in ((1, "a"), (2, "a"), (1, "b")):
        with Preparer(CONFIG, seed) as preparer:
            looks |= {s.record["look"] for s in preparer.prepare(bare | {"image_id": name})}
    assert len(looks) == 3 * CONFIG.looks_per_face


def test_skin_tone_is_kept_or_measured(
    preparer: Preparer, pairs: list[Row], samples: list[Sample]
) -> None:
    for row, sample in zip(pairs, samples, strict=True):
        assert sample.record["skin_tone"] == row["skin_tone"]
        assert sample.record["skin_tone_given"]
        (blind,) = preparer.prepare(row | {"skin_tone": 0})
        assert not blind.record["skin_tone_given"]
        tone = int(blind.record["skin_tone"])
        assert 1 <= tone <= 10
        assert abs(tone - row["skin_tone"]) <= 4  # light moves it


def test_a_pair_without_its_look_is_asked_for_what_changed(
    preparer: Preparer, pairs: list[Row], samples: list[Sample]
) -> None:
    (same,) = preparer.prepare(pairs[0] | {"look": "", "target": pairs[0]["image"]})
    assert not same.arrays["condition"].any()
    for row, known in zip(pairs, samples, strict=True):
        (sample,) = preparer.prepare(row | {"look": ""})
        asked = sample.arrays["condition"][:, 3] > 0
        bare = condition.mean_lab(unit(known.arrays["image"]), unit(known.arrays["masks"]))
        lips = REGIONS.index("lips")
        moved = np.linalg.norm(known.arrays["condition"][lips, :3] * 100 - bare[lips])
        assert asked[lips] == (moved > 4) or 1 < moved < 8


def test_smaller_label_maps_are_brought_to_the_photo(
    preparer: Preparer, pairs: list[Row], samples: list[Sample]
) -> None:
    labels = decode_labels(pairs[0]["parsing"])
    half = cv2.resize(labels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_NEAREST)
    (sample,) = preparer.prepare(pairs[0] | {"parsing": encode(half)})
    agreement = (sample.arrays["parsing"] == samples[0].arrays["parsing"]).mean()
    assert agreement > 0.93


# --- refusals, by cause --------------------------------------------------------------------------


def beside(row: Row) -> bytes:
    photo = decode(row["image"]).image
    return encode(np.concatenate([photo, photo[:, ::-1]], 1))


def far_away(row: Row) -> bytes:
    photo = decode(row["image"]).image
    frame = np.full((600, 600, 3), 128, np.uint8)
    small = cv2.resize(photo, (100, 100), interpolation=cv2.INTER_AREA)
    frame[250:350, 250:350] = small
    return encode(frame)


def empty_room(row: Row) -> bytes:
    ramp = np.tile(np.linspace(60, 180, 256, dtype=np.uint8)[None, :, None], (256, 1, 3))
    return encode(ramp)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (beside, "several_faces"),
        (far_away, "face_too_small"),
        (empty_room, "no_face"),
    ],
)
def test_photos_are_refused_by_cause(
    preparer: Preparer, bare: Row, change: object, cause: str
) -> None:
    assert callable(change)
    with pytest.raises(Refusal) as caught:
        preparer.prepare(bare | {"image": change(bare)})
    assert caught.value.code == cause


def test_a_turned_face_is_refused(bare: Row, samples: list[Sample]) -> None:
    yaw = abs(float(samples[0].record["yaw"]))
    pitch = abs(float(samples[0].record["pitch"]))
    strict = CONFIG.model_copy(update={"max_yaw": yaw - 0.1, "max_pitch": pitch - 0.1})
    with Preparer(strict, 0) as preparer, pytest.raises(Refusal) as caught:
        preparer.prepare(bare)
    assert caught.value.code == "face_turned_away"


def test_a_twin_of_another_size_is_refused(preparer: Preparer, pairs: list[Row]) -> None:
    smaller = encode(decode(pairs[0]["target"]).image[:-8])
    with pytest.raises(Refusal, match=r"256×256.* 256×248") as caught:
        preparer.prepare(pairs[0] | {"target": smaller})
    assert caught.value.code == "pair_mismatch"


def test_a_photo_that_is_only_made_up_is_counted_apart(preparer: Preparer, bare: Row) -> None:
    with pytest.raises(Refusal) as caught:
        preparer.prepare(bare | {"kind": "made_up"})
    assert caught.value.code == "reference_only"


def test_broken_files_are_refused_not_raised(preparer: Preparer, bare: Row) -> None:
    broken = bare | {"image": bare["image"][:500], "image_id": "broken"}
    with pytest.raises(ImageError):
        preparer.prepare(broken)
    chunk = prepare_rows(preparer, [broken, bare])
    assert [row["cause"] for row in chunk.refused] == ["broken_image"]
    assert chunk.samples == CONFIG.looks_per_face
