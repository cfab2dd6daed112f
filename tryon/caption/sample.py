"""The caption sample dataset: the other tasks' sample pictures, told of in several phrasings."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import cv2
from tqdm import tqdm

from tryon.caption.config import Config, SampleConfig
from tryon.caption.data import FEATURES, SCHEMA_VERSION
from tryon.caption.figures import caption_figures
from tryon.caption.holdout import held_out
from tryon.caption.sample_rows import Drawn, Kind, Manner, Retold, Told, tell
from tryon.data.card import SPLITS, Card
from tryon.data.pool import pool
from tryon.data.rendering import TONES
from tryon.data.shards import ShardWriter, groups
from tryon.errors import DataError
from tryon.paths import absolute


def generate(config: Config, folder: Path, seed: int, workers: int) -> None:
    """Tell of the other samples into `folder`; the same bytes whatever the number of workers.

    Identities keep the split they have there; those that are drawn beside them are trained on.
    Pictures that show a held-out combination of attributes are kept for the test split: where a
    training or validation identity shows one, that picture is left out.

    Args:
        config: The caption section of params.yaml.
        folder: Where the shards and the card go; replaced as a whole.
        seed: Of everything.
        workers: Processes.

    Raises:
        DataError: `no_dataset`, `not_drawn`: a dataset to tell of is not there, or is no sample.
    """
    orders = plan(config.sample, seed)
    with pool(min(workers, len(orders)), cv2.setNumThreads, 1) as executor:
        done = executor.map(tell, orders)  # in the order of the orders
        told = once(each for own in tqdm(done, "telling of pictures", len(orders)) for each in own)
    hidden = held_out((each.combination for each in told), config.sample.held_out_share, seed)
    kept = [each for each in told if each.split == "test" or each.combination not in hidden]
    card = Card(
        name="caption-sample",
        task="caption",
        source="drawn by tryon.sample, told of by tryon.caption.grammar",
        licence="CC0-1.0",
        schema_version=SCHEMA_VERSION,
        provides=("attributes",),
        parameters=config.sample.model_dump(mode="json")
        | {"seed": seed, "figures": _figures(kept, len(told), hidden)},
    )
    with ShardWriter(folder, FEATURES) as writer:
        for each in kept:
            writer.write(each.split, each.row)
        writer.close(card)


def plan(config: SampleConfig, seed: int) -> list[Retold | Drawn]:
    """What is to be told of; those to draw have every skin tone in equal shares.

    Raises:
        DataError: as `generate`.
    """
    manner = Manner(seed, config.side, config.references, config.variety, config.recoloured)
    sources: dict[Kind, str] = {"face": config.makeup, "garment": config.garment}
    more: dict[Kind, tuple[int, int, int]] = {
        "face": (config.faces, config.face_size, config.looks),
        "garment": (config.persons, config.person_height, config.garments),
    }
    found: list[Retold | Drawn] = []
    for kind, named in sources.items():
        found += [Retold(kind, group, manner) for group in groups(_sample(absolute(named)))]
        count, height, pictures = more[kind]
        found += [
            Drawn(kind, index, index % TONES + 1, height, pictures, manner)
            for index in range(count)
        ]
    return found


def once(told: Iterable[Told]) -> list[Told]:
    """Without what was told of before: an identity's rows may lie in two row groups."""
    return list({each.row["image_id"]: each for each in told}.values())


def _sample(folder: Path) -> Path:
    """A dataset whose attributes are those of drawn pictures."""
    name = Card.read(folder).name
    if not name.endswith("-sample"):
        raise DataError(
            f"{folder} holds {name!r}, of which the sample's grammar cannot tell",
            code="not_drawn",
            hint="name the drawn sample of that task, or bring captions of your own: "
            "`tryon data import --task caption`",
        )
    return folder


def _figures(kept: Sequence[Told], before: int, hidden: set[tuple[str, ...]]) -> dict[str, Any]:
    """What the card says of the texts and of what was held out."""
    captions: dict[str, list[list[str]]] = {split: [] for split in SPLITS}
    for each in kept:
        captions[each.split].append(each.row["captions"])
    unseen = sum(each.split == "test" and each.combination in hidden for each in kept)
    return caption_figures(captions) | {
        "kinds": dict(Counter(each.combination[0] for each in kept)),
        "held_out": {
            "combinations": sorted(" ".join(each) for each in hidden),
            "test_pictures": unseen,
            "left_out": before - len(kept),
        },
    }
