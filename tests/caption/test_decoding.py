"""Decoding against brute force on small models whose every caption can be listed."""

from collections import Counter as Count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.caption.toys import BEGIN, END, FIRST, PAD, Counter, Ways, chain, every, scripted
from tryon.caption.config import DecodingConfig
from tryon.caption.decoding import (
    DANGLING,
    Decoded,
    Rules,
    Stateless,
    beam_search,
    greedy,
    sample,
    several,
    unlike,
)
from tryon.caption.decoding.sampling import draw, nucleus
from tryon.caption.decoding.several import likeness
from tryon.errors import BundleError
from tryon.text.variety import repeats_itself

WORDS = 4
SIZE = FIRST + WORDS
ARTICLE = FIRST  # the toy vocabulary's dangling word
PLAIN = Rules(BEGIN, END, frozenset({PAD}), max_words=5, no_repeat=0)
STRICT = Rules(BEGIN, END, frozenset({PAD}), frozenset({ARTICLE}), 2, 5, 2)
SEEDS = range(6)


@pytest.mark.parametrize("rules", [PLAIN, STRICT], ids=["plain", "strict"])
@pytest.mark.parametrize("penalty", [0.0, 0.7, 1.0])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_wide_beam_finds_the_best_of_all(seed, penalty, rules):
    model = chain(seed, WORDS)
    listed = [Decoded(words, logp) for words, logp in every(model, rules, SIZE)]
    listed.sort(key=lambda each: -each.score(penalty))
    found = beam_search(model, rules, 1500, penalty)
    assert found[0].words == listed[0].words
    assert found[0].logp == pytest.approx(listed[0].logp)
    assert [each.words for each in found[:20]] == [each.words for each in listed[:20]]


@pytest.mark.parametrize("seed", SEEDS)
def test_more_beams_are_never_worse_than_the_greedy_caption(seed):
    model = chain(seed, WORDS)
    scores = [beam_search(model, STRICT, beams, 0.0)[0].logp for beams in (1, 1500)]
    assert greedy(model, STRICT).logp <= scores[1] + 1e-9
    assert scores[0] <= scores[1] + 1e-9


@pytest.mark.parametrize("rules", [PLAIN, STRICT], ids=["plain", "strict"])
@pytest.mark.parametrize("seed", SEEDS)
def test_greedy_takes_the_likeliest_word_at_each_place(seed, rules):
    model = chain(seed, WORDS)
    words: list[int] = []
    while True:
        logits = model._function(np.array([[BEGIN, *words]]))[0]
        allowed = rules.allowed(words, SIZE)
        word = max(np.flatnonzero(allowed), key=lambda at: logits[at])
        if word == END:
            break
        words.append(int(word))
    assert greedy(model, rules).words == tuple(words)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_style_keeps_the_rules(seed):
    model = chain(seed, WORDS, sharpness=0.5)
    rng = np.random.default_rng(seed)
    found = [greedy(model, STRICT), *beam_search(model, STRICT, 6, 0.7)]
    found += sample(model, STRICT, 60, rng, temperature=1.5)
    for each in found:
        assert STRICT.min_words <= len(each.words) <= STRICT.max_words
        assert each.words[-1] != ARTICLE
        assert not {PAD, BEGIN, END} & set(each.words)
        assert not repeats_itself([str(word) for word in each.words], 2)


def test_samples_come_as_often_as_their_probability():
    model = chain(1, 2, sharpness=1.0)
    rules = Rules(BEGIN, END, frozenset({PAD}), max_words=3, no_repeat=0)
    found = sample(model, rules, 20_000, np.random.default_rng(0))
    counts = Count(each.words for each in found)
    shares = _shares(model, rules, FIRST + 2, 1.0)
    assert set(counts) <= set(shares)
    for words, share in shares.items():
        assert counts[words] / len(found) == pytest.approx(share, abs=0.015)
    listed = dict(every(model, rules, FIRST + 2))
    assert all(each.logp == pytest.approx(listed[each.words]) for each in found[:200])


def _shares(model: Stateless, rules: Rules, size: int, temperature: float):
    """Probability of each caption when forbidden words share theirs with the others."""
    shares = {}
    waiting: list[tuple[tuple[int, ...], float]] = [((), 1.0)]
    while waiting:
        words, share = waiting.pop()
        logits = model._function(np.array([[rules.begin, *words]]))[0] / temperature
        odds = np.where(rules.allowed(words, size), np.exp(logits), 0)
        odds /= odds.sum()
        for word in np.flatnonzero(odds):
            if word == rules.end:
                shares[words] = share * odds[word]
            else:
                waiting.append(((*words, int(word)), share * odds[word]))
    return shares


