"""What a look can be put on with no network at all: the bar a network must clear."""

import json
from collections.abc import Callable, Mapping

import cv2
import numpy as np

from tryon.makeup.composition import allowed, compose, mean_shift
from tryon.makeup.condition import SCALE
from tryon.makeup.look import REGIONS, parse
from tryon.types import Arrays
from tryon.vision.colour import hex_to_srgb, lab_to_srgb

Painter = Callable[[Arrays], np.ndarray]
"""A batch of prepared arrays, with `look` as JSON texts → pictures, float [N, S, S, 3]."""

Network = Callable[..., Mapping[str, np.ndarray]]
"""`OnnxSession.run`: image, masks, condition as keywords → gain, residual."""

NONE, FLAT, SHIFT = "no makeup", "flat blend", "mean shift"
ORDER = tuple(REGIONS.index(r) for r in ("foundation", "blush", "eyeshadow", "eyeliner", "lips"))
OPACITY = 0.6  # of the flat blend where the data does not say how strong the look was


def no_makeup(batch: Arrays) -> np.ndarray:
    """The photo as it is."""
    return batch["image"] / np.float32(255)


def flat_blend(batch: Arrays) -> np.ndarray:
    """The product's colour over the region, at its intensity: what a landmark script does.

    A sample without a known look takes the asked colour, at 60 % opacity.
    """
    pictures = no_makeup(batch)
    for index, text in enumerate(batch["look"]):
        masks = batch["masks"][index] / np.float32(255)
        for region, (colour, opacity) in _paint(text, batch["condition"][index]).items():
            alpha = opacity * masks[region, ..., None]
            pictures[index] += alpha * (colour - pictures[index])
    return pictures


def shifted(batch: Arrays) -> np.ndarray:
    """The analytic mean shift of `tryon.makeup.composition`, with the same asked colours."""
    pictures = no_makeup(batch)
    for index, condition in enumerate(batch["condition"]):
        masks = batch["masks"][index] / np.float32(255)
        change = mean_shift(pictures[index], masks, condition)
        pictures[index] += allowed(masks, condition)[..., None] * change
    return np.clip(pictures, 0, 1)


BASELINES: dict[str, Painter] = {NONE: no_makeup, FLAT: flat_blend, SHIFT: shifted}


def painter(network: Network, size: int) -> Painter:
    """A network as it ships: run at its own size, composed at the size of the pictures.

    Args:
        network: `OnnxSession.run` of the exported generator.
        size: Side of the square pictures it was exported for.
    """

    def paint(batch: Arrays) -> np.ndarray:
        pictures = no_makeup(batch)
        masks = batch["masks"] / np.float32(255)
        outputs = network(
            image=_sized(pictures.transpose(0, 3, 1, 2), size),
            masks=_sized(masks, size),
            condition=batch["condition"].astype(np.float32),
        )
        gain = _sized(outputs["gain"], pictures.shape[1])[:, 0]
        residual = _sized(outputs["residual"], pictures.shape[1]).transpose(0, 2, 3, 1)
        rows = zip(pictures, masks, batch["condition"], gain, residual, strict=True)
        return np.stack([compose(*row) for row in rows])

    return paint


def _paint(text: str, condition: np.ndarray) -> dict[int, tuple[np.ndarray, float]]:
    """Region index → RGB and opacity, in the order of painting."""
    if not text:
        colours = lab_to_srgb(SCALE * condition[:, :3])
        return {k: (colours[k], OPACITY) for k in ORDER if condition[k, 3] > 0}
    parts = parse(json.loads(text)).regions
    return {
        k: (hex_to_srgb(part.colour), part.intensity)
        for k in ORDER
        if (part := parts.get(REGIONS[k])) is not None and part.colour is not None
    }


def _sized(planes: np.ndarray, side: int) -> np.ndarray:
    """float32 [N, C, H, W] → [N, C, side, side], bilinear, or area means where it shrinks."""
    if planes.shape[2] == side:
        return np.ascontiguousarray(planes, np.float32)
    how = cv2.INTER_AREA if side < planes.shape[2] else cv2.INTER_LINEAR
    flat = np.ascontiguousarray(planes, np.float32).reshape(-1, *planes.shape[2:])
    sized = [cv2.resize(plane, (side, side), interpolation=how) for plane in flat]
    return np.stack(sized).reshape(*planes.shape[:2], side, side)
