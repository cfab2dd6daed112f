"""Who stands where: one person in one moment, and what they wear to begin with."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tryon.sample.build import Build, draw_build
from tryon.sample.drawing import Shape
from tryon.sample.person import Person, imagine
from tryon.sample.stance import Stance, draw_stance
from tryon.sample.wardrobe import Garment, draw_garment

HALF = (13.2, 17.0)  # picture heights of half figures, in eye distances


@dataclass(frozen=True)
class Cast:
    """One person in one moment, without clothes chosen."""

    person: Person
    build: Build
    stance: Stance
    framing: str  # half, full
    scale: float  # pixels per eye distance
    origin: tuple[float, float]
    shape: Shape
    seed: int

    def attributes(self) -> dict[str, Any]:
        """What a dataset may want to know, plain JSON values."""
        known = self.person.attributes()
        return {key: known[key] for key in ("age", "hair", "beard", "glasses", "key_light")} | {
            "framing": self.framing,
            "arms": list(self.stance.arms),
            "turn": round(self.stance.yaw, 1),
            "girth": round(self.build.girth, 2),
        }


def cast(seed: int, tone: int, height: int, framing: str | None = None) -> Cast:
    """A person of Monk tone `tone` for a picture of `height` pixels, 3/4 as wide."""
    rng = np.random.default_rng([seed, tone, 0xF16])
    shape = (height, height * 3 // 4)
    person = imagine(int(rng.integers(2**31)), tone, height)
    bearded = person.beard != "none"
    long = person.hair.kind in ("long", "wavy", "bob", "fringe", "tied")
    masculine = 0.9 if bearded else 0.08 if long else float(rng.random() > 0.5)
    build = draw_build(rng, masculine)
    jaw = float(np.ptp(person.mesh[[172, 397], 0])) / 2
    build = replace(build, neck=min(build.neck, 0.92 * jaw))
    stance = draw_stance(rng, build)
    framing = framing or ("full" if rng.random() < 0.4 else "half")
    tall = (7.2 + build.torso + build.thigh + build.shin) / 0.92
    scale = height / (tall if framing == "full" else rng.uniform(*HALF))
    head = scale * 1.55 + height * rng.uniform(0.03, 0.075)
    origin = (
        shape[1] * (0.5 + rng.normal(0, 0.02)) - 0.3 * stance.pelvis[0] * scale,
        head - stance.eyes[1] * scale,
    )
    eyes = np.array(origin) + scale * stance.eyes
    yaw = float(np.clip(person.pose.yaw + 0.6 * stance.yaw, -28, 28))
    forward = 0.75 * scale * np.sin(np.radians(yaw))  # the eyes lie before the axis it turns on
    pose = replace(
        person.pose, scale=scale, centre=(float(eyes[0] + forward), float(eyes[1])), yaw=yaw,
        roll=float(person.pose.roll * 0.7),
    )  # fmt: skip
    person = replace(person, pose=pose, hand=False)
    return Cast(person, build, stance, framing, scale, origin, shape, int(rng.integers(2**31)))


@dataclass(frozen=True)
class Outfit:
    """What somebody wears, from the body outwards."""

    garments: tuple[Garment, ...]

    def swapped(self, garment: Garment) -> "Outfit":
        """This outfit with another garment of the same category."""
        kept = [one for one in self.garments if one.category != garment.category]
        if garment.category == "whole":
            kept = []
        else:
            kept = [one for one in kept if one.category != "whole"]
        return Outfit((*kept, garment))


def draw_outfit(rng: np.random.Generator, cast: Cast) -> Outfit:
    """What the person has on to begin with."""
    if rng.random() < 0.22 and cast.build.masculine < 0.5:
        return Outfit((draw_garment(rng, "dress", cast.build),))
    low = "skirt" if cast.build.masculine < 0.5 and rng.random() < 0.25 else "trousers"
    low = "shorts" if rng.random() < 0.2 else low
    up = str(rng.choice(["tshirt", "longsleeve", "shirt", "outwear", "vest"],
                        p=[0.4, 0.2, 0.18, 0.12, 0.1]))  # fmt: skip
    return Outfit((draw_garment(rng, low, cast.build), draw_garment(rng, up, cast.build)))
