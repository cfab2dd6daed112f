"""Which garments there are, and how one is drawn at random for a body."""

from dataclasses import dataclass

import numpy as np

from tryon.sample.build import Build
from tryon.sample.textile import Textile, draw_textile

KINDS = ("tshirt", "longsleeve", "shirt", "outwear", "vest", "trousers", "shorts", "skirt", "dress")
CATEGORY = dict.fromkeys(KINDS[:5], "upper") | dict.fromkeys(KINDS[5:8], "lower")
CATEGORY["dress"] = "whole"
NECKLINES = ("crew", "v", "scoop", "collar")


@dataclass(frozen=True, eq=False)
class Garment:
    """One garment. Lengths in eye distances."""

    kind: str  # one of KINDS
    textile: Textile
    sleeve: float  # share of the arm, 0 = none
    hem: float  # under the shoulder line; of legs: share of the leg
    ease: float  # room around the body
    flare: float  # how far the hem stands out
    neckline: str  # one of NECKLINES
    depth: float  # of the neckline
    opening: str  # none, buttons, zip
    tucked: bool
    seed: int

    @property
    def category(self) -> str:
        """upper, lower or whole."""
        return CATEGORY[self.kind]


def draw_garment(rng: np.random.Generator, kind: str, build: Build) -> Garment:
    """A garment of that kind for that body."""
    ease = float(rng.choice([0.08, 0.22, 0.4, 0.62], p=[0.22, 0.36, 0.28, 0.14]))
    hem, sleeve, flare, depth = build.torso + rng.uniform(-0.5, 1.0), 0.0, 0.0, 0.0
    neckline, opening = str(rng.choice(NECKLINES[:3], p=[0.6, 0.25, 0.15])), "none"
    if kind in ("tshirt", "longsleeve", "shirt", "outwear", "dress"):
        sleeve = {"tshirt": 0.3, "longsleeve": 1.0, "shirt": 1.0, "outwear": 1.0, "dress": 0.0}[
            kind
        ]
    if kind == "tshirt":
        sleeve = rng.uniform(0.24, 0.40)
    elif kind == "shirt":
        neckline, opening = "collar", "buttons"
        sleeve = 0.34 if rng.random() < 0.25 else 1.0
        ease = max(ease, 0.18)
    elif kind == "outwear":
        neckline = str(rng.choice(["collar", "crew"]))
        opening = str(rng.choice(["zip", "buttons"]))
        ease, hem = max(ease, 0.4) + 0.1, hem + 0.4
    elif kind == "vest":
        neckline = str(rng.choice(["scoop", "v"]))
        ease = min(ease, 0.3)
    elif kind == "dress":
        sleeve = float(rng.choice([0.0, 0.28, 0.6, 1.0], p=[0.4, 0.32, 0.1, 0.18]))
        hem, flare = build.torso + rng.uniform(3.2, 10.0), rng.uniform(0.1, 2.0)
        ease = min(ease, 0.2)
    elif kind in ("trousers", "shorts"):
        hem = rng.uniform(0.97, 1.02) if kind == "trousers" else rng.uniform(0.26, 0.46)
        ease, flare = min(ease, 0.4), rng.uniform(0.0, 0.3)
    elif kind == "skirt":
        hem, flare = build.torso + rng.uniform(2.8, 9.0), rng.uniform(0.1, 2.2)
        ease = 0.1
    if neckline != "collar":
        depth = {"crew": rng.uniform(0.25, 0.5), "v": rng.uniform(0.9, 1.7),
                 "scoop": rng.uniform(0.7, 1.3)}[neckline]  # fmt: skip
    else:
        depth = 0.55
    return Garment(
        kind, draw_textile(rng, kind), float(sleeve), float(hem), ease, float(flare), neckline,
        float(depth), opening, bool(kind in ("tshirt", "shirt", "vest", "longsleeve")
        and rng.random() < 0.2), int(rng.integers(2**31)),
    )  # fmt: skip
