"""BLEU, ROUGE-L and CIDEr-D against pycocoevalcap's values and aac-metrics live."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.text.reference import NAMES, coco, pure
from tryon.errors import RequestError
from tryon.text.bleu import bleu
from tryon.text.cider import Frequencies, cider_d
from tryon.text.rouge import common_length
from tryon.text.scores import score_texts, score_tokens

REFERENCES = [
    ["a man riding a wave on top of a surfboard", "a surfer rides a large wave"],
    ["a red dress with long sleeves", "a long red dress on a hanger"],
    ["a woman in a black coat", "a lady wears a dark coat and boots"],
]
CAPTIONS = ["a man rides a wave on a surfboard", "a red dress", "a woman in a black coat"]
GOLDEN = {  # pycocoevalcap 1.2
    "bleu_1": 0.9428731437439486,
    "bleu_2": 0.8729309080083801,
    "bleu_3": 0.7317968306202369,
    "bleu_4": 0.6101182649376902,
    "rouge_l": 0.7971219931271477,
    "cider_d": 3.485724563101041,
}
ROUGE_EACH = (0.7625, 0.62886598, 1)
CIDER_EACH = (2.2839482, 2.93185903, 5.24136646)
EMPTY_BLEU = (0.04978706833467262, 0.0497870683305237, 0.0497870683208429, 0.001574405339403317)

WORDS = ("a", "b", "c", "red", "blue", "dress")
vocabulary = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12)
pictures = st.lists(
    st.tuples(vocabulary, st.lists(vocabulary, min_size=1, max_size=5)), min_size=2, max_size=6
)


def test_the_small_set_scores_as_the_reference():
    found = score_texts(CAPTIONS, REFERENCES)
    assert found.corpus == pytest.approx(GOLDEN, abs=1e-12)
    assert found.each["rouge_l"] == pytest.approx(ROUGE_EACH, abs=1e-8)
    assert found.each["cider_d"] == pytest.approx(CIDER_EACH, abs=1e-8)
    assert (found.captions, found.references) == (3, 6)


def test_an_empty_caption_scores_as_the_reference():
    found = score_texts(["", "a red dress"], REFERENCES[:2])
    assert [found.corpus[f"bleu_{n}"] for n in (1, 2, 3, 4)] == pytest.approx(EMPTY_BLEU, abs=1e-15)
    assert found.each["rouge_l"][0] == found.each["cider_d"][0] == 0


def test_129_images_score_as_the_reference_on_its_tokens(real_photos):
    """All six values, of the set and of every image, to 1e-6 (they agree to 1e-12)."""
    known = coco(real_photos)
    names = list(known["hyps"])
    found = score_tokens(
        [known["tokenized_hyps_ptb"][name].split() for name in names],
        [[text.split() for text in known["tokenized_refs_ptb"][name]] for name in names],
    )
    for ours, theirs in NAMES.items():
        assert found.corpus[ours] == pytest.approx(known["metrics_ptb"][theirs], abs=1e-12)
        single = [known["per_image_ptb"][name][theirs] for name in names]
        assert found.each[ours] == pytest.approx(single, abs=1e-12)


def test_129_images_score_nearly_so_with_our_own_tokens(real_photos):
    """Within .015 of the reference; on these captions the tokens agree and nothing is lost."""
    known = coco(real_photos)
    names = list(known["hyps"])
    found = score_texts([known["hyps"][k] for k in names], [known["refs"][k] for k in names])
    for ours, theirs in NAMES.items():
        assert found.corpus[ours] == pytest.approx(known["metrics_ptb"][theirs], abs=0.015)


@settings(max_examples=12, deadline=None)
@given(pictures)
def test_scores_equal_aac_metrics(rows):
    captions, references = [row[0] for row in rows], [row[1] for row in rows]
    texts = [" ".join(caption) for caption in captions]
    theirs = [[" ".join(text) for text in own] for own in references]
    found = score_tokens(captions, references)
    for order in range(1, 5):
        corpus, each = pure("bleu").bleu(texts, theirs, n=order)
        assert found.corpus[f"bleu_{order}"] == pytest.approx(float(corpus[f"bleu_{order}"]))
        assert found.each[f"bleu_{order}"] == pytest.approx(each[f"bleu_{order}"].tolist())
    for ours, module in (("rouge_l", "rouge_l"), ("cider_d", "cider_d")):
        corpus, each = getattr(pure(module), module)(texts, theirs)
        assert found.corpus[ours] == pytest.approx(float(corpus[ours]), abs=1e-9)
        assert found.each[ours] == pytest.approx(each[ours].tolist(), abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(vocabulary, vocabulary)
def test_the_common_subsequence_is_the_longest(first, second):
    table = np.zeros((len(first) + 1, len(second) + 1), int)
    for i, word in enumerate(first):
        for j, other in enumerate(second):
            same = table[i, j] + 1
            longest = max(table[i, j + 1], table[i + 1, j])
            table[i + 1, j + 1] = same if word == other else longest
    assert common_length(first, second) == table[-1, -1]


def test_one_picture_has_a_cider_only_by_the_frequencies_of_a_set():
    caption, own = [CAPTIONS[0].split()], [[text.split() for text in REFERENCES[0]]]
    assert cider_d(caption, own)[0] == 0
    known = Frequencies.of([[text.split() for text in texts] for texts in REFERENCES])
    assert cider_d(caption, own, known)[0] == pytest.approx(CIDER_EACH[0])


def test_the_nearest_reference_length_counts_and_of_two_the_shorter():
    score = bleu([["a", "b", "c"]], [[["a", "b", "c", "x"], ["a", "b"]]])
    assert score.each[0, 0] == pytest.approx(1, abs=1e-6)  # no penalty against the shorter one


def test_long_references_emoji_and_right_to_left_text():
    long = " ".join(random.Random(1).choices(["red", "🔥", "فستان", "שמלה"], k=1000))
    found = score_texts([long, "a 🔥"], [[long + " x", long], ["a 🔥 dress"]])
    assert found.each["rouge_l"][0] == pytest.approx(1)
    assert found.each["bleu_1"][1] == pytest.approx(np.exp(-0.5), abs=1e-6)
    assert all(np.isfinite(values).all() for values in found.each.values())


@pytest.mark.parametrize(
    ("captions", "references", "code"),
    [
        ([], [], "no_captions"),
        (["a"], [], "count_mismatch"),
        (["a", "b"], [["a"]], "count_mismatch"),
        (["a"], [[]], "no_references"),
        (["a"], [["", "…"]], "empty_reference"),
        (["a"], ["a"], "not_text"),
        ("a", [["a"]], "not_text"),
        ([b"a"], [["a"]], "not_text"),
        (["a"], [[None]], "not_text"),
        (None, [["a"]], "not_text"),
    ],
)
def test_bad_input_is_told_by_code(captions, references, code):
    with pytest.raises(RequestError) as caught:
        score_texts(captions, references)
    assert caught.value.code == code
