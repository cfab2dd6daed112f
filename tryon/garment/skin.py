"""The colour of a person's skin, from the face: what comes to light when a garment is shorter."""

import numpy as np

from tryon.vision.pose import Pose

EYES = ("right_eye", "left_eye")
BELOW, RADIUS = 0.15, 0.2  # of a cheek's square, in distances of the eyes, from the nose's height
LEAST = 9  # pixels of cheek under which nothing is said


def tone(photo: np.ndarray, pose: Pose) -> np.ndarray | None:
    """Median colour of the cheeks, float32 [3], 0 to 255; None where no face is seen.

    Args:
        photo: uint8 RGB [H, W, 3], whole: a frame of legs shows no face.
        pose: In its pixels.
    """
    if not all(pose.seen(name) for name in ("nose", *EYES)):
        return None
    apart = float(np.hypot(*(pose.point(EYES[0]) - pose.point(EYES[1]))))
    down = float(pose.point("nose")[1]) + BELOW * apart
    half = max(RADIUS * apart, 1.0)
    cheeks = []
    for name in EYES:  # under each eye, beside the nose
        across = float(pose.point(name)[0])
        rows = slice(max(0, round(down - half)), max(0, round(down + half) + 1))
        columns = slice(max(0, round(across - half)), max(0, round(across + half) + 1))
        cheeks.append(photo[rows, columns].reshape(-1, 3))
    found = np.concatenate(cheeks)
    return np.median(found, axis=0).astype(np.float32) if len(found) >= LEAST else None
