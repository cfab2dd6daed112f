"""One raw row → aligned training samples: face, masks, target, condition.

The face is found by MediaPipe even where exact landmarks are given, so that training sees what
serving will see; given landmarks only tell how far off it was. Given parsing decides what covers
the skin. Everything after the search happens at the aligned size.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from tryon.data.chunks import ArraySpec, Record, Sample
from tryon.data.shards import Row
from tryon.errors import Refusal
from tryon.makeup import condition, operator
from tryon.makeup.config import Config, PreprocessConfig
from tryon.makeup.look import GLOSS, REGIONS, parse, random_look
from tryon.makeup.regions import region_masks
from tryon.types import Arrays
from tryon.vision import align, facemesh
from tryon.vision.colour import delta_e_2000, photographed_monk
from tryon.vision.face import Face, FaceFinder
from tryon.vision.images import decode, decode_labels
from tryon.vision.occlusion import visible_skin
from tryon.vision.parsing import Label

CHANGED = (
    2.0  # CIEDE2000 from which a region counts as made up, where a pair comes without its look
)
FOUNDATION = REGIONS.index("foundation")


class Preparer:
    """Prepares rows of the makeup schema (tryon.makeup.data).

    A pair gives one sample. A bare photo gives `looks_per_face`, made up by the operator with looks
    that the seed and its image_id decide. A photo that is only made up has no bare twin to learn
    from; it counts as `reference_only`.

    Args:
        config: Sizes and limits.
        seed: Of the looks for bare photos.
    """

    def __init__(self, config: PreprocessConfig, seed: int) -> None:
        self.config = config
        self.seed = seed

    @property
    def arrays(self) -> Mapping[str, ArraySpec]:
        """S is the aligned size, R the number of regions."""
        side, regions = self.config.size, len(REGIONS)
        return {
            "image": ArraySpec((side, side, 3), "uint8"),  # bare
            "target": ArraySpec((side, side, 3), "uint8"),  # made up
            "masks": ArraySpec((regions, side, side), "uint8"),  # soft, 255 = fully
            "condition": ArraySpec((regions, 5), "float32"),  # measured on the target
            "landmarks": ArraySpec((facemesh.POINTS, 2), "float32"),  # pixels of the aligned square
            "parsing": ArraySpec((side, side), "uint8"),  # canonical labels, 255 = unknown
            "matrix": ArraySpec((2, 3), "float32"),  # photo pixels → aligned pixels
        }

    @property
    def columns(self) -> Mapping[str, str]:
        """What the table says of every sample."""
        return {
            "image_id": "string",
            "identity": "string",
            "split": "string",
            "kind": "string",
            "variant": "int32",  # number of the look, for bare photos
            "look": "string",  # JSON; "" = not known
            "skin_tone": "int32",  # Monk 1-10, given or measured
            "skin_tone_given": "bool",
            "yaw": "float32",  # degrees, as pitch and roll
            "pitch": "float32",
            "roll": "float32",
            "eye_distance": "float32",  # pixels of the photo
            "landmark_error": "float32",  # mean distance to given landmarks ÷ eye distance, or NaN
            "attributes": "string",  # JSON; "" = none
        }

    def __enter__(self) -> Self:
        cv2.setNumThreads(1)  # the processes are the parallelism
        self._finder = FaceFinder(
            self.config.min_eye_distance, self.config.max_yaw, self.config.max_pitch
        )
        self._latest: tuple[tuple[bytes | None, ...], _Photo] | None = None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._finder.close()
        del self._finder, self._latest  # so that the preparer can travel to another process again

    def prepare(self, row: Row) -> Sequence[Sample]:
        """The samples of one row.

        Raises:
            Refusal: `no_face`, `several_faces`, `face_too_small`, `face_turned_away`,
                `reference_only`, `pair_mismatch`.
            ImageError: the bytes are no usable picture.
        """
        if row["kind"] == "made_up":
            raise Refusal("made up, and no bare photo of it", code="reference_only")
        photo = self._photo(row)
        base = _Base(photo.arrays, _record(row, photo), photo.probe)
        if row["kind"] == "pair":
            return [self._pair(row, photo.shape, base)]
        return [self._operated(row, base, number) for number in range(self.config.looks_per_face)]

    def _photo(self, row: Row) -> "_Photo":
        """The row's photo, aligned; at once where the row before showed the same one."""
        given = (row["image"], row["parsing"])
        if self._latest is None or self._latest[0] != given:
            photo = decode(row["image"]).image
            self._latest = given, self._align(row, photo, self._finder.find(photo))
        return self._latest[1]

    def _align(self, row: Row, photo: np.ndarray, face: Face) -> "_Photo":
        side = self.config.size
        matrix = align.face_square(face.landmarks, side, self.config.margin)
        landmarks = align.move(matrix, face.landmarks)
        image = align.warp(photo, matrix, side)
        parsing = _parsing(row["parsing"], photo.shape, matrix, side)
        visible = visible_skin(image, landmarks, parsing if row["parsing"] else None)
        soft = region_masks(landmarks, (side, side), visible)
        masks = cv2.convertScaleAbs(soft.reshape(-1, side), alpha=255).reshape(soft.shape)
        probe = condition.Probe(masks)  # as they will be read again
        arrays = {
            "image": image,
            "masks": masks,
            "landmarks": landmarks,
            "parsing": parsing,
            "matrix": matrix,
        }
        return _Photo(photo.shape, face, arrays, probe)

    def _pair(self, row: Row, shape: tuple[int, ...], base: "_Base") -> Sample:
        """The made-up twin as target; without its look, what changed is what was asked."""
        photo = decode(row["target"]).image
        if photo.shape != shape:
            raise Refusal(
                f"the bare photo is {shape[1]}×{shape[0]}, its made-up twin "
                f"{photo.shape[1]}×{photo.shape[0]}",
                code="pair_mismatch",
            )
        target = align.warp(photo, base.arrays["matrix"], self.config.size)
        means = base.probe.mean_lab(target)
        if row["look"]:
            look = parse(json.loads(row["look"]))
            presence, gloss = look.presence(), look.gloss()
        else:
            before = base.probe.mean_lab(base.arrays["image"])
            presence = (delta_e_2000(before, means) >= CHANGED).astype(np.float32)
            gloss = presence * np.float32(GLOSS["satin"])
        return base.sample(target, means, presence, gloss, look=row["look"] or "", variant=0)

    def _operated(self, row: Row, base: "_Base", number: int) -> Sample:
        """A bare photo made up by the operator with a look of its own."""
        key = hashlib.sha256(f"{self.seed}/{row['image_id']}/{number}".encode()).digest()
        look = random_look(np.random.default_rng(list(key)))
        eye_distance = float(base.record["eye_distance"]) * align.scale_of(base.arrays["matrix"])
        bare, soft = _unit(base.arrays["image"]), _unit(base.arrays["masks"])
        made_up = operator.apply(bare, soft, look, eye_distance)
        target = np.rint(np.clip(made_up, 0, 1) * 255).astype(np.uint8)
        means = base.probe.mean_lab(target)
        text = look.model_dump_json()
        return base.sample(target, means, look.presence(), look.gloss(), look=text, variant=number)


