"""The caption sample dataset: drawn faces and persons, told of in several phrasings."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from tryon.caption.config import Config, SampleConfig
from tryon.caption.data import FEATURES, SCHEMA_VERSION
from tryon.caption.figures import caption_figures
from tryon.caption.holdout import held_out
from tryon.caption.sample_rows import STREAM, Kind, Order, Told, draw
from tryon.data.card import SPLITS, Card
from tryon.data.pool import pool
from tryon.data.rendering import cast
from tryon.data.shards import ShardWriter

AT_ONCE = 2  # identities a worker takes at a time


def generate(config: Config, folder: Path, seed: int, workers: int) -> None:
    """Draw the sample dataset into `folder`; the same bytes whatever the number of workers.

    Pictures that show a held-out combination of attributes are kept for the test split: where a
    training or validation identity shows one, that picture is left out.

    Args:
        config: The caption section of params.yaml.
        folder: Where the shards and the card go; replaced as a whole.
        seed: Of everything.
        workers: Processes.
    """
    orders = plan(config.sample, seed)
    with pool(min(workers, len(orders)), cv2.setNumThreads, 1) as executor:
        done = executor.map(draw, orders, chunksize=AT_ONCE)  # in the order of the orders
        told = list(tqdm(done, "drawing captioned pictures", len(orders), unit="identity"))
    hidden = held_out(
        (each.combination for own in told for each in own), config.sample.held_out_share, seed
    )
    kept = [
        (order.split, each)
        for order, own in zip(orders, told, strict=True)
        for each in own
        if order.split == "test" or each.combination not in hidden
    ]
    card = Card(
        name="caption-sample",
        task="caption",
        source="drawn by tryon.sample, told of by tryon.caption.grammar",
        licence="CC0-1.0",
        schema_version=SCHEMA_VERSION,
        provides=("attributes",),
        parameters=config.sample.model_dump(mode="json")
        | {"seed": seed, "figures": _figures(kept, sum(map(len, told)), hidden)},
    )
    with ShardWriter(folder, FEATURES) as writer:
        for split, each in kept:
            writer.write(split, each.row)
        writer.close(card)


def plan(config: SampleConfig, seed: int) -> list[Order]:
    """Which identities go where: every split holds every kind and skin tone in its share."""
    rng = np.random.default_rng([seed, STREAM])
    kinds: dict[Kind, tuple[int, int, int]] = {
        "face": (config.faces, config.face_size, config.looks + 1),
        "garment": (config.persons, config.person_height, config.garments),
    }
    return [
        Order(
            kind, index, seed, split, tone, height, config.side, pictures, config.references,
            config.variety,
        )
        for kind, (count, height, pictures) in kinds.items()
        for index, (split, tone) in enumerate(cast(count, config, rng))
    ]  # fmt: skip


def _figures(
    kept: Sequence[tuple[str, Told]], drawn: int, hidden: set[tuple[str, ...]]
) -> dict[str, Any]:
    """What the card says of the texts and of what was held out."""
    captions: dict[str, list[list[str]]] = {split: [] for split in SPLITS}
    for split, each in kept:
        captions[split].append(each.row["captions"])
    unseen = sum(split == "test" and each.combination in hidden for split, each in kept)
    return caption_figures(captions) | {
        "kinds": dict(Counter(each.combination[0] for _, each in kept)),
        "held_out": {
            "combinations": sorted(" ".join(each) for each in hidden),
            "test_pictures": unseen,
            "left_out": drawn - len(kept),
        },
    }
