"""Does a pose finder see the persons drawn? `python -m tryon.sample.pose_accuracy [PERSONS]`.

Draws dressed persons of every skin tone and compares MediaPipe Pose's keypoints with the exact
ones, in percent of the shoulder width. Joints outside the picture are left out.
"""

import sys
from dataclasses import dataclass

import numpy as np

from tryon.sample.casting import cast, draw_outfit
from tryon.sample.figure import Figure
from tryon.vision.human import KEYPOINTS
from tryon.vision.pose import Pose, PoseFinder

GROUPS = ("nose", "eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle")


@dataclass(frozen=True)
class Accuracy:
    """What was found of drawn persons."""

    drawn: int
    errors: np.ndarray  # [found, 18] distance ÷ shoulder width; NaN where not in the picture

    @property
    def detection(self) -> float:
        """Share of the persons that were found."""
        return len(self.errors) / self.drawn

    def error(self, group: str, quantile: float = 0.5) -> float:
        """A quantile of the distances of a group of joints, percent of the shoulder width."""
        chosen = [i for i, name in enumerate(KEYPOINTS) if name.endswith(group)]
        return float(100 * np.nanquantile(self.errors[:, chosen], quantile))


def measure(persons: int, height: int = 512, first_seed: int = 9000) -> Accuracy:
    """Draw `persons` persons and find them again."""
    errors = []
    with PoseFinder() as finder:
        for index in range(persons):
            figure = Figure(cast(first_seed + index, 1 + index % 10, height))
            outfit = draw_outfit(np.random.default_rng(first_seed + index), figure.cast)
            found = finder.look(figure.wearing(outfit)[0])
            if found is not None:
                drawn = figure.keypoints
                far = np.linalg.norm(found.keypoints[:, :2] - drawn[:, :2], axis=1)
                far /= abs(Pose(drawn).shoulders)
                errors.append(np.where(drawn[:, 2] > 0, far, np.nan))
    return Accuracy(persons, np.array(errors, np.float32).reshape(-1, len(KEYPOINTS)))


def main(persons: int) -> None:
    """Print the figures."""
    result = measure(persons)
    print(f"{persons} persons, found {100 * result.detection:.1f} %")
    for group in GROUPS:
        median, high = result.error(group), result.error(group, 0.9)
        print(
            f"{group:9} median {median:5.1f}, 90th percentile {high:5.1f} % of the shoulder width"
        )
    print(f"all       median {result.error(''):5.1f} % of the shoulder width")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
