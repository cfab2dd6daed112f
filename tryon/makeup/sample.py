"""The makeup sample dataset: drawn faces, bare and made up, with everything about them known."""

from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from tryon.data.card import Card
from tryon.data.pool import pool
from tryon.data.shards import ShardWriter
from tryon.makeup.config import Config, SampleConfig
from tryon.makeup.data import FEATURES, SCHEMA_VERSION
from tryon.makeup.sample_rows import STREAM, Order, draw

TONES = 10
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
    with (
        ShardWriter(folder, FEATURES) as writer,
        pool(min(workers, len(orders)), cv2.setNumThreads, 1) as executor,
    ):
        done = executor.map(draw, orders, chunksize=AT_ONCE)  # in the order of the orders
        rows = tqdm(done, "drawing faces", len(orders), unit="face")
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
        at = (np.arange(len(members)) + rng.random()) / max(len(members), 1)
        for member, share in zip(members, at, strict=True):
            if share % 1 < config.test_share:
                splits[member] = "test"
            elif share % 1 < config.test_share + config.validation_share:
                splits[member] = "validation"
            else:
                splits[member] = "train"
    return [
        Order(
            index, seed, split, int(tone) + 1, config.size, config.looks if split == "train" else 1
        )
        for index, (split, tone) in enumerate(zip(splits, tones, strict=True))
    ]
