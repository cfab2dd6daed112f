"""DeepFashion2: `{train,validation}/{image,annos}`; the same garment in shop and user photos.

Two items show the same garment where `pair_id` and `style` are equal and `style` is above 0. The
shop's item, cut out of its photo, is the garment; the user's photo is the person. A shop photo
may show the garment worn: `garment_worn` in the attributes says what its pose cannot. Only the
source's validation split is tested on: its test split has no annotations.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from tryon.data.importing import FILE_LIMITS, Imported, share_of
from tryon.data.shards import Row, ShardWriter
from tryon.errors import DataError, ImageError
from tryon.garment.garment import Category, flatten
from tryon.garment.importers.common import (
    ImportOptions,
)
from tryon.garment.importers.deepfashion2_landmarks import CATEGORY_OF, landmark_names
from tryon.vision.images import decode, encode

SPLITS = {"train": "train", "validation": "test"}
MARGIN = 0.08  # of the item's box, around it


@dataclass(frozen=True)
class Item:
    """One annotated garment of one photo."""

    image: Path
    number: str  # item1 …
    pair: int
    style: int
    category_id: int
    shop: bool
    values: dict[str, Any]

    @property
    def key(self) -> tuple[int, int, int]:
        """What two photos of one garment share."""
        return self.pair, self.style, self.category_id


def import_deepfashion2(path: Path, writer: ShardWriter, options: ImportOptions) -> Imported:
    """Import pairs of a user's photo and the shop's garment.

    Raises:
        DataError: `unknown_layout`, `no_pictures`, `broken_annotation`.
    """
    count = 0
    for source, split in SPLITS.items():
        base = path / source
        if not (base / "annos").is_dir() or not (base / "image").is_dir():
            continue
        items = list(_items(base))
        shops: dict[tuple[int, int, int], Item] = {}
        for item in items:
            if item.shop and item.style > 0:
                shops.setdefault(item.key, item)
        pairs = [(item, shops[item.key]) for item in items if not item.shop and item.key in shops]
        options.say(f"{source}: {len(items)} garments, {len(pairs)} pairs of user and shop photo")
        for user, shop in tqdm(pairs, desc="importing", unit="pair"):
            category = CATEGORY_OF[user.category_id]
            if options.category not in (None, category):
                continue
            identity = f"{source}/{user.pair}"
            held = split == "train" and share_of(identity) < options.validation_share
            writer.write("validation" if held else split, _row(source, identity, user, shop))
            count += 1
    if not count:
        raise DataError(
            f"{path} holds no pairs in the DeepFashion2 layout: train/ or validation/ with image/ "
            f"and annos/",
            code="unknown_layout",
            hint="unpack train.zip and validation.zip side by side and name their folder",
        )
    return Imported("DeepFashion2", ("garment_mask", "garment_landmarks"))


def _items(base: Path) -> Iterator[Item]:
    for file in sorted((base / "annos").glob("*.json")):
        try:
            values = json.loads(file.read_text())
            shop, pair = values["source"] == "shop", int(values["pair_id"])
            found = {name: v for name, v in values.items() if name.startswith("item")}
            for name, item in sorted(found.items()):
                kind, style = int(item["category_id"]), int(item["style"])
                if kind not in CATEGORY_OF:
                    raise ValueError(f"category_id {kind}")
                image = base / "image" / f"{file.stem}.jpg"
                yield Item(image, name, pair, style, kind, shop, item)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise DataError(
                f"{file} is no DeepFashion2 annotation: {error}", code="broken_annotation"
            ) from None


def _row(source: str, identity: str, user: Item, shop: Item) -> Row:
    category = CATEGORY_OF[shop.category_id]
    attributes = {
        "category_name": shop.values.get("category_name", ""),
        "viewpoint": user.values.get("viewpoint", 0),
        "occlusion": user.values.get("occlusion", 0),
        "scale": user.values.get("scale", 0),
        "zoom_in": user.values.get("zoom_in", 0),
        "bounding_box": user.values.get("bounding_box", []),
        "garment_worn": shop.values.get("viewpoint", 0) != 1,  # 1: not worn
    }
    row: Row = {
        "image_id": f"{source}/{user.image.stem}/{user.number}",
        "identity": identity,
        "garment_id": f"{source}/{shop.pair}/{shop.style}/{shop.category_id}",
        "category": category,
        "kind": "paired",
        "image": _bytes(user.image),
        "garment": _bytes(shop.image),
        "garment_landmarks": [],
        "garment_raw_landmarks": [],
        "keypoints": [],
        "skin_tone": 0,
        "attributes": json.dumps(attributes, sort_keys=True),
    }
    try:
        picture = decode(row["garment"], FILE_LIMITS).image
    except ImageError:
        return row  # validation names what is wrong with it
    left, top, right, bottom = _box(shop.values["bounding_box"], picture.shape)
    mask = np.zeros(picture.shape[:2], np.uint8)
    for polygon in shop.values.get("segmentation", []):
        corners = np.round(np.array(polygon, np.float64).reshape(-1, 2)).astype(np.int32)
        cv2.fillPoly(mask, [corners], (255,))
    row["garment"] = encode(np.ascontiguousarray(picture[top:bottom, left:right]))
    row["garment_mask"] = encode(np.ascontiguousarray(mask[top:bottom, left:right]))
    row["garment_landmarks"] = _landmarks(shop, category, left, top)
    return row


def _landmarks(item: Item, category: Category, left: int, top: int) -> list[float]:
    points = np.array(item.values.get("landmarks", []), np.float64).reshape(-1, 3)
    names = landmark_names(item.category_id)
    named = {}
    for number, name in names.items():
        if number <= len(points) and points[number - 1, 2] > 0:
            x, y, _ = points[number - 1]
            named[name] = (x - left, y - top)
    return flatten(category, named)


def _box(box: list[float], shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    left, top, right, bottom = (float(v) for v in box)
    room = MARGIN * max(right - left, bottom - top)
    return (
        max(0, int(left - room)),
        max(0, int(top - room)),
        min(shape[1], int(right + room) + 1),
        min(shape[0], int(bottom + room) + 1),
    )


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise DataError(
            f"{path} is missing, its annotation is there",
            code="missing_files",
            hint="complete the copy of the dataset",
        )
    return path.read_bytes()
