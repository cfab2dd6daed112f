"""One imagined person in one moment: everything a portrait needs, drawn from one seed."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tryon.sample import beard, glasses, hair
from tryon.sample.eyes import IRISES, EyeStyle
from tryon.sample.head import Pose
from tryon.sample.light import Light, draw_light
from tryon.sample.shape import draw_face
from tryon.sample.skin import Complexion, tone_colour


@dataclass(frozen=True)
class Person:
    """All of it. Lengths in eye distances unless said otherwise."""

    mesh: np.ndarray  # [478, 3] face frame
    skin: Complexion
    age: float  # 0-1
    eyes: EyeStyle
    brow_density: float
    brow_width: float
    brow_colour: np.ndarray
    hair: hair.HairStyle
    beard: str  # one of beard.STYLES
    beard_colour: np.ndarray
    glasses: str  # one of glasses.STYLES
    hand: bool
    neck: float
    light: Light
    pose: Pose
    blur: float  # pixels at 256
    grain: float  # standard deviation of the noise, 0-1
    jpeg: int  # quality, 0 = none
    seed: int  # of everything drawn later

    def attributes(self) -> dict[str, Any]:
        """What a dataset card may want to know, plain JSON values."""
        light = asdict(self.light)
        return {
            "skin_tone": self.skin.tone,
            "age": round(self.age, 2),
            "hair": self.hair.kind,
            "beard": self.beard,
            "glasses": self.glasses,
            "hand": self.hand,
            "yaw": round(self.pose.yaw, 1),
            "pitch": round(self.pose.pitch, 1),
            "roll": round(self.pose.roll, 1),
            "key_light": round(light["key"], 2),
        }


def imagine(seed: int, tone: int, size: int) -> Person:
    """A person of Monk tone `tone` for a `size` pixels picture; equal arguments, equal person."""
    rng = np.random.default_rng([seed, tone])
    colour = tone_colour(tone, rng)
    mesh, pattern = draw_face(rng, float(np.log(np.maximum(colour, 1e-3)).mean()))
    age = float(rng.beta(1.3, 2.0))
    masculine = rng.random()
    grey = float(np.clip(rng.normal(age * 1.9 - 1.1, 0.18), 0, 1))
    natural = _hair_colour(tone, rng)
    dyed = rng.random() < 0.04
    hair_colour = rng.dirichlet([0.7, 0.5, 0.7]) * 0.35 + 0.02 if dyed else natural
    hair_colour = hair_colour.astype(np.float32)
    style = _hair_style(tone, masculine, age, grey, hair_colour, rng)
    scale = size * rng.uniform(0.17, 0.225)
    pose = Pose(
        yaw=float(np.clip(rng.normal(0, 11), -25, 25)),
        pitch=float(np.clip(rng.normal(1, 6), -14, 14)),
        roll=float(np.clip(rng.normal(0, 5), -14, 14)),
        scale=scale,
        centre=(size * (0.5 + rng.normal(0, 0.02)), size * rng.uniform(0.43, 0.50)),
    )
    lash = rng.uniform(0.05, 0.10) * (0.7 + 0.5 * (1 - masculine))
    bearded = masculine > 0.55 and age > 0.12 and rng.random() < 0.6
    return Person(
        mesh=mesh,
        skin=Complexion(
            tone=tone,
            colour=colour,
            pattern=pattern,
            freckles=float(rng.random() < 0.14) * rng.uniform(0.3, 1.0) * (tone < 7),
            age=age,
            roughness=float(age * rng.uniform(0.4, 1.0)),
            oil=float(rng.beta(2, 3) * (0.8 + 0.07 * tone)),
        ),
        age=age,
        eyes=EyeStyle(
            iris=np.array(IRISES[_iris(tone, rng)], np.float32) * rng.uniform(0.8, 1.15),
            redness=float(rng.beta(1.5, 5)),
            lashes=float(lash),
            lash_colour=np.array([0.015, 0.011, 0.010], np.float32),
            catchlight=int(rng.random() < 0.4),
        ),
        brow_density=float(np.clip(rng.normal(0.35 + 0.4 * masculine, 0.2), 0.08, 1)),
        brow_width=float(rng.uniform(0.6, 0.9) + 0.25 * masculine),
        brow_colour=(natural * 0.55 + 0.1 * grey * rng.random()).astype(np.float32),
        hair=style,
        beard=str(rng.choice(beard.STYLES[1:])) if bearded else "none",
        beard_colour=natural,
        glasses=str(rng.choice(glasses.STYLES[1:])) if rng.random() < 0.13 else "none",
        hand=bool(rng.random() < 0.05),
        neck=float(rng.uniform(0.82, 0.92) + 0.12 * masculine),
        light=draw_light(rng, (tone - 1) / 9),
        pose=pose,
        blur=float(rng.uniform(0.2, 0.65)),
        grain=float(rng.uniform(0.001, 0.010)),
        jpeg=int(rng.integers(72, 97)) if rng.random() < 0.5 else 0,
        seed=int(rng.integers(2**31)),
    )


def _hair_colour(tone: int, rng: np.random.Generator) -> np.ndarray:
    dark, fair = (0, 1, 2), (2, 3, 4, 5, 6, 7, 8)
    pick = int(rng.choice(dark if rng.random() < 0.2 + 0.11 * (tone - 1) else fair))
    return np.array(hair.COLOURS[pick], np.float32) * np.float32(rng.uniform(0.8, 1.2))


def _iris(tone: int, rng: np.random.Generator) -> int:
    if rng.random() < 0.25 + 0.1 * tone:
        return int(rng.integers(0, 2))
    return int(rng.integers(0, len(IRISES)))


def _hair_style(
    tone: int,
    masculine: float,
    age: float,
    grey: float,
    colour: np.ndarray,
    rng: np.random.Generator,
) -> hair.HairStyle:
    kinds: tuple[str, ...]
    if masculine > 0.5:
        kinds = ("bald", "buzz", "short", "side", "curly", "afro", "long", "wavy")
        odds = np.array([0.10, 0.18, 0.34, 0.16, 0.08, 0.02, 0.06, 0.06])
    else:
        kinds = ("bob", "long", "wavy", "curly", "tied", "fringe", "short", "side", "afro", "buzz")
        odds = np.array([0.15, 0.20, 0.19, 0.10, 0.13, 0.09, 0.05, 0.04, 0.03, 0.02])
    if tone >= 7:
        curly = np.array([kind in ("afro", "curly", "buzz", "tied") for kind in kinds])
        odds = odds * np.where(curly, 3.0, 0.6)
    return hair.HairStyle(
        kind=str(rng.choice(kinds, p=odds / odds.sum())),
        colour=colour,
        grey=grey,
        hairline=float(rng.uniform(0, 1)),
        recede=float(np.clip(rng.normal(masculine * age * 1.3 - 0.2, 0.25), 0, 1)),
        parting=float(rng.uniform(-1, 1)),
        length=float(rng.uniform(0.75, 1.15)),
        volume=float(rng.uniform(0.6, 1.3)),
        density=float(np.clip(rng.normal(0.85 - 0.25 * age, 0.15), 0.3, 1)),
    )
