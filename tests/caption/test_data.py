"""Each rule has a broken row that makes exactly it fire; odd but usable rows pass."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.caption.measured import CARD, broken, write
from tests.data.pictures import photo, saved
from tryon.caption.config import CaptionValidation, Config, DecodingConfig
from tryon.caption.data import rules
from tryon.caption.inspection import text_columns
from tryon.config import parse
from tryon.data.rules import base_rules
from tryon.errors import ConfigError

CONFIG = CaptionValidation(min_side=64, max_captions=6)
PROMISED = CARD.model_copy(update={"provides": ("attributes",)})
TEXTS = ("a red dress on a chair", "somebody left a dress here", "the dress is red")
Row = dict[str, Any]


def row(name: str, seed: int = 0, **changes: Any) -> Row:
    """A row nothing is wrong with."""
    return {
        "image_id": name,
        "identity": name,
        "image": saved(photo(80, seed), "PNG"),
        "width": 80,
        "height": 80,
        "captions": list(TEXTS),
        "attributes": '{"colour": "red"}',
    } | changes


def with_first(text: str | None) -> Callable[[], Row]:
    return lambda: {"captions": [text, *TEXTS[1:]]}


BROKEN: dict[str, tuple[set[str], Callable[[], Row]]] = {
    "no picture": ({"decodable", "image_present"}, lambda: {"image": None}),
    "no image": ({"decodable"}, lambda: {"image": b"<html>gone</html>"}),
    "tiny": ({"large_enough"}, lambda: {"image": saved(photo(32), "PNG"), "width": 0}),
    "another picture": ({"image_as_said"}, lambda: {"width": 640, "height": 480}),
    "no captions": ({"caption_count"}, lambda: {"captions": []}),
    "too many": ({"caption_count"}, lambda: {"captions": [f"{a} b {a}c" for a in "abcdefgh"]}),
    "empty": ({"caption_empty"}, with_first("")),
    "blank": ({"caption_empty"}, with_first(" \n ")),
    "null": ({"caption_empty"}, with_first(None)),
    "short": ({"caption_short"}, with_first("a dress")),
    "long": ({"caption_long"}, with_first("a red dress " * 25)),
    "endless": ({"caption_characters"}, with_first("supercalifragilistic" * 21 + " red dress")),
    "copies": ({"caption_distinct"}, lambda: {"captions": ["a red dress", "A red dress."] * 2}),
    "numbers": ({"caption_letters"}, with_first("12 34 5678 99 a1")),
    "no word": ({"caption_text"}, with_first("7    8    9")),
    "undecodable": ({"caption_text"}, with_first("a caf\ufffd table in red")),
    "mojibake": ({"caption_text"}, with_first("a cafÃ© table in red")),
    "control": ({"caption_text"}, with_first("a red\x00 dress here")),
    "markup": ({"caption_text"}, with_first("a red<br/> dress on <b>a chair</b>")),
    "address": ({"caption_text"}, with_first("red dress at www.shop.example now")),
    "odd attributes": ({"attributes_readable"}, lambda: {"attributes": "[1]"}),
    "no json": ({"attributes_readable"}, lambda: {"attributes": "{colour}"}),
    "no attributes": ({"attributes_present"}, lambda: {"attributes": ""}),
}
FINE: dict[str, Callable[[], Row]] = {
    "newlines": with_first("a red dress\n  on a  chair."),
    "emoji": with_first("a red dress 🔥 on a chair"),
    "right to left": with_first("فستان أحمر على كرسي"),
    "accents": with_first("ein größeres rotes Kleid — schön!"),
    "one copy": lambda: {"captions": [*TEXTS, "A red dress on a chair!"]},
    "size not said": lambda: {"width": 0, "height": 0},
    "shrunk": lambda: {"width": 640, "height": 640},
    "turned": lambda: {"image": saved(photo(80)[:70], "PNG"), "width": 70, "height": 80},
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    odd = {name: change for name, (_, change) in BROKEN.items()} | FINE
    rows = [row(name, **change()) for name, change in odd.items()]
    rows += [row("twice", 1), row("twice", 1), row("moved", 2) | {"identity": "held out"}]
    rows += [row("copy", 4)]
    held_out = [row("held out", 3), row("copied", 4)]
    folder = tmp_path_factory.mktemp("captions") / "set"
    return broken(write(folder, {"train": rows, "test": held_out}), CONFIG, PROMISED)


@pytest.mark.parametrize("name", BROKEN)
def test_exactly_the_rule_that_is_broken_fires(found, name):
    assert found.get(name) == BROKEN[name][0]


@pytest.mark.parametrize("name", FINE)
def test_odd_but_usable_rows_pass(found, name):
    assert name not in found


def test_rows_that_concern_each_other(found):
    assert found["twice"] == {"unique_id"}
    assert found["moved"] == {"identity_in_one_split"}
    assert found["copy"] == {"no_copy_across_splits"}
    assert "" not in found


def test_every_rule_of_the_task_has_a_broken_row():
    covered = set().union(*(names for names, _ in BROKEN.values()))
    shared = {rule.name for rule in base_rules(CONFIG)}
    assert {rule.name for rule in rules(CONFIG, PROMISED)} - shared <= covered


def test_a_fault_names_its_caption():
    assert text_columns(["a red dress", "a <i>red</i> dress"])["text_error"] == "caption 2: markup"
    assert text_columns([]) == {"captions": 0, "empty": 0, "text_error": ""}


def test_limits_that_contradict_each_other_are_refused():
    with pytest.raises(ConfigError, match="min_words 30 is above max_words 20"):
        parse(Config, {"validation": {"min_words": 30, "max_words": 20}}, "tasks.caption")
    with pytest.raises(ConfigError, match="min_words 9 is above max_words 5"):
        parse(DecodingConfig, {"min_words": 9, "max_words": 5}, "tasks.caption.decoding")
