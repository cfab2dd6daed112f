"""The rows of the sample dataset. Worker processes load this module and nothing heavier."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from tryon.garment.garment import CATEGORIES, Category, flatten
from tryon.sample.casting import Cast, Outfit, cast, draw_outfit
from tryon.sample.figure import Figure
from tryon.sample.flatlay import home_photo, shop_photo
from tryon.sample.marks import landmarks
from tryon.sample.wardrobe import CATEGORY, KINDS, Garment, draw_garment
from tryon.vision.images import encode

STREAM = 0x6A4D  # keeps the draws of garments apart from those of persons
JPEG_QUALITY = 94  # of garment photos; persons are PNG, so that a cross pair's twins are exact


@dataclass(frozen=True)
class Order:
    """One identity to draw."""

    index: int
    seed: int
    split: str
    tone: int
    height: int
    garments: int


class Sitter:
    """The person of an order, and the garments that are put on it, one after the other.

    Attributes:
        figure: The person, drawn.
        category: Of all these garments.
    """

    def __init__(self, order: Order) -> None:
        self._rng = rng = np.random.default_rng([order.seed, order.index, STREAM])
        category = _category(rng)
        self.figure = Figure(
            cast(int(rng.integers(2**31)), order.tone, order.height, _framing(category, rng))
        )
        if category == "whole" and self.figure.cast.build.masculine > 0.5:
            category = "upper"
        self.category = category
        outfit = draw_outfit(rng, self.figure.cast)
        self._outfit = _complete(outfit, category, self.figure.cast, rng)

    def choose(self) -> Garment:
        """The next garment."""
        return _garment(self.category, self.figure.cast, self._rng)

    def wearing(self, garment: Garment) -> tuple[np.ndarray, np.ndarray]:
        """The picture uint8 [H, W, 3] and its labels uint8 [H, W]."""
        return self.figure.wearing(self._outfit.swapped(garment))

    def attributes(self, garment: Garment) -> dict[str, Any]:
        """What is known of the person and of one of its garments."""
        cloth = garment.textile
        return self.figure.cast.attributes() | {
            "garment": garment.kind,
            "pattern": cloth.pattern,
            "print": cloth.print,
            "words": cloth.words if cloth.print == "text" else "",
            "sleeve": round(garment.sleeve, 2),
            "neckline": garment.neckline if garment.category != "lower" else "",
            "opening": garment.opening,
            "ease": round(garment.ease, 2),
        }


def draw(order: Order) -> list[dict[str, Any]]:
    """The raw rows of one identity: the first garment paired, then every cross pair there is.

    Each person in each garment is put into each other one, so that nothing about the old garment
    tells the new one's shape. A test identity has one more row, unpaired: a garment it was never
    drawn in.
    """
    sitter = Sitter(order)
    pictures, flats = [], []
    for number in range(order.garments):
        garment = sitter.choose()
        flats.append(
            _person_columns(order, sitter.figure)
            | _flat_columns(sitter, garment)
            | {"garment_id": f"drawn-{order.index:06d}-{number}"}
        )
        picture, labels = sitter.wearing(garment)
        pictures.append((encode(picture), encode(labels)))
    rows: list[dict[str, Any]] = []
    for old, (image, parsing) in enumerate(pictures):
        for new, (target, target_parsing) in enumerate(pictures):
            row = flats[new] | {"image": image, "parsing": parsing}
            row["image_id"] = f"sample-{order.index:06d}-{old}{new}"
            if new != old:
                row |= {"kind": "cross", "target": target, "target_parsing": target_parsing}
            elif new == 0:
                row |= {"kind": "paired"}
            else:
                continue
            rows.append(row)
    if order.split == "test":
        rows.append(
            _person_columns(order, sitter.figure)
            | _flat_columns(sitter, sitter.choose())
            | {key: rows[0][key] for key in ("image", "parsing")}
            | {
                "kind": "unpaired",
                "image_id": f"sample-{order.index:06d}-x",
                "garment_id": f"drawn-{order.index:06d}-x",
            }
        )
    return rows


def _category(rng: np.random.Generator) -> Category:
    return CATEGORIES[int(rng.choice(3, p=[0.50, 0.24, 0.26]))]


def _framing(category: str, rng: np.random.Generator) -> str:
    share = {"upper": 0.22, "lower": 1.0, "whole": 0.7}[category]
    return "full" if rng.random() < share else "half"


def _garment(category: str, person: Cast, rng: np.random.Generator) -> Garment:
    kinds = [kind for kind in KINDS if CATEGORY[kind] == category]
    if person.build.masculine > 0.5:
        kinds = [kind for kind in kinds if kind != "skirt"]
    return draw_garment(rng, str(rng.choice(kinds)), person.build)


def _complete(outfit: Outfit, category: str, person: Cast, rng: np.random.Generator) -> Outfit:
    """An outfit that stays whole when a garment of `category` is put on."""
    other = {"upper": "trousers", "lower": "tshirt"}.get(category)
    if other is None or any(one.category == CATEGORY[other] for one in outfit.garments):
        return outfit
    return Outfit((draw_garment(rng, other, person.build),))


def _person_columns(order: Order, figure: Figure) -> dict[str, Any]:
    return {
        "identity": f"drawn-{order.index:06d}",
        "keypoints": figure.keypoints.ravel().tolist(),
        "skin_tone": order.tone,
        "target": None,
        "target_parsing": None,
    }


def _flat_columns(sitter: Sitter, garment: Garment) -> dict[str, Any]:
    sewn = sitter.figure.sew(garment)
    points, shape = landmarks(sewn), sitter.figure.cast.shape
    category: Category = garment.category  # type: ignore[assignment]
    shop, home = (take(garment, sewn.texture, points, shape) for take in (shop_photo, home_photo))
    return {
        "category": category,
        "garment": encode(shop.picture, "JPEG", JPEG_QUALITY),
        "garment_mask": encode(shop.mask),
        "garment_landmarks": flatten(category, shop.landmarks),
        "garment_raw": encode(home.picture, "JPEG", JPEG_QUALITY),
        "garment_raw_mask": encode(home.mask),
        "garment_raw_landmarks": flatten(category, home.landmarks),
        "attributes": json.dumps(sitter.attributes(garment), sort_keys=True),
    }