def test_a_cold_draw_is_the_greedy_caption():
    model = chain(3, WORDS)
    found = sample(model, STRICT, 10, np.random.default_rng(0), temperature=1e-3)
    assert {each.words for each in found} == {greedy(model, STRICT).words}
    found = sample(model, STRICT, 10, np.random.default_rng(0), top_p=1e-6)
    assert {each.words for each in found} == {greedy(model, STRICT).words}


def test_equal_chance_gives_equal_captions():
    model = chain(3, WORDS, sharpness=0.5)
    first, second, other = (
        [each.words for each in sample(model, PLAIN, 30, np.random.default_rng(seed))]
        for seed in (4, 4, 5)
    )
    assert first == second != other


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(-8, 8), min_size=3, max_size=9),
    st.floats(0.1, 3),
    st.floats(0.01, 1),
)
def test_the_nucleus_is_the_smallest_set_with_the_mass(values, temperature, top_p):
    odds = np.array([[*values, -np.inf]])
    shares = np.exp(odds[0] / temperature)
    shares /= shares.sum()
    kept = nucleus(odds, temperature, top_p)[0]
    assert kept.sum() == pytest.approx(1)
    inside = kept > 0
    assert not inside[-1]
    assert shares[inside].sum() >= top_p - 1e-9
    if inside.sum() > 1:
        assert shares[inside].sum() - shares[inside].min() < top_p + 1e-9
    assert shares[inside].min() >= shares[~inside].max() - 1e-12
    assert np.allclose(kept[inside], shares[inside] / shares[inside].sum())


def test_a_word_of_probability_nought_is_never_drawn():
    shares = np.tile([0.0, 0.5, 0.0, 0.5, 0.0], (5000, 1))
    assert set(draw(shares, np.random.default_rng(0))) == {1, 3}


def test_a_state_follows_its_caption():
    model = Counter(4)
    rules = Rules(BEGIN, END, frozenset({PAD}), max_words=8)
    assert greedy(model, rules).words == (3, 4, 5, 6)
    assert model.seen[0].tolist() == [BEGIN]
    assert beam_search(Counter(4), rules, 4, 0.7)[0].words == (3, 4, 5, 6)
    found = sample(Counter(4), rules, 5, np.random.default_rng(0), temperature=0.05)
    assert {each.words for each in found} == {(3, 4, 5, 6)}


def test_a_caption_never_ends_on_an_article():
    model = scripted(((5, ARTICLE), 0.9), ((5, ARTICLE, 6), 0.1))
    rules = Rules(BEGIN, END, frozenset({PAD}), frozenset({ARTICLE}), 1, 3)
    assert greedy(model, rules).words == (5, ARTICLE, 6)
    assert beam_search(model, rules, 3, 0.0)[0].words[-1] != ARTICLE
    short = Rules(BEGIN, END, frozenset({PAD}), frozenset({ARTICLE}), 1, 2)
    assert greedy(model, short).words[-1] != ARTICLE


def test_dead_ends_end():
    """Where nothing may follow, the caption ends, without what would dangle."""
    rules = Rules(BEGIN, END, frozenset({PAD}), frozenset({FIRST}), 4, 6, 1)
    model = Stateless(lambda prefixes: np.zeros((len(prefixes), FIRST + 2)))
    for found in (greedy(model, rules), sample(model, rules, 1, np.random.default_rng(0))[0]):
        assert set(found.words) <= {FIRST + 1, FIRST}
        assert not found.words or found.words[-1] != FIRST
        assert np.isfinite(found.logp)
    silent = Stateless(
        lambda p: np.where(np.arange(SIZE) == PAD, 0.0, -np.inf)[None].repeat(len(p), 0)
    )
    assert greedy(silent, PLAIN).words == ()
    assert beam_search(silent, PLAIN, 3, 0.7)[0].words == ()
    assert sample(silent, PLAIN, 2, np.random.default_rng(0))[0].words == ()


def test_values_that_are_no_numbers_are_told():
    model = Stateless(lambda prefixes: np.full((len(prefixes), SIZE), np.nan))
    with pytest.raises(BundleError, match="no numbers") as caught:
        greedy(model, PLAIN)
    assert caught.value.code == "not_a_network"


