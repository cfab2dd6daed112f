"""What of a face is in sight: 1 where makeup may lie, 0 on hair, beards, teeth, frames, hands.

With parsing labels the labels decide. Without them, and where a label is unknown, the picture
does: skin likelihood against the face's own skin, a lip model of its own, ridges of frames. Each
part of the face has its own judge, and one plane holds them all: the lips' judge decides in and
around the mouth, the lids' judge around the eyes, the skin's judge elsewhere. Skin-coloured
occluders (a hand before the face) are only known from labels.
"""

import cv2
import numpy as np

from tryon.errors import TryonError
from tryon.vision import facemesh
from tryon.vision.contours import Patch, blur, closed, face_scale, inset, soft, soft_patch
from tryon.vision.faceview import UNIT, FaceView, above
from tryon.vision.glasses import find_frames
from tryon.vision.mouth import visible_lips
from tryon.vision.parsing import Label
from tryon.vision.skin import Skin, find_skin

COVERING = (
    Label.BACKGROUND, Label.GLASSES, Label.EARRING, Label.MOUTH, Label.NECKLACE, Label.CLOTH,
    Label.HAIR, Label.HAT, Label.BEARD, Label.HAND,
)  # fmt: skip
_COVERING = np.isin(np.arange(256), COVERING).astype(np.float32)
RIM = 0.3  # eye distances around the face that are judged too: soft edges reach beyond it
STRANDS_LEAST = 0.35  # of a brow's tint that skin between its hairs gets


def visible_skin(
    image: np.ndarray, landmarks: np.ndarray, parsing: np.ndarray | None = None
) -> np.ndarray:
    """What nothing covers, float32 [H, W] in [0, 1]; 1 beyond the face.

    Args:
        image: uint8 RGB [H, W, 3].
        landmarks: float [478, 2] pixels.
        parsing: Canonical labels uint8 [H, W] (tryon.vision.parsing), where there are any.
    """
    if image.dtype != np.uint8 or image.ndim != 3:
        raise TryonError(
            f"got {image.dtype} {image.shape}, expected uint8 [H, W, 3]", code="shapes"
        )
    if parsing is None:
        return _seen(image, landmarks)
    if parsing.shape != image.shape[:2]:
        raise TryonError(
            f"labels are {parsing.shape}, the picture is {image.shape[:2]}", code="shapes"
        )
    covered = cv2.LUT(parsing, _COVERING)
    sigma = max(0.006 * face_scale(landmarks), 0.4)
    bare = 1 - blur(covered, sigma)
    unknown = parsing == Label.UNKNOWN
    return np.where(unknown, _seen(image, landmarks), bare) if unknown.any() else bare


def _seen(image: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    view = FaceView.around(image, landmarks, RIM)
    skin = find_skin(view)
    seen = skin.likelihood
    eyes, brows = _eye_zones(view)
    _blend(seen, eyes, _visible_lids(view, skin.ratio, eyes))
    _blend(seen, brows, _strands(brows.of(skin.ratio)))
    frames = find_frames(view, skin)
    if frames is not None:
        seen *= 1 - frames
    _blend(seen, *_mouth(view, skin))
    return np.clip(view.back(seen, beyond=1.0), 0, 1)


def _blend(plane: np.ndarray, zone: Patch, other: np.ndarray) -> None:
    """Bring in `other` where the zone is."""
    near = zone.of(plane)
    near += zone.plane * (other - near)


def _mouth(view: FaceView, skin: Skin) -> tuple[Patch, np.ndarray]:
    """The zone of the mouth, and how much of it is bare."""
    lips = inset(closed(view.points[list(facemesh.LIPS_OUTER)]), -0.04 * UNIT)
    zone = soft_patch([lips], view.shape, 0.012 * UNIT)
    near, where = view.part(lips, 0.2)
    bare = np.ones(view.shape, np.float32)
    bare[where] = visible_lips(near, skin.part(where))
    return zone, zone.of(bare)


def _eye_zones(view: FaceView) -> tuple[Patch, Patch]:
    """The lids up to the brows, and the brows, as soft zones."""
    lids, brows = [], []
    for eye in facemesh.EYES:
        around = cv2.convexHull(view.points[list(eye.lower_lid + eye.brow_lower)])[:, 0]
        lids.append(inset(around, -0.14 * UNIT))
        brows.append(closed(view.points[list(eye.brow)]))
    return (
        soft_patch(lids, view.shape, 0.03 * UNIT),
        soft_patch(brows, view.shape, 0.02 * UNIT),
    )


def _visible_lids(view: FaceView, ratio: np.ndarray, zone: Patch) -> np.ndarray:
    """Lids are shaded, lined and often made up already; only what is very dark and far from the
    lashes covers them (a fringe, a strand of hair)."""
    lashes = [inset(closed(view.points[list(eye.outline)]), -0.12 * UNIT) for eye in facemesh.EYES]
    near = zone.of(soft(lashes, view.shape, 0.03 * UNIT))
    return 1 - above(0.55 - zone.of(ratio), 0.0, 0.2) * (1 - near)


def _strands(ratio: np.ndarray) -> np.ndarray:
    """Full on the hairs of the brow, STRANDS_LEAST on the skin between them."""
    hair = above(1 - ratio, 0.04, 0.2)
    return STRANDS_LEAST + (1 - STRANDS_LEAST) * blur(hair, 0.8)
