"""What became of every row, for people: counts, a bar per cause, examples of what was refused."""

import base64
from collections import Counter
from html import escape
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from tryon.data.prepared import Meta
from tryon.data.shards import groups, read_group
from tryon.errors import ImageError
from tryon.vision.images import decode, encode

EXAMPLES = 6  # pictures per cause
SIDE = 128  # of an example, pixels
MEANING = {
    "no_face": "no face was found",
    "several_faces": "another face is nearly as large as the first",
    "face_too_small": "the eyes are too close together, in pixels",
    "face_turned_away": "the face is turned too far",
    "reference_only": "nothing to learn from without its bare twin; still good as a reference",
    "pair_mismatch": "the twins differ in size",
}


def write_report(folder: Path, meta: Meta, source: Path) -> None:
    """Write `folder/report.html`, one file that reads offline.

    Args:
        folder: Prepared dataset; its refused.parquet and tables are there already.
        meta: Its counts.
        source: The raw dataset, for the pictures of what was refused.
    """
    refused = pd.read_parquet(folder / "refused.parquet")
    rows, samples = sum(meta.rows.values()), sum(meta.samples.values())
    share = len(refused) / rows
    style = files("tryon.reports").joinpath("style.css").read_text()
    facts = {
        "rows read": f"{rows:,}",
        "samples": f"{samples:,}",
        "refused": f"{len(refused):,} <small>{share:.1%}</small>",
    } | _landmark_error(folder, meta)
    (folder / "report.html").write_text(
        f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Prepared: {escape(meta.task)}</title><style>{style}</style></head>
<body><main>
<h1>Prepared: {escape(meta.task)}</h1>
<p class="note">Digest <code>{meta.digest}</code></p>
<dl class="facts">{"".join(f"<div><dt>{k}</dt><dd>{v}</dd></div>" for k, v in facts.items())}</dl>
<h2>Rows and samples</h2>
{_splits(meta)}
<h2>Refused, by cause</h2>
{_causes(refused, source)}
</main></body></html>
"""
    )


def _landmark_error(folder: Path, meta: Meta) -> dict[str, str]:
    """Found against given landmarks, where a task measures that."""
    tables = [pd.read_parquet(folder / split / "table.parquet") for split in meta.samples]
    if "landmark_error" not in tables[0].columns:
        return {}
    errors = pd.concat(tables)["landmark_error"].dropna()
    if errors.empty:
        return {}
    p95 = np.percentile(errors, 95)
    return {"landmark error ÷ eye distance": f"{errors.mean():.1%} <small>p95 {p95:.1%}</small>"}


def _splits(meta: Meta) -> str:
    names = ("rows", "refused", "samples")
    head = "<th>split</th>" + "".join(f'<th class="num">{name}</th>' for name in names)
    body = "".join(
        f'<tr><td>{split}</td><td class="num">{meta.rows[split]:,}</td>'
        f'<td class="num">{sum(meta.refused[split].values()):,}</td>'
        f'<td class="num">{meta.samples[split]:,}</td></tr>'
        for split in meta.samples
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead>{body}</table></div>'


def _causes(refused: pd.DataFrame, source: Path) -> str:
    if refused.empty:
        return "<p>Nothing was refused.</p>"
    pictures = _pictures(source, refused.groupby("cause").head(EXAMPLES))
    most = refused["cause"].value_counts().iloc[0]
    parts = []
    for cause, count in refused["cause"].value_counts().items():
        own = refused[refused["cause"] == cause]
        by_split = ", ".join(f"{k} {v}" for k, v in sorted(Counter(own["split"]).items()))
        figures = "".join(
            f"<figure>{_figure(pictures.get(row.image_id))}"
            f"<figcaption>{escape(row.image_id)}<br>{escape(row.message)}</figcaption></figure>"
            for row in own.head(EXAMPLES).itertuples()
        )
        parts.append(
            f"<h3>{escape(str(cause))}: {count:,}</h3>"
            f'<span class="bar" style="width: {100 * count / most:.1f}%"></span>'
            f'<p class="note">{MEANING.get(str(cause), "the file could not be used")} '
            f'({by_split})</p><div class="gallery">{figures}</div>'
        )
    return "".join(parts)


def _pictures(source: Path, wanted: pd.DataFrame) -> dict[str, bytes]:
    """Small JPEGs of some rows; what cannot be decoded has none."""
    names, found = set(wanted["image_id"]), {}
    for group in groups(source):
        listed = {row["image_id"] for row in read_group(group, ["image_id"])}
        if not listed & names:
            continue
        for row in read_group(group, ["image_id", "image"]):
            if row["image_id"] in names:
                found[row["image_id"]] = row["image"]
    small = {}
    for name, data in found.items():
        try:
            image = decode(data or b"").image
        except ImageError:
            continue
        scale = SIDE / max(image.shape[:2])
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        small[name] = encode(cv2.resize(image, size, interpolation=cv2.INTER_AREA), "JPEG", 85)
    return small


def _figure(data: bytes | None) -> str:
    if data is None:
        return "<p>not decodable</p>"
    return f'<img alt="" src="data:image/jpeg;base64,{base64.b64encode(data).decode()}">'
