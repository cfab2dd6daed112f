"""A caption dataset that is learned in seconds: coloured squares and what is said of them."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from tests.caption.measured import write
from tryon.caption.config import Config
from tryon.caption.preparation import factory
from tryon.data.prepared import PreparedStore
from tryon.data.preparing import prepare
from tryon.vision.images import encode

COLOURS = {
    "red": (200, 30, 30), "green": (30, 160, 40), "blue": (40, 60, 200), "white": (240, 240, 240),
}  # fmt: skip
SIZES = {"small": 8, "large": 22}
PATTERNS = ("a {size} {colour} square", "this square is {size} and {colour}")
CONFIG = Config.model_validate(
    {
        "preprocess": {"size": 32, "references": 2, "max_words": 10, "words": 24, "min_count": 1},
        "augmentation": {"rotate": 0, "scale": 0},
        "network": {
            "width": 8, "features": 16, "embedding": 16, "hidden": 32, "codes": 2,
            "discriminator_width": 16,
        },
        "training": {
            "batch_size": 8, "steps": 60, "generator_lr": 1e-2, "betas": [0.9, 0.99],
            "warmup_steps": 5, "ema_decay": 0.9, "workers": 0, "channels_last": False,
            "log_every": 10, "picture_every": 60, "checkpoint_every": 40, "clip_norm": 5.0,
        },
        "evaluation": {"pictures": 2, "sampled": 3},
        "gate": {"min_attributes_right": 0, "min_colours_right": 0},
    }
)  # fmt: skip


def row(number: int) -> dict[str, Any]:
    """One picture of the raw schema."""
    rng = np.random.default_rng(number)
    colour, size = rng.choice(list(COLOURS)), rng.choice(list(SIZES))
    image = np.full((40, 40, 3), rng.integers(90, 120), np.uint8)
    side = SIZES[size]
    left, top = rng.integers(0, 40 - side, 2)
    image[top : top + side, left : left + side] = COLOURS[colour]
    return {
        "image_id": f"square-{number:03d}",
        "identity": f"square-{number:03d}",
        "image": encode(image),
        "width": 40,
        "height": 40,
        "captions": [text.format(size=size, colour=colour) for text in PATTERNS],
        "attributes": json.dumps({"skin_tone": 1 + number % 10}),
    }


def prepared(folder: Path, count: int = 64, config: Config = CONFIG) -> PreparedStore:
    """The prepared dataset: four in five to train on, the rest to test on."""
    rows = [row(number) for number in range(count)]
    test = rows[::5]
    kept = [each for number, each in enumerate(rows) if number % 5]
    raw = write(folder / "raw", {"train": kept, "validation": test[:4], "test": test[4:]})
    return prepare(
        "caption", raw, factory(config, 0), inputs={"data": "squares"}, folder=folder / "prepared"
    )
