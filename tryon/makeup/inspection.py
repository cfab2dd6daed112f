"""What validation measures of one makeup photo: the face, its landmarks, its labels, its look."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import ValidationError

from tryon.errors import ImageError
from tryon.makeup.look import Look
from tryon.vision.colour import nearest_monk, srgb_to_lab
from tryon.vision.face import Face, FaceFinder
from tryon.vision.images import decode_labels
from tryon.vision.parsing import CANONICAL, Label, coding_fits

CHEEKS = (50, 280)  # mesh points in the middle of the cheeks
CHEEK_REACH = 0.12  # of the eye distance
CLEAR_FIT = 0.9  # share of a face's facts from which a coding is beyond doubt
MOSTLY = 0.5  # landmarks inside the picture, from which their error says something
RIVAL = 0.5  # another face counts from this share of the largest one's eye distance
FACE_LABELS = (
    Label.SKIN, Label.LEFT_BROW, Label.RIGHT_BROW, Label.LEFT_EYE, Label.RIGHT_EYE, Label.GLASSES,
    Label.NOSE, Label.MOUTH, Label.UPPER_LIP, Label.LOWER_LIP, Label.BEARD,
)  # fmt: skip


class Inspector:
    """Measures the pictures of raw rows; one per process, because it holds a `FaceFinder`."""

    parts = ("image", "target")  # the first one is required

    def __init__(self) -> None:
        self._finder = FaceFinder()

    def columns(
        self, row: Mapping[str, Any], images: Mapping[str, np.ndarray | None]
    ) -> dict[str, dict[str, Any]]:
        """The task's columns of each picture of a row.

        Args:
            row: The raw row.
            images: Pixels uint8 RGB [H, W, 3] by part; None where they could not be decoded.

        Returns:
            By part: `faces` (count), `eye_share` (eye distance ÷ width),
            `measured_tone` (Monk scale). For the image also
            `kind`, `skin_tone`, `look_error`, `attributes_error`, `target_given`,
            `landmarks_given`, `landmarks_inside` (share), `landmark_error` (÷ eye distance),
            `parsing_given`, `parsing_error`, `stray_labels`, `label_fit`, `label_coding`,
            `mask_cover`; for the target `target_fits`.
        """
        found = {part: self._faces(image) for part, image in images.items()}
        columns = {part: _face_columns(found[part], image) for part, image in images.items()}
        image, target = images["image"], images.get("target")
        shape = image.shape[:2] if image is not None else None
        face = found["image"][0] if found["image"] else None
        columns["image"] |= _words(row)
        columns["image"] |= _landmark_columns(row["landmarks"], face, shape)
        columns["image"] |= _label_columns(row["parsing"], shape)
        if target is not None and shape is not None:
            columns["target"]["target_fits"] = target.shape[:2] == shape
        return columns

    def _faces(self, image: np.ndarray | None) -> list[Face]:
        return [] if image is None else self._finder.find_all(image)


def _face_columns(faces: list[Face], image: np.ndarray | None) -> dict[str, Any]:
    if image is None:
        return {}
    if not faces:
        return {"faces": 0}
    largest = faces[0].eye_distance
    return {
        "faces": sum(face.eye_distance >= RIVAL * largest for face in faces),
        "eye_share": largest / image.shape[1],
        "measured_tone": _tone(faces[0], image),
    }


def _tone(face: Face, image: np.ndarray) -> int | None:
    """The Monk tone, 1-10, nearest to the median colour of both cheeks; None outside the photo."""
    reach = max(1, round(face.eye_distance * CHEEK_REACH))
    patches = []
    for x, y in np.rint(face.landmarks[list(CHEEKS)]).astype(int):
        patch = image[max(0, y - reach) : max(0, y + reach), max(0, x - reach) : max(0, x + reach)]
        patches.append(patch.reshape(-1, 3))
    pixels = np.concatenate(patches)
    if not len(pixels):
        return None
    return int(nearest_monk(srgb_to_lab(np.median(pixels, axis=0).astype(np.float32) / 255)))


def _words(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": row["kind"],
        "skin_tone": row["skin_tone"] or 0,
        "target_given": row["kind"] != "pair" or row["target"] is not None,
        "look_error": _look_error(row["look"] or ""),
        "attributes_error": _attributes_error(row["attributes"] or ""),
    }


def _look_error(text: str) -> str:
    if not text:
        return ""
    try:
        Look.model_validate_json(text)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        return f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
    return ""


def _attributes_error(text: str) -> str:
    try:
        values = json.loads(text) if text else {}
    except json.JSONDecodeError as error:
        return str(error)
    return "" if isinstance(values, dict) else f"expected an object, got {type(values).__name__}"


def _landmark_columns(
    flat: np.ndarray | None, face: Face | None, shape: tuple[int, ...] | None
) -> dict[str, Any]:
    if flat is None or not len(flat):
        return {"landmarks_given": False}
    if len(flat) != 478 * 2 or not np.isfinite(flat).all():
        return {"landmarks_given": True, "landmarks_inside": 0.0}
    if shape is None:
        return {"landmarks_given": True}
    points = flat.reshape(-1, 2)
    inside = ((points >= 0) & (points <= np.array(shape[::-1]))).all(axis=1)
    columns: dict[str, Any] = {"landmarks_given": True, "landmarks_inside": float(inside.mean())}
    if face is not None and inside.mean() > MOSTLY:
        apart = np.linalg.norm(points - face.landmarks, axis=1).mean()
        columns["landmark_error"] = float(apart / max(face.eye_distance, 1e-6))
    return columns


def _label_columns(data: bytes | None, shape: tuple[int, ...] | None) -> dict[str, Any]:
    if data is None:
        return {"parsing_given": False}
    try:
        labels = decode_labels(data)
    except ImageError as error:
        return {"parsing_given": True, "parsing_error": error.code}
    if shape is not None and labels.shape != shape:
        size = f"{labels.shape[1]}×{labels.shape[0]}"
        return {"parsing_given": True, "parsing_error": f"{size} for {shape[1]}×{shape[0]}"}
    present = np.flatnonzero(np.bincount(labels.ravel(), minlength=256))
    return {
        "parsing_given": True,
        "parsing_error": "",
        "stray_labels": ",".join(str(value) for value in present if value not in CANONICAL),
        "mask_cover": float(np.isin(labels, FACE_LABELS).mean()),
    } | _coding_columns(coding_fits(labels))


def _coding_columns(fits: Mapping[str, float]) -> dict[str, Any]:
    """Which coding the map is in where that is clear, and how well it is a face in it.

    Where it is not clear, it is judged as what it should be: canonical.
    """
    best = max(fits, key=lambda name: (fits[name], name == "C"), default=None)
    if best is not None and fits[best] >= CLEAR_FIT:
        return {"label_coding": best, "label_fit": fits[best]}
    return {"label_fit": fits.get("C")}
