"""Draws the catalogue: `python -m tryon.garment.designing`, after a change of designs.yaml.

Each garment becomes one picture whose transparency is its mask, and one entry of index.json with
what is known of it. They are part of the package, so that a service needs nothing of the renderer.
"""

import argparse
import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import yaml
from PIL import Image

from tryon.garment.catalogue import FOLDER, INDEX, Entry
from tryon.garment.garment import Category, flatten
from tryon.sample.casting import cast
from tryon.sample.figure import Figure
from tryon.sample.flatlay import shop_photo
from tryon.sample.marks import landmarks
from tryon.sample.wardrobe import Garment, draw_garment
from tryon.vision.colour import hex_to_srgb, to_linear

WEARER, TONE = 7, 5  # whom they are cut for
HEIGHT = 896  # of the pictures, pixels; three quarters as wide
QUALITY = 82


def designs() -> dict[str, dict[str, Any]]:
    """designs.yaml: name → says, garment, textile."""
    text = files(__package__).joinpath("designs.yaml").read_text("utf-8")
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return loaded


def draw(name: str, figure: Figure) -> tuple[Entry, Image.Image]:
    """One garment of designs.yaml: what is known of it, and its picture with the mask as alpha."""
    design = designs()[name]
    garment = _made(name, design, figure)
    sewn = figure.sew(garment)
    photo = shop_photo(garment, sewn.texture, landmarks(sewn), figure.cast.shape)
    category: Category = garment.category  # type: ignore[assignment]
    picture = Image.fromarray(np.dstack([photo.picture, photo.mask]))
    entry = Entry(
        name=name,
        category=category,
        kind=garment.kind,
        says=design["says"],
        landmarks=tuple(round(value, 1) for value in flatten(category, photo.landmarks)),
    )
    return entry, picture


def wearer() -> Figure:
    """The body all of them are cut for."""
    return Figure(cast(WEARER, TONE, HEIGHT, "full"))


def main() -> None:
    """Draw all of them into a folder, the package's own if none is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path(__file__).parent / FOLDER)
    folder = parser.parse_args().folder
    figure, index = wearer(), []
    for name in designs():
        entry, picture = draw(name, figure)
        picture.save(folder / entry.file, "WEBP", quality=QUALITY, exact=True, method=6)
        index.append(entry.model_dump(mode="json"))
        print(f"{name}: {(folder / entry.file).stat().st_size} bytes")
    lines = ",\n".join(map(json.dumps, index))
    (folder / INDEX).write_text(f"[\n{lines}\n]\n")


def _made(name: str, design: dict[str, Any], figure: Figure) -> Garment:
    given, cloth = dict(design["garment"]), dict(design["textile"])
    rng = np.random.default_rng(crc32(name.encode()))
    drawn = draw_garment(rng, given.pop("kind"), figure.cast.build)
    tints = [to_linear(hex_to_srgb(code)) for code in cloth.pop("colours")]
    textile = replace(drawn.textile, colour=tints[0], second=tints[1], third=tints[2], **cloth)
    return replace(drawn, textile=textile, **given)


if __name__ == "__main__":
    main()
