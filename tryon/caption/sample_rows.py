"""Captioned pictures of the other tasks' samples, and of more such faces and persons.

Worker processes load this and nothing heavier.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import singledispatch
from typing import Any, Literal, NamedTuple

import numpy as np

from tryon.caption.drawn import drawn_face_facts, drawn_garment_facts, is_patterned
from tryon.caption.facts import Facts
from tryon.caption.framing import cut_out
from tryon.caption.grammar import combination, write_captions
from tryon.caption.recolouring import recoloured
from tryon.caption.seen import cloth_shown, seen_colours
from tryon.data.shards import Group, Row, read_group
from tryon.garment import sample_rows as garment_rows
from tryon.makeup import sample_rows as makeup_rows
from tryon.vision.human import CLOTHES
from tryon.vision.images import decode, decode_labels, encode
from tryon.vision.parsing import Label

STREAM = 0xCA97  # keeps the draws of phrasings apart from those of persons
JPEG_QUALITY = 92
MARGIN = (0.08, 0.3)  # left around what is told of
NO_HEAD = (Label.BACKGROUND, Label.CLOTH, Label.NECK, Label.HAND)
APART = 1 << 20  # persons drawn here are others than those of the other tasks' samples
Kind = Literal["face", "garment"]


@dataclass(frozen=True)
class Manner:
    """How pictures are cut out and told of."""

    seed: int
    side: int
    references: int
    variety: float
    recoloured: int


@dataclass(frozen=True)
class Retold:
    """A row group of another task's sample, whose pictures are to be told of.

    What an identity shows in several rows is told of once per group; names tell copies of others.
    """

    kind: Kind
    group: Group
    manner: Manner


@dataclass(frozen=True)
class Drawn:
    """One more identity to draw and to tell of; it is trained on."""

    kind: Kind
    index: int
    tone: int
    height: int
    pictures: int
    manner: Manner


@dataclass(frozen=True)
class Told:
    """A captioned picture, before it is known whether training may see it."""

    split: str
    row: dict[str, Any]
    combination: tuple[str, ...]


class Shown(NamedTuple):
    """A picture, where what is told of is, and what is told."""

    name: str
    identity: str
    tone: int
    picture: np.ndarray
    where: np.ndarray
    facts: Facts


@singledispatch
def tell(order: Retold | Drawn) -> list[Told]:
    """The captioned pictures of an order: faces bare and made up, or persons in garments."""
    raise TypeError(type(order))


@tell.register
def _(order: Retold) -> list[Told]:
    rows = read_group(order.group)
    more = order.manner.recoloured if order.group.split == "train" else 0
    shown = _faces(rows) if order.kind == "face" else _worn(rows, more)
    return [_told(order.kind, order.group.split, each, order.manner) for each in shown]


@tell.register
def _(order: Drawn) -> list[Told]:
    shown = _drawn_faces(order) if order.kind == "face" else _drawn_persons(order)
    return [_told(order.kind, "train", each, order.manner) for each in shown]


def facts_of(attributes: str) -> Facts | None:
    """The facts that a row's attributes hold; None where they hold none (see `tryon.caption.data`).

    Args:
        attributes: JSON, or "".
    """
    values = json.loads(attributes) if attributes else {}
    if not isinstance(values, dict) or "facts" not in values:
        return None
    return Facts(values["kind"], {slot: tuple(own) for slot, own in values["facts"].items()})


def _told(kind: Kind, split: str, shown: Shown, manner: Manner) -> Told:
    rng = np.random.default_rng([manner.seed, STREAM, zlib.crc32(shown.name.encode())])
    picture = cut_out(shown.picture, shown.where, rng.uniform(*MARGIN), manner.side)
    height, width = picture.shape[:2]
    facts = shown.facts
    about = {"kind": facts.kind, "skin_tone": shown.tone, "facts": dict(facts.values)}
    row = {
        "image_id": f"{kind}-{shown.name}",
        "identity": f"{kind}-{shown.identity}",
        "image": encode(picture, "JPEG", JPEG_QUALITY),
        "width": width,
        "height": height,
        "captions": write_captions(facts, manner.references, rng, manner.variety),
        "attributes": json.dumps(about, sort_keys=True),
    }
    return Told(split, row, combination(facts))


def _faces(rows: Iterable[Row]) -> Iterator[Shown]:
    """The bare face of each identity, and it made up; what an untouched pair shows was seen."""
    bared = set()
    for row in rows:
        identity, tone = str(row["identity"]), int(row["skin_tone"])
        attributes = json.loads(row["attributes"])
        bare, labels = decode(row["image"]).image, decode_labels(row["parsing"])
        landmarks = np.array(row["landmarks"], np.float32).reshape(-1, 2)
        head = ~np.isin(labels, NO_HEAD)
        if identity not in bared:
            bared.add(identity)
            facts = drawn_face_facts(attributes, {})
            yield Shown(f"{identity}-bare", identity, tone, bare, head, facts)
        if row["kind"] != "pair":
            continue
        made_up = decode(row["target"]).image
        if not np.array_equal(made_up, bare):
            facts = drawn_face_facts(attributes, seen_colours(made_up, bare, landmarks, labels))
            yield Shown(str(row["image_id"]), identity, tone, made_up, head, facts)


def _worn(rows: Iterable[Row], more: int) -> Iterator[Shown]:
    """Each person in each of its garments: worn in the picture, or in the truth beside it."""
    worn = set()
    for row in rows:
        name = str(row["garment_id"])
        if row["kind"] == "unpaired" or name in worn:
            continue
        worn.add(name)
        which = ("image", "parsing") if row["kind"] == "paired" else ("target", "target_parsing")
        picture, labels = decode(row[which[0]]).image, decode_labels(row[which[1]])
        yield from _garment(
            name, str(row["identity"]), int(row["skin_tone"]), row["category"], picture, labels,
            json.loads(row["attributes"]), more,
        )  # fmt: skip


def _garment(
    name: str, identity: str, tone: int, category: str, picture: np.ndarray, labels: np.ndarray,
    attributes: Mapping[str, Any], more: int,
) -> Iterator[Shown]:  # fmt: skip
    """The garment as it is, and in other colours; denim stays blue.

    Nothing where no colour can be seen, or of a dress that is cut off: it looks like a top.
    """
    worn = np.isin(labels, CLOTHES[category])
    if category == "whole" and worn[-1].any():
        return
    rng = np.random.default_rng([STREAM, zlib.crc32(name.encode())])
    pictures: dict[str, np.ndarray | None] = {name: picture}
    if attributes["pattern"] != "denim":
        others = {f"{name}-recoloured-{at}": recoloured(picture, worn, rng) for at in range(more)}
        pictures |= others
    for each, image in pictures.items():
        if image is None:
            continue
        colours, names = cloth_shown(image, worn, is_patterned(attributes))
        if colours:
            facts = drawn_garment_facts(attributes, colours, names)
            yield Shown(each, identity, tone, image, worn, facts)


def _drawn_faces(order: Drawn) -> Iterator[Shown]:
    own = makeup_rows.Order(
        APART + order.index, order.manner.seed, "train", order.tone, order.height, order.pictures
    )
    return _faces(makeup_rows.draw(own))


def _drawn_persons(order: Drawn) -> Iterator[Shown]:
    own = garment_rows.Order(
        APART + order.index, order.manner.seed, "train", order.tone, order.height, order.pictures
    )
    sitter = garment_rows.Sitter(own)
    identity = f"drawn-{own.index:06d}"
    for number in range(order.pictures):
        garment = sitter.choose()
        yield from _garment(
            f"{identity}-{number}", identity, order.tone, garment.category,
            *sitter.wearing(garment), sitter.attributes(garment), order.manner.recoloured,
        )  # fmt: skip
