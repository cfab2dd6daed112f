"""The colour of a person's skin, from the face: what comes to light when a garment is shorter."""

import numpy as np

from tryon.vision.pose import Pose

EYES = ("right_eye", "left_eye")
LEAST = 9  # pixels of cheek under which nothing is said


def tone(photo: np.ndarray, pose: Pose) -> np.ndarray | None:
    """Median colour of the cheeks, float32 [3], 0 to 255; None where no face is seen.

    Args:
        photo: uint8 RGB [H, W, 3], whole: a frame of legs shows no face.
        pose: In its pixels.
    """
    if not all(pose.seen(name) for name in ("nose", *EYES)):
        return None
    nose = pose.point("nose")
    apart = float(np.hypot(*(pose.point(EYES[0]) - pose.point(EYES[1]))))
    y, x = np.mgrid[: photo.shape[0], : photo.shape[1]]
    cheeks = np.zeros(photo.shape[:2], bool)
    for name in EYES:  # beside the nose, as far under an eye as the nose is long
        centre = np.array([pose.point(name)[0], nose[1] + 0.15 * apart])
        cheeks |= np.hypot(x - centre[0], y - centre[1]) < max(0.22 * apart, 1.0)
    if cheeks.sum() < LEAST:
        return None
    return np.median(photo[cheeks], axis=0).astype(np.float32)
