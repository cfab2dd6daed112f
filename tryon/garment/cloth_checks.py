"""Whether a mask and landmarks can be those of a garment: refusals with their cause."""

import cv2
import numpy as np

from tryon.errors import Refusal
from tryon.garment.flat import Flat

LEAST_COVER, MOST_COVER = 0.03, 0.95  # of the photo
LEAST_SOLID = 0.5  # share of what the mask marks that hangs together
MOST_RIM = 0.6  # of the photo's rim under a mask: it marks the ground as well
STRAY = 0.08  # of the photo's larger side: landmarks further off the mask are not its own
MOST_STRAY = 0.34  # share of the landmarks
# Left minus right, in units of the wearer (tryon.garment.build): what garments have, generously.
WIDTHS = {"neck": (0.3, 6.0), "armpit": (2.5, 11.0), "waist": (2.0, 12.0), "hem": (2.0, 26.0)}
# Upper, lower, and the least height between them in units.
HEIGHTS = (("neck", "armpit", 0.8), ("armpit", "hem", 1.0), ("waist", "hem", 0.8))
LEGS = (*HEIGHTS, ("hip", "cuff_outer", 0.8))  # elsewhere cuffs are those of sleeves


def check_mask(mask: np.ndarray, shape: tuple[int, ...]) -> None:
    """Refuse a mask that cannot be one of a photo of that shape.

    Raises:
        Refusal: `mask_wrong_size`, `mask_not_binary`.
    """
    if mask.shape != tuple(shape):
        raise Refusal(
            f"the mask is {' × '.join(map(str, mask.shape[::-1]))}, the garment's photo "
            f"{shape[1]} × {shape[0]}",
            code="mask_wrong_size",
            hint="save the mask as a grey picture of the photo's size",
        )
    between = float(((mask > 8) & (mask < 247)).mean())
    if mask.dtype != np.uint8 or between > 0.1 or mask.max() < 247 or mask.min() > 8:
        raise Refusal(
            f"the mask has {mask.dtype} values from {mask.min()} to {mask.max()}, {between:.0%} of "
            "them between black and white; expected black with the garment in white",
            code="mask_not_binary",
            hint="save black (0) outside and white (255) on the garment",
        )


def solid(mask: np.ndarray, given: bool) -> np.ndarray:
    """The mask as it is, if given; else its largest connected part.

    Args:
        mask: uint8 [H, W].
        given: Whether a person made it.

    Raises:
        Refusal: `garment_missing` where it is too small, too large or in pieces.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats((mask > 127).astype(np.uint8))
    sizes = stats[1:, cv2.CC_STAT_AREA]
    largest = float(sizes.max(initial=0))
    cover, marked = largest / mask.size, float(sizes.sum())
    what = "the mask marks" if given else "the garment found covers"
    if count < 2 or not LEAST_COVER <= cover <= MOST_COVER or largest < LEAST_SOLID * marked:
        raise _missing(
            f"{what} {cover:.0%} of the photo in one piece ({marked / mask.size:.0%} in all), "
            f"expected {LEAST_COVER:.0%} to {MOST_COVER:.0%}"
        )
    main = labels == 1 + int(sizes.argmax())
    rim = np.concatenate([main[0], main[-1], main[:, 0], main[:, -1]]).mean()
    if rim > MOST_RIM:
        raise _missing(f"{what} {rim:.0%} of the photo's rim, expected at most {MOST_RIM:.0%}")
    if given:
        return mask
    near = cv2.dilate(main.astype(np.uint8), np.ones((5, 5), np.uint8))
    return np.where(near > 0, mask, 0).astype(np.uint8)


def check_layout(measured: Flat, mask: np.ndarray) -> None:
    """Refuse landmarks that no garment has: off the mask, crossed, upside down.

    Raises:
        Refusal: `garment_unclear`.
    """
    units = measured.units
    for name, (least, most) in WIDTHS.items():
        if measured.has(f"{name}_left", f"{name}_right"):
            wide = float(units[f"{name}_left"][0] - units[f"{name}_right"][0])
            if not least <= wide <= most:
                raise _unclear(f"its {name} is {wide:.1f} pupil distances wide")
    for upper, lower, least in LEGS if measured.category == "lower" else HEIGHTS:
        for side in ("right", "left"):
            names = (f"{upper}_{side}", f"{lower}_{side}")
            if measured.has(*names):
                tall = float(units[names[1]][1] - units[names[0]][1])
                if tall < least:
                    raise _unclear(f"{names[1]} lies {tall:.1f} pupil distances under {names[0]}")
    away = cv2.distanceTransform((mask <= 127).astype(np.uint8), cv2.DIST_L2, 3)
    points = np.rint(np.array(list(measured.pixels.values()))).astype(int)
    points = np.clip(points, 0, np.array(mask.shape[::-1]) - 1)
    stray = float((away[points[:, 1], points[:, 0]] > STRAY * max(mask.shape)).mean())
    if stray > MOST_STRAY:
        raise _unclear(f"{stray:.0%} of its landmarks lie off its mask")


def _missing(message: str) -> Refusal:
    return Refusal(
        message,
        code="garment_missing",
        hint="use a photo of one garment laid flat, front up, filling most of the picture",
    )


def _unclear(message: str) -> Refusal:
    return Refusal(
        f"no garment lies like this: {message}",
        code="garment_unclear",
        hint="lay the garment flat, front up, on a plain ground; name its category",
    )
