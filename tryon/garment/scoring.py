"""Every figure of one dressed picture against its truth."""

import numpy as np

from tryon.garment import areas
from tryon.garment.build import Body
from tryon.metrics import image as figures
from tryon.types import Arrays
from tryon.vision.colour import delta_e_2000, srgb_to_lab
from tryon.vision.pose import Pose

LEAST_SHOWN = 60  # pixels of the garment under which its colour is not judged
PROTOCOL = (
    "the repainted area is where the composition may change a pixel at all, the same for every "
    "model of one table; the garment's colour is the mean CIELAB colour over where the truth shows "
    "it, and its error CIEDE2000 against the truth's mean there; outside is where nothing may "
    "change; face, hair and hands are where the person's labels say so, hands beyond the wrists"
)


def score(picture: np.ndarray, sample: Arrays) -> dict[str, float]:
    """All figures of one picture.

    Args:
        picture: The result, uint8 [H, W, 3].
        sample: `image` and `target` uint8 [H, W, 3], `edit`, `worn` and `groups` uint8 [H, W],
            `keypoints` float32 [18, 3].
    """
    target, inside = sample["target"], sample["edit"] > 0
    error = figures.squared_error(picture, target)
    similarity = figures.ssim_map(picture, target)
    sharp = figures.sharpness(picture, target, inside)
    shown = sample["worn"] > 127
    colour = float("nan")
    if shown.sum() >= LEAST_SHOWN:
        ours, truth = (_mean_lab(one, shown) for one in (picture, target))
        colour = float(delta_e_2000(ours, truth))
    return {
        "psnr": figures.psnr(error),
        "ssim": figures.ssim(similarity),
        "psnr_inside": figures.psnr(error, inside),
        "ssim_inside": figures.ssim(similarity, inside),
        "psnr_garment": figures.psnr(error, shown),
        "colour": colour,
        "sharpness": sharp,
        "sharpness_error": abs(sharp - 1.0),
        "outside": figures.change_outside(sample["image"], picture, ~inside),
        "head_and_hands": figures.change_outside(sample["image"], picture, _own(sample)),
    }


def _own(sample: Arrays) -> np.ndarray:
    """Face, hair and hands, bool [H, W]."""
    groups = sample["groups"]
    hands = areas.hands(groups.shape, Body(Pose(sample["keypoints"])))
    return areas.is_any(groups, areas.HEAD) | (areas.is_any(groups, ("arms",)) & hands)


def _mean_lab(picture: np.ndarray, where: np.ndarray) -> np.ndarray:
    lab: np.ndarray = srgb_to_lab(picture[where] / np.float32(255)).mean(0)
    return lab
