"""The validation report: one HTML file that needs no network."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tryon.config import ValidationConfig
from tryon.data.card import SPLITS, Card
from tryon.data.charts import categories, histogram
from tryon.data.rules import Between, Contains
from tryon.data.shards import Group, read_group
from tryon.errors import ImageError
from tryon.vision.colour import MONK
from tryon.vision.images import Limits, decode, encode

if TYPE_CHECKING:
    from tryon.data.validation import ValidationResult

THUMBNAIL = 112  # pixels
SHOWN_PER_RULE = 8
EXAMPLES = 3


def write_report(
    path: Path,
    card: Card,
    config: ValidationConfig,
    frame: pd.DataFrame,
    broken: pd.DataFrame,
    result: ValidationResult,
    dataset: Path,
) -> str:
    """Render the report to `path` and return its text.

    Args:
        path: The file.
        card: The dataset's card.
        config: The thresholds.
        frame: One row per picture, as `measure` gives it.
        broken: The quarantine list.
        result: What the rules found.
        dataset: The dataset's folder, for the thumbnails.
    """
    pages = Environment(
        loader=PackageLoader("tryon.data", "."), autoescape=True, undefined=StrictUndefined
    )
    style = Environment(loader=PackageLoader("tryon.reports", "."), autoescape=False)
    html = pages.get_template("validation.html.j2").render(
        style=Markup(style.get_template("style.css").render()),
        card=card,
        config=config,
        result=result,
        rows=sum(card.counts.values()),
        pictures=len(frame),
        lost=sum(card.counts.values()) - sum(result.passed.values()),
        splits=_splits(card, result),
        rules=_rules(result, broken),
        stored=_stored(frame),
        charts=_charts(frame, result),
        shown_per_rule=SHOWN_PER_RULE,
        gallery=_gallery(frame, broken, dataset),
    )
    path.write_text(html, encoding="utf-8")
    return html


def _splits(card: Card, result: ValidationResult) -> list[dict[str, Any]]:
    return [
        {
            "name": split,
            "rows": card.counts[split],
            "identities": card.identities.get(split, 0),
            "lost": card.counts[split] - result.passed[split],
            "kept": result.passed[split],
        }
        for split in SPLITS
        if split in card.counts
    ]


def _rules(result: ValidationResult, broken: pd.DataFrame) -> list[dict[str, Any]]:
    table = []
    for outcome in result.outcomes:
        lines = broken[broken["rule"] == outcome.rule.name]
        examples = lines.drop_duplicates("image_id")[["image_id", "observed"]].head(EXAMPLES)
        table.append(
            {
                "name": outcome.rule.name,
                "title": outcome.rule.title,
                "limit": outcome.rule.check.limit,
                "checked": outcome.checked,
                "failed": lines["image_id"].nunique(),
                "passed": outcome.passed,
                "whole": isinstance(outcome.rule.check, Contains),
                "examples": examples.to_dict("records"),
            }
        )
    return sorted(table, key=lambda line: (line["passed"], -line["failed"]))


def _stored(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """How pictures were stored, before they all became upright RGB."""
    if "format" not in frame:
        return []
    counts = frame.groupby(["format", "mode"], dropna=True).agg(
        pictures=("image_id", "size"), turned=("exif_rotated", "sum")
    )
    return [
        {"format": name, "mode": mode, "pictures": int(line.pictures), "turned": int(line.turned)}
        for (name, mode), line in counts.sort_values("pictures", ascending=False).iterrows()
    ]


def _charts(frame: pd.DataFrame, result: ValidationResult) -> list[tuple[str, Markup]]:
    bounds = {
        outcome.rule.check.column: (outcome.rule.check.minimum, outcome.rule.check.maximum)
        for outcome in result.outcomes
        if isinstance(outcome.rule.check, Between)
    }
    titles = {
        "short_side": "Shorter side, pixels",
        "brightness": "Brightness, mean luma",
        "sharpness": "Sharpness, variance of the Laplacian",
        "eye_share": "Face size, eye distance ÷ width",
    }
    charts = [
        (title, histogram(frame[column].to_numpy(np.float64), bounds.get(column, ())))
        for column, title in titles.items()
        if column in frame
    ]
    for column, title in (("skin_tone", "as labelled"), ("measured_tone", "as measured")):
        tones = frame.get(column, pd.Series(dtype=float)).dropna()
        if (tones > 0).any():
            counts = [int((tones == tone).sum()) for tone in range(1, 11)]
            names = [str(tone) for tone in range(1, 11)]
            charts.append((f"Skin tone {title}, Monk scale", categories(counts, names, MONK)))
            break
    return charts


def _gallery(frame: pd.DataFrame, broken: pd.DataFrame, dataset: Path) -> list[dict[str, Any]]:
    """Thumbnails of quarantined pictures, the first few of each rule."""
    where = frame.drop_duplicates(["image_id", "split", "part"])
    where = where.set_index(["image_id", "split", "part"])[["shard", "group", "offset"]]
    shown = []
    for _, lines in broken.groupby("rule", sort=False):
        for line in lines.head(SHOWN_PER_RULE).to_dict("records"):
            shard, group, offset = where.loc[(line["image_id"], line["split"], line["part"])]
            place = Group(dataset / shard, int(group), line["split"], 0)
            row = read_group(place, [line["part"]])[int(offset)]
            shown.append(line | {"picture": _thumbnail(row[line["part"]] or b"")})
    return shown


def _thumbnail(data: bytes) -> str:
    """A data URI, or "" for bytes that are no picture."""
    try:
        image = decode(data, Limits(max_bytes=len(data) or 1)).image
    except ImageError:
        return ""
    scale = THUMBNAIL / max(image.shape[:2])
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return "data:image/jpeg;base64," + base64.b64encode(encode(small, "JPEG", 80)).decode()
