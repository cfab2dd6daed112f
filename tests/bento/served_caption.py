"""Requests for `/caption` and `/caption/score`."""

import json
from collections.abc import Sequence
from pathlib import Path

from tests.bento.asking import NUMBERS, Ask, Random, Served, one_of
from tests.serving.captioner import caption_meta, captioner
from tryon.serving.bundle import Bundle

STYLES = ("greedy", "beam", "sample")
ODD_STYLES = (*STYLES, "", "diverse", "BEAM")
TEXTS = (
    "a red dress", "", " ", "👗💄", "فستان أحمر طويل", "שמלה אדומה", "\u202ea red dress", "\x00",
    "a " * 400, "x" * 1_001, "\ud83d", "...", "红色连衣裙", "É" * 30,
)  # fmt: skip
BODIES = (b"", b"{", b"[]", b"null", b'{"captions": []}', b"[" * 5_000, b"\xff\xfe", b'{"a": 1}')


def write(folder: Path) -> Bundle:
    """A network that tells of three colours."""
    return Bundle.write(folder, captioner(), caption_meta(), "# The test suite's captioner\n")


def sound(photos: Sequence[bytes]) -> list[Ask]:
    """Each style, one caption or some; and scores."""
    asks = [
        Ask(
            "/caption",
            {"style": STYLES[number % len(STYLES)], "n": str(1 + number % 4), "seed": str(number)},
            {"photo": photo},
        )
        for number, photo in enumerate(photos)
    ]
    texts = {"captions": ["a red dress"] * 20, "references": [["a long red dress"]] * 20}
    return [*asks, Ask("/caption/score", body=json.dumps(texts).encode())]


def odd(random: Random, photo: bytes, others: Sequence[bytes]) -> Ask:
    """Photos with odd fields, texts of any script in lists of any length, broken JSON."""
    if random.random() < 0.3:
        return _texts(random)
    fields = {"style": one_of(random, STYLES), "n": str(random.integers(1, 5))}
    if random.random() < 0.4:
        fields = {"style": one_of(random, ODD_STYLES)} | {
            name: one_of(random, NUMBERS)
            for name in ("n", "beams", "temperature", "top_p", "min_words", "max_words", "seed")
            if random.random() < 0.4
        }
    return Ask("/caption", fields, {"photo": photo})


def _texts(random: Random) -> Ask:
    if random.random() < 0.2:
        return Ask("/caption/score", body=BODIES[int(random.integers(len(BODIES)))])
    count = int(random.integers(0, 4))
    texts: dict[str, object] = {
        "captions": [one_of(random, TEXTS) for _ in range(count)],
        "references": [
            [one_of(random, TEXTS) for _ in range(random.integers(0, 3))]
            for _ in range(count if random.random() < 0.8 else 2)
        ],
    }
    if random.random() < 0.2:
        texts["tokenized"] = [True, False, None, 3][int(random.integers(4))]
    return Ask("/caption/score", body=json.dumps(texts).encode())


SERVED = Served("caption", write, sound, odd, "application/json")
