"""Exact face parsing of a drawn portrait."""

import numpy as np

from tryon.sample.body import Piece
from tryon.sample.drawing import fill, smooth_closed
from tryon.sample.eyes import EyeLayer
from tryon.sample.glasses import GlassesLayer
from tryon.sample.hair import HairLayer
from tryon.sample.head import Surface
from tryon.sample.mouth import UPPER_EDGE, MouthLayer
from tryon.vision.facemesh import EYES, LIPS_INNER, LIPS_OUTER, RIGHT_EYE
from tryon.vision.parsing import Label

NOSE = (168, 193, 245, 188, 174, 217, 198, 131, 49, 129, 64, 98, 97, 2, 326, 327, 294, 358, 279,
        360, 420, 437, 399, 412, 465, 417)  # fmt: skip
BEARD_FROM = 0.35


def label_picture(
    *,
    surface: Surface,
    landmarks: np.ndarray,
    brow: np.ndarray,
    mouth: MouthLayer,
    eyes: EyeLayer,
    back: np.ndarray,
    neck: Piece,
    clothes: Piece,
    ears: tuple[Piece, Piece],
    beard: np.ndarray,
    hair: HairLayer,
    glasses: GlassesLayer,
    hand: tuple[np.ndarray, np.ndarray] | None,
) -> np.ndarray:
    """Labels uint8 [H, W] (tryon.vision.parsing.Label) of the layers, nearest last."""
    shape = (brow.shape[0], brow.shape[1])
    labels = np.zeros(shape, np.uint8)
    labels[back[..., 3] > 0.5] = Label.HAIR
    labels[neck.alpha > 0.5] = Label.NECK
    labels[clothes.alpha > 0.5] = Label.CLOTH
    labels[ears[0].alpha > 0.5] = Label.RIGHT_EAR
    labels[ears[1].alpha > 0.5] = Label.LEFT_EAR
    face = surface.cover > 0.5
    labels[face] = Label.SKIN
    labels[(fill(shape, smooth_closed(landmarks[list(NOSE)])) > 0.5) & face] = Label.NOSE
    for eye in EYES:
        side = Label.RIGHT_BROW if eye is RIGHT_EYE else Label.LEFT_BROW
        area = fill(shape, smooth_closed(landmarks[list(eye.brow)]), 1.0)
        labels[(area > 0.3) & (brow > 0.15) & face] = side
    lips = mouth.lips > 0.5
    half = len(LIPS_OUTER) // 2
    top_edge = (*LIPS_OUTER[half:], LIPS_OUTER[0])
    middle = (landmarks[list(UPPER_EDGE)] + landmarks[list(LIPS_INNER[: half + 1])]) / 2
    upper = fill(shape, np.concatenate([middle, landmarks[list(top_edge)]])) > 0.5
    labels[lips & face] = Label.LOWER_LIP
    labels[lips & upper & face] = Label.UPPER_LIP
    labels[mouth.alpha > 0.5] = Label.MOUTH
    labels[eyes.openings[0] > 0.5] = Label.RIGHT_EYE
    labels[eyes.openings[1] > 0.5] = Label.LEFT_EYE
    labels[(beard[..., 3] > BEARD_FROM) & face] = Label.BEARD
    labels[hair.front[..., 3] > 0.5] = Label.HAIR
    labels[glasses.frame > 0.4] = Label.GLASSES
    if hand is not None:
        labels[hand[1] > 0.5] = Label.HAND
    return labels
