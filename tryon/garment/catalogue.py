"""The sample garments that come with the package, drawn by tryon.garment.designing."""

import json
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from io import BytesIO

import numpy as np
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field

from tryon.errors import RequestError
from tryon.garment.garment import Category

FOLDER, INDEX = "garments", "index.json"


class Entry(BaseModel):
    """One sample garment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9-]+$")
    category: Category
    kind: str = Field(description="tshirt, shirt, trousers …")
    says: str = Field(description="what it is, for people")
    landmarks: tuple[float, ...] = Field(
        description="as tryon.garment.garment.flatten gives them, pixels of its picture"
    )

    @property
    def file(self) -> str:
        """Its picture's name."""
        return f"{self.name}.webp"

    @property
    def content(self) -> bytes:
        """Its picture, WebP; what is transparent is no part of it."""
        return files(__package__).joinpath(FOLDER, self.file).read_bytes()

    def cloth(self) -> tuple[np.ndarray, np.ndarray]:
        """Its photo uint8 RGB [H, W, 3] and its mask uint8 [H, W], 0 or 255."""
        with Image.open(BytesIO(self.content), formats=["WEBP"]) as picture:
            rgba = np.array(picture.convert("RGBA"))
        return np.ascontiguousarray(rgba[..., :3]), np.ascontiguousarray(rgba[..., 3])


@cache
def catalogue() -> Mapping[str, Entry]:
    """The sample garments by name, in their order. Do not change the mapping."""
    listed = json.loads(files(__package__).joinpath(FOLDER, INDEX).read_text("utf-8"))
    return {one["name"]: Entry.model_validate(one) for one in listed}


def named(name: str) -> Entry:
    """One garment of the catalogue.

    Raises:
        RequestError: `unknown_garment`, with the nearest names.
    """
    garments = catalogue()
    if name not in garments:
        near = get_close_matches(name, garments, n=3, cutoff=0.4) or list(garments)
        raise RequestError(
            f"no garment is called {name[:60]!r}",
            code="unknown_garment",
            hint=f"perhaps {', '.join(near)}; or send a photo of a garment as a file",
        )
    return garments[name]
