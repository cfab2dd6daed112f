"""A read mask drawn along the photo's own edges: GrabCut (Rother et al. 2004), begun by a network.

The network knows what a garment is, but sees it small, and misses prints and seams; the photo's
colours know where it ends. What the network is sure of stays.
"""

import cv2
import numpy as np

SIDE = 320  # pixels of the photo's larger side at which colours are compared
SURE = 2.0  # logit from which the network's word holds,
INSET = 0.0375  # this share of SIDE inside of where it does
ROUNDS = 4
STEEP = 2.0  # how steep the edge is made after enlarging


def cut(photo: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """The garment's mask, uint8 [H, W], 0 to 255.

    Args:
        photo: uint8 RGB [H, W, 3].
        logits: float32 [H, W], of being garment.
    """
    scale = min(1.0, SIDE / max(photo.shape[:2]))
    size = (max(1, round(photo.shape[1] * scale)), max(1, round(photo.shape[0] * scale)))
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    said = cv2.resize(logits.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    mask = _decided(small, said).astype(np.float32)
    soft = cv2.resize(cv2.GaussianBlur(mask, (0, 0), 1), photo.shape[1::-1])
    return np.rint(255 * np.clip(STEEP * (soft - 0.5) + 0.5, 0, 1)).astype(np.uint8)


def _decided(photo: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Garment or not, bool [H, W], at the size of comparison."""
    marks = np.where(logits > 0, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    if marks.min() == marks.max():  # one kind of pixel has no edge
        return logits > 0
    side = 2 * round(INSET * SIDE) + 1
    inset = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    for sure, mark in ((logits > SURE, cv2.GC_FGD), (logits < -SURE, cv2.GC_BGD)):
        marks[cv2.erode(sure.astype(np.uint8), inset) > 0] = mark
    cv2.setRNGSeed(0)  # of this thread: its clusters start the same way each time
    models = np.zeros((1, 65)), np.zeros((1, 65))
    nowhere = (0, 0, 1, 1)  # the marks count, no rectangle
    cv2.grabCut(photo[..., ::-1].copy(), marks, nowhere, *models, ROUNDS, cv2.GC_INIT_WITH_MASK)
    return (marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)
