"""Requests for `/garment`."""

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from skimage.data import astronaut

from tests.bento.asking import Ask, Random, Served, one_of
from tests.bento.pictures import save
from tests.serving.outfitter import write_outfitter
from tryon.garment.catalogue import catalogue, named
from tryon.garment.garment import CATEGORIES
from tryon.vision.images import decode

TOPS = ("tokyo-tee", "breton", "parka", "vest")
ODD_NAMES = (*TOPS, "jeans", "", "tokyo tee", "../index.json", "\x00", "👕")
ODD_CATEGORIES = (*CATEGORIES, "", "socks", "UPPER")
FORMATS = ("png", "jpeg", "webp", "gif", "")


def person(left: int = 0, mirrored: bool = False, scale: float = 1) -> np.ndarray:
    """A person down to the hips, uint8 RGB (NASA, public domain), cut anywhere beside her."""
    image = astronaut()[:, left : left + 400]
    if scale != 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return np.ascontiguousarray(image[:, ::-1] if mirrored else image)


@cache
def shirt() -> np.ndarray:
    """A garment's photo, uint8 RGB: the catalogue's red one on white."""
    return decode(named("tokyo-tee").content).image


@cache
def shirt_mask() -> np.ndarray:
    """Its mask, uint8, 0 and 255."""
    return named("tokyo-tee").cloth()[1]


def sound(photos: Sequence[bytes]) -> list[Ask]:
    """Garments of the catalogue and photos, with and without what is known of them.

    Photos of faces show no body to dress: a person in different places stands in for them.
    """
    asks = []
    for number in range(len(photos)):
        photo = save(person(12 * (number % 4), bool(number % 2)), "JPEG")
        files, fields = {"photo": photo}, {"format": "jpeg"}
        if number % 3 == 0:
            files["garment"] = save(shirt(), "JPEG")
        else:
            fields["garment"] = TOPS[number % len(TOPS)]
        if number % 6 == 3:
            fields["category"], files["mask"] = "upper", save(shirt_mask())
        asks.append(Ask("/garment", fields, files))
    return asks


def odd(random: Random, photo: bytes, others: Sequence[bytes]) -> Ask:
    """Damage in one of three files, fields at random."""
    files = {"photo": save(person(), "JPEG"), "garment": save(shirt(), "JPEG")}
    fields = {"format": "jpeg"}
    if random.random() < 0.2:
        del files["garment"]
        fields["garment"] = one_of(random, ODD_NAMES)
    if random.random() < 0.3:
        fields["category"] = one_of(random, ODD_CATEGORIES)
        fields["format"] = one_of(random, FORMATS)
    names = [*files, "mask"]
    files[one_of(random, names)] = photo
    return Ask("/garment", fields, files)


def every() -> tuple[str, ...]:
    """Every name of the catalogue."""
    return tuple(catalogue())


SERVED = Served("garment", write_outfitter, sound, odd, "image/")
