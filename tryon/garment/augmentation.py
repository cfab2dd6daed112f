"""Training-time variation: everything of a frame moves together, light changes all alike.

A small shift moves only the warped garment, as landmarks that are a little off would. What the two
readers see, the person as `seen`, the garment's own photo and its outline, varies by itself and
more (tryon.garment.cameras, tryon.garment.outline).
"""

import hashlib
import json
from collections.abc import Sequence

import cv2
import numpy as np

from tryon.data.prepared import PreparedSplit
from tryon.errors import DataError
from tryon.garment import areas, cameras, outline
from tryon.garment.config import AugmentationConfig
from tryon.garment.points import MIRROR as MIRRORED_POINTS
from tryon.garment.preparation import COARSE
from tryon.garment.preview import contact_sheet
from tryon.types import Arrays
from tryon.vision.human import KEYPOINTS

__all__ = ["GarmentPolicy", "TrainingSet", "check", "contact_sheet", "policy"]

VERSION = 3  # of what the policy does, for its digest
PICTURES, PLANES = ("image", "target"), ("worn", "old", "front", "limbs", "edit")
MIRROR = [
    KEYPOINTS.index(n.replace("left_", "#").replace("right_", "left_").replace("#", "right_"))
    for n in KEYPOINTS
]
BACKGROUND = areas.GROUP["background"]
CHECKED = 16  # samples the check plants


