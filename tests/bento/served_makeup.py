"""Requests for `/makeup`."""

from collections.abc import Sequence
from pathlib import Path

from tests.bento.asking import NUMBERS, Ask, Random, Served, one_of
from tests.serving.networks import CARD, meta, zero_network
from tryon.serving.bundle import Bundle

LOOKS = ("classic red", "smoky", "nude", "berry")
ODD_LOOKS = (*LOOKS, "", "unknown", '{"regions": {"lips": {}}}', "{", "[]")
OVERRIDES = (
    "",
    "{}",
    '{"lips": null}',
    '{"lips": {"intensity": 0.2}}',
    '{"lips": 3}',
    "\x00",
    "💄",
)
FORMATS = ("png", "jpeg", "webp", "gif", "")


def write(folder: Path) -> Bundle:
    """A network that adds nothing to the analytic shift."""
    return Bundle.write(folder, zero_network(), meta(), CARD)


def sound(photos: Sequence[bytes]) -> list[Ask]:
    """A look each."""
    return [
        Ask("/makeup", {"look": LOOKS[number % len(LOOKS)]}, {"photo": photo})
        for number, photo in enumerate(photos)
    ]


def odd(random: Random, photo: bytes, others: Sequence[bytes]) -> Ask:
    """Most with sound fields, so that the picture is looked at."""
    fields = {"look": "classic red", "format": "jpeg"}
    if random.random() < 0.3:
        fields = {
            "look": one_of(random, ODD_LOOKS),
            "overrides": one_of(random, OVERRIDES),
            "intensity": one_of(random, NUMBERS),
            "format": one_of(random, FORMATS),
        }
    if random.random() < 0.2:
        return Ask("/makeup/transfer", fields, {"photo": photo, "reference": others[0]})
    return Ask("/makeup", fields, {"photo": photo})


SERVED = Served("makeup", write, sound, odd, "image/")
