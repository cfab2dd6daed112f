"""The makeup sample dataset: drawn faces, bare and made up, with everything about them known."""

from pathlib import Path

import numpy as np

from tryon.data.card import Card
from tryon.data.rendering import cast, render
from tryon.makeup.config import Config, SampleConfig
from tryon.makeup.data import FEATURES, SCHEMA_VERSION
from tryon.makeup.sample_rows import STREAM, Order, draw

AT_ONCE = 4  # faces a worker takes at a time


def generate(config: Config, folder: Path, seed: int, workers: int) -> None:
    """Draw the sample dataset into `folder`; the same bytes whatever the number of workers.

    Args:
        config: The makeup section of params.yaml.
        folder: Where the shards and the card go; replaced as a whole.
        seed: Of everything.
        workers: Processes.
    """
    orders = plan(config.sample, seed)
    card = Card(
        name="makeup-sample",
        task="makeup",
        source="drawn by tryon.sample",
        licence="CC0-1.0",
        schema_version=SCHEMA_VERSION,
        provides=("landmarks", "parsing"),
        parameters=config.sample.model_dump(mode="json") | {"seed": seed},
    )
    render(orders, draw, folder, FEATURES, card, workers, AT_ONCE)


def plan(config: SampleConfig, seed: int) -> list[Order]:
    """Which identities go where: every split holds every skin tone in its share."""
    placed = cast(config.identities, config, np.random.default_rng([seed, STREAM]))
    return [
        Order(index, seed, split, tone, config.size, config.looks if split == "train" else 1)
        for index, (split, tone) in enumerate(placed)
    ]