class GarmentPolicy:
    """The policy of one configuration.

    Args:
        config: Strengths; a part of strength 0 is left out.
    """

    def __init__(self, config: AugmentationConfig) -> None:
        self.config = config

    def __call__(self, sample: Arrays, key: Sequence[int]) -> Arrays:
        """Vary a sample of prepared arrays (tryon.garment.preparation); equal keys, equal results.

        Args:
            sample: Of one index; `parts` is computed again from `groups`.
            key: Whole numbers ≥ 0, for example (seed, epoch, index).
        """
        config, rng = self.config, np.random.default_rng(list(key))
        varied = _flipped(sample) if rng.random() < config.flip else dict(sample)
        height = sample["image"].shape[0]
        scale = 1 + config.scale * rng.uniform(-1, 1)
        shift = config.shift * height * rng.uniform(-1, 1, 2)
        misfit = config.misfit * rng.normal(0, 1, 3)
        if config.scale or config.shift or config.misfit:
            varied = _moved(varied, scale, shift, misfit)
        gain = 1 + config.light * rng.uniform(-1, 1) + config.tint * rng.uniform(-1, 1, 3)
        if config.light or config.tint:
            for name in (*PICTURES, "warped"):
                varied[name] = _lit(varied[name], gain)
            varied["warped"][..., :3] = np.minimum(
                varied["warped"][..., :3], varied["warped"][..., 3:]
            )
            if "sources" in varied:
                varied["sources"] = _lit_sources(varied["sources"], gain)
        if "photo" in varied:
            varied |= self._read(varied, rng)
        return varied

    def _read(self, sample: Arrays, rng: np.random.Generator) -> Arrays:
        """What the readers see: `seen`, the garment's photo with its mask and points, `outline`."""
        config = self.config
        seen = sample["image"]
        if rng.random() < config.clutter:
            behind = cv2.blur((sample["groups"] == BACKGROUND).astype(np.float32), (3, 3))
            seen = _before(seen, cameras.ground(sample["photo"], rng), behind)
        out = {name: sample[name] for name in ("photo", "photo_mask", "photo_points")}
        if rng.random() < config.flip:
            out = _flipped_photo(out)
        if config.turn or config.zoom:
            photo, mask, points = out.values()
            laid = cameras.laid(photo, mask, points, config.turn, config.zoom, rng)
            out = dict(zip(out, laid, strict=True))
        if rng.random() < config.clutter:
            behind = 1 - out["photo_mask"] / np.float32(255)
            other = sample["image"] if rng.random() < 0.5 else out["photo"]
            out["photo"] = _before(out["photo"], cameras.ground(other, rng), behind)
        if config.camera:
            seen = cameras.taken(seen, config.camera, rng)
            out["photo"] = cameras.taken(out["photo"], config.camera, rng)
        rough = outline.roughened(out["photo_mask"], config.rough, rng)
        return out | {"seen": seen, "outline": rough}

    def digest(self) -> str:
        """sha256 of what the policy does."""
        text = json.dumps([VERSION, self.config.model_dump(mode="json")], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def policy(config: AugmentationConfig) -> GarmentPolicy:
    """The policy of a configuration."""
    return GarmentPolicy(config)


def check(policy: GarmentPolicy, split: PreparedSplit) -> None:
    """Hold a policy against planted samples: every pixel says where it came from.

    Raises:
        DataError: `augmentation`: what does not move with the rest, and what to do about it.
    """
    geometry = GarmentPolicy(policy.config.model_copy(update={"light": 0, "tint": 0, "misfit": 0}))
    keypoints, images = split.arrays["keypoints"], split.arrays["image"]
    height, width = images.shape[1:3]
    for index in np.linspace(0, len(keypoints) - 1, min(CHECKED, len(keypoints))).astype(int):
        planted, at = _plant(np.asarray(keypoints[index]), height, width)
        key = (1, int(index))
        out = geometry(planted, key)
        again = geometry(planted, key)
        if any(not np.array_equal(out[name], again[name]) for name in out):
            raise _broken("equal keys vary unequally", "draw all randomness from the key")
        _check_places(planted, out, at)
        _check_light(policy, planted, key)


def _plant(points: np.ndarray, height: int, width: int) -> tuple[Arrays, np.ndarray]:
    y, x = np.mgrid[:height, :width].astype(np.float32)
    ramps = np.stack([x / (width - 1), y / (height - 1), 0 * x], -1)
    picture = np.rint(255 * ramps).astype(np.uint8)
    inside = (points[:, 0] > 0.12 * width) & (points[:, 0] < 0.88 * width)
    inside &= (points[:, 1] > 0.12 * height) & (points[:, 1] < 0.88 * height)
    plane = picture[..., 0]
    sample: Arrays = {
        "image": picture,
        "target": picture.copy(),
        "warped": np.dstack([picture, np.full((height, width), 255, np.uint8)]),
        "groups": (x > width / 2).astype(np.uint8),
        "keypoints": points,
        **{name: plane.copy() for name in PLANES},
    }
    return sample, np.flatnonzero(inside)


def _check_places(planted: Arrays, out: Arrays, at: np.ndarray) -> None:
    """The ramps at the moved keypoints must say where those keypoints were."""
    height, width = planted["image"].shape[:2]
    moved, before = out["keypoints"], planted["keypoints"]
    mirrored = float(out["image"][0, 0, 0]) > float(out["image"][0, -1, 0])
    for index in at:
        home = MIRROR[index] if mirrored else int(index)
        x, y = np.rint(moved[home, :2]).astype(int)
        if not (0 <= x < width and 0 <= y < height):
            continue
        read = out["image"][y, x, :2] / 255 * [width - 1, height - 1]
        off = float(np.abs(read - before[index, :2]).max())
        if off > 1.5 + max(height, width) / 255:
            raise _broken(
                f"keypoint {KEYPOINTS[index]} and the picture move apart by {off:.1f} px",
                "move keypoints by the transform that moves the pixels, left and right swapped "
                "where it mirrors",
            )
        for name in (*PLANES, "warped"):
            plane = out[name] if out[name].ndim == 2 else out[name][..., 0]
            if abs(int(plane[y, x]) - int(out["image"][y, x, 0])) > 3:
                raise _broken(f"{name} moves apart from the image", "move all planes alike")


def _check_light(policy: GarmentPolicy, planted: Arrays, key: tuple[int, ...]) -> None:
    lit = policy(planted, key)
    if not np.array_equal(lit["image"], lit["target"]):
        raise _broken(
            "equal image and target differ after the policy", "light both by the same numbers"
        )


class TrainingSet:
    """Prepared samples as network inputs, varied on the fly; a map-style dataset.

    Unpaired samples have no truth and are left out. Paired ones show the very garment that is
    erased, and teach to copy its outline: they are used only for persons without a cross sample.

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
        self.policy = GarmentPolicy(augmentation) if augmentation else None
        kinds, identities = split.table["kind"], split.table["identity"]
        crossed = identities.isin(identities[kinds == "cross"])
        self.rows = np.flatnonzero((kinds == "cross") | ((kinds == "paired") & ~crossed))

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, key: int | tuple[int, int]) -> Arrays:
        """One sample, as tryon.garment.objective describes a batch, without its first axis.

        Args:
            key: index, or (epoch, index); an index alone is of epoch 0.
        """
        epoch, index = (0, key) if isinstance(key, (int, np.integer)) else key
        row = self.rows[index]
        sample = {n: np.array(array[row]) for n, array in self.split.arrays.items()}
        if self.policy:
            sample = self.policy(sample, (self.seed, epoch, int(row)))
        return to_inputs(sample)


def to_inputs(sample: Arrays) -> Arrays:
    """A sample of prepared arrays as network inputs and truths."""
    unit = {
        name: np.ascontiguousarray(_planes(sample[name]), np.float32) * np.float32(1 / 255)
        for name in (*PICTURES, *PLANES, "warped", "parts", "sources", "photo", "photo_mask")
    }
    seen = sample.get("seen", sample["image"])
    shape, points = _outlined(sample)
    return {
        **unit,
        "seen": _planes(seen).astype(np.float32) * np.float32(1 / 255),
        "outline": _planes(shape).astype(np.float32) * np.float32(1 / 255),
        "outline_points": points,
        "groups": sample["groups"][1::2, 1::2].astype(np.int64),
        "keypoints": sample["keypoints"],
        "category": sample["category"],
    }


def _outlined(sample: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """The garment's outline as a reader will be given it, and its points there, in [0, 1]."""
    photo = sample["photo"]
    size = np.array(photo.shape[1::-1])
    mask = sample.get("outline", sample["photo_mask"])
    boxed, corner = outline.framed(photo, mask, (photo.shape[0], photo.shape[1]))
    points = sample["photo_points"] * size - 0.5 - corner
    points = (points * boxed.scale + boxed.shift + 0.5) / size
    return boxed.image, np.where(mask.max() > 127, points, np.nan).astype(np.float32)


def _planes(array: np.ndarray) -> np.ndarray:
    """[H, W] → [1, H, W]; [H, W, C] → [C, H, W]; [G, h, w] of parts stays."""
    if array.ndim == 2:
        return array[None]
    return array.transpose(2, 0, 1) if array.shape[2] in (3, 4) else array


def _flipped(sample: Arrays) -> Arrays:
    flat = {name: array for name, array in sample.items()}
    for name in (*PICTURES, *PLANES, "warped", "groups"):
        flat[name] = cv2.flip(sample[name], 1)
    for name in ("parts", "sources"):
        if name in sample:
            flat[name] = np.ascontiguousarray(sample[name][..., ::-1])
    points = sample["keypoints"][MIRROR].copy()
    points[:, 0] = sample["image"].shape[1] - 1 - points[:, 0]
    flat["keypoints"] = points
    return flat


def _flipped_photo(sample: Arrays) -> Arrays:
    points = sample["photo_points"][list(MIRRORED_POINTS)].copy()
    points[:, 0] = 1 - points[:, 0]
    return {
        "photo": cv2.flip(sample["photo"], 1),
        "photo_mask": cv2.flip(sample["photo_mask"], 1),
        "photo_points": points,
    }


def _before(picture: np.ndarray, behind: np.ndarray, where: np.ndarray) -> np.ndarray:
    """A picture with another background, `where` [H, W] in [0, 1]."""
    mixed = picture + where[..., None] * (behind.astype(np.float32) - picture)
    return np.asarray(np.rint(mixed), np.uint8)


def _moved(sample: Arrays, scale: float, shift: np.ndarray, misfit: np.ndarray) -> Arrays:
    height, width = sample["image"].shape[:2]
    centre = np.array([width - 1, height - 1]) / 2
    matrix = np.array([[scale, 0, 0], [0, scale, 0]], np.float64)
    matrix[:, 2] = centre * (1 - scale) + shift
    own = matrix * (1 + misfit[2])
    own[:, 2] = matrix[:, 2] * (1 + misfit[2]) - centre * misfit[2] + misfit[:2] * height
    size, moved = (width, height), dict(sample)

    def move(plane: np.ndarray, by: np.ndarray, how: int = cv2.INTER_LINEAR) -> np.ndarray:
        return cv2.warpAffine(plane, by, size, flags=how, borderMode=cv2.BORDER_REPLICATE)

    for name in PICTURES:
        moved[name] = move(sample[name], matrix)
    stacked = move(np.dstack([sample[name] for name in PLANES]), matrix)
    moved |= {name: np.ascontiguousarray(stacked[..., i]) for i, name in enumerate(PLANES)}
    moved["warped"] = move(sample["warped"], own)
    moved["groups"] = move(sample["groups"], matrix, cv2.INTER_NEAREST)
    if "parts" in sample:
        moved["parts"] = areas.shares(moved["groups"], (height // COARSE, width // COARSE))
    if "sources" in sample:
        coarse = matrix.copy()
        coarse[:, 2] = ((matrix[:, 2] + 0.5 - 0.5 * scale) / COARSE) - 0.5 + 0.5 * scale
        planes = sample["sources"]
        moved["sources"] = np.stack(
            [cv2.warpAffine(plane, coarse, planes.shape[:0:-1], flags=cv2.INTER_LINEAR,
                            borderMode=cv2.BORDER_REPLICATE) for plane in planes]
        )  # fmt: skip
    points = sample["keypoints"].copy()
    points[:, :2] = points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    moved["keypoints"] = points.astype(np.float32)
    return moved


def _lit(picture: np.ndarray, gain: np.ndarray) -> np.ndarray:
    table = np.clip(np.arange(256)[:, None] * gain, 0, 255)
    rows = np.rint(table).astype(np.uint8)
    if picture.shape[2] == 4:
        rows = np.column_stack([rows, np.arange(256, dtype=np.uint8)])
    return cv2.LUT(picture, rows[:, None])


def _lit_sources(planes: np.ndarray, gain: np.ndarray) -> np.ndarray:
    factor = np.tile([*gain, 1.0], len(planes) // 4)[:, None, None]
    return np.rint(np.clip(planes * factor, 0, 255)).astype(np.uint8)


def _broken(message: str, hint: str) -> DataError:
    return DataError(f"augmentation: {message}", code="augmentation", hint=hint)
