"""The body that wears: its scale and its frame, from keypoints.

Lengths are in units of the distance between the pupils, about 6.3 cm, as a body of average
proportions has them. That unit is told by several of a person's measures at once, since each alone
is off by 5 to 9 % (turned shoulders, hips that the finder guesses).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tryon.vision.pose import SEEN, Pose

# Medians over drawn persons, as MediaPipe sees them.
TORSO = 7.37  # middle of the shoulders to the middle of the hips
SHOULDERS = 4.43
NECK = 3.61  # middle of the shoulders to the middle of the eyes
EYES = 0.96
UPPER_ARM, FOREARM = 4.5, 3.9  # shoulder to elbow, elbow to wrist
THIGH, SHIN = 6.5, 6.3


@dataclass(frozen=True)
class Body:
    """A body in the pixels of its picture.

    Args:
        pose: The keypoints.
    """

    pose: Pose

    @cached_property
    def unit(self) -> float:
        """Pixels per unit: the geometric mean over the measures that were seen."""
        pose = self.pose
        ratios = [pose.torso / TORSO, abs(pose.shoulders) / SHOULDERS]
        arms = [
            _far(pose.point(f"{side}_shoulder"), pose.point(f"{side}_elbow"))
            for side in ("right", "left")
            if pose.seen(f"{side}_elbow")
        ]
        if arms:
            ratios.append(max(arms) / 4.14)  # seen from the front, arms are foreshortened
        if pose.seen("right_eye") and pose.seen("left_eye"):
            ratios.append(_far(pose.middle("eye"), pose.middle("shoulder")) / NECK)
            ratios.append(_far(pose.point("right_eye"), pose.point("left_eye")) / EYES)
        return float(np.exp(np.mean(np.log(np.maximum(ratios, 1e-3)))))

    def place(self, across: np.ndarray | float, down: np.ndarray | float) -> np.ndarray:
        """Points on the trunk and below it, in pixels.

        Args:
            across: Units from the middle; positive is the person's left, the right of the picture.
            down: Units under the line of the shoulders.

        Returns:
            float64 [..., 2].
        """
        across, down = np.broadcast_arrays(
            np.asarray(across, np.float64), np.asarray(down, np.float64)
        )
        shoulders, hips = self.pose.middle("shoulder"), self.pose.middle("hip")
        length = self.pose.torso / self.unit
        along = (hips - shoulders) / self.pose.torso
        share = np.clip(down / length, 0, 1)[..., None]
        middle = shoulders + along * np.minimum(down, length)[..., None] * self.unit
        middle = middle + np.array([0, 1]) * np.maximum(down - length, 0)[..., None] * self.unit
        upper, lower = self._across("shoulder"), self._across("hip")
        return middle + (upper + (lower - upper) * share) * across[..., None] * self.unit

    def limb(self, joints: tuple[str, str, str], lengths: tuple[float, float]) -> "Limb":
        """An arm or a leg: its three joints, and the lengths between them in units."""
        points = np.array([self.pose.point(joint) for joint in joints], np.float64)
        return Limb(points, lengths)

    def arm(self, side: str) -> "Limb":
        """The arm of `right` or `left`."""
        joints = (f"{side}_shoulder", f"{side}_elbow", f"{side}_wrist")
        return self.limb(joints, (UPPER_ARM, FOREARM))

    def leg(self, side: str) -> "Limb":
        """The leg of `right` or `left`; one that is not seen hangs straight down."""
        joints = (f"{side}_hip", f"{side}_knee", f"{side}_ankle")
        limb = self.limb(joints, (THIGH, SHIN))
        at = {name: index for index, name in enumerate(joints)}
        for name, above, length in ((joints[1], joints[0], THIGH), (joints[2], joints[1], SHIN)):
            if not self.pose.seen(name):
                limb.points[at[name]] = limb.points[at[above]] + [0, length * self.unit]
        return limb

    @cached_property
    def turn(self) -> float:
        """How much narrower the body is than seen from the front, 0.8 to 1.1."""
        return float(np.clip((self.pose.shoulders / (SHOULDERS * self.unit)) ** 0.5, 0.8, 1.1))

    def _across(self, joint: str) -> np.ndarray:
        """Unit vector from the right joint to the left one, as long as the body is turned."""
        way = self.pose.point(f"left_{joint}") - self.pose.point(f"right_{joint}")
        way = way / max(float(np.hypot(*way)), 1e-6)
        return np.asarray(way * self.turn, np.float64)


@dataclass(frozen=True)
class Limb:
    """Three joints, float64 [3, 2] pixels, and the lengths of a straight limb between them."""

    points: np.ndarray
    lengths: tuple[float, float]

    def along(self, at: np.ndarray) -> np.ndarray:
        """Points at arc lengths `at` [K] (units); a foreshortened part is shortened, [K, 2].

        Beyond the last joint the limb goes straight on.
        """
        stops = np.array([0, self.lengths[0], sum(self.lengths)])
        at = np.asarray(at, np.float64)
        line = np.stack([np.interp(at, stops, self.points[:, axis]) for axis in (0, 1)], 1)
        beyond = np.maximum(at - stops[2], 0)[:, None]
        return line + (self.points[2] - self.points[1]) / self.lengths[1] * beyond


def seen(pose: Pose, *names: str) -> bool:
    """Whether all of these keypoints are confident."""
    return all(pose.seen(name) for name in names)


def _far(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.hypot(*(first - second)))


__all__ = ["SEEN", "Body", "Limb", "seen"]
