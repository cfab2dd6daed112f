"""What validation measures of one captioned picture: its texts, and whether they belong to it."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tryon.text.words import words

MAX_STRETCH = 0.03  # of the sides' ratio
# what a caption that went through the wrong hands looks like
FAULTS = {
    "replacement character": re.compile("\ufffd"),
    "control character": re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"),
    "markup": re.compile(r"</?[a-zA-Z][^<>]{0,200}>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]{2,8});"),
    "address": re.compile(r"https?://|www\.", re.IGNORECASE),
    "mojibake": re.compile("Ã[\u0080-\u00bf]|â€|Â[\u00a0-\u00bf]"),  # UTF-8 read as Latin-1
}


class Inspector:
    """Measures the texts of raw rows."""

    parts = ("image",)

    def columns(
        self, row: Mapping[str, Any], images: Mapping[str, np.ndarray | None]
    ) -> dict[str, dict[str, Any]]:
        """The task's columns of a row's picture.

        Args:
            row: The raw row.
            images: Pixels uint8 RGB [H, W, 3] by part; None where they could not be decoded.

        Returns:
            For the image `image_given`, `shape_as_said` (null where the source does not say),
            `captions` (count), `empty` (count), `shortest` and `longest` (words), `characters` (of
            the longest), `distinct` (share), `text_error`, `letters` (share, of the worst),
            `attributes_given`, `attributes_error`.
        """
        return {
            "image": {"image_given": row["image"] is not None}
            | _shape_columns(row, images["image"])
            | text_columns(row["captions"] or [])
            | _attribute_columns(row["attributes"] or "")
        }


def text_columns(captions: Sequence[str | None]) -> dict[str, Any]:
    """The columns of one picture's captions; lengths and shares are those of captions with text."""
    texts = [text or "" for text in captions]
    tokens = [words(text) for text in texts]
    filled = [text for text, own in zip(texts, tokens, strict=True) if own]
    lengths = [len(own) for own in tokens if own]
    columns: dict[str, Any] = {
        "captions": len(texts),
        "empty": sum(not text.strip() for text in texts),
        "text_error": _fault(texts),
    }
    if not filled:
        return columns
    return columns | {
        "shortest": min(lengths),
        "longest": max(lengths),
        "characters": max(map(len, filled)),
        "distinct": len({tuple(own) for own in tokens if own}) / len(lengths),
        "letters": min(map(_letters, filled)),
    }


def _fault(texts: Sequence[str]) -> str:
    """What is wrong with the first text that is none."""
    for number, text in enumerate(texts, 1):
        for fault, pattern in FAULTS.items():
            if pattern.search(text):
                return f"caption {number}: {fault}"
        if text.strip() and not any(letter.isalpha() for letter in text):
            return f"caption {number}: no word"
    return ""


def _letters(text: str) -> float:
    """Share of letters, their marks and spaces."""
    plain = sum(c.isspace() or unicodedata.category(c)[0] in "LM" for c in text)
    return plain / len(text)


def _shape_columns(row: Mapping[str, Any], image: np.ndarray | None) -> dict[str, Any]:
    said = (row["height"] or 0, row["width"] or 0)
    if image is None or not all(said):
        return {}
    found, stated = (max(size) / min(size) for size in (image.shape[:2], said))
    # either way up, since the picture was turned upright, and at any size, since sets are shrunk
    return {"shape_as_said": abs(found / stated - 1) < MAX_STRETCH}


def _attribute_columns(text: str) -> dict[str, Any]:
    columns = {"attributes_given": bool(text), "attributes_error": ""}
    try:
        values = json.loads(text) if text else {}
    except json.JSONDecodeError as error:
        return columns | {"attributes_error": str(error)}
    if not isinstance(values, dict):
        columns["attributes_error"] = f"expected an object, got {type(values).__name__}"
    return columns
