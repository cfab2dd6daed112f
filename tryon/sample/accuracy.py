"""Does a face finder see what was drawn? `python -m tryon.sample.accuracy [FACES]`.

Draws faces of every skin tone and compares MediaPipe FaceMesh's landmarks with the exact ones, in
percent of the eye distance, over groups of landmarks.
"""

import sys
from dataclasses import dataclass

import numpy as np

from tryon.sample.person import imagine
from tryon.sample.portrait import Portrait
from tryon.vision.facemesh import EYES, LIPS_INNER, LIPS_OUTER, OVAL

GROUPS: dict[str, tuple[int, ...]] = {
    "eyes": tuple({*EYES[0].outline, *EYES[1].outline}),
    "irises": (*EYES[0].iris, *EYES[1].iris),
    "lips": tuple({*LIPS_OUTER, *LIPS_INNER}),
    "brows": (*EYES[0].brow, *EYES[1].brow),
    "oval": OVAL,
    "all": tuple(range(478)),
}


@dataclass(frozen=True)
class Accuracy:
    """What was found on drawn faces."""

    drawn: int
    offsets: np.ndarray  # [found, 478, 2] found − drawn, in eye distances

    @property
    def detection(self) -> float:
        """Share of the faces that were found."""
        return len(self.offsets) / self.drawn

    def error(self, group: str) -> float:
        """Mean distance in percent of the eye distance."""
        return float(100 * np.linalg.norm(self.offsets[:, list(GROUPS[group])], axis=2).mean())


def measure(faces: int, size: int = 256, first_seed: int = 7000) -> Accuracy:
    """Draw `faces` faces and find them again."""
    import mediapipe

    offsets = []
    with mediapipe.solutions.face_mesh.FaceMesh(
        static_image_mode=True, max_num_faces=1, refine_landmarks=True
    ) as finder:
        for index in range(faces):
            portrait = Portrait(imagine(first_seed + index, 1 + index % 10, size), size)
            found = finder.process(portrait.picture()).multi_face_landmarks
            if found:
                points = np.array([(p.x, p.y) for p in found[0].landmark]) * size
                offsets.append((points - portrait.landmarks) / portrait.eye_distance)
    return Accuracy(faces, np.array(offsets, np.float32).reshape(-1, 478, 2))


def main(faces: int) -> None:
    """Print the figures."""
    result = measure(faces)
    print(f"{faces} faces, found {100 * result.detection:.1f} %")
    for group in GROUPS:
        print(f"{group:7} {result.error(group):5.2f} % of the eye distance")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