@dataclass(frozen=True)
class _Photo:
    """A bare photo whose face was found and aligned."""

    shape: tuple[int, ...]
    face: Face
    arrays: Arrays
    probe: condition.Probe


def _record(row: Row, photo: _Photo) -> Record:
    """What the table says of every sample of a row."""
    face = photo.face
    tone = row["skin_tone"]
    if not tone:
        tone = photographed_monk(photo.probe.mean_lab(photo.arrays["image"])[FOUNDATION])
    return {
        **{name: row[name] for name in ("image_id", "identity", "split", "kind")},
        "skin_tone": int(tone),
        "skin_tone_given": bool(row["skin_tone"]),
        "yaw": face.yaw,
        "pitch": face.pitch,
        "roll": face.roll,
        "eye_distance": face.eye_distance,
        "landmark_error": _landmark_error(row["landmarks"], face),
        "attributes": row["attributes"] or "",
    }


@dataclass(frozen=True)
class _Base:
    """What all samples of one row share."""

    arrays: Arrays
    record: Record
    probe: condition.Probe

    def sample(
        self,
        target: np.ndarray,
        means: np.ndarray,
        presence: np.ndarray,
        gloss: np.ndarray,
        **record: str | int,
    ) -> Sample:
        """The sample with this target, whose regions have these mean colours."""
        asked = self.probe.assemble(means, presence, gloss)
        arrays = {**self.arrays, "target": target, "condition": asked}
        return Sample(arrays, {**self.record, **record})


def factory(config: Config, seed: int) -> Preparer:
    """The preparer of a configuration."""
    return Preparer(config.preprocess, seed)


def _unit(pixels: np.ndarray) -> np.ndarray:
    return pixels.astype(np.float32) * np.float32(1 / 255)


def _parsing(
    data: bytes | None, shape: tuple[int, ...], matrix: np.ndarray, side: int
) -> np.ndarray:
    """Canonical labels aligned like the photo, never blended; UNKNOWN without any."""
    if not data:
        return np.full((side, side), Label.UNKNOWN, np.uint8)
    labels = decode_labels(data)
    if labels.shape != shape[:2]:  # some datasets keep smaller masks than photos
        labels = cv2.resize(labels, shape[1::-1], interpolation=cv2.INTER_NEAREST_EXACT)
    return cv2.warpAffine(
        labels,
        matrix,
        (side, side),
        flags=cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_REPLICATE,  # as the photo
    )


def _landmark_error(given: np.ndarray | None, face: Face) -> float:
    """Mean distance between found and given landmarks ÷ eye distance; NaN without given ones."""
    if given is None or not len(given):
        return float("nan")
    exact = np.asarray(given, np.float32).reshape(-1, 2)
    distances = np.hypot(*(face.landmarks - exact).T)
    return float(distances.mean() / face.eye_distance)
