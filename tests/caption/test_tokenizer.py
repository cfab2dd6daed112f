"""Words to ids and back."""

import pytest

from tryon.caption.tokenizer import Encoder, train_tokenizer
from tryon.caption.vocabulary import SPECIAL, Vocabulary
from tryon.errors import BundleError, DataError

CAPTIONS = [
    "A red T-shirt, worn by a person.",
    "a woman's side-parted hair and a red hat",
    "Ein Mädchen in Rot",
]


def test_words_come_back_as_they_are_written():
    tokenizer = train_tokenizer(CAPTIONS, 64)
    vocabulary = Vocabulary.from_json(tokenizer)
    ids = Encoder(tokenizer, 12)(CAPTIONS)
    assert ids.shape == (3, 14)
    assert [vocabulary.text(row.tolist()) for row in ids] == [
        "a red t-shirt, worn by a person.",
        "a woman's side-parted hair and a red hat",
        "ein mädchen in rot",
    ]
    assert vocabulary.words[: len(SPECIAL)] == SPECIAL
    assert ids[2].tolist() == [
        1,
        *(vocabulary.ids[word] for word in ("ein", "mädchen", "in", "rot")),
        2,
        *[0] * 8,
    ]


def test_long_captions_are_cut_and_still_end():
    ids = Encoder(train_tokenizer(CAPTIONS, 64), 3)(CAPTIONS)
    assert ids.shape == (3, 5)
    assert (ids[:, 0] == 1).all()
    assert (ids[:, -1] == 2).all()


def test_only_the_commonest_words_are_kept():
    vocabulary = Vocabulary.from_json(train_tokenizer(CAPTIONS, 6))
    assert vocabulary.words == (*SPECIAL, "a", "red")
    rare = Vocabulary.from_json(train_tokenizer(CAPTIONS, 64, min_count=2))
    assert set(rare.words) == {*SPECIAL, "a", "red"}
    encoded = Encoder(train_tokenizer(CAPTIONS, 6), 4)(["a blue hat"])
    assert encoded[0].tolist() == [1, 4, 3, 3, 2, 0]


def test_the_order_of_the_captions_does_not_matter():
    assert train_tokenizer(CAPTIONS, 64) == train_tokenizer(CAPTIONS[::-1], 64)


def test_no_words_is_an_error():
    with pytest.raises(DataError, match="no word that occurs"):
        train_tokenizer(["once"], 64, min_count=2)


@pytest.mark.parametrize("text", ["", "{}", '{"model": {"vocab": {"a": 0}}}'])
def test_a_file_without_words_is_refused(text):
    with pytest.raises(BundleError) as caught:
        Vocabulary.from_json(text)
    assert caught.value.code == "no_words"
