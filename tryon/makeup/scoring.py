"""Every figure of one made-up picture against its truth."""

import numpy as np

from tryon.makeup.composition import allowed
from tryon.makeup.condition import SCALE, mean_lab
from tryon.makeup.look import REGIONS
from tryon.metrics import image as figures
from tryon.types import Arrays
from tryon.vision import facemesh
from tryon.vision.colour import delta_e_2000

INSIDE = 0.15  # mask value from which a pixel belongs to a region
FOUNDATION = REGIONS.index("foundation")
PROTOCOL = (
    f"a pixel belongs to a region where its soft mask is above {INSIDE}; “the regions” are the "
    "union of the asked ones without foundation, which covers the whole face and is reported by "
    "itself; shade error is CIEDE2000 between the mean CIELAB colour asked of a region and the one "
    "reached, both weighted by the squared mask; outside is where the asked regions, widened by "
    "the rim the composition may blend over, are exactly 0"
)


def score(picture: np.ndarray, sample: Arrays) -> dict[str, float]:
    """All figures of one picture; NaN where nothing was asked of a region.

    Args:
        picture: The result, uint8 [S, S, 3].
        sample: `image` and `target` uint8 [S, S, 3], `masks` uint8 [R, S, S], `condition` [R, 5].
    """
    target, masks = sample["target"], sample["masks"] / np.float32(255)
    condition = sample["condition"]
    asked = condition[:, 3] > 0
    inside = (masks > INSIDE) & asked[:, None, None]
    colour = np.delete(inside, FOUNDATION, axis=0).any(0)
    error = figures.squared_error(picture, target)
    similarity = figures.ssim_map(picture, target)
    sharp = figures.sharpness(picture, target, colour)
    row = {
        "psnr": figures.psnr(error),
        "ssim": figures.ssim(similarity),
        "psnr_regions": figures.psnr(error, colour),
        "ssim_regions": figures.ssim(similarity, colour),
        "sharpness": sharp,
        "sharpness_error": abs(sharp - 1.0),
        "outside": figures.change_outside(sample["image"], picture, allowed(masks, condition) == 0),
    }
    reached = mean_lab(picture / np.float32(255), masks)
    shade = np.where(asked, delta_e_2000(reached, SCALE * condition[:, :3]), np.nan)
    row["shade"] = float(shade[asked].mean()) if asked.any() else float("nan")
    for index, region in enumerate(REGIONS):
        row[f"shade_{region}"] = float(shade[index])
        row[f"psnr_{region}"] = figures.psnr(error, inside[index])
    return row


def crops(pictures: np.ndarray, samples: Arrays, side: int) -> np.ndarray:
    """Squares around what was asked: the mouth, and each eye; uint8 [M, side, side, 3].

    Whole faces hide a look, which covers a few percent of them; these do not.

    Args:
        pictures: uint8 [N, S, S, 3].
        samples: `landmarks` [N, 478, 2] and `condition` [N, R, 5] of the same samples.
        side: pixels, at most S.
    """
    lips, eyes = [REGIONS.index("lips")], [REGIONS.index(r) for r in ("eyeshadow", "eyeliner")]
    mouth = [facemesh.MOUTH_RIGHT, facemesh.MOUTH_LEFT]
    centres = [(lips, mouth), *((eyes, list(eye.outline)) for eye in facemesh.EYES)]
    size = pictures.shape[1]
    squares = []
    for picture, points, condition in zip(
        pictures, samples["landmarks"], samples["condition"], strict=True
    ):
        for regions, indices in centres:
            if (condition[regions, 3] > 0).any():
                centre = points[indices].mean(0) - side / 2
                x, y = np.clip(np.rint(centre), 0, size - side).astype(int)
                squares.append(picture[y : y + side, x : x + side])
    return np.stack(squares) if squares else np.zeros((0, side, side, 3), np.uint8)