@pytest.mark.parametrize("style", ["greedy", "beam", "sample"])
def test_several_captions_are_no_near_copies(style):
    model = chain(2, 8, sharpness=1.0)
    rules = Rules(BEGIN, END, frozenset({PAD}), min_words=3, max_words=8)
    config = DecodingConfig(style=style, beams=2, temperature=1.0, max_likeness=0.7)
    found = several(model, rules, 5, config, np.random.default_rng(0))
    assert len(found) == 5
    for at, each in enumerate(found):
        assert all(likeness(each.words, other.words) <= 0.7 for other in found[:at])
    if style == "greedy":
        assert found[0] == greedy(model, rules)
    if style == "beam":
        assert found[0] == beam_search(model, rules, 2, config.length_penalty)[0]


def test_a_model_with_one_thing_to_say_says_it_once():
    model = scripted(((3, 4, 5), 1.0))
    rules = Rules(BEGIN, END, frozenset({PAD}), min_words=1, max_words=3)
    found = several(model, rules, 5, DecodingConfig(style="sample"), np.random.default_rng(0))
    assert [each.words for each in found] == [(3, 4, 5)]


def test_copies_are_dropped_even_where_all_likeness_is_allowed():
    pool = [Decoded((3, 4), -1.0), Decoded((3, 4), -1.0), Decoded((), -0.1), Decoded((4, 3), -2.0)]
    assert [each.words for each in unlike(pool, 5, 1.0)] == [(3, 4), (4, 3)]


def test_likeness_is_the_common_subsequence():
    assert likeness((1, 2, 3, 4), (1, 2, 4)) == pytest.approx(6 / 7)
    assert likeness((1, 2), (3,)) == 0
    assert likeness((), ()) == 1


def test_rules_of_a_vocabulary():
    ids = {"[pad]": 0, "<s>": 1, "</s>": 2, "a": 3, "dress": 4, "with": 5, "[unk]": 6}
    rules = Rules.of(ids, "<s>", "</s>", ("[pad]", "[unk]", "[mask]"), max_words=9)
    assert (rules.begin, rules.end, rules.never) == (1, 2, {0, 6})
    assert rules.dangling == {3, 5}
    assert rules.max_words == 9
    assert {"a", "the", "with", "and", "of"} <= DANGLING


def test_a_beam_is_of_all_ways_of_telling():
    first = scripted(((4, 5), 0.6), ((4, 6), 0.4))
    second = scripted(((7, 8, 9), 0.9), ((4, 5), 0.1))
    found = beam_search(Ways(first, second), PLAIN, 8, 0.0)
    assert [each.words for each in found[:3]] == [(7, 8, 9), (4, 5), (4, 6)]
    assert np.exp([each.logp for each in found[:3]]) == pytest.approx([0.45, 0.35, 0.2], abs=1e-6)
    assert len({each.words for each in found}) == len(found)


@pytest.mark.parametrize("style", ["greedy", "beam", "sample"])
def test_scores_of_all_styles_are_of_one_measure(style):
    """Mean log-probability per word, the end included, over all ways of telling."""
    ways = [chain(seed, WORDS) for seed in (1, 2)]
    config = DecodingConfig(style=style, beams=4, max_likeness=1.0)
    listed = [dict(every(way, STRICT, SIZE)) for way in ways]
    for each in several(Ways(*ways), STRICT, 4, config, np.random.default_rng(0)):
        mean = np.logaddexp(*(known[each.words] for known in listed)) - np.log(2)
        assert each.logp == pytest.approx(mean)


def test_the_greedy_caption_is_of_all_ways_of_telling():
    first, second = scripted(((4, 5), 0.6), ((4, 6), 0.4)), scripted(((7, 8, 9), 0.9), ((5,), 0.1))
    found = greedy(Ways(first, second), PLAIN)
    assert found.words == (4, 5)
    assert np.exp(found.logp) == pytest.approx(0.3, abs=1e-6)


def test_each_way_is_drawn_before_any_is_drawn_again():
    ways = [scripted(((FIRST + number,), 1.0)) for number in range(4)]
    drawn = sample(Ways(*ways), PLAIN, 6, np.random.default_rng(0))
    counts = Count(each.words[0] for each in drawn)
    assert sorted(counts.values()) == [1, 1, 2, 2]
