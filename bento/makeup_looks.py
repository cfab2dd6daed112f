"""Looks as clients write them."""

from typing import Any

from pydantic import BaseModel

from bento.forms import read_object
from tryon.errors import RequestError
from tryon.makeup.look import REGIONS, Look, Region, RegionLook, named, override, parse

LONGEST_NAME = 80


class LookInfo(BaseModel):
    """A named look."""

    name: str
    regions: dict[str, RegionLook]

    @classmethod
    def of(cls, name: str, look: Look) -> "LookInfo":
        """As the catalogue has it."""
        return cls(name=name, regions={key: part for key, part in look.regions.items()})


def read_look(text: str, changes: dict[str, Any], intensity: float) -> Look:
    """A look by name or as JSON, changed region by region, weakened as a whole.

    Args:
        text: A name of the catalogue, or a JSON object.
        changes: Region → the fields to change, None to take it out.
        intensity: Multiplies every region's intensity, 0 to 1.

    Raises:
        RequestError: `unknown_look`, `invalid_look` or `invalid_json`.
    """
    is_json = text.lstrip().startswith(("{", "["))
    look = parse(read_object("look", text)) if is_json else named(text.strip()[:LONGEST_NAME])
    wrong = {key: value for key, value in changes.items() if not isinstance(value, dict | None)}
    if unknown := sorted(set(changes) - set(REGIONS)) or sorted(wrong):
        raise RequestError(
            f"overrides: {', '.join(map(repr, unknown))[:200]}: expected region → object or null",
            code="invalid_look",
            hint=f"regions are {', '.join(REGIONS)}",
        )
    look = override(look, changes) if changes else look
    regions = {
        region: part.model_copy(update={"intensity": part.intensity * intensity})
        for region, part in look.regions.items()
    }
    return look.model_copy(update={"regions": regions})


def read_regions(text: str) -> tuple[Region, ...]:
    """Comma-separated region names; "" names all.

    Raises:
        RequestError: `unknown_region`.
    """
    asked = [part.strip() for part in text.split(",") if part.strip()] or list(REGIONS)
    if unknown := [name for name in asked if name not in REGIONS]:
        raise RequestError(
            f"regions: {', '.join(map(repr, unknown))}",
            code="unknown_region",
            hint=f"regions are {', '.join(REGIONS)}",
        )
    return tuple(region for region in REGIONS if region in asked)
