"""What validation measures of one row: the person, its joints and labels, the garment's photo."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from tryon.errors import ImageError
from tryon.garment.garment import CATEGORIES, LANDMARKS
from tryon.vision.human import CLOTHES, KEYPOINTS, PARTS, coding_fits
from tryon.vision.images import Limits, decode, decode_labels
from tryon.vision.pose import SEEN, Pose, PoseFinder

CLEAR_FIT = 0.9  # share of a person's facts from which a coding is beyond doubt,
CLEAR_LEAD = 0.2  # if it is so much more than LIP's: crossed arms break a fact or two
BINARY = (0, 255)
REMEMBERED = 8  # pictures
FILE_LIMITS = Limits(max_bytes=200_000_000)


class Inspector:
    """Measures the pictures of raw rows; one per process, because it holds a `PoseFinder`."""

    parts = ("image", "target")  # the first one is required

    def __init__(self) -> None:
        self._finder = PoseFinder()
        self._seen: dict[bytes, Pose | None] = {}

    def columns(
        self, row: Mapping[str, Any], images: Mapping[str, np.ndarray | None]
    ) -> dict[str, dict[str, Any]]:
        """The task's columns of each picture of a row; see `tryon.garment.data.rules`.

        Args:
            row: The raw row.
            images: Pixels uint8 RGB [H, W, 3] by part; None where they could not be decoded.
        """
        found = {
            part: None if image is None else self._look(row[part], image)
            for part, image in images.items()
        }
        columns: dict[str, dict[str, Any]] = {
            part: {} if image is None else {"people": int(found[part] is not None)}
            for part, image in images.items()
        }
        image, target = images["image"], images.get("target")
        shape = None if image is None else image.shape[:2]
        columns["image"] |= _words(row)
        columns["image"] |= _keypoint_columns(row["keypoints"], found["image"], shape)
        columns["image"] |= {"parsing_given": row["parsing"] is not None}
        shown = row["category"] if row["kind"] == "paired" else None
        columns["image"] |= _label_columns(row["parsing"], shape, shown)
        columns["image"] |= _garment_columns(row)
        if target is not None:
            columns["target"] |= _label_columns(
                row["target_parsing"], target.shape[:2], row["category"]
            )
            if shape is not None:
                columns["target"]["target_fits"] = target.shape[:2] == shape
        return columns

    def _look(self, data: bytes, image: np.ndarray) -> Pose | None:
        """The person of a picture; those of one person come in many rows, one after the other."""
        if data not in self._seen:
            if len(self._seen) >= REMEMBERED:
                del self._seen[next(iter(self._seen))]
            self._seen[data] = self._finder.look(image)
        return self._seen[data]


def _words(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": row["kind"],
        "category": row["category"],
        "skin_tone": row["skin_tone"] or 0,
        "target_given": row["kind"] != "cross" or row["target"] is not None,
        "attributes_error": _attributes_error(row["attributes"] or ""),
    }


def _attributes_error(text: str) -> str:
    try:
        values = json.loads(text) if text else {}
    except json.JSONDecodeError as error:
        return str(error)
    return "" if isinstance(values, dict) else f"expected an object, got {type(values).__name__}"


def _keypoint_columns(
    flat: np.ndarray | None, found: Pose | None, shape: tuple[int, ...] | None
) -> dict[str, Any]:
    if flat is None or not len(flat):
        return {"keypoints_given": False}
    if len(flat) != 3 * len(KEYPOINTS) or not np.isfinite(flat).all():
        return {"keypoints_given": True, "keypoints_inside": 0.0}
    if shape is None:
        return {"keypoints_given": True}
    points = flat.reshape(-1, 3)
    inside = ((points[:, :2] >= 0) & (points[:, :2] <= np.array(shape[::-1]))).all(axis=1)
    inside &= points[:, 2] > 0
    columns: dict[str, Any] = {"keypoints_given": True, "keypoints_inside": float(inside.mean())}
    if found is not None:
        both = inside & (found.keypoints[:, 2] >= SEEN)
        if both.any():
            apart = np.linalg.norm(points[both, :2] - found.keypoints[both, :2], axis=1).mean()
            columns["keypoint_error"] = float(apart / max(abs(found.shoulders), 1.0))
    return columns


def _label_columns(
    data: bytes | None, shape: tuple[int, ...] | None, category: str | None
) -> dict[str, Any]:
    """Columns of a label map; `category` is what the picture must show, None where nothing."""
    if data is None:
        return {}
    try:
        labels = decode_labels(data)
    except ImageError as error:
        return {"parsing_error": error.code}
    if shape is not None and labels.shape != tuple(shape):
        return {"parsing_error": _size_error(labels.shape, shape)}
    present = np.flatnonzero(np.bincount(labels.ravel(), minlength=256))
    columns: dict[str, Any] = {
        "parsing_error": "",
        "stray_labels": ",".join(str(value) for value in present if value not in PARTS),
    }
    if category is not None and category in CLOTHES:
        columns["worn_cover"] = float(np.isin(labels, CLOTHES[category]).mean())
    return columns | _coding_columns(coding_fits(labels))


def _coding_columns(fits: Mapping[str, float]) -> dict[str, Any]:
    """Which coding the map is in where that is clear, and how well it is a person in it."""
    best = max(fits, key=lambda name: (fits[name], name == "LIP"), default="LIP")
    own = fits.get("LIP")
    if best != "LIP" and fits[best] >= CLEAR_FIT and fits[best] - (own or 0.0) >= CLEAR_LEAD:
        return {"label_coding": best, "label_fit": fits[best]}
    return {"label_coding": "LIP", "label_fit": own} if own is not None else {}


def _garment_columns(row: Mapping[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "garment_mask_given": row["garment_mask"] is not None,
        "garment_landmarks_given": row["garment_landmarks"] is not None
        and len(row["garment_landmarks"]) > 0,
    }
    try:
        shape = decode(row["garment"] or b"", FILE_LIMITS).image.shape[:2]
    except ImageError as error:
        return columns | {"garment_error": error.code}
    columns |= {"garment_error": ""} | _mask_columns(row["garment_mask"], shape)
    return columns | {"landmarks_error": _landmarks_error(row, shape)}


def _mask_columns(data: bytes | None, shape: tuple[int, ...]) -> dict[str, Any]:
    if data is None:
        return {}
    try:
        mask = decode_labels(data)
    except ImageError as error:
        return {"mask_error": error.code}
    if mask.shape != tuple(shape):
        return {"mask_error": _size_error(mask.shape, shape)}
    if stray := sorted(set(np.unique(mask).tolist()) - set(BINARY)):
        return {"mask_error": f"holds {len(stray)} values beside 0 and 255, such as {stray[0]}"}
    return {"mask_error": "", "mask_cover": float((mask > 0).mean())}


def _landmarks_error(row: Mapping[str, Any], shape: tuple[int, ...]) -> str:
    flat = row["garment_landmarks"]
    if flat is None or not len(flat) or row["category"] not in CATEGORIES:
        return ""
    expected = 2 * len(LANDMARKS[row["category"]])
    if len(flat) != expected:
        return f"{len(flat)} numbers, expected {expected}"
    points = np.asarray(flat, np.float32).reshape(-1, 2)
    known = points[np.isfinite(points).all(axis=1)]
    if not len(known):
        return "none of them is known"
    room = 0.1 * max(shape)
    inside = ((known >= -room) & (known <= np.array(shape[::-1]) + room)).all()
    return "" if inside else "outside the garment's photo"


def _size_error(got: tuple[int, ...], expected: tuple[int, ...]) -> str:
    return f"{got[1]}×{got[0]} for {expected[1]}×{expected[0]}"
