"""Captions say what is true, differ, and are the same for the same seed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tryon.caption.colours import ANCHORS, PALETTES, name_colour, name_hex, names
from tryon.caption.facts import COLOUR_SLOTS, Facts, face_facts, garment_facts
from tryon.caption.figures import caption_figures
from tryon.caption.grammar import combination, grammars, write_captions
from tryon.caption.holdout import held_out, splits
from tryon.caption.reading import right, rightness, said
from tryon.errors import ConfigError, RequestError
from tryon.sample import beard, glasses, hair
from tryon.sample.person import imagine
from tryon.text.scores import score_texts
from tryon.text.words import words
from tryon.vision.colour import delta_e_2000, hex_to_lab

LOOK = {
    "regions": {
        "lips": {"colour": "#b3202c", "intensity": 0.9},
        "eyeshadow": {"colour": "#2f6b52", "intensity": 0.2},
        "brows": {"colour": None, "intensity": 0.5},
    }
}
DRESS = {"garment": "dress", "colour": "#c01820", "pattern": "stripes", "second_colour": "#ffffff",
         "sleeve": "long", "build": "slim", "pose": "standing straight"}  # fmt: skip


def attributes(**changes):
    return {
        "age": 0.2, "skin_tone": 8, "hair": "afro", "beard": "none", "glasses": "round",
        "hand": False, "yaw": 3.0,
    } | changes  # fmt: skip


def some_faces(count: int, seed: int = 0) -> list[Facts]:
    """Facts of imagined persons, half of them made up in a colour of the anchors."""
    rng = np.random.default_rng(seed)
    codes = [code for own in ANCHORS.values() for code in own]
    found = []
    for number in range(count):
        person = imagine(int(rng.integers(2**31)), 1 + number % 10, 128).attributes()
        regions = {
            region: {"colour": str(rng.choice(codes)), "intensity": 0.8}
            for region in ("lips", "eyeshadow")
        }
        found.append(face_facts(person, {"regions": regions} if number % 2 else None))
    return found


FACES = some_faces(120)


@pytest.mark.parametrize("of", PALETTES)
def test_an_anchor_has_its_own_name(of):
    for name, codes in PALETTES[of].items():
        assert {name_hex(code, of).word for code in codes} == {name}
    assert names(of) == tuple(PALETTES[of])
    assert names("shoes") == tuple(ANCHORS)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 0xFFFFFF))
def test_a_colour_has_the_nearest_name(number):
    lab = hex_to_lab(f"#{number:06x}")
    found = name_colour(lab)
    best = {
        name: min(float(delta_e_2000(lab, hex_to_lab(code))) for code in codes)
        for name, codes in ANCHORS.items()
    }
    assert best[found.word] == pytest.approx(min(best.values()))
    assert found.margin == pytest.approx(best[found.also] - best[found.word], abs=1e-6)


def test_well_known_colours_have_their_names():
    codes = {"#ff0000": "red", "#000080": "navy", "#fa8072": "coral", "#808080": "grey",
             "#8b4513": "brown", "#ffc0cb": "pink", "#800020": "burgundy", "#d2b48c": "beige",
             "#008080": "turquoise", "#ffd700": "yellow", "#ffa500": "orange"}  # fmt: skip
    assert {code: name_hex(code).word for code in codes} == codes
    with pytest.raises(RequestError):
        name_hex("red")


def test_a_colour_between_two_names_may_be_called_either():
    middle = (hex_to_lab("#e02020") + hex_to_lab("#dd5b4b")) / 2
    first, second = sorted(
        (name_colour(middle + np.float32(at)) for at in np.linspace(-8, 8, 41)),
        key=lambda found: found.margin,
    )[:2]
    assert first.margin < 1.5
    assert first.also != first.word
    assert second.margin >= first.margin


def test_facts_of_a_made_up_face():
    values = face_facts(attributes(), LOOK).values
    assert values["lips"][0] == "red"
    assert values["age"] == ("young",)
    assert values["skin"] == ("dark",)
    assert values["glasses"] == ("round",)
    assert not {"eyeshadow", "makeup", "beard", "hand"} & set(values)  # faint, or not there
    assert face_facts(attributes()).values["makeup"] == ("none",)
    assert face_facts(attributes(), {"regions": {}}).values["makeup"] == ("none",)


def test_what_the_picture_shows_counts_more_than_what_was_asked():
    seen = face_facts(attributes(), LOOK, seen={"lips": "#7a3fa0"})
    assert seen.values["lips"][0] == "purple"


def test_more_attributes_are_told_of_where_they_are_given():
    more = attributes(hair_colour="#2b2528", background="#2060c0", expression="smiling", hand=True)
    facts = face_facts(more, LOOK)
    texts = [
        text
        for seed in range(8)
        for text in write_captions(facts, 5, np.random.default_rng(seed), 1.0)
    ]
    together = " ".join(texts)
    for phrase in ("black afro", "blue background", "smiling", "hand at the face"):
        assert phrase in together


def test_five_references_of_every_face_are_different_and_true():
    for number, facts in enumerate(FACES):
        texts = write_captions(facts, 5, np.random.default_rng(number))
        assert len({tuple(words(text)) for text in texts}) == 5
        for text in texts:
            assert 3 <= len(words(text)) <= 40
            assert not set("[]<>{}|") & set(text)
            marks = right(text, facts)
            assert all(marks.values()), text
            assert "hair" in marks or "lips" in marks or "makeup" in marks


def test_every_style_of_a_drawn_face_has_words():
    slots = grammars()["face"].slots
    assert set(slots["hair"]) == set(hair.STYLES)
    assert set(slots["beard"]) == set(beard.STYLES) - {"none"}
    assert set(slots["glasses"]) == set(glasses.STYLES) - {"none"}


def test_equal_seeds_give_equal_captions():
    first = write_captions(FACES[1], 5, np.random.default_rng(4))
    assert first == write_captions(FACES[1], 5, np.random.default_rng(4))
    assert first != write_captions(FACES[1], 5, np.random.default_rng(5))


def test_there_are_many_phrasings():
    facts = face_facts(attributes(), LOOK)
    texts = {
        text
        for seed in range(120)
        for text in write_captions(facts, 5, np.random.default_rng(seed), 1.0)
    }
    assert len(texts) > 100


def test_articles_fit_their_words():
    texts = [
        text
        for seed in range(30)
        for text in write_captions(
            face_facts(attributes(age=0.9)), 5, np.random.default_rng(seed), 1.0
        )
    ]
    together = " ".join(texts)
    assert "an older" in together
    assert "an afro" in together
    assert "a older" not in together


def test_references_can_be_learned_and_do_not_guess_themselves():
    """A captioner that sees everything scores high, one that sees nothing low."""
    rng = np.random.default_rng(1)
    references = [write_captions(facts, 5, rng) for facts in FACES]
    seeing = [write_captions(facts, 1, rng, 1e-6)[0] for facts in FACES]
    blind = [seeing[at] for at in rng.permutation(len(seeing))]
    high, low = (score_texts(texts, references).corpus["bleu_4"] for texts in (seeing, blind))
    assert high > 0.8
    assert low < 0.45


def test_captions_of_garments():
    facts = garment_facts(DRESS)
    texts = write_captions(facts, 5, np.random.default_rng(0))
    assert len(set(texts)) == 5
    for text in texts:
        marks = right(text, facts)
        assert marks["garment"], text
        assert all(marks.values()), text
    assert "a red and white striped dress" in " ".join(texts)
    plain = garment_facts({"garment": "trousers", "colour": "#0a1a4a", "pattern": "plain"})
    together = " ".join(write_captions(plain, 5, np.random.default_rng(1)))
    assert "navy trousers" in together
    assert "a navy" not in together


def test_names_of_garment_attributes_can_be_adapted():
    facts = garment_facts(
        {"category_name": "Hoodie", "rgb": "#2f6b52"},
        {"garment": "category_name", "colour": "rgb", "sleeve": "sleeves"},
    )
    assert facts.values == {"garment": ("hoodie",), "colour": ("green",)}
    assert "a green hoodie" in write_captions(facts, 1, np.random.default_rng(0))[0]


def test_facts_too_poor_for_a_caption_are_refused():
    with pytest.raises(ConfigError, match="no caption"):
        write_captions(Facts("garment", {}), 1, np.random.default_rng(0))


def test_reading_tells_wrong_words():
    facts = face_facts(attributes(), LOOK)
    text = "an older person with a black afro, dark skin and coral lipstick"
    assert said(text, "face")["lips"] == {"coral"}
    assert right(text, facts) == {
        "age": False, "hair": True, "hair_colour": False, "skin": True, "lips": False,
    }  # fmt: skip
    assert right("", facts) == {}
    shares = rightness([text, "a young person"], [facts, facts])
    assert shares["age"] == (0.5, 2)
    assert shares["hair"] == (1.0, 1)


def test_held_out_combinations_keep_every_word_trained():
    shown = [combination(facts) for facts in some_faces(400, seed=3)]
    hidden = held_out(shown, 0.1, seed=20)
    complete = {each for each in shown if all(each)}
    assert hidden == held_out(reversed(shown), 0.1, seed=20)
    assert hidden != held_out(shown, 0.1, seed=21)
    assert 0.05 < len(hidden) / len(complete) <= 0.12
    assert all(all(each) for each in hidden)
    left = complete - hidden
    for at in range(3):
        assert {each[at] for each in hidden} <= {each[at] for each in left}


def test_who_shows_a_held_out_combination_is_tested():
    before = {"a": "train", "b": "validation", "c": "test", "d": "train"}
    shown = {"a": [("x", "y")], "b": [("x", "z"), ("x", "y")], "c": [("x", "z")]}
    assert splits(before, shown, {("x", "y")}) == {
        "a": "test", "b": "test", "c": "test", "d": "train",
    }  # fmt: skip


def test_figures_for_the_card():
    captions = {
        "train": [["a red dress", "A red dress!"], ["a long blue coat on a chair"]],
        "test": [["a green dress"]],
    }
    found = caption_figures(captions)
    assert (found["pictures"], found["captions"], found["different"]) == (3, 4, 3)
    assert found["vocabulary"] == 9
    assert found["unseen_words"] == ["green"]
    assert found["words"]["least"] == 3
    assert found["words"]["most"] == 7
    assert caption_figures({})["captions"] == 0


def test_colour_slots_are_slots():
    known = set().union(*(grammar.slots for grammar in grammars().values()))
    assert known >= COLOUR_SLOTS
