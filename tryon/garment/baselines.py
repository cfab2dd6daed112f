"""What a garment can be put on with no network at all: the bar a network must clear."""

from collections.abc import Callable, Mapping

import numpy as np

from tryon.garment.composition import Fields, Planes, compose
from tryon.types import Arrays

Dresser = Callable[[Arrays], np.ndarray]
"""A batch of prepared arrays → pictures, float [N, H, W, 3] in [0, 1]."""

Network = Callable[..., Mapping[str, np.ndarray]]
"""`OnnxSession.run`: the generator's inputs as keywords → flow, logits, shade, tint."""

PLANES = ("old", "front", "limbs", "edit", "sources")
OLD, PASTE, BEHIND = "old garment", "pasted warp", "pasted behind"
INPUTS = (
    "image", "warped", "old", "front", "limbs", "sources", "parts", "keypoints", "category",
)  # fmt: skip


def keep_old(batch: Arrays) -> np.ndarray:
    """The person as they are."""
    return batch["image"] / np.float32(255)


def paste(batch: Arrays) -> np.ndarray:
    """The spline-warped garment pasted over the person, as it is."""
    warped = batch["warped"] / np.float32(255)
    return keep_old(batch) * (1 - warped[..., 3:]) + warped[..., :3]


def paste_behind(batch: Arrays) -> np.ndarray:
    """The same behind what the labels say lies before it: hair, arms, hands.

    It stays within what may be edited, as a network's picture does: all that composition does
    without a network.
    """
    pictures = keep_old(batch)
    warped = batch["warped"] / np.float32(255)
    shown = 1 - batch["front"][..., None] / np.float32(255)
    shown = shown * (batch["edit"][..., None] / np.float32(255))
    return pictures * (1 - shown * warped[..., 3:]) + shown * warped[..., :3]


BASELINES: dict[str, Dresser] = {OLD: keep_old, PASTE: paste, BEHIND: paste_behind}


def dresser(network: Network) -> Dresser:
    """A network as it ships: run on prepared arrays, composed by the code the service runs.

    Args:
        network: `OnnxSession.run` of the exported generator, for frames of the arrays' size.
    """

    def dress(batch: Arrays) -> np.ndarray:
        made = network(**inputs(batch))
        pictures = []
        for index in range(len(batch["image"])):
            image = batch["image"][index] / np.float32(255)
            warped = batch["warped"][index] / np.float32(255)
            planes = Planes(*(batch[name][index] / np.float32(255) for name in PLANES))
            fields = Fields(*(made[name][index] for name in ("flow", "logits", "shade", "tint")))
            pictures.append(compose(image, warped, planes, fields)[0])
        return np.stack(pictures)

    return dress


def inputs(batch: Arrays) -> Arrays:
    """Prepared arrays as the generator takes them, float32, channels first."""
    given = {}
    for name in INPUTS:
        array = batch[name]
        if array.dtype == np.uint8:
            array = array.astype(np.float32) * np.float32(1 / 255)
        if array.ndim == 3 and name not in ("keypoints",):
            array = array[:, None]
        elif name in ("image", "warped"):
            array = array.transpose(0, 3, 1, 2)
        given[name] = np.ascontiguousarray(array, np.float32)
    return given
