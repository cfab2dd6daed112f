"""Tiny datasets in the field's own layouts: the same persons and garments, written as each does."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from tests.data.pictures import photo, saved
from tryon.garment.importers.labels import PALETTE
from tryon.vision.human import BODY_25, CODINGS, Part

HEIGHT, WIDTH = 128, 96
PERSONS = 5


def place(path: Path, data: bytes) -> None:
    """Write a file and its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def portrait(seed: int) -> np.ndarray:
    """A picture uint8 [128, 96, 3]."""
    return np.ascontiguousarray(photo(HEIGHT, seed)[:, :WIDTH])


def person_map(seed: int, height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    """A canonical label map of an upright person, varied by seed."""
    rng = np.random.default_rng(seed)
    labels = np.zeros((height, width), np.uint8)
    shift = float(rng.uniform(-0.05, 0.05))

    def box(part: Part, left: float, top: float, right: float, bottom: float) -> None:
        rows = slice(int(top * height), int(bottom * height))
        labels[rows, int((left + shift) * width) : int((right + shift) * width)] = part

    box(Part.HAIR, 0.38, 0.03, 0.62, 0.12)
    box(Part.FACE, 0.42, 0.08, 0.58, 0.20)
    box(Part.SKIN, 0.46, 0.20, 0.54, 0.25)
    box(Part.RIGHT_ARM, 0.20, 0.30, 0.30, 0.56)
    box(Part.LEFT_ARM, 0.70, 0.30, 0.80, 0.56)
    box(Part.UPPER, 0.30, 0.24, 0.70, 0.54)
    box(Part.TROUSERS, 0.34, 0.54, 0.66, 0.90)
    box(Part.RIGHT_SHOE, 0.34, 0.90, 0.46, 0.96)
    box(Part.LEFT_SHOE, 0.54, 0.90, 0.66, 0.96)
    return labels


def coded(labels: np.ndarray, coding: str) -> np.ndarray:
    """Canonical labels in another coding."""
    table = np.zeros(256, np.uint8)
    for value, part in reversed(list(enumerate(CODINGS[coding]))):
        table[part] = value
    return table[labels]


def palette_png(labels: np.ndarray) -> bytes:
    """Indices with a colourful palette: mode P, as LIP's parsers write them."""
    picture = Image.fromarray(labels, "P")
    picture.putpalette(PALETTE.astype(np.uint8).ravel().tolist())
    return saved(picture, "PNG")


def colour_png(labels: np.ndarray) -> bytes:
    """The same in true colours, the palette lost."""
    return saved(PALETTE.astype(np.uint8)[labels], "PNG")


def garment_mask(seed: int) -> np.ndarray:
    """Where the garment is in its photo, uint8 [128, 96] 0 or 255."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[20 + seed : 100, 20:76] = 255
    return mask


def body_25(seed: int) -> list[float]:
    """75 numbers; the left ankle was not found."""
    points = np.random.default_rng(seed).uniform(5, 90, (25, 3))
    points[:, 2] = 0.9
    points[14] = 0
    return [float(v) for v in points.ravel()]


def coco_of(values: list[float]) -> np.ndarray:
    """What BODY_25's numbers are as 18 points [18, 3]."""
    return np.array(values).reshape(25, 3)[list(BODY_25)]


def viton_hd(root: Path, hyphens: bool = False) -> None:
    """VITON-HD; `hyphens` is its sample set's spelling."""
    poses, parses = (
        ("openpose-json", "image-parse") if hyphens else ("openpose_json", "image-parse-v3")
    )
    for split, first in (("train", 0), ("test", 50)):
        names = [f"{first + person:05d}_00" for person in range(PERSONS)]
        for number, name in enumerate(names):
            seed = first + number
            base = root / split
            place(base / "image" / f"{name}.jpg", saved(portrait(seed), "JPEG"))
            place(base / "cloth" / f"{name}.jpg", saved(portrait(1000 + seed), "JPEG"))
            place(base / "cloth-mask" / f"{name}.jpg", saved(garment_mask(number), "JPEG"))
            place(base / parses / f"{name}.png", palette_png(person_map(seed, 64, 48)))
            place(base / "image-parse-agnostic-v3.2" / f"{name}.png", b"never opened")
            people: list[dict[str, Any]] = [{"pose_keypoints_2d": body_25(seed)}]
            text = json.dumps({"version": 1.3, "people": people if number else []})
            place(base / poses / f"{name}_keypoints.json", text.encode())
        other = names[1:] + names[:1] if split == "test" else names
        lines = [f"{a}.jpg {b}.jpg" for a, b in zip(names, other, strict=True)]
        (root / f"{split}_pairs.txt").write_text("\n".join(lines) + "\n")


def cp_vton(root: Path, colours: bool = False) -> None:
    """CP-VTON: persons end in _0, garments in _1, keypoints are 18; `colours` as true colours."""
    for split, first in (("train", 0), ("test", 50)):
        numbers = [first + person for person in range(PERSONS)]
        base = root / split
        for number in numbers:
            name = f"{number:06d}"
            labels = person_map(number)
            labels[labels == Part.SKIN] = 20  # as CP-VTON+ has it
            paint = colour_png(person_map(number)) if colours else palette_png(labels)
            place(base / "image" / f"{name}_0.jpg", saved(portrait(number), "JPEG"))
            place(base / "cloth" / f"{name}_1.jpg", saved(portrait(1000 + number), "JPEG"))
            mask = saved(garment_mask(number - first), "JPEG", quality=40)
            place(base / "cloth-mask" / f"{name}_1.jpg", mask)
            place(base / "image-parse" / f"{name}_0.png", paint)
            points = [float(v) for v in coco_of(body_25(number)).ravel()]
            text = json.dumps({"people": [{"pose_keypoints": points}]})
            place(base / "pose" / f"{name}_0_keypoints.json", text.encode())
        other = numbers[1:] + numbers[:1] if split == "test" else numbers
        lines = [f"{a:06d}_0.jpg {b:06d}_1.jpg" for a, b in zip(numbers, other, strict=True)]
        (root / f"{split}_pairs.txt").write_text("\n".join(lines))


def dresscode(root: Path) -> None:
    """DressCode at 96×128, its keypoints in the frame of 384×512."""
    for folder in ("upper_body", "lower_body", "dresses"):
        base = root / folder
        for number in range(PERSONS):
            name = f"{number:06d}"
            labels = person_map(number)
            if folder == "dresses":
                labels[np.isin(labels, (Part.UPPER, Part.TROUSERS))] = Part.DRESS
            place(base / "images" / f"{name}_0.jpg", saved(portrait(number), "JPEG"))
            place(base / "images" / f"{name}_1.jpg", saved(portrait(1000 + number), "JPEG"))
            place(base / "label_maps" / f"{name}_4.png", saved(coded(labels, "ATR"), "PNG"))
            points = [[40.0 * k + 20, 20.0 * k + 12, 0.0, 0.0] for k in range(9)] * 2
            points[17] = [-1.0, -1.0, -1.0, -1.0]
            text = json.dumps({"keypoints": points})
            place(base / "keypoints" / f"{name}_2.json", text.encode())
        same = [f"{n:06d}_0.jpg {n:06d}_1.jpg" for n in range(PERSONS)]
        (base / "train_pairs.txt").write_text("\n".join(same[:3]))
        (base / "test_pairs_paired.txt").write_text("\n".join(same[3:]))
        (base / "test_pairs_unpaired.txt").write_text("000003_0.jpg 000004_1.jpg\n")
    (root / "train_pairs.txt").write_text("not read")


def deepfashion2(root: Path) -> None:
    """DeepFashion2: three garments in a shop's and a user's photo, and one in neither pair."""
    for split in ("train", "validation"):
        for number, (source, pair, style, kind) in enumerate(
            [("shop", 1, 1, 1), ("user", 1, 1, 1), ("shop", 2, 1, 8), ("user", 2, 1, 8),
             ("shop", 3, 1, 12), ("user", 3, 1, 12), ("user", 4, 1, 2), ("user", 1, 0, 1)]
        ):  # fmt: skip
            count = {1: 25, 8: 14, 12: 19, 2: 33}[kind]
            points = [[20.0 + k, 30.0 + k, 2 if k % 3 else 1] for k in range(count)]
            points[0] = [0.0, 0.0, 0]
            item = {
                "category_name": "x", "category_id": kind, "style": style,
                "bounding_box": [16, 24, 80, 110], "landmarks": [v for p in points for v in p],
                "segmentation": [[20, 30, 76, 30, 76, 100, 20, 100]],
                "scale": 2, "occlusion": 1, "zoom_in": 1, "viewpoint": 2,
            }  # fmt: skip
            name = f"{number + 1:06d}"
            text = json.dumps({"source": source, "pair_id": pair, "item1": item})
            place(root / split / "annos" / f"{name}.json", text.encode())
            seed = number + 100 * (split == "train")
            place(root / split / "image" / f"{name}.jpg", saved(portrait(seed), "JPEG"))


def folder_pair(root: Path, listed: bool = False) -> None:
    """Two folders; with a list, also the category of each pair."""
    for number in range(PERSONS):
        place(root / "persons" / f"p{number}.jpg", saved(portrait(number), "JPEG"))
        garment = f"g{number}.png" if listed else f"p{number}.png"
        place(root / "garments" / garment, saved(portrait(100 + number), "PNG"))
        mask = cv2.imencode(".png", garment_mask(number) // 255)[1].tobytes()  # 0 and 1
        place(root / "masks" / garment, mask)
    place(root / "persons" / "alone.jpg", saved(portrait(77), "JPEG"))
    if listed:
        lines = [f"p{n}.jpg g{n}.png {('upper', 'lower', 'whole')[n % 3]}" for n in range(PERSONS)]
        (root / "pairs.txt").write_text("\n".join(lines))
