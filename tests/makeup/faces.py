"""Eight drawn faces of 64 pixels with known regions, as a training set of the makeup task."""

import cv2
import numpy as np

from tryon.gan.order import Index
from tryon.makeup import condition
from tryon.types import Arrays

SIDE, COUNT = 64, 8
ELLIPSES = {  # region → centres and half axes, of the side
    0: [((0.5, 0.76), (0.14, 0.06))],
    1: [((0.33, 0.4), (0.1, 0.06)), ((0.67, 0.4), (0.1, 0.06))],
    3: [((0.25, 0.6), (0.1, 0.08)), ((0.75, 0.6), (0.1, 0.08))],
}


class Faces:
    """Pairs whose target is the face with regions coloured, fading towards their edges."""

    def __len__(self) -> int:
        return COUNT

    def __getitem__(self, index: Index) -> Arrays:
        random = np.random.default_rng(index.sample)
        skin = random.uniform([0.3, 0.2, 0.15], [0.95, 0.75, 0.65]).astype(np.float32)
        grain = cv2.GaussianBlur(random.normal(0, 0.1, (SIDE, SIDE)).astype(np.float32), (7, 7), 1)
        image = np.clip(skin + grain[..., None], 0, 1).astype(np.float32)
        masks = np.zeros((6, SIDE, SIDE), np.float32)
        for region, shapes in ELLIPSES.items():
            for (x, y), (wide, high) in shapes:
                centre, axes = (int(x * SIDE), int(y * SIDE)), (int(wide * SIDE), int(high * SIDE))
                cv2.ellipse(masks[region], centre, axes, 0, 0, 360, (1.0,), -1)
            masks[region] = cv2.GaussianBlur(masks[region], (7, 7), 1.2)
        presence = np.zeros(6, np.float32)
        presence[list(ELLIPSES)] = 1
        target = image.copy()
        for region in ELLIPSES:
            colour = random.uniform(0.1, 0.9, 3).astype(np.float32)
            amount = 0.8 * masks[region, ..., None] ** 3
            target = target + amount * (colour - target)
        return {
            "image": np.ascontiguousarray(image.transpose(2, 0, 1)),
            "target": np.ascontiguousarray(target.transpose(2, 0, 1)),
            "masks": masks,
            "condition": condition.measure(target, masks, presence, np.full(6, 0.4, np.float32)),
        }
