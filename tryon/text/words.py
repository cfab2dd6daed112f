"""Text → the tokens that captions are scored on, near those of the Penn Treebank, without Java.

The reference chain of caption scores runs Stanford CoreNLP's PTBTokenizer (lower case), then drops
a fixed set of punctuation tokens. These rules reproduce what it does to captions; scores that must
equal published ones to the last digit need the tokens of the original.

Chen et al. 2015, "Microsoft COCO Captions: Data Collection and Evaluation Server" (1504.00325).
"""

import re

# What the reference drops. Its bracket tokens are in capitals and so never met: they stay.
DROPPED = frozenset(["''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";"])
BRACKETS = {
    "(": "-lrb-", ")": "-rrb-", "[": "-lsb-", "]": "-rsb-", "{": "-lcb-", "}": "-rcb-",
}  # fmt: skip
SYMBOLS = {"£": "#", "€": "$", "¢": "cents", "–": "--", "—": "--", "…": "...", '"': "''"}
SPLIT = {
    "cannot": ("can", "not"), "gonna": ("gon", "na"), "gotta": ("got", "ta"),
    "wanna": ("wan", "na"), "gimme": ("gim", "me"), "lemme": ("lem", "me"),
    "'tis": ("'t", "is"), "'twas": ("'t", "was"),
}  # fmt: skip
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&nbsp;": " "}
_QUOTES = str.maketrans("‘’‚‛`´“”„«»", "''''''\"\"\"\"\"")
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_ENTITY = re.compile("|".join(_ENTITIES), re.IGNORECASE)

# A letter, digit or mark of any script: whatever is neither space, punctuation nor symbol.
_L = (
    r"[^\s\x00-/:-@\[-^`{-\u00bf×÷\u05be\u05c0\u05c3\u060c\u061b\u061f\u066a-\u066d\u06d4"
    r"\u0964\u0965\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u3000-\u303f\ufe00-\ufe0f\uff01-\uff0f"
    r"\U0001f000-\U0001faff\U000e0020-\U000e007f]"
)
_EMOJI = r"[\u2190-\u2bff\U0001f000-\U0001faff]"
_PART = r"[A-Za-z0-9]+(?:-[A-Za-z]+){0,2}"
_TOKEN = re.compile(
    "|".join(
        [
            r"[0-9#*]\ufe0f?\u20e3",  # keycaps
            r"https?://\S+|www\.\S+",
            r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+",
            rf"[#@](?!\d){_L}+",
            rf"\b(?:mr|mrs|ms|dr|prof|st|jr|sr|vs|etc|mt|ft|inc|ltd|co|corp|ave|blvd)\.(?!{_L})",
            r"\bno\.(?=\s*\d)",
            rf"(?<!{_L})(?:[a-z]\.){{2,}}",  # u.s., p.m.
            rf"\d+(?:[.,:]\d+)+(?:-{_L}+)*",  # 29.99, 1,000, 12:30
            r"\d{1,4}(?:[/-]\d{1,4})+",  # 3/4, dates
            rf"{_PART}(?:/{_PART}){{1,2}}(?!{_L})",  # black/white
            r"[<>]?[:;=][-o*]?[()\[\]{}|@]|[:;=]-?[dp](?![a-z])",  # :)
            rf"[odl]'{_L}{{2,}}|y'(?=all)|'n'|'tis\b|'twas\b|(?<!\S)'\d\ds?",
            rf"n't(?!{_L})|'(?:s|re|ve|ll|d|m)(?!{_L})",
            rf"{_L}+?(?=n't(?!{_L}))",
            rf"{_L}+(?:-{_L}+)*?(?=-{_L}*n't(?!{_L}))",
            rf"{_L}+(?:-{_L}+)*",
            rf"{_EMOJI}(?:[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]|\u200d{_EMOJI}"
            r"|(?<=[\U0001f1e6-\U0001f1ff])[\U0001f1e6-\U0001f1ff])*",
            r"[?!]+|\.(?:\s?\.)+|-{2,}",
            r"\S",
        ]
    )
)


def words(text: str) -> list[str]:
    """The tokens of a text, in lower case, punctuation dropped.

    Emoji stay whole, as does every run of letters of any script; what cannot be seen (direction
    marks, zero-width spaces) is left out.

    Example:
        >>> words("Don't miss the woman's V-neck (red)!")
        ['do', "n't", 'miss', 'the', 'woman', "'s", 'v-neck', '-lrb-', 'red', '-rrb-']
    """
    text = _ENTITY.sub(lambda found: _ENTITIES[found[0].lower()], text)
    text = _UNSEEN.sub("", text.translate(_QUOTES)).lower()
    found: list[str] = []
    for token in _TOKEN.findall(text):
        found += SPLIT.get(token) or (_spelled(token),)
    return [token for token in found if token not in DROPPED]


def _spelled(token: str) -> str:
    """One token as the treebank spells it."""
    if token in SYMBOLS:
        return SYMBOLS[token]
    if token.startswith("..") or token.startswith(". "):
        return "..."
    if token.startswith("--"):
        return "--"
    if token[0] in ":;=<>([{)]}":
        return "".join(BRACKETS.get(letter, letter) for letter in token)
    return token
