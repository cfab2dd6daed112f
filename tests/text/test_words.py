"""The project's own tokens against those of the Stanford tokenizer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.text.reference import coco
from tryon.text.words import DROPPED, words

# text → what CoreNLP 3.4.1 (lower case, punctuation dropped) makes of it
TREEBANK = {
    "Don't can't won't it's cannot gonna wanna gimme lemme":
        "do n't ca n't wo n't it 's can not gon na wan na gim me lem me",
    "The (red) [blue] {green} dress, size XL; 100% cotton!":
        "the -lrb- red -rrb- -lsb- blue -rsb- -lcb- green -rcb- dress size xl 100 % cotton",
    "w/ V-neck & 3/4": "w / v-neck & 3/4",
    "$29.99": "$ 29.99",
    "U.S.": "u.s.",
    "Mr. Smith vs. Dr. No.": "mr. smith vs. dr. no",
    "women's dress, ladies' shoes": "women 's dress ladies shoes",
    "#1 *new*": "# 1 * new *",
    "rock'n'roll": "rock 'n' roll",
    "£5 €6 ¥7 ¢8": "# 5 $ 6 ¥ 7 cents 8",
    "&amp;": "&",
    "5'6\"": "5 6",
    "3.5mm": "3.5 mm",
    ":)": ":-rrb-",
    "I'd've": "i 'd 've",
    "y'all'll": "y' all 'll",
    "ain't": "ai n't",
    "what?!": "what ?!",
    ". . .": "",
    "“a” — ‘b’… c": "a b c",
    "black-and-white #hashtag @user 12/05/2020 2020-05-12":
        "black-and-white #hashtag @user 12/05/2020 2020-05-12",
    "see http://a.example/b?c=d.": "see http://a.example/b?c=d.",
}  # fmt: skip


@pytest.mark.parametrize("text", TREEBANK)
def test_tokens_are_those_of_the_treebank(text):
    assert " ".join(words(text)) == TREEBANK[text]


def test_tokens_of_real_captions(real_photos):
    """All 646 references and 129 captions, token for token."""
    known = coco(real_photos)
    pairs = list(zip(known["hyps"].values(), known["tokenized_hyps_ptb"].values(), strict=True))
    for own, theirs in zip(known["refs"].values(), known["tokenized_refs_ptb"].values()):  # noqa: B905
        pairs += zip(own, theirs, strict=True)
    wrong = [text for text, tokens in pairs if " ".join(words(text)) != tokens]
    assert len(pairs) == 775
    assert not wrong


def test_every_script_has_words():
    assert words("امرأة ترتدي فستانًا أحمر، جميل") == [
        "امرأة",
        "ترتدي",
        "فستانًا",
        "أحمر",
        "،",
        "جميل",
    ]
    assert words("אִשָּׁה בשמלה") == ["אִשָּׁה", "בשמלה"]
    assert words("लड़की की पोशाक") == ["लड़की", "की", "पोशाक"]
    assert words("Ein größeres Café") == ["ein", "größeres", "café"]


def test_emoji_stay_whole():
    assert words("👩🏽‍🎤 in a 🇩🇪 flag ❤️ 1️⃣🔥") == ["👩🏽‍🎤", "in", "a", "🇩🇪", "flag", "❤️", "1️⃣", "🔥"]


def test_what_cannot_be_seen_is_no_word():
    assert words("\u200fred\u200b \ufeff\u202edress\u202c") == ["red", "dress"]
    assert words("") == words(" \n\t") == words("... ,") == []


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_tokens_without_space(text):
    tokens = words(text)
    assert all(token and token == token.strip() for token in tokens)
    assert not DROPPED & set(tokens)


@pytest.mark.parametrize(
    "unit", ["a.", "x", "a-", "n't", "a'", "1,", "@a", "<", "🇩", "\u200d", "?!"]
)
def test_long_runs_take_no_time(unit):
    assert len(words(unit * (5000 // len(unit)))) <= 5000
