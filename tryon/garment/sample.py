"""The garment sample dataset: drawn persons in drawn garments, with everything about them known."""

from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from tryon.data.card import Card
from tryon.data.pool import pool
from tryon.data.shards import ShardWriter
from tryon.garment.config import Config, SampleConfig
from tryon.garment.data import FEATURES, SCHEMA_VERSION
from tryon.garment.sample_rows import STREAM, Order, draw

TONES = 10
AT_ONCE = 2  # persons a worker takes at a time


def generate(config: Config, folder: Path, seed: int, workers: int) -> None:
    """Draw the sample dataset into `folder`; the same bytes whatever the number of workers.

    Args:
        config: The garment section of params.yaml.
        folder: Where the shards and the card go; replaced as a whole.
        seed: Of everything.
        workers: Processes.
    """
    orders = plan(config.sample, seed)
    card = Card(
        name="garment-sample",
        task="garment",
        source="drawn by tryon.sample",
        licence="CC0-1.0",
        schema_version=SCHEMA_VERSION,
        provides=("parsing", "keypoints", "garment_mask", "garment_landmarks"),
        parameters=config.sample.model_dump(mode="json") | {"seed": seed},
    )
    with (
        ShardWriter(folder, FEATURES) as writer,
        pool(min(workers, len(orders)), cv2.setNumThreads, 1) as executor,
    ):
        done = executor.map(draw, orders, chunksize=AT_ONCE)  # in the order of the orders
        rows = tqdm(done, "drawing persons", len(orders), unit="person")
        for order, drawn in zip(orders, rows, strict=True):
            for row in drawn:
                writer.write(order.split, row)
        writer.close(card)


def plan(config: SampleConfig, seed: int) -> list[Order]:
    """Which identities go where: every split holds every skin tone in its share."""
    rng = np.random.default_rng([seed, STREAM])
    splits = [""] * config.identities
    tones = np.arange(config.identities) % TONES
    for tone in range(TONES):
        members = rng.permutation(np.flatnonzero(tones == tone))
        # a random start keeps the totals right where a tone has only a few members
        places = (np.arange(len(members)) + rng.random()) / max(len(members), 1)
        for member, place in zip(members, places % 1, strict=True):
            held = "validation" if place < config.test_share + config.validation_share else "train"
            splits[member] = "test" if place < config.test_share else held
    return [
        Order(index, seed, split, int(tone) + 1, config.height, config.garments)
        for index, (split, tone) in enumerate(zip(splits, tones, strict=True))
    ]
