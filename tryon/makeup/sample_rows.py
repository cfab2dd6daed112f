"""The rows of the sample dataset. Worker processes load this module and nothing heavier."""

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
    looks: int = 1


def draw(order: Order) -> list[dict[str, Any]]:
    """The raw rows of one identity: a face and, in most rows, the same face made up."""
    rng = np.random.default_rng([order.seed, order.index, STREAM])
    person = imagine(int(rng.integers(2**31)), order.tone, order.size)
    portrait = Portrait(person, order.size)
    same = {
        "identity": f"drawn-{order.index:06d}",
        "image": encode(portrait.picture(), "PNG"),
        "landmarks": portrait.landmarks.ravel().tolist(),
        "parsing": encode_labels(portrait.parsing),
        "skin_tone": order.tone,
        "attributes": json.dumps(person.attributes(), sort_keys=True),
    }
    if rng.random() < BARE_SHARE:
        row = {"image_id": f"sample-{order.index:06d}", "look": "", "kind": "bare", "target": None}
        return [same | row]
    return [same | _made_up(order, number, portrait, rng) for number in range(order.looks)]


def _made_up(
    order: Order, number: int, portrait: Portrait, rng: np.random.Generator
) -> dict[str, Any]:
    look = Look() if rng.random() < UNTOUCHED_SHARE else random_look(rng)
    return {
        "image_id": f"sample-{order.index:06d}" + (f"-{number}" if order.looks > 1 else ""),
        "look": look.model_dump_json(),
        "kind": "pair",
        "target": encode(portrait.picture(coats_of(look, portrait, rng)), "PNG"),
    }


def encode_labels(labels: np.ndarray) -> bytes:
    """Label map uint8 [H, W] as an 8-bit grey PNG."""
    return cv2.imencode(".png", labels)[1].tobytes()
