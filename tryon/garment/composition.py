"""Putting a warped garment on a person: flow, shading, and what is shown where.

Plain numpy at any resolution; `tryon.garment.blend` holds the same maths in torch, and a test holds
both together. For one picture x [H, W, 3] in [0, 1], the warped garment w [H, W, 4], premultiplied,
planes old, front, limbs, edit [H, W] in [0, 1], what may come to light c_k [H, W, 3] with its
nearness n_k (background, skin, cloth), and what the network gives: flow d [2, h, w] in heights of
the frame, and fields at half the frame's size, enlarged too: a, b, t_k, shade s and tint f:

    w'     = w sampled at p + H · enlarged(d)(p), bilinear, 0 outside
    colour = clip(w'_rgb / max(w'_a, 0.02) · (1 + s), 0, 1)
    α      = σ(K (2 w'_a (1 − max(front, limbs · old)) − 1) + a) · min(1, 4 w'_a)     the garment
    β      = σ(K (1 − 2 old) + b) · (1 − old)                    else the person's own pixel
    π      = softmax_k(2 ln(n_k + 0.05) + [k is skin] K (3 limbs − 1) + t_k)
    F      = clip(Σ_k π_k c_k + f, 0, 1)                         else what comes to light
    y      = α · colour + (1 − α)(β x + (1 − β) F)
    out    = x + edit · (y − x)

With d, a, b, t, s, f = 0 that is a clean paste, with the nearest of what is in sight where the old
garment is uncovered, and skin along the limbs. Outside `edit` the picture is the person's own, bit
by bit.
"""

from dataclasses import dataclass

import cv2
import numpy as np

SHARP = 4.0  # K: how sure the start is
LEAST = 0.02
NEAREST = 0.05
SKIN = 1  # its place among the sources


@dataclass(frozen=True)
class Fields:
    """What the network gives for one picture, float32.

    Attributes:
        flow: [2, h, w], x and y, in heights of the frame.
        logits: [5, h, w]: a, b and the three t.
        shade: [3, h, w] in (-1, 1).
        tint: [3, h, w] in (-1, 1).
    """

    flow: np.ndarray
    logits: np.ndarray
    shade: np.ndarray
    tint: np.ndarray

    @classmethod
    def plain(cls, size: tuple[int, int]) -> "Fields":
        """A clean paste: no flow, no shading, nothing decided otherwise than it starts."""
        flat = np.zeros((5, *size), np.float32)
        coarse = np.zeros((2, 2, 2), np.float32)
        return cls(coarse, flat, flat[:3], flat[:3])


@dataclass(frozen=True)
class Planes:
    """The areas of one picture, float32 [H, W] in [0, 1]; see tryon.garment.areas.

    Attributes:
        old: Erased.
        front: Before the new garment.
        limbs: Bare where the old garment hid them.
        edit: May change.
        sources: [12, h, w] at any size: colours and nearness of background, skin, cloth.
    """

    old: np.ndarray
    front: np.ndarray
    limbs: np.ndarray
    edit: np.ndarray
    sources: np.ndarray


def compose(
    image: np.ndarray, warped: np.ndarray, planes: Planes, fields: Fields
) -> tuple[np.ndarray, np.ndarray]:
    """The dressed picture float32 [H, W, 3] in [0, 1], and α [H, W].

    Args:
        image: float32 [H, W, 3] in [0, 1].
        warped: float32 [H, W, 4] in [0, 1], premultiplied.
        planes: At the picture's size.
        fields: At any size; what differs from the picture's is enlarged, bilinear.
    """
    size = (image.shape[0], image.shape[1])
    warped = flowed(warped, fields.flow)
    cover = warped[..., 3]
    logits = [_sized(plane, size) for plane in fields.logits]
    shade = np.stack([_sized(plane, size) for plane in fields.shade], -1)
    colour = np.clip(warped[..., :3] / np.maximum(cover, LEAST)[..., None] * (1 + shade), 0, 1)
    hidden = np.maximum(planes.front, planes.limbs * planes.old)
    alpha = _sigmoid(SHARP * (2 * cover * (1 - hidden) - 1) + logits[0])
    alpha = alpha * np.minimum(1, 4 * cover)
    own = _sigmoid(SHARP * (1 - 2 * planes.old) + logits[1]) * (1 - planes.old)
    fill = _fill(planes, logits[2:], fields.tint, size)
    rest = own[..., None] * image + (1 - own[..., None]) * fill
    shown = alpha[..., None] * colour + (1 - alpha[..., None]) * rest
    return image + planes.edit[..., None] * (shown - image), alpha


def _fill(
    planes: Planes, chosen: list[np.ndarray], tint: np.ndarray, size: tuple[int, int]
) -> np.ndarray:
    """What comes to light, [H, W, 3]."""
    sources = np.stack([_sized(plane, size) for plane in planes.sources])
    sources = sources.reshape(len(chosen), 4, *size)
    scores = 2 * np.log(sources[:, 3] + NEAREST) + np.stack(chosen)
    scores[SKIN] += SHARP * (3 * planes.limbs - 1)
    share = np.exp(scores - scores.max(0))
    share /= share.sum(0)
    mixed = np.einsum("khw,kchw->hwc", share, sources[:, :3])
    mixed += np.stack([_sized(plane, size) for plane in tint], -1)
    return np.clip(mixed, 0, 1)


def flowed(warped: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Resample [H, W, C] at p + H · flow(p); flow [2, h, w] is enlarged, bilinear."""
    height, width = warped.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    across, down = (_sized(plane, (height, width)) * np.float32(height) for plane in flow)
    return cv2.remap(  # zero outside
        warped, x + across, y + down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT
    )


def _sized(plane: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Bilinear, pixel centres at halves, borders repeated: as torch without aligned corners."""
    if plane.shape == size:
        return plane
    return cv2.resize(plane.astype(np.float32), size[::-1], interpolation=cv2.INTER_LINEAR)


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-logits)))
