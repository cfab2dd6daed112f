"""One raw row → one training sample in the working frame.

The pose is found by MediaPipe even where exact keypoints are given, so that training sees what
serving will see; given ones only tell how far off it was. The spline warp carries no gradient, so
it is drawn here once: training only refines it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from tryon.data.chunks import ArraySpec, Sample
from tryon.data.shards import Row
from tryon.errors import Refusal
from tryon.garment import areas, flat, framing, pieces, skin, warping
from tryon.garment.areas import GROUPS
from tryon.garment.build import Body
from tryon.garment.config import Config, PreprocessConfig
from tryon.garment.garment import CATEGORIES, Category
from tryon.garment.letterbox import letterbox
from tryon.garment.points import POINTS, to_points
from tryon.garment.visibility import check_old, check_visible
from tryon.types import Arrays
from tryon.vision import align
from tryon.vision.human import KEYPOINTS
from tryon.vision.images import decode, decode_labels
from tryon.vision.pose import Pose, PoseFinder

COARSE = 4  # parts are kept at a quarter of the frame's size
UNIT_SPLITS = ("validation", "test")  # landmarks stay exact there


class Preparer:
    """Prepares rows of the garment schema (tryon.garment.data); each gives one sample.

    Args:
        config: Sizes.
        seed: Of the landmarks' noise.
        exact: Use the given keypoints, to learn what finding them costs (benchmarks.keypoints).
    """

    def __init__(self, config: PreprocessConfig, seed: int, exact: bool = False) -> None:
        self.config = config
        self.seed = seed
        self.exact = exact

    @property
    def size(self) -> tuple[int, int]:
        """(H, W) of the frame."""
        return self.config.height, self.config.height * 3 // 4

    @property
    def arrays(self) -> Mapping[str, ArraySpec]:
        """Everything is in the frame, but `photo`, which is the garment's."""
        size = self.size
        coarse = (size[0] // COARSE, size[1] // COARSE)
        return {
            "image": ArraySpec((*size, 3), "uint8"),
            "target": ArraySpec((*size, 3), "uint8"),  # the image itself where there is no truth
            "worn": ArraySpec(size, "uint8"),  # 255 where the target shows the garment
            "warped": ArraySpec((*size, 4), "uint8"),  # premultiplied RGBA
            "old": ArraySpec(size, "uint8"),  # erased; see areas.Areas
            "front": ArraySpec(size, "uint8"),
            "limbs": ArraySpec(size, "uint8"),
            "edit": ArraySpec(size, "uint8"),
            "sources": ArraySpec((4 * len(areas.SOURCES), *coarse), "uint8"),
            "groups": ArraySpec(size, "uint8"),  # areas.GROUPS
            "parts": ArraySpec((len(GROUPS), *coarse), "uint8"),  # their shares
            "keypoints": ArraySpec((len(KEYPOINTS), 3), "float32"),  # x, y in frame pixels
            "category": ArraySpec((len(CATEGORIES),), "float32"),  # one-hot
            "photo": ArraySpec((*size, 3), "uint8"),  # the garment as a phone sees it
            "photo_mask": ArraySpec(size, "uint8"),
            "photo_points": ArraySpec((len(POINTS), 2), "float32"),  # in [0, 1]; NaN: has none
            "matrix": ArraySpec((2, 3), "float32"),  # photo pixels → frame pixels
        }

    @property
    def columns(self) -> Mapping[str, str]:
        """What the table says of every sample."""
        return {
            "image_id": "string",
            "identity": "string",
            "split": "string",
            "kind": "string",  # paired, cross, unpaired
            "category": "string",
            "garment_id": "string",
            "skin_tone": "int32",  # Monk 1-10, 0 = not known
            "keypoint_error": "float32",  # mean, ÷ shoulder width, or NaN
            "attributes": "string",  # JSON; "" = none
        }

    def __enter__(self) -> Self:
        cv2.setNumThreads(1)  # the processes are the parallelism
        self._finder = PoseFinder()
        self._last: tuple[bytes, Pose] | None = None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._finder.close()
        del self._finder  # so that the preparer can travel to another process again

    def prepare(self, row: Row) -> Sequence[Sample]:
        """The sample of one row.

        Raises:
            Refusal: `no_person`, `several_persons`, `person_turned_away`, `torso_hidden`,
                `legs_hidden`, `nothing_to_replace`, `garment_missing`, `garment_unclear`,
                `mask_wrong_size`, `labels_missing`, `pair_mismatch`.
            ImageError: the bytes are no usable picture.
        """
        category: Category = row["category"]
        image = decode(row["image"]).image
        target = decode(row["target"]).image if row["kind"] == "cross" else image
        if target.shape != image.shape:
            raise Refusal(
                f"the photo is {image.shape[1]}×{image.shape[0]}, its twin in the other garment "
                f"{target.shape[1]}×{target.shape[0]}",
                code="pair_mismatch",
            )
        pose = self._pose(row, image)
        check_visible(pose, category, image.shape[:2])
        cloth, measured = self._garment(row)
        matrix = framing.frame(pose, category, image.shape[:2], self.size[0])
        framed = framing.moved(pose, matrix)
        body = Body(framed)
        fit = pieces.fit(measured, body)
        warped = warping.draw(cloth, fit, self.size)
        groups = self._groups(row["parsing"], image.shape, matrix)
        check_old(groups, category)
        found = areas.find(groups, warped[..., 3], category, body, fit)
        seen = self._groups(row["target_parsing"], image.shape, matrix) if target is not image \
            else groups  # fmt: skip
        worn = (seen == areas.GROUP[areas.WORN[category]]).astype(np.uint8) * 255
        person = align.warp(image, matrix, self.size[::-1])
        coarse = (self.size[0] // COARSE, self.size[1] // COARSE)
        arrays: Arrays = {
            "image": person,
            "target": align.warp(target, matrix, self.size[::-1]),
            "worn": worn,
            "warped": np.rint(warped * 255).astype(np.uint8),
            "old": found.old,
            "front": found.front,
            "limbs": found.limbs,
            "edit": found.edit,
            "sources": areas.sources(person, groups, category, coarse, skin.tone(image, pose)),
            "groups": groups,
            "parts": areas.shares(groups, coarse),
            "keypoints": framed.keypoints,
            "category": np.eye(len(CATEGORIES), dtype=np.float32)[CATEGORIES.index(category)],
            "matrix": matrix,
            **self._photo(row),
        }
        record = {
            **{name: row[name] for name in ("image_id", "identity", "split", "kind")},
            "category": category,
            "garment_id": row["garment_id"],
            "skin_tone": int(row["skin_tone"] or 0),
            "keypoint_error": _keypoint_error(row["keypoints"], pose),
            "attributes": row["attributes"] or "",
        }
        return [Sample(arrays, record)]

    def _pose(self, row: Row, image: np.ndarray) -> Pose:
        """The person's pose; rows of one photo follow each other, and it is searched once."""
        if self.exact:
            return Pose(np.asarray(row["keypoints"], np.float32).reshape(-1, 3))
        data = row["image"]
        if self._last is None or self._last[0] != data:
            self._last = (data, self._finder.find(image))
        return self._last[1]

    def _garment(self, row: Row) -> tuple[warping.Cloth, flat.Flat]:
        """The flat photo as cloth, and what its landmarks say."""
        if not row["garment"]:
            raise Refusal("there is no garment photo", code="garment_missing")
        photo = decode(row["garment"]).image
        points = row["garment_landmarks"]
        if not row["garment_mask"] or points is None or not len(points):
            raise Refusal(
                "the garment photo comes without a mask or without landmarks",
                code="labels_missing",
                hint="import a dataset that has both, or mark them with a trained model",
            )
        mask = decode_labels(row["garment_mask"])
        if mask.shape != photo.shape[:2]:
            raise Refusal(
                f"the garment's mask is {mask.shape[1]}×{mask.shape[0]}, its photo "
                f"{photo.shape[1]}×{photo.shape[0]}",
                code="mask_wrong_size",
                hint="save the mask at the photo's size",
            )
        points = np.asarray(points, np.float64).reshape(-1, 2)
        if row["split"] not in UNIT_SPLITS and self.config.landmark_noise:
            key = hashlib.sha256(f"{self.seed}/{row['image_id']}".encode()).digest()
            noise = np.random.default_rng(list(key)).normal(size=points.shape)
            points = points + noise * self.config.landmark_noise * photo.shape[0]
        return warping.Cloth.of(photo, mask), flat.read(row["category"], points)

    def _photo(self, row: Row) -> Arrays:
        """The garment as a phone sees it, for the network that finds garments in photos."""
        raw = bool(row["garment_raw"] and row["garment_raw_mask"])
        name = "garment_raw" if raw else "garment"
        photo, mask = decode(row[name]).image, decode_labels(row[f"{name}_mask"])
        boxed = letterbox(photo, self.size)
        points = to_points(row["category"], row[f"{name}_landmarks"])
        return {
            "photo": boxed.image,
            "photo_mask": boxed.plane(mask),
            "photo_points": ((points * boxed.scale + boxed.shift + 0.5) / self.size[::-1]).astype(
                np.float32
            ),
        }

    def _groups(self, data: bytes | None, shape: tuple[int, ...], matrix: np.ndarray) -> np.ndarray:
        """Label groups in the frame, never blended."""
        if not data:
            raise Refusal(
                "the photo comes without labels of its parts",
                code="labels_missing",
                hint="train on a dataset with parsing; the trained parser then needs none",
            )
        labels = decode_labels(data)
        if labels.shape != shape[:2]:  # some datasets keep smaller maps than photos
            labels = cv2.resize(labels, shape[1::-1], interpolation=cv2.INTER_NEAREST_EXACT)
        framed = cv2.warpAffine(
            labels, matrix, self.size[::-1], flags=cv2.INTER_NEAREST,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        return areas.to_groups(framed)


def factory(config: Config, seed: int) -> Preparer:
    """The preparer of a configuration."""
    return Preparer(config.preprocess, seed)


def _keypoint_error(given: np.ndarray | None, pose: Pose) -> float:
    """Mean distance of found to given keypoints ÷ shoulder width; NaN without given ones."""
    if given is None or not len(given):
        return float("nan")
    exact = np.asarray(given, np.float32).reshape(-1, 3)
    known = exact[:, 2] > 0
    right, left = (KEYPOINTS.index(f"{side}_shoulder") for side in ("right", "left"))
    width = float(np.hypot(*(exact[left, :2] - exact[right, :2])))
    if not known.any() or width < 1:
        return float("nan")
    far = np.hypot(*(pose.keypoints[known, :2] - exact[known, :2]).T)
    return float(far.mean() / width)
