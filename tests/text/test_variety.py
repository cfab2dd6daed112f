"""Variety: counted by hand."""

import numpy as np
import pytest

from tryon.metrics.text import AGREEMENT, SEVERAL, VARIETY, agreement, one_each, several_each
from tryon.text import variety

SAME = ["a red dress"] * 3
VARIED = ["a red dress", "the long blue coat", "somebody wears a hat"]


def split(texts):
    return [text.split() for text in texts]


def test_distinct_counts_ngrams_over_all_texts():
    assert variety.distinct(split(SAME), 1) == pytest.approx(3 / 9)
    assert variety.distinct(split(SAME), 2) == pytest.approx(2 / 6)
    assert variety.distinct(split(VARIED), 2) == 1
    assert variety.distinct([], 1) == variety.distinct([["a"]], 2) == 0


def test_sets_of_captions_are_judged_picture_by_picture():
    found = several_each([SAME, VARIED])
    assert found["div_2"] == pytest.approx((2 / 6 + 1) / 2)
    assert several_each([SAME])["self_bleu"] == pytest.approx(
        variety.self_bleu([split(SAME)], 4), abs=1e-12
    )
    assert variety.self_bleu([split(SAME)], 3) == pytest.approx(1, abs=1e-6)
    assert variety.self_bleu([split(VARIED)], 3) < 0.1
    assert np.isnan(variety.self_bleu([[["a"]]]))


def test_repeats_are_stutters_and_ngrams_said_twice():
    assert variety.repeats_itself(["a", "a", "dress"])
    assert variety.repeats_itself(["in", "a", "red", "dress", "and", "in", "a", "red", "hat"])
    assert not variety.repeats_itself(["a", "red", "dress", "and", "a", "red", "hat"])
    assert not variety.repeats_itself([])
    assert variety.repeats(split(["a a", "a b"])) == 0.5


def test_figures_of_a_split():
    references = [[text, "a green hat"] for text in VARIED]
    found = one_each(SAME, references, training=["A red dress."])
    assert found["unique"] == pytest.approx(1 / 3)
    assert found["vocabulary"] == 3
    assert found["vocabulary_use"] == pytest.approx(3 / 11)
    assert found["novelty"] == 0
    assert "novelty" not in one_each(SAME, references)
    assert one_each(VARIED, references, SAME)["novelty"] == pytest.approx(2 / 3)
    assert agreement(VARIED, references)["rouge_l"] == pytest.approx(1)


def test_every_figure_has_its_description():
    references = [[text] for text in VARIED]
    figures = agreement(VARIED, references) | one_each(VARIED, references, SAME)
    figures |= several_each([VARIED])
    assert set(figures) == {metric.name for metric in (*AGREEMENT, *VARIETY, *SEVERAL)}
