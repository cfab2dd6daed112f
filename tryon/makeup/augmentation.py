"""Training-time variation: image, target, masks, labels and landmarks move together.

Geometry moves everything; light, tint and noise change image and target by the very same numbers;
a small jitter moves only the masks, as imperfect landmarks would. The condition is measured again
on the varied target, through the varied masks, since that is what it means.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import albumentations as A
import cv2
import numpy as np

from tryon.data.augmentation import Layout
from tryon.data.augmentation import check as check_policy
from tryon.data.prepared import PreparedSplit
from tryon.makeup import composition, condition
from tryon.makeup.config import AugmentationConfig
from tryon.makeup.look import REGIONS
from tryon.makeup.preview import contact_sheet
from tryon.types import Arrays
from tryon.vision.facemesh import LEFT_EYE, MIRROR, RIGHT_EYE
from tryon.vision.parsing import Label

__all__ = ["FacePolicy", "TrainingSet", "check", "contact_sheet", "layout", "policy"]

CHECKED = 24  # samples whose landmarks the check uses
_MIRROR = np.array(MIRROR)
_SIDES = ("BROW", "EYE", "EAR")


def _mirrored_labels() -> np.ndarray:
    table = np.arange(256, dtype=np.uint8)
    for part in _SIDES:
        left, right = Label[f"LEFT_{part}"], Label[f"RIGHT_{part}"]
        table[[left, right]] = right, left
    return table


_MIRRORED_LABELS = _mirrored_labels()


class FlipFace(A.HorizontalFlip):
    """A mirroring that swaps what has sides: landmarks by number, labels by name."""

    def apply_to_mask(self, mask: np.ndarray, **params: Any) -> np.ndarray:
        """Masks [S, S, R] have no sides; label maps [S, S] do."""
        flipped = super().apply_to_mask(mask, **params)
        return cv2.LUT(flipped, _MIRRORED_LABELS) if mask.ndim == 2 else flipped

    def apply_to_keypoints(self, keypoints: np.ndarray, **params: Any) -> np.ndarray:
        """Landmark i of the mirrored face is landmark MIRROR[i] of the face."""
        return super().apply_to_keypoints(keypoints, **params)[_MIRROR]


class MoveFace(A.Affine):
    """An affine move; soft masks [S, S, R] are interpolated, label maps [S, S] never.

    Args:
        jitter: Standard deviation of a shift (÷ side) and a scaling of the soft masks alone, as
            landmarks that are a little off would cause.
        affine: Arguments of albumentations.Affine.
    """

    def __init__(self, jitter: float = 0.0, **affine: Any) -> None:
        super().__init__(**affine)
        self.jitter = jitter

    def get_params_dependent_on_data(
        self, params: dict[str, Any], data: dict[str, Any]
    ) -> dict[str, Any]:
        """Adds the jitter: shift across, shift down, scaling."""
        drawn = super().get_params_dependent_on_data(params, data)
        return {**drawn, "wobble": self.random_generator.normal(0, self.jitter, 3)}

    def apply_to_mask(
        self, mask: np.ndarray, matrix: np.ndarray, wobble: np.ndarray, **params: Any
    ) -> np.ndarray:
        """Resample by the kind of mask."""
        size = mask.shape[1::-1]
        how = cv2.INTER_NEAREST
        if mask.ndim == 3:
            how = cv2.INTER_LINEAR
            centre, scale = (np.array(size) - 1) / 2, 1 + wobble[2]
            own = np.diag([scale, scale, 1.0])
            own[:2, 2] = centre * (1 - scale) + wobble[:2] * size
            matrix = own @ matrix
        return cv2.warpAffine(mask, matrix[:2], size, flags=how, borderMode=cv2.BORDER_REPLICATE)


def compose(parts: Sequence[A.BasicTransform]) -> A.Compose:
    """The parts one after the other, over image, target, mask, labels and keypoints."""
    return A.Compose(
        list(parts),
        keypoint_params=A.KeypointParams("xy", remove_invisible=False) if _moves(parts) else None,
        additional_targets={"target": "image", "labels": "mask"},
        is_check_shapes=False,
    )


def _moves(parts: Sequence[A.BasicTransform]) -> bool:
    return any(isinstance(part, A.DualTransform) for part in parts)


class FacePolicy:
    """The policy of one configuration, over samples of any size.

    Args:
        config: Strengths; a part of strength 0 is left out.
    """

    def __init__(self, config: AugmentationConfig) -> None:
        parts: list[A.BasicTransform] = []
        if config.flip:
            parts.append(FlipFace(p=config.flip))
        if config.rotate or config.scale or config.shift or config.mask_jitter:
            parts.append(
                MoveFace(
                    jitter=config.mask_jitter,
                    rotate=(-config.rotate, config.rotate),
                    scale=(1 - config.scale, 1 + config.scale),
                    translate_percent=(-config.shift, config.shift),
                    keep_ratio=True,
                    interpolation=cv2.INTER_LINEAR,
                    border_mode=cv2.BORDER_REPLICATE,
                    p=1,
                )
            )
        if light := config.light:
            parts += [
                A.RandomBrightnessContrast(light / 4, light, p=0.8),  # haze, exposure
                A.RandomGamma((100 * (1 - light), 100 * (1 + light)), p=0.5),
                A.Illumination(intensity_range=(0.01, min(max(light, 0.01), 0.2)), p=0.2),
            ]
        if config.tint:
            channel = (1 - config.tint, 1 + config.tint)
            parts.append(A.MultiplicativeNoise(channel, per_channel=True, p=0.8))
        if config.noise:
            parts.append(A.GaussNoise(std_range=(0, config.noise), p=0.5))
        self.config = config
        self._parts = parts
        self._compose = compose(parts)

    def __call__(self, sample: Arrays, key: Sequence[int]) -> Arrays:
        """Vary a sample; equal keys vary equally.

        Args:
            sample: image and target uint8 [S, S, 3], masks uint8 [R, S, S]; where present also
                labels uint8 [S, S] and landmarks float32 [478, 2].
            key: Whole numbers ≥ 0, for example (seed, epoch, index).

        Returns:
            The same names, shapes and dtypes.
        """
        seeds = np.random.SeedSequence(tuple(key)).generate_state(len(self._parts))
        for part, seed in zip(self._parts, seeds.tolist(), strict=True):
            part.set_random_seed(seed)  # each its own: one common seed would correlate them
        if not self._parts:
            return dict(sample)
        given: Arrays = {"image": sample["image"], "target": sample["target"]}
        if "labels" in sample:
            given["labels"] = sample["labels"]
        given["mask"] = np.ascontiguousarray(sample["masks"].transpose(1, 2, 0))
        if "landmarks" in sample and _moves(self._parts):
            given["keypoints"] = sample["landmarks"]
        out = self._compose(**given)
        masks = np.ascontiguousarray(out.pop("mask").transpose(2, 0, 1))
        if "keypoints" in out:
            out["landmarks"] = np.asarray(out.pop("keypoints"), np.float32)
        return {**sample, **out, "masks": masks}

    def digest(self) -> str:
        """sha256 of what the policy does: its parts, their strengths, the library's version."""
        text = json.dumps([A.__version__, [repr(part) for part in self._parts]])
        return hashlib.sha256(text.encode()).hexdigest()


