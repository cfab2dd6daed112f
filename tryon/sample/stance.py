"""How a body stands: joints in the picture, which arm is before and which behind the trunk."""

from dataclasses import dataclass, field

import numpy as np

from tryon.sample.build import Build

ARMS = ("hang", "hip", "across", "folded", "raised", "behind", "out", "clasped")
_ODDS = (0.40, 0.14, 0.13, 0.06, 0.05, 0.05, 0.10, 0.07)
_ARM_DEPTH = {"behind": -1}


@dataclass(frozen=True)
class Stance:
    """Joints in eye distances, y down, origin between the shoulders; sides (right, left)."""

    arms: tuple[str, str]
    yaw: float  # degrees the trunk turns to the picture's right
    lean: float  # degrees the trunk leans to the picture's right
    pelvis: np.ndarray  # [2]
    shoulders: np.ndarray  # [2, 2]
    elbows: np.ndarray
    wrists: np.ndarray
    hips: np.ndarray
    knees: np.ndarray
    ankles: np.ndarray
    eyes: np.ndarray  # [2]
    hand_ways: np.ndarray = field(repr=False)  # [2, 2] where the hands point

    def before(self, side: int) -> bool:
        """Whether this arm lies before the trunk."""
        return self.arms[side] != "behind"

    def middle(self, down: np.ndarray | float) -> np.ndarray:
        """x of the trunk's middle at heights `down`."""
        t = np.clip(np.asarray(down, float) / self.pelvis[1], -0.3, 1.4)
        return self.pelvis[0] * t * np.clip(t, 0.4, 1.0)


def draw_stance(rng: np.random.Generator, build: Build) -> Stance:
    """A standing pose as in shop pictures: mostly relaxed, some with hands on the body."""
    yaw = float(np.clip(rng.normal(0, 9), -24, 24))
    lean = float(np.clip(rng.normal(0, 1.8), -5, 5))
    sway = rng.normal(0, 0.22)
    turn = np.cos(np.radians(yaw))
    sides = np.array([-1.0, 1.0])
    tilt = rng.normal(0, 0.06)
    pelvis = np.array([build.torso * np.sin(np.radians(lean)) + sway, build.torso])
    shoulders = np.stack([sides * build.shoulder * turn, 0.37 + sides * tilt * build.shoulder], 1)
    hips = pelvis + np.stack([sides * build.hip_joint * turn, -sides * 0.8 * tilt], 1)
    first = str(rng.choice(ARMS, p=_ODDS))
    second = first if rng.random() < 0.5 else str(rng.choice(ARMS, p=_ODDS))
    if "folded" in (first, second):
        first = second = "folded"
    if "clasped" in (first, second):
        first = second = "clasped"
    arms = (first, second)
    elbows, wrists, ways = np.zeros((2, 2)), np.zeros((2, 2)), np.zeros((2, 2))
    hold = rng.uniform(-1, 1, 4)
    for side in (0, 1):
        elbows[side], wrists[side], ways[side] = _arm(
            arms[side], side, build, shoulders[side], pelvis, hold, rng
        )
    spread = rng.uniform(0.0, 0.9)
    knees, ankles = np.zeros((2, 2)), np.zeros((2, 2))
    for side, sign in enumerate(sides):
        out = sign * (spread * rng.uniform(0.4, 0.9) + rng.uniform(-0.2, 0.1))
        knees[side] = hips[side] + [0.45 * out - 0.1 * sway, build.thigh]
        low = sign * (spread * rng.uniform(0.4, 0.9) - 0.25) - 0.25 * sway
        ankles[side] = knees[side] + [low, build.shin * rng.uniform(0.985, 1.0)]
    rise = 3.32 + 0.1 * build.masculine
    eyes = np.array([-0.6 * rise * np.sin(np.radians(lean)), -rise])
    return Stance(
        arms, yaw, lean, pelvis, shoulders, elbows, wrists, hips, knees, ankles, eyes, ways
    )


def _arm(
    kind: str,
    side: int,
    build: Build,
    shoulder: np.ndarray,
    pelvis: np.ndarray,
    hold: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Elbow, wrist and the hand's direction of one arm."""
    sign = -1.0 if side == 0 else 1.0
    upper, lower = build.upper_arm, build.forearm
    if kind in ("hang", "out"):
        open_ = rng.uniform(0.10, 0.24) if kind == "hang" else rng.uniform(0.35, 0.75)
        open_ += 0.06 * max(build.girth - 1, 0)
        bend = rng.uniform(-0.06, 0.16) if kind == "hang" else rng.uniform(-0.3, 0.25)
        elbow = shoulder + upper * 0.98 * np.array([sign * np.sin(open_), np.cos(open_)])
        turn = open_ - bend
        wrist = elbow + lower * 0.97 * np.array([sign * np.sin(turn), np.cos(turn)])
        return elbow, wrist, _unit(wrist - elbow + [-sign * 0.15 * lower, 0])
    targets = {
        "hip": (pelvis + np.array([sign * (build.hip + 0.1), -1.1 + 0.5 * hold[0]]), 1.0),
        "behind": (pelvis + np.array([sign * 0.9, -1.6 + hold[0]]), 1.0),
        "across": (
            pelvis + np.array([-sign * (0.4 + 0.9 * abs(hold[1])), -3.0 + 1.3 * hold[side]]),
            0.9,
        ),
        "folded": (np.array([-sign * 1.75, 3.7 + 0.35 * sign * hold[2] + 0.3 * sign]), 0.93),
        "clasped": (pelvis + np.array([sign * 0.35, -0.7 + 1.3 * hold[2]]), 0.97),
        "raised": (np.array([sign * (2.3 + 0.6 * hold[3]), -3.2 + 0.8 * hold[0]]), 1.0),
    }
    target, reach = targets[kind]
    elbow, wrist = _reach(shoulder, target, upper * reach, lower * reach, sign)
    way = _unit(wrist - elbow)
    if kind == "hip":
        way = _unit(np.array([-sign * 0.75, 0.65]))
    elif kind == "clasped":
        way = _unit(way + np.array([-sign * 0.6, 0.3]))
    elif kind == "raised":
        way = _unit(way + np.array([-sign * 0.5, -0.2]))
    return elbow, wrist, way


def _reach(
    start: np.ndarray, target: np.ndarray, upper: float, lower: float, sign: float
) -> tuple[np.ndarray, np.ndarray]:
    """Two links from `start` to `target`, the joint on the outer side."""
    way = target - start
    far = float(np.clip(np.hypot(*way), 0.45 * upper, 0.985 * (upper + lower)))
    way = _unit(way)
    along = (upper**2 - lower**2 + far**2) / (2 * far)
    off = np.sqrt(max(upper**2 - along**2, 0.0))
    normal = np.array([-way[1], way[0]])
    if normal[0] * sign < 0:
        normal = -normal
    return start + way * along + normal * off, start + way * far


def _unit(vector: np.ndarray) -> np.ndarray:
    return np.asarray(vector) / (np.hypot(*vector) + 1e-9)
