"""Training-time variation of captioned pictures that leaves what is said of them true.

Light and tint stay small, because captions name colours; nothing is mirrored whose captions name
a side.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from functools import cached_property

import albumentations as A
import cv2
import numpy as np

from tryon.caption.colours import ANCHORS, name_colour
from tryon.caption.config import AugmentationConfig
from tryon.caption.pictures import planes
from tryon.caption.preparation import TOKENIZER
from tryon.caption.preview import contact_sheet
from tryon.data.prepared import PreparedSplit
from tryon.errors import DataError
from tryon.types import Arrays
from tryon.vision.colour import delta_e_2000, hex_to_srgb, srgb_to_lab

__all__ = ["PicturePolicy", "TrainingSet", "check", "contact_sheet", "policy"]

SIDED = re.compile(r"\b(left|right)\b", re.IGNORECASE)
MOST_CHANGE = 12.0  # CIEDE2000 that a plain colour may move by, on average over the draws
DRAWS = 6


class PicturePolicy:
    """The policy of one configuration.

    Args:
        config: Strengths; a part of strength 0 is left out.
    """

    def __init__(self, config: AugmentationConfig) -> None:
        self.config = config
        parts: list[A.BasicTransform] = []
        if config.rotate or config.scale or config.shift:
            parts.append(
                A.Affine(
                    rotate=(-config.rotate, config.rotate),
                    scale=(1 - config.scale, 1 + config.scale),
                    translate_percent=(-config.shift, config.shift),
                    keep_ratio=True,
                    interpolation=cv2.INTER_LINEAR,
                    border_mode=cv2.BORDER_REPLICATE,
                    p=1,
                )
            )
        if config.light:
            parts.append(A.RandomBrightnessContrast(config.light, config.light, p=0.8))
        if config.tint:
            channel = (1 - config.tint, 1 + config.tint)
            parts.append(A.MultiplicativeNoise(channel, per_channel=True, p=0.8))
        if config.noise:
            parts.append(A.GaussNoise(std_range=(0, config.noise), p=0.5))
        self._parts = parts
        self._compose = A.Compose(parts)

    def __call__(self, image: np.ndarray, key: Sequence[int], sided: bool = False) -> np.ndarray:
        """Vary a picture, uint8 [S, S, 3]; equal keys vary equally.

        Args:
            image: The picture.
            key: Whole numbers ≥ 0, for example (seed, epoch, index).
            sided: Whether something is said of left or right: then it is not mirrored.
        """
        flip, *seeds = np.random.SeedSequence(tuple(key)).generate_state(len(self._parts) + 1)
        if not sided and flip / 2**32 < self.config.flip:
            image = np.ascontiguousarray(image[:, ::-1])
        for part, seed in zip(self._parts, seeds, strict=True):
            part.set_random_seed(int(seed))  # each its own: one common seed would correlate them
        varied: np.ndarray = self._compose(image=image)["image"] if self._parts else image
        return varied

    def digest(self) -> str:
        """sha256 of what the policy does: its parts, their strengths, the library's version."""
        parts = [A.__version__, self.config.flip, [repr(part) for part in self._parts]]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def policy(config: AugmentationConfig) -> PicturePolicy:
    """The policy of a configuration."""
    return PicturePolicy(config)


def check(policy: PicturePolicy, split: PreparedSplit) -> None:
    """Hold a policy against plain pictures of every named colour.

    Raises:
        DataError: `augmentation`: equal keys vary unequally, a picture changes its shape or type,
            or colours move so far that their captions are no longer true.
    """
    side = int(split.arrays["image"].shape[1])
    moved = []
    for number, (word, codes) in enumerate(ANCHORS.items()):
        colour = np.rint(255 * hex_to_srgb(codes[0])).astype(np.uint8)
        plain = np.broadcast_to(colour, (side, side, 3)).copy()
        for draw in range(DRAWS):
            varied = policy(plain, (number, draw))
            if not np.array_equal(varied, policy(plain, (number, draw))):
                raise _broken("equal keys vary unequally", "draw all randomness from the key")
            if varied.shape != plain.shape or varied.dtype != np.uint8:
                raise _broken(
                    f"a picture became {varied.dtype} {varied.shape}, expected uint8 {plain.shape}",
                    "keep size and type",
                )
            middle = srgb_to_lab(np.median(varied, axis=(0, 1)).astype(np.float32) / 255)
            before = srgb_to_lab(colour.astype(np.float32) / 255)
            moved.append((float(delta_e_2000(middle, before)), word, name_colour(middle).word))
    mean = float(np.mean([apart for apart, *_ in moved]))
    if mean > MOST_CHANGE:
        _, word, became = max(moved)
        raise _broken(
            f"plain colours move by {mean:.1f} ΔE2000, at most {MOST_CHANGE:g} are allowed "
            f"({word} became {became})",
            "lower light, tint or noise: captions name colours",
        )


class TrainingSet:
    """Prepared pictures and the ids of their captions; a map-style dataset.

    Args:
        split: Prepared samples.
        augmentation: Strengths, or None for the samples as they are.
        seed: With epoch and index it decides all randomness, so that a resumed run sees what an
            uninterrupted one would have seen.
    """

    def __init__(
        self, split: PreparedSplit, augmentation: AugmentationConfig | None, seed: int
    ) -> None:
        self.split = split
        self.seed = seed
        self.augmentation = augmentation
        self.policy = PicturePolicy(augmentation) if augmentation else None

    def __len__(self) -> int:
        return len(self.split)

    @cached_property
    def assets(self) -> dict[str, bytes]:
        """What is kept with the weights: the tokenizer, without which ids mean nothing."""
        return {TOKENIZER: (self.split.folder.parent / TOKENIZER).read_bytes()}

    @cached_property
    def _sided(self) -> list[bool]:
        return [bool(SIDED.search(texts)) for texts in self.split.table["captions"]]

    def __getitem__(self, key: int | tuple[int, int]) -> Arrays:
        """One sample: image float32 [3, S, S] in [0, 1] and captions int64 [R, L].

        Args:
            key: index, or (epoch, index); an index alone is of epoch 0.
        """
        epoch, index = (0, key) if isinstance(key, (int, np.integer)) else key
        image = np.asarray(self.split.arrays["image"][index])
        if self.policy:
            image = self.policy(image, (self.seed, epoch, index), self._sided[index])
        captions = np.array(self.split.arrays["captions"][index])
        if self.augmentation and self.augmentation.references < len(captions):
            rng = np.random.default_rng((self.seed, epoch, index))
            captions = captions[rng.permutation(len(captions))[: self.augmentation.references]]
        return {"image": planes(image[None])[0], "captions": captions}


def _broken(message: str, hint: str) -> DataError:
    return DataError(f"augmentation: {message}", code="augmentation", hint=hint)