def policy(config: AugmentationConfig) -> FacePolicy:
    """The policy of a configuration."""
    return FacePolicy(config)


def check(policy: FacePolicy, split: PreparedSplit) -> None:
    """Hold a policy against planted samples with the landmarks of real ones.

    Raises:
        DataError: `augmentation`: what does not move with the rest, and what to do about it.
    """
    landmarks = split.arrays["landmarks"]
    picked = np.linspace(0, len(landmarks) - 1, min(CHECKED, len(landmarks))).astype(int)
    size = int(split.arrays["image"].shape[1])
    check_policy(policy, landmarks[picked], layout(size, policy.config.mask_jitter))


def layout(size: int, mask_jitter: float = 0.0) -> Layout:
    """What the check must know about faces of `size` pixels."""
    return Layout(
        size=size,
        regions=len(REGIONS),
        mirror=MIRROR,
        sided={LEFT_EYE.iris[0]: Label.LEFT_EYE, RIGHT_EYE.iris[0]: Label.RIGHT_EYE},
        slack=6 * mask_jitter * size,
    )


class TrainingSet:
    """Prepared samples as network inputs, varied on the fly; a map-style dataset.

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
        self.policy = FacePolicy(augmentation) if augmentation else None

    def __len__(self) -> int:
        return len(self.split)

    def __getitem__(self, key: int | tuple[int, int]) -> Arrays:
        """One sample, float32: image, target, masks, condition, and what follows from them.

        image and target [3, S, S], masks [R, S, S], condition [R, 5]; the analytic shift
        [3, S, S] and where anything is allowed to change [1, S, S] (tryon.makeup.composition).

        Args:
            key: index, or (epoch, index); an index alone is of epoch 0.
        """
        epoch, index = (0, key) if isinstance(key, (int, np.integer)) else key
        arrays = self.split.arrays
        sample = {name: np.asarray(arrays[name][index]) for name in ("image", "target", "masks")}
        asked = np.asarray(arrays["condition"][index])
        if self.policy:
            sample = self.policy(sample, (self.seed, epoch, index))
        image, target, masks = (
            sample[name].astype(np.float32) * np.float32(1 / 255)
            for name in ("image", "target", "masks")
        )
        if self.policy:
            asked = condition.measure(target, masks, asked[:, 3], asked[:, 4])
        shift = composition.mean_shift(image, masks, asked)  # here it is another core's work
        planes = {"image": image, "target": target, "shift": shift}
        return {
            **{name: np.ascontiguousarray(p.transpose(2, 0, 1)) for name, p in planes.items()},
            "masks": masks,
            "condition": asked.copy(),
            "allowed": composition.allowed(masks, asked)[None],
        }
