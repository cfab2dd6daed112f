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
from tryon.vision.contours import blur, closed, face_scale, fill, inset, soft
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
    view = FaceView.of(image, landmarks)
    skin = find_skin(view)
    frames = find_frames(view, skin.surface)
    mouth = soft([inset(closed(view.points[list(facemesh.LIPS_OUTER)]), -0.04 * UNIT)],
                 view.shape, 0.012 * UNIT)  # fmt: skip
    eyes, brows = _eye_zones(view)
    seen = skin.likelihood * (1 - frames)
    seen = seen * (1 - eyes) + _visible_lids(view, skin) * (1 - frames) * eyes
    seen = seen * (1 - brows) + _strands(view, skin) * (1 - frames) * brows
    seen = seen * (1 - mouth) + visible_lips(view, skin) * mouth
    return np.clip(view.back(seen.astype(np.float32), beyond=1.0), 0, 1)


def _eye_zones(view: FaceView) -> tuple[np.ndarray, np.ndarray]:
    """The lids up to the brows, and the brows, as soft zones."""
    lids, brows = [], []
    for eye in facemesh.EYES:
        low = view.points[list(eye.lower_lid)]
        high = view.points[list(eye.brow_lower)]
        around = cv2.convexHull(np.concatenate([low, high]).astype(np.float32))[:, 0]
        lids.append(inset(around, -0.14 * UNIT))
        brows.append(closed(view.points[list(eye.brow)]))
    return soft(lids, view.shape, 0.03 * UNIT), soft(brows, view.shape, 0.02 * UNIT)


def _visible_lids(view: FaceView, skin: Skin) -> np.ndarray:
    """Lids are shaded, lined and often made up already; only what is very dark and far from the
    lashes covers them (a fringe, a strand of hair)."""
    ratio = view.lab[..., 0] / skin.surface
    lashes = [inset(closed(view.points[list(eye.outline)]), -0.12 * UNIT) for eye in facemesh.EYES]
    near = blur(fill(lashes, view.shape), 0.03 * UNIT)
    return 1 - above(0.55 - ratio, 0.0, 0.2) * (1 - near)


def _strands(view: FaceView, skin: Skin) -> np.ndarray:
    """Full on the hairs of the brow, STRANDS_LEAST on the skin between them."""
    ratio = view.lab[..., 0] / skin.surface
    hair = above(1 - ratio, 0.04, 0.2)
    return STRANDS_LEAST + (1 - STRANDS_LEAST) * blur(hair, 0.8)
