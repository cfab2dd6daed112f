"""Which parts of a picture a new garment may touch: what is erased, what stays in front, what is
repainted, what is never changed.

Only the old garment is erased, a little widened; arms and everything else stay. What else is
repainted follows from the shape of the new garment. The classic choice, erasing torso and arms
whole (Wang et al. 2018, CP-VTON), asks a network to invent arms that are in plain sight.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from tryon.garment.build import Body
from tryon.garment.garment import Category
from tryon.garment.pieces import CROTCH, Fit
from tryon.vision.human import Part

# Labels by what they mean for a garment; a group's number is its place.
GROUPS: Mapping[str, tuple[Part, ...]] = {
    "background": (Part.BACKGROUND,),
    "hair": (Part.HAT, Part.HAIR, Part.GLASSES, Part.SCARF),
    "face": (Part.FACE,),
    "arms": (Part.LEFT_ARM, Part.RIGHT_ARM, Part.GLOVE),
    "skin": (Part.SKIN,),
    "upper": (Part.UPPER, Part.COAT),
    "dress": (Part.DRESS,),
    "lower": (Part.TROUSERS, Part.SKIRT),
    "legs": (Part.LEFT_LEG, Part.RIGHT_LEG, Part.SOCKS),
    "shoes": (Part.LEFT_SHOE, Part.RIGHT_SHOE),
}
GROUP = {name: place for place, name in enumerate(GROUPS)}
ERASED: Mapping[Category, tuple[str, ...]] = {
    "upper": ("upper",),
    "lower": ("lower",),
    "whole": ("upper", "dress", "lower"),
}
WORN: Mapping[Category, str] = {"upper": "upper", "lower": "lower", "whole": "dress"}
_FRONT: Mapping[Category, tuple[str, ...]] = {
    "upper": ("hair", "face"),
    "lower": ("hair", "face", "upper", "shoes"),  # what hangs over the waistband stays over it
    "whole": ("hair", "face", "shoes"),
}
HEAD = ("hair", "face")
# What may come to light where the old garment was: the groups each kind of it is taken from.
SOURCES: Mapping[str, tuple[str, ...]] = {
    "background": ("background",),
    "skin": ("face", "arms", "skin", "legs"),
    "cloth": ("upper", "dress", "lower", "shoes"),
}
WIDEN = 1 / 64  # of the frame's height: how much further the old garment is erased
REACH = 1 / 26  # of the frame's height: how far round the new garment may be repainted
HAND = 1.9  # units from the wrist to the finger tips
THICK = {  # half widths along a limb, units
    "arm": (0.85, 0.78, 0.62, 0.5),
    "leg": (1.25, 1.05, 0.8, 0.55),
}
FAINT = 0.003  # share of a frame under which a colour counts less than one told from elsewhere
FAR = 9e3  # pixels: what lies further out is drawn there
LEAST_OLD = 0.01  # share of the frame that what is to be replaced must cover


def to_groups(labels: np.ndarray) -> np.ndarray:
    """Canonical labels uint8 [H, W] → groups uint8 [H, W]; what is unknown is background."""
    table = np.zeros(256, np.uint8)
    for name, parts in GROUPS.items():
        table[list(parts)] = GROUP[name]
    return cv2.LUT(labels, table)


@dataclass(frozen=True)
class Areas:
    """Planes of a picture, uint8 [H, W], 0 to 255.

    Attributes:
        old: The garment to be replaced, widened: erased.
        front: What lies before the new garment.
        limbs: Arms and legs as the joints tell them, where the new garment does not cover them:
            bare, if the old garment hid them.
        edit: What may change; 0 elsewhere.
    """

    old: np.ndarray
    front: np.ndarray
    limbs: np.ndarray
    edit: np.ndarray


def find(groups: np.ndarray, alpha: np.ndarray, category: Category, body: Body, fit: Fit) -> Areas:
    """The areas of one picture.

    Args:
        groups: uint8 [H, W], see `to_groups`.
        alpha: The warped garment's, float32 [H, W] in [0, 1].
        category: Of the garment.
        body: In the pixels of the picture.
        fit: The garment on that body.
    """
    old = is_any(groups, ERASED[category])
    front = is_any(groups, _FRONT[category]) | (
        is_any(groups, ("arms",)) & (_covered(fit, old.shape, ("sleeve",)) == 0)
    )
    kept = is_any(groups, HEAD) | (is_any(groups, ("arms",)) & hands(groups.shape, body))
    if category == "lower":
        kept |= is_any(groups, ("upper",))
    erased = _widened(old, groups.shape[0] * WIDEN)
    wide = _widened(alpha > 0.1, groups.shape[0] * REACH)
    edit = cv2.blur(((erased | wide) & ~kept).astype(np.uint8) * 255, (3, 3))
    edit[kept | ~(erased | wide)] = 0
    soft = cv2.blur((erased & ~kept).astype(np.uint8) * 255, (3, 3))
    soft[kept] = 0
    return Areas(soft, front.astype(np.uint8) * 255, bare(groups.shape, body, fit), edit)


def bare(shape: tuple[int, ...], body: Body, fit: Fit) -> np.ndarray:
    """Arms and legs drawn from the joints, without what the new garment covers, uint8 [H, W]."""
    drawn = np.zeros(shape[:2], np.uint8)
    for kind, halves in THICK.items():
        limb_of = body.arm if kind == "arm" else body.leg
        for side in ("right", "left"):
            limb = limb_of(side)
            at = np.linspace(0.5 if kind == "arm" else CROTCH, sum(limb.lengths), 24)
            wide = np.interp(at, np.linspace(0, sum(limb.lengths), 4), halves)
            for point, half in zip(limb.along(at), wide * body.unit, strict=True):
                centre = np.rint(np.clip(point, -FAR, FAR) * 16).astype(int).tolist()
                cv2.circle(drawn, centre, round(float(half) * 16), (255,), -1, cv2.LINE_8, 4)
    covered = _covered(fit, shape, ("sleeve", "leg")) * np.uint8(255)
    return cv2.blur(cv2.subtract(drawn, covered), (3, 3))


def sources(
    image: np.ndarray,
    groups: np.ndarray,
    category: Category,
    size: tuple[int, int],
    tone: np.ndarray | None = None,
) -> np.ndarray:
    """What may come to light, spread from where it is in sight, uint8 [K · 4, h, w].

    Each kind of SOURCES gives its colours and how near it is (255 where it is in sight), by
    pulling up and pushing down a pyramid (Gortler et al. 1996, section 3.4).

    Args:
        image: uint8 [H, W, 3].
        groups: uint8 [H, W].
        category: What of `cloth` it erases is left out.
        size: (h, w).
        tone: The person's skin (tryon.garment.skin), where the frame may show none.
    """
    coarse = cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA).astype(np.float32)
    found = []
    near = _widened(is_any(groups, ERASED[category]), groups.shape[0] * WIDEN)
    for kind, names in SOURCES.items():
        kept = tuple(name for name in names if name not in ERASED[category])
        clear = is_any(groups, kept) & ~near  # edges hold some of the old garment's colour
        mask = cv2.erode(clear.astype(np.float32), np.ones((3, 3), np.uint8))
        share = cv2.resize(mask, size[::-1], interpolation=cv2.INTER_AREA)
        found.append(_spread(coarse, share, tone if kind == "skin" else None))
    stacked = np.concatenate([plane.transpose(2, 0, 1) for plane in found])
    return np.rint(np.clip(stacked, 0, 255)).astype(np.uint8)


def _spread(colour: np.ndarray, weight: np.ndarray, otherwise: np.ndarray | None) -> np.ndarray:
    """Colours [h, w, 3] where weight [h, w] is known, filled; and the nearness, [h, w, 4].

    Where next to nothing is known the colour is `otherwise` [3].
    """
    levels = [np.dstack([colour * weight[..., None], weight])]
    while min(levels[-1].shape[:2]) > 1:
        height, width = levels[-1].shape[:2]
        half = (max(1, (width + 1) // 2), max(1, (height + 1) // 2))
        levels.append(cv2.resize(levels[-1], half, interpolation=cv2.INTER_AREA))
    top = levels[-1]
    if otherwise is not None:
        top = top + FAINT * np.append(otherwise, 1)
    filled = top[..., :3] / np.maximum(top[..., 3:], 1e-6)
    near = np.minimum(levels[-1][..., 3], 1)
    for level in levels[-2::-1]:
        size = level.shape[1::-1]
        filled = cv2.resize(filled, size, interpolation=cv2.INTER_LINEAR).reshape(*size[::-1], 3)
        near = 0.6 * cv2.resize(near, size, interpolation=cv2.INTER_LINEAR).reshape(size[::-1])
        known = np.minimum(level[..., 3], 1)
        own = level[..., :3] / np.maximum(level[..., 3:], 1e-6)
        filled = filled + known[..., None] * (own - filled)
        near = np.maximum(near, known)
    return np.dstack([filled, 255 * near])


def hands(shape: tuple[int, ...], body: Body) -> np.ndarray:
    """Around the hands, bool [H, W]: beyond the wrists, as seen along the forearms."""
    found = np.zeros(shape[:2], np.uint8)
    for side in ("right", "left"):
        wrist = body.pose.point(f"{side}_wrist").astype(np.float64)
        way = wrist - body.pose.point(f"{side}_elbow")
        way = way / max(float(np.hypot(*way)), 1e-6)
        aside = np.array([-way[1], way[0]]) * 1.2 * body.unit
        near, far = wrist - 0.15 * body.unit * way, wrist + HAND * body.unit * way
        corners = np.array([near - aside, near + aside, far + aside, far - aside])
        cv2.fillConvexPoly(found, np.rint(corners).astype(np.int32), (1,))
    return found > 0


def is_any(groups: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """Where the group is one of these, bool [H, W]."""
    table = np.zeros(256, np.uint8)
    table[[GROUP[name] for name in names]] = 1
    return cv2.LUT(groups, table) > 0


def shares(groups: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """How much of each cell each group covers, uint8 [G, h, w], 0 to 255, for size (h, w)."""
    planes = [
        cv2.resize((groups == place).astype(np.float32), size[::-1], interpolation=cv2.INTER_AREA)
        for place in range(len(GROUPS))
    ]
    return np.rint(np.stack(planes) * 255).astype(np.uint8)


def _covered(fit: Fit, shape: tuple[int, ...], kinds: tuple[str, ...]) -> np.ndarray:
    """Where these pieces of the new garment cover limbs, however thick: uint8 [H, W], 0 or 1."""
    covered = np.zeros(shape[:2], np.uint8)
    for strip in fit.strips:
        if strip.name.startswith(kinds):
            wide = strip.worn + (strip.worn - strip.worn[:, ::-1]) * 0.6
            outline = np.clip(np.concatenate([wide[:, 0], wide[::-1, 1]]), -FAR, FAR)
            cv2.fillPoly(covered, [np.rint(outline).astype(np.int32)], (1,))
    return covered


def _widened(mask: np.ndarray, radius: float) -> np.ndarray:
    side = 2 * max(1, round(radius)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return cv2.dilate(mask.astype(np.uint8), kernel) > 0
