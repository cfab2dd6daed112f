"""From raw rows to arrays, ids and batches."""

import numpy as np
import pytest

from tests.caption import squares
from tryon.caption.augmentation import TrainingSet, check, contact_sheet, policy
from tryon.caption.config import AugmentationConfig, Config
from tryon.caption.pictures import fitted
from tryon.caption.preparation import TOKENIZER, captions_of, factory
from tryon.caption.vocabulary import Vocabulary
from tryon.data.prepared import PreparedStore
from tryon.errors import DataError, ImageError, Refusal


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> PreparedStore:
    return squares.prepared(tmp_path_factory.mktemp("squares"), 24)


def test_arrays_and_words_agree(store):
    split = store.split("train")
    vocabulary = Vocabulary.from_json((store.path / TOKENIZER).read_text())
    captions = split.arrays["captions"]
    assert captions.shape == (len(split), 2, 12)
    assert split.arrays["image"].shape == (len(split), 32, 32, 3)
    for row, texts in zip(captions, captions_of(split), strict=True):
        assert [vocabulary.text(ids.tolist()) for ids in row] == texts


def test_words_are_those_of_the_training_split(store):
    words = set(Vocabulary.from_json((store.path / TOKENIZER).read_text()).words)
    trained = {w for own in captions_of(store.split("train")) for text in own for w in text.split()}
    assert words - {"<pad>", "<begin>", "<end>", "<unknown>"} == trained


def test_missing_references_repeat_the_first(tmp_path):
    config = Config.model_validate(
        squares.CONFIG.model_dump() | {"preprocess": {"size": 32, "references": 3, "min_count": 1}}
    )
    captions = squares.prepared(tmp_path, 10, config).split("train").arrays["captions"]
    assert np.array_equal(captions[:, 0], captions[:, 2])
    assert not np.array_equal(captions[:, 0], captions[:, 1])


@pytest.mark.parametrize(
    ("change", "code"),
    [({"image": None}, "no_picture"), ({"captions": ["", " ,.", None]}, "no_caption")],
)
def test_rows_that_cannot_be_used_are_refused(change, code):
    with factory(Config(), 0) as preparer, pytest.raises(Refusal) as caught:
        preparer.prepare(squares.row(0) | {"split": "train"} | change)
    assert caught.value.code == code


def test_bytes_that_are_no_picture_are_refused():
    with factory(Config(), 0) as preparer, pytest.raises(ImageError):
        preparer.prepare(squares.row(0) | {"split": "train", "image": b"no"})


def test_samples_are_what_the_network_takes(store):
    samples = TrainingSet(store.split("train"), AugmentationConfig(), 3)
    first, again, later = samples[(0, 1)], samples[(0, 1)], samples[(1, 1)]
    assert first["image"].shape == (3, 32, 32)
    assert first["image"].dtype == np.float32
    assert 0 <= first["image"].min() <= first["image"].max() <= 1
    assert first["captions"].dtype == np.int64
    assert np.array_equal(first["image"], again["image"])
    assert not np.array_equal(first["image"], later["image"])
    assert samples.assets[TOKENIZER] == (store.path / TOKENIZER).read_bytes()
    plain = TrainingSet(store.split("train"), None, 3)
    assert np.array_equal(plain[1]["image"], plain[(7, 1)]["image"])


def test_pictures_are_squeezed_whole():
    image = np.zeros((60, 30, 3), np.uint8)
    image[:30] = 255
    square = fitted(image, 32)
    assert square.shape == (32, 32, 3)
    assert square[:15].min() == 255
    assert square[17:].max() == 0
    assert fitted(square, 32) is not None
    assert fitted(image[:8, :8], 32).shape == (32, 32, 3)


def test_the_policy_keeps_colours_true(store):
    check(policy(AugmentationConfig()), store.split("train"))
    with pytest.raises(DataError, match="captions name colours"):
        check(policy(AugmentationConfig(light=0.9)), store.split("train"))


def test_what_names_a_side_is_not_mirrored():
    chosen = policy(
        AugmentationConfig(flip=1, rotate=0, scale=0, shift=0, light=0, tint=0, noise=0)
    )
    image = np.zeros((32, 32, 3), np.uint8)
    image[:, :16] = 255
    assert np.array_equal(chosen(image, (0, 0)), image[:, ::-1])
    assert np.array_equal(chosen(image, (0, 0), sided=True), image)


def test_policies_are_told_apart():
    digests = {policy(AugmentationConfig(flip=share)).digest() for share in (0.0, 0.5, 0.5)}
    assert len(digests) == 2


def test_the_sheet_shows_pictures_and_captions(store):
    sheet = contact_sheet(store.split("train"), policy(AugmentationConfig()), rows=2, columns=3)
    assert sheet.dtype == np.uint8
    assert sheet.shape[0] > 2 * 128
    assert sheet.shape[1] > 4 * 128
