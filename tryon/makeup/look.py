"""A look: per region a colour, an intensity and a finish; the catalogue; layers and blends.

A colour is the *apparent* colour the region shall show in the photo at intensity 1, not a pigment.
Intensity mixes in CIELAB from what is there to what is asked. `None` as a colour means the
person's own: foundation then evens the skin without moving its tone, brows only deepen.

Finishes map on the one scalar that conditions the networks and the analytic shift:
matte 0 (highlights flattened), satin 0.4 (highlights as they are), shimmer 0.7 and gloss 1
(highlights lifted; the operator draws shimmer as fine sparkle, gloss as broad specular light).
"""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tryon.errors import RequestError
from tryon.vision.colour import hex_to_lab, lab_to_hex

Region = Literal["lips", "eyeshadow", "eyeliner", "blush", "brows", "foundation"]
Finish = Literal["matte", "satin", "gloss", "shimmer"]
REGIONS: tuple[Region, ...] = get_args(Region)
GLOSS: dict[Finish, float] = {"matte": 0.0, "satin": 0.4, "shimmer": 0.7, "gloss": 1.0}
OWN_COLOUR: tuple[Region, ...] = ("brows", "foundation")  # may leave the colour to the person


class RegionLook(BaseModel):
    """What one region shall show."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    colour: str | None = Field(None, pattern=r"^#[0-9a-fA-F]{6}$", description="sRGB hex")
    intensity: float = Field(1.0, ge=0, le=1)
    finish: Finish = "satin"

    @property
    def gloss(self) -> float:
        """The finish as a scalar in [0, 1]."""
        return GLOSS[self.finish]


class Look(BaseModel):
    """A named set of regions; a region that is not named stays as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field("", max_length=80)
    regions: dict[Region, RegionLook] = {}

    @model_validator(mode="after")
    def _colours_where_needed(self) -> "Look":
        bare = [
            r for r, part in self.regions.items() if part.colour is None and r not in OWN_COLOUR
        ]
        if bare:
            raise ValueError(f"a colour is needed for {', '.join(bare)}")
        return self

    def presence(self) -> np.ndarray:
        """1 where a region is asked with an intensity above 0, float32 [R]."""
        asked = [r in self.regions and self.regions[r].intensity > 0 for r in REGIONS]
        return np.array(asked, np.float32)

    def gloss(self) -> np.ndarray:
        """The finish of each region as a scalar, 0 where it is not asked, float32 [R]."""
        asked = [self.regions[r].gloss if r in self.regions else 0.0 for r in REGIONS]
        return np.array(asked, np.float32)


def parse(values: Mapping[str, Any]) -> Look:
    """A look from plain data.

    Raises:
        RequestError: `invalid_look`, naming every key that is wrong.
    """
    try:
        return Look.model_validate(values)
    except ValidationError as error:
        problems = [
            f"{'.'.join(str(part) for part in problem['loc']) or 'look'}: got "
            f"{_short(problem['input'])}; {problem['msg']}"
            for problem in error.errors(include_url=False)
        ]
        raise RequestError(
            "; ".join(problems),
            code="invalid_look",
            hint=f"regions are {', '.join(REGIONS)}; each has colour '#rrggbb', intensity 0 to 1, "
            f"finish {', '.join(GLOSS)}",
        ) from None


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


@cache
def catalogue() -> Mapping[str, Look]:
    """The named looks of `looks.yaml`, in its order. Do not change the mapping."""
    listed = yaml.safe_load(files(__package__).joinpath("looks.yaml").read_text("utf-8"))
    return {name: parse({"name": name, "regions": regions}) for name, regions in listed.items()}


def named(name: str) -> Look:
    """One look of the catalogue.

    Raises:
        RequestError: `unknown_look`, with the nearest names.
    """
    looks = catalogue()
    if name not in looks:
        near = get_close_matches(name, looks, n=3, cutoff=0.4) or list(looks)
        raise RequestError(
            f"no look is called {_short(name)}",
            code="unknown_look",
            hint=f"perhaps {', '.join(near)}",
        )
    return looks[name]


def override(look: Look, changes: Mapping[str, Mapping[str, Any] | None]) -> Look:
    """Change single fields region by region; `None` takes a region out.

    Raises:
        RequestError: `invalid_look`.
    """
    regions: dict[str, Any] = {r: part.model_dump() for r, part in look.regions.items()}
    for region, fields in changes.items():
        if fields is None:
            regions.pop(region, None)
        else:
            regions[region] = regions.get(region, {}) | dict(fields)
    return parse({"name": look.name, "regions": regions})


def layer(*looks: Look, name: str = "") -> Look:
    """Put looks on one another: where several name a region, the last one is seen."""
    regions: dict[Region, RegionLook] = {}
    for look in looks:
        regions |= look.regions
    return Look(name=name, regions=regions)


def blend(first: Look, second: Look, share: float, name: str = "") -> Look:
    """Between two looks: `share` 0 is the first, 1 the second.

    Colours mix in CIELAB. A region that only one look has fades with its share. The finish is
    that of the look with the larger share.

    Raises:
        RequestError: `share` is outside [0, 1].
    """
    if not 0 <= share <= 1:
        raise RequestError(
            f"share: got {share}; expected 0 to 1", code="invalid_look", hint="0.5 is half and half"
        )
    regions: dict[Region, RegionLook] = {}
    for region in REGIONS:
        parts = [(first.regions.get(region), 1 - share), (second.regions.get(region), share)]
        present = [(part, weight) for part, weight in parts if part is not None and weight > 0]
        if present:
            regions[region] = _mix(present)
    return Look(name=name, regions=regions)


def _mix(parts: list[tuple[RegionLook, float]]) -> RegionLook:
    intensity = sum(part.intensity * weight for part, weight in parts)
    coloured = [(part.colour, part.intensity * weight) for part, weight in parts if part.colour]
    total = sum(weight for _, weight in coloured)
    if total > 0:
        mixed = sum(hex_to_lab(code) * (weight / total) for code, weight in coloured)
        colour: str | None = lab_to_hex(np.asarray(mixed))
    else:
        colour = parts[0][0].colour
    finish = max(parts, key=lambda part: part[1])[0].finish
    return RegionLook(colour=colour, intensity=min(intensity, 1.0), finish=finish)


def random_look(rng: np.random.Generator) -> Look:
    """A plausible look for training pairs: the catalogue layered, blended and shaken.

    Colours spread around the catalogue's own by some CIELAB units, intensities and finishes vary,
    single regions go missing; the same generator state gives the same look.
    """
    looks = list(catalogue().values())
    first, second = rng.choice(len(looks), size=2, replace=False)
    look = blend(looks[first], looks[second], float(rng.choice([0.0, 0.3, 0.5, 0.7])))
    regions: dict[Region, RegionLook] = {}
    for region in REGIONS:
        donors = [known.regions[region] for known in looks if region in known.regions]
        part = look.regions.get(region)
        if part is None or rng.random() < 0.35:
            part = donors[int(rng.integers(len(donors)))]
        if rng.random() < 0.2:
            continue
        colour = part.colour
        if colour is not None:
            colour = lab_to_hex(hex_to_lab(colour) + rng.normal(0, (5, 6, 6)).astype(np.float32))
        shiny = region in ("lips", "eyeshadow", "blush") and rng.random() < 0.4
        finishes: list[Finish] = list(GLOSS)
        regions[region] = RegionLook(
            colour=colour,
            intensity=float(np.clip(part.intensity * rng.uniform(0.6, 1.25), 0.1, 1)),
            finish=finishes[int(rng.integers(4))] if shiny else part.finish,
        )
    return Look(name="", regions=regions)
