"""One row of the sample dataset. Worker processes load this module and nothing heavier."""

import json
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from tryon.makeup.coats import coats_of
from tryon.makeup.look import Look, random_look
from tryon.sample.person import imagine
from tryon.sample.portrait import Portrait
from tryon.vision.images import encode

BARE_SHARE = 0.05  # rows with no target
UNTOUCHED_SHARE = 0.05  # pairs whose look asks for nothing
STREAM = 0x5A17  # keeps the draws of looks apart from those of persons


@dataclass(frozen=True)
class Order:
    """One identity to draw."""

    index: int
    seed: int
    split: str
    tone: int
    size: int


def draw(order: Order) -> dict[str, Any]:
    """One raw row: a face and, in most rows, the same face made up."""
    rng = np.random.default_rng([order.seed, order.index, STREAM])
    person = imagine(int(rng.integers(2**31)), order.tone, order.size)
    portrait = Portrait(person, order.size)
    chance = rng.random()
    bare = chance < BARE_SHARE
    look = Look() if chance < BARE_SHARE + UNTOUCHED_SHARE else random_look(rng)
    made_up = portrait.picture(coats_of(look, portrait, rng))
    return {
        "image_id": f"sample-{order.index:06d}",
        "identity": f"drawn-{order.index:06d}",
        "image": encode(portrait.picture(), "PNG"),
        "target": None if bare else encode(made_up, "PNG"),
        "look": "" if bare else look.model_dump_json(),
        "kind": "bare" if bare else "pair",
        "landmarks": portrait.landmarks.ravel().tolist(),
        "parsing": encode_labels(portrait.parsing),
        "skin_tone": order.tone,
        "attributes": json.dumps(person.attributes(), sort_keys=True),
    }


def encode_labels(labels: np.ndarray) -> bytes:
    """Label map uint8 [H, W] as an 8-bit grey PNG."""
    return cv2.imencode(".png", labels)[1].tobytes()
