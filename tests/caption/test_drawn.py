"""Captions of drawn persons in garments are true of them."""

import json

import numpy as np
import pytest

from tryon.caption.colours import name_hex
from tryon.caption.drawn import GARMENTS, PATTERNS, drawn_garment_facts
from tryon.caption.grammar import grammars, write_captions
from tryon.caption.reading import right
from tryon.caption.seen import cloth_shown
from tryon.garment.sample_rows import Order, draw
from tryon.sample.textile import PATTERNS as DRAWN_PATTERNS
from tryon.sample.textile import PRINTS
from tryon.sample.wardrobe import KINDS
from tryon.vision.human import CLOTHES
from tryon.vision.images import decode, decode_labels

PLAIN = {"garment": "tshirt", "pattern": "plain", "print": "none", "sleeve": 0.3}


def test_a_drawn_person_is_told_of_truly():
    row = draw(Order(2, 5, "train", 7, 192, 1))[0]
    mask = np.isin(decode_labels(row["parsing"]), CLOTHES[row["category"]])
    colours = cloth_shown(decode(row["image"]).image, mask).colours
    attributes = json.loads(row["attributes"])
    facts = drawn_garment_facts(attributes, colours)
    texts = write_captions(facts, 5, np.random.default_rng(0))
    assert len(set(texts)) == 5
    for text in texts:
        marks = right(text, facts)
        assert marks["garment"]
        assert all(marks.values()), text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pattern", DRAWN_PATTERNS)
def test_every_drawn_garment_has_words(kind, pattern):
    values = PLAIN | {"garment": kind, "pattern": pattern, "print": "text"}
    facts = drawn_garment_facts(values, ["#c01820", "#ffffff"])
    slots = grammars()["garment"].slots
    assert facts.values["garment"][0] in slots["garment"]
    assert facts.values["pattern"][0] in slots["pattern"]
    assert facts.values["shown"] == ("white",)
    assert ("sleeve" in facts.values) == (kind not in ("trousers", "shorts", "skirt"))
    for text in write_captions(facts, 5, np.random.default_rng(1)):
        assert all(right(text, facts).values()), text


def test_every_print_has_words():
    assert set(grammars()["garment"].slots["print"]) >= set(PRINTS) - {"none"}
    assert set(GARMENTS) <= set(KINDS)
    assert set(PATTERNS) <= set(DRAWN_PATTERNS)


def test_to_say_any_colour_that_shows_is_right():
    facts = drawn_garment_facts(PLAIN | {"pattern": "stripes"}, ["#c01820", "#ffffff"], ["pink"])
    for colours, fine in (("white", True), ("red and pink", True), ("red and green", False)):
        marks = right(f"a person in a striped {colours} t-shirt", facts)
        assert marks["colour"] == fine, colours


def test_a_jacket_with_buttons_is_called_a_shirt_and_one_with_a_zip_a_jacket():
    for opening, words in (("buttons", ("shirt", "top")), ("zip", ("jacket",))):
        facts = drawn_garment_facts(PLAIN | {"garment": "outwear", "opening": opening}, ["#c01820"])
        assert facts.values["garment"] == words


def test_cloth_has_the_colours_it_shows():
    image = np.zeros((40, 40, 3), np.uint8)
    image[:] = (192, 24, 32)
    image[:, ::3] = (250, 250, 250)
    mask = np.zeros((40, 40), bool)
    mask[5:35, 5:35] = True
    found = cloth_shown(image, mask, patterned=True).colours
    assert [name_hex(code).word for code in found] == ["red", "white"]
    assert cloth_shown(image, mask).names == ("red", "white")
    assert len(cloth_shown(image, mask).colours) == 1
    image[:, 6::12] = (192, 24, 32)  # half as many of each: the lighter one is named first
    image[:, ::2] = (250, 250, 250)
    first, *_ = cloth_shown(image, mask, patterned=True).colours
    assert name_hex(first).word == "white"
    image[:] = (192, 24, 32)
    found = cloth_shown(image, mask, patterned=True).colours
    assert [name_hex(code).word for code in found] == ["red"]
    assert cloth_shown(image, np.zeros_like(mask)) == ((), ())
