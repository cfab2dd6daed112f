"""A small prepared split, drawn by code: faces of every skin tone, with looks and exact truths."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from tryon.data.prepared import PreparedSplit
from tryon.makeup.coats import coats_of
from tryon.makeup.condition import measure
from tryon.makeup.look import random_look
from tryon.makeup.regions import region_masks
from tryon.sample.person import imagine
from tryon.sample.portrait import Portrait

SIDE = 96


def write_split(folder: Path, count: int) -> PreparedSplit:
    """`count` samples of `count // 2` persons, two looks each, 96×96 pixels."""
    arrays: dict[str, list[np.ndarray]] = {}
    rows = []
    for index in range(count // 2):
        tone = 1 + index % 10
        person = imagine(40 + index, tone, SIDE)
        portrait = Portrait(person, SIDE)
        soft = region_masks(portrait.landmarks, (SIDE, SIDE))
        masks = np.rint(soft * 255).astype(np.uint8)
        for variant in range(2):
            rng = np.random.default_rng([index, variant])
            look = random_look(rng)
            target = portrait.picture(coats_of(look, portrait, rng))
            sample = {
                "image": portrait.picture(),
                "target": target,
                "masks": masks,
                "condition": measure(
                    target / np.float32(255),
                    masks / np.float32(255),
                    look.presence(),
                    look.gloss(),
                ),
                "landmarks": portrait.landmarks,
            }
            for name, value in sample.items():
                arrays.setdefault(name, []).append(value)
            rows.append(
                {
                    "image_id": f"face-{index}-{variant}",
                    "identity": f"person-{index}",
                    "split": "test",
                    "kind": "pair",
                    "skin_tone": tone,
                    "look": look.model_dump_json(),
                    "attributes": json.dumps(person.attributes()),
                }
            )
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", np.stack(values))
    pd.DataFrame(rows).to_parquet(folder / "table.parquet")
    return PreparedSplit("test", folder)
