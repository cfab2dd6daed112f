"""Captioned pictures of drawn faces and persons. Worker processes load this and nothing heavier."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from tryon.caption.drawn import drawn_face_facts, drawn_garment_facts, is_patterned
from tryon.caption.facts import Facts
from tryon.caption.framing import cut_out
from tryon.caption.grammar import combination, write_captions
from tryon.caption.seen import cloth_colours, cloth_names, seen_colours
from tryon.garment import sample_rows as garment_rows
from tryon.makeup import sample_rows as makeup_rows
from tryon.vision.human import CLOTHES
from tryon.vision.images import decode, decode_labels, encode
from tryon.vision.parsing import Label

STREAM = 0xCA97  # keeps the draws of phrasings apart from those of persons
JPEG_QUALITY = 92
MARGIN = (0.08, 0.3)  # left around what is told of
NO_HEAD = (Label.BACKGROUND, Label.CLOTH, Label.NECK, Label.HAND)
Kind = Literal["face", "garment"]
Row = Mapping[str, Any]
Shown = tuple[np.ndarray, np.ndarray, Facts]  # a picture, where what is told of is, what is told


@dataclass(frozen=True)
class Order:
    """One identity to draw and to tell of."""

    kind: Kind
    index: int
    seed: int
    split: str
    tone: int
    height: int
    side: int
    pictures: int
    references: int
    variety: float


@dataclass(frozen=True)
class Told:
    """A captioned picture, before it is known whether training may see it."""

    row: dict[str, Any]
    combination: tuple[str, ...]


def draw(order: Order) -> list[Told]:
    """The captioned pictures of one identity: a face bare and made up, or a person in garments."""
    rng = np.random.default_rng([order.seed, order.index, STREAM, order.kind == "face"])
    pictures = _faces(order) if order.kind == "face" else _persons(order)
    return [_told(order, number, *each, rng) for number, each in enumerate(pictures)]


def facts_of(attributes: str) -> Facts | None:
    """The facts that a row's attributes hold; None where they hold none (see `tryon.caption.data`).

    Args:
        attributes: JSON, or "".
    """
    values = json.loads(attributes) if attributes else {}
    if not isinstance(values, dict) or "facts" not in values:
        return None
    return Facts(values["kind"], {slot: tuple(own) for slot, own in values["facts"].items()})


def _told(
    order: Order,
    number: int,
    picture: np.ndarray,
    shown: np.ndarray,
    facts: Facts,
    rng: np.random.Generator,
) -> Told:
    picture = cut_out(picture, shown, rng.uniform(*MARGIN), order.side)
    height, width = picture.shape[:2]
    name = f"{order.kind}-{order.index:06d}"
    about = {"kind": facts.kind, "skin_tone": order.tone, "facts": dict(facts.values)}
    row = {
        "image_id": f"{name}-{number}",
        "identity": name,
        "image": encode(picture, "JPEG", JPEG_QUALITY),
        "width": width,
        "height": height,
        "captions": write_captions(facts, order.references, rng, order.variety),
        "attributes": json.dumps(about, sort_keys=True),
    }
    return Told(row, combination(facts))


def _faces(order: Order) -> Iterator[Shown]:
    """The bare face, then the same one made up; what an untouched pair shows was seen already."""
    rows = makeup_rows.draw(
        makeup_rows.Order(
            order.index, order.seed, order.split, order.tone, order.height, order.pictures - 1
        )
    )
    first = rows[0]
    attributes = json.loads(first["attributes"])
    bare, labels = decode(first["image"]).image, decode_labels(first["parsing"])
    landmarks = np.array(first["landmarks"], np.float32).reshape(-1, 2)
    head = ~np.isin(labels, NO_HEAD)
    yield bare, head, drawn_face_facts(attributes, {})
    for row in rows:
        if row["kind"] != "pair":
            continue
        made_up = decode(row["target"]).image
        if not np.array_equal(made_up, bare):
            seen = seen_colours(made_up, bare, landmarks, labels)
            yield made_up, head, drawn_face_facts(attributes, seen)


def _persons(order: Order) -> Iterator[Shown]:
    """The person in each garment whose colour can be seen; dresses to their hems."""
    sitter = garment_rows.Sitter(
        garment_rows.Order(
            order.index, order.seed, order.split, order.tone, order.height, order.pictures
        )
    )
    for _ in range(order.pictures):
        garment = sitter.choose()
        picture, labels = sitter.wearing(garment)
        worn = np.isin(labels, CLOTHES[garment.category])
        if garment.category == "whole" and worn[-1].any():
            continue  # it would look like a top
        attributes = sitter.attributes(garment)
        if colours := cloth_colours(picture, worn, is_patterned(attributes)):
            shown = cloth_names(picture, worn)
            yield picture, worn, drawn_garment_facts(attributes, colours, shown)
