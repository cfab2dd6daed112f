"""Keypoints from OpenPose's JSON in its variants → 18 points, x, y, confidence, in pixels.

| who | key | points |
|---|---|---|
| VITON-HD, HR-VITON | people[0].pose_keypoints_2d | 25 × (x, y, confidence): BODY_25 |
| CP-VTON | people[0].pose_keypoints | 18 × (x, y, confidence) |
| DressCode | keypoints | 18 × (x, y, _, _) in a frame of 384×512 |
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tryon.errors import DataError
from tryon.vision.human import BODY_25, KEYPOINTS

DRESSCODE_FRAME = (384, 512)  # width, height, whatever the size of the picture


def openpose(path: Path | None) -> Callable[[tuple[int, int]], list[float]] | None:
    """A reader of one file of OpenPose's own form; None where there is no file."""
    if path is None or not path.is_file():
        return None
    return lambda _shape: _people(path)


def dresscode(path: Path | None) -> Callable[[tuple[int, int]], list[float]] | None:
    """A reader of one of DressCode's files: scaled from its frame to the picture."""
    if path is None or not path.is_file():
        return None

    def read(shape: tuple[int, int]) -> list[float]:
        points = np.array(_load(path).get("keypoints", []), np.float64)
        if points.shape[:1] != (len(KEYPOINTS),) or points.ndim != 2 or points.shape[1] < 2:
            raise _broken(path, f"keypoints of shape {list(points.shape)}, expected 18 × 4")
        scale = np.array([shape[1], shape[0]]) / DRESSCODE_FRAME
        seen = (points[:, :2] > 0).any(1)  # what was not found is at 0 or -1
        return _flat(points[:, :2] * scale, seen.astype(float))

    return read


def _people(path: Path) -> list[float]:
    people = _load(path).get("people", [])
    if not people:
        return []
    values = people[0].get("pose_keypoints_2d") or people[0].get("pose_keypoints") or []
    points = np.array(values, np.float64)
    if points.size == 75:
        points = points.reshape(25, 3)[list(BODY_25)]
    elif points.size == 54:
        points = points.reshape(18, 3)
    else:
        raise _broken(path, f"{points.size} numbers, expected 75 (BODY_25) or 54 (COCO)")
    return _flat(points[:, :2], points[:, 2] * (points[:, :2] > 0).any(1))


def _flat(points: np.ndarray, confidence: np.ndarray) -> list[float]:
    points = points * (confidence > 0)[:, None]
    return [float(v) for v in np.column_stack([points, np.clip(confidence, 0, 1)]).ravel()]


def _load(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text())
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise _broken(path, str(error)) from None
    if not isinstance(values, dict):
        raise _broken(path, f"a {type(values).__name__}, expected an object")
    return values


def _broken(path: Path, what: str) -> DataError:
    return DataError(
        f"{path} holds no keypoints: {what}", code="broken_keypoints", hint="fetch the file again"
    )
