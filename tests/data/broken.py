"""Makeup rows that break exactly one rule each, and rows that look odd but are fine."""

from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
from PIL import Image

from tests.data import pictures
from tests.data.pictures import photo, saved
from tryon.vision.images import decode, decode_labels, encode
from tryon.vision.parsing import CODINGS, Label

Row = dict[str, Any]


def pixels(row: Mapping[str, Any]) -> np.ndarray:
    return decode(row["image"]).image


def alone(row: Row, **changes: Any) -> Row:
    """The row as a single bare photo."""
    return row | {"kind": "bare", "target": None, "look": ""} | changes


def toned(row: Row, gain: float, lift: float, dot: int) -> Row:
    """Darker or brighter, with a few dots that keep it sharp."""
    image = np.clip(pixels(row) * gain + lift, 0, 255).astype(np.uint8)
    image[::16, ::16] = dot
    return alone(row, image=encode(image))


def small(row: Row) -> Row:
    return alone(row, image=encode(cv2.resize(pixels(row), (64, 64))))


def blurred(row: Row) -> Row:
    return alone(row, image=encode(cv2.GaussianBlur(pixels(row), (0, 0), 9)))


def placed(row: Row, side: int, scale: float = 1.0) -> Row:
    """The picture on a larger canvas of noise-free grey, labels and landmarks with it."""
    image, labels = pixels(row), decode_labels(row["parsing"])
    canvas = np.full((side, side, 3), 120, np.uint8)
    canvas[::8] = 100  # something to be sharp about
    map_ = np.zeros((side, side), np.uint8)
    size = image.shape[0]
    canvas[:size, :size], map_[:size, :size] = image, labels
    return alone(row, image=encode(canvas), parsing=encode(map_))


def accompanied(row: Row) -> Row:
    """A second, somewhat smaller face beside the first."""
    side = pixels(row).shape[0]
    wide = placed(row, 2 * side)
    canvas = pixels(wide).copy()
    other = round(side * 0.85)
    second = cv2.resize(pixels(row)[:, ::-1], (other, other), interpolation=cv2.INTER_AREA)
    canvas[:other, side : side + other] = second
    return wide | {"image": encode(canvas)}


def relabelled(row: Row, change: Callable[[np.ndarray], np.ndarray]) -> Row:
    return row | {"parsing": encode(change(decode_labels(row["parsing"])))}


def native(labels: np.ndarray) -> np.ndarray:
    """Canonical labels in the MT native coding."""
    table = np.zeros(256, np.uint8)
    for value, label in enumerate(CODINGS["A"]):
        table[label] = value
    return table[labels]


def stray(labels: np.ndarray) -> np.ndarray:
    return np.where(np.indices(labels.shape).sum(0) < 8, 77, labels).astype(np.uint8)


def moved(row: Row, change: Callable[[np.ndarray], np.ndarray]) -> Row:
    points = change(row["landmarks"].reshape(-1, 2))
    return row | {"landmarks": points.astype(np.float32).ravel()}


def turned(row: Row) -> Row:
    """Stored lying on its side, with an EXIF orientation that says so."""
    lying = np.ascontiguousarray(np.rot90(pixels(row)))  # orientation 6 turns it back
    return alone(row, image=pictures.rotated(lying, 6))


BROKEN: dict[str, tuple[str, Callable[[Row], Row]]] = {
    "truncated": ("decodable", lambda row: row | {"image": row["image"][:-2000]}),
    "zero-byte": ("decodable", lambda row: row | {"image": b""}),
    "no pixels": ("decodable", lambda row: row | {"image": pictures.png(0, 0, 8, 2, b"")}),
    "bomb": ("decodable", lambda row: row | {"image": pictures.bomb()}),
    "animated": ("decodable", lambda row: row | {"image": pictures.animated("PNG")}),
    "gif": ("decodable", lambda row: row | {"image": saved(pixels(row), "GIF")}),
    "text": ("decodable", lambda row: row | {"image": b"<html>not found</html>"}),
    "no picture": ("decodable", lambda row: row | {"image": None}),
    "target truncated": ("decodable", lambda row: row | {"target": row["target"][:-2000]}),
    "target zero-byte": ("decodable", lambda row: row | {"target": b""}),
    "too small": ("large_enough", small),
    "too dark": ("brightness", lambda row: toned(row, 0.05, 0, 255)),
    "too bright": ("brightness", lambda row: toned(row, 0.02, 250, 0)),
    "blurred": ("sharpness", blurred),
    "no face": ("face_found", lambda row: alone(row, image=encode(photo(len(pixels(row)), 5)))),
    "several faces": ("one_face", accompanied),
    "far away": ("face_size", lambda row: placed(row, 4 * len(pixels(row)))),
    "odd kind": ("kind_known", lambda row: row | {"kind": "after"}),
    "pair alone": ("target_present", lambda row: row | {"target": None}),
    "target size": ("target_size", lambda row: row | {
        "target": encode(cv2.resize(decode(row["target"]).image, (150, 150)))}),
    "odd look": ("look_readable", lambda row: row | {"look": '{"regions": {"nose": {}}}'}),
    "odd attributes": ("attributes_readable", lambda row: row | {"attributes": "[1]"}),
    "odd tone": ("skin_tone_range", lambda row: row | {"skin_tone": 12}),
    "mask missing": ("parsing_present", lambda row: row | {"parsing": None}),
    "mask lossy": ("parsing_readable", lambda row: row | {
        "parsing": saved(decode_labels(row["parsing"]), "JPEG")}),
    "mask size": ("parsing_readable", lambda row: row | {
        "parsing": encode(np.zeros((99, 99), np.uint8))}),
    "wrong coding": ("label_coding", lambda row: relabelled(row, native)),
    "stray label": ("labels_known", lambda row: relabelled(row, stray)),
    "upside down": ("label_places", lambda row: relabelled(row, np.flipud)),
    "all skin": ("mask_cover", lambda row: relabelled(
        row, lambda labels: np.full_like(labels, Label.SKIN))),
    "no landmarks": ("landmarks_present", lambda row: row | {"landmarks": []}),
    "68 landmarks": ("landmarks_inside", lambda row: row | {
        "landmarks": np.zeros(136, np.float32)}),
    "landmarks scaled": ("landmarks_inside", lambda row: moved(row, lambda at: at * 3)),
    "landmarks y, x": ("landmarks_true", lambda row: moved(row, lambda at: at[:, ::-1])),
}  # fmt: skip

FINE: dict[str, Callable[[Row], Row]] = {
    "cmyk": lambda row: alone(
        row, image=saved(Image.fromarray(pixels(row)).convert("CMYK"), "JPEG", quality=95)
    ),
    "16 bits": lambda row: alone(row, image=pictures.rgb16(pixels(row).astype(np.uint16) * 257)),
    "grey": lambda row: alone(row, image=saved(Image.fromarray(pixels(row)).convert("L"), "PNG")),
    "palette": lambda row: alone(row, image=saved(Image.fromarray(pixels(row)).quantize(), "PNG")),
    "webp": lambda row: alone(row, image=saved(pixels(row), "WEBP", quality=90)),
    "turned by EXIF": turned,
    "as it is": lambda row: row,
    "unknown labels": lambda row: relabelled(
        row, lambda labels: np.where(labels == Label.BACKGROUND, 255, labels).astype(np.uint8)
    ),
}
