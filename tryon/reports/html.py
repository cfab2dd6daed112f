"""Rendering of reports: one HTML file each, with its style and pictures inside, no network."""

import base64
import math
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tryon.metrics.result import Metric
from tryon.vision.images import encode

QUALITY = 92  # of the WebP pictures inside reports


def render(template: str, **values: Any) -> str:
    """Fill a template of this package; a value that is not given is an error."""
    return _environment().get_template(template).render(**values)


def picture_uri(picture: np.ndarray) -> str:
    """A picture, uint8 RGB [H, W, 3], as a data URI."""
    data = base64.b64encode(encode(picture, "WEBP", QUALITY)).decode()
    return f"data:image/webp;base64,{data}"


def number(value: float | None, digits: int = 2) -> str:
    """A figure for people: `–` where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:.{digits}f}".replace("-", "−")


def figure(value: float | None, metric: Metric) -> str:
    """A figure with the digits of its metric; what rounds to 0 but is not shows its size."""
    text = number(value, metric.digits)
    if value and text.strip("−0.") == "" and metric.digits:
        return f"{value:.1e}".replace("-", "−")
    return text


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tryon.reports", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = files("tryon.reports").joinpath("style.css").read_text(encoding="utf-8")
    environment.globals["style"] = Markup(style)
    environment.filters |= {"uri": picture_uri, "number": number}
    return environment
