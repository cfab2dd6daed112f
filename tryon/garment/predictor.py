"""From a photo of a person and one of a garment to the dressed person: numpy and ONNX Runtime.

Body and garment are read in small frames, where the networks work. What they give, a smooth flow
and soft fields, is enlarged and applied to the garment's own pixels at the photo's resolution, so
that printed text survives. Pixels outside the repainted area are the photo's own, bit by bit.
"""

import threading
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from tryon.errors import Refusal, RequestError
from tryon.garment import areas, cloth, framing, pieces, warping
from tryon.garment.areas import Areas
from tryon.garment.baselines import inputs
from tryon.garment.build import Body
from tryon.garment.composition import Fields, Planes, compose
from tryon.garment.garment import CATEGORIES, Category
from tryon.garment.settings import Settings
from tryon.garment.visibility import check_old, check_visible
from tryon.serving.bundle import Bundle
from tryon.serving.session import OnnxSession
from tryon.vision import align
from tryon.vision.pose import Pose, PoseFinder

COARSE = 4  # the generator takes label shares at a quarter of the frame
WORK_HEIGHT = 1280  # pixels; in a larger frame the change is computed smaller and enlarged
SURE = 0.8  # confidence of a face and shoulders in a photo that should show a garment alone


@dataclass(frozen=True)
class Networks:
    """The three networks of a bundle."""

    generator: OnnxSession
    parser: OnnxSession
    reader: OnnxSession


@dataclass(frozen=True)
class Result:
    """A dressed photo.

    Attributes:
        image: uint8 RGB [H, W, 3], of the photo's own size.
        pose: The person's keypoints, photo pixels.
        category: Of the garment.
        garment: The mask, uint8, of the garment's photo.
        mask_read: Whether that mask was read rather than given.
        changed: Share of the photo's pixels that may have changed.
    """

    image: np.ndarray
    pose: Pose
    category: Category
    garment: np.ndarray
    mask_read: bool
    changed: float


class Predictor:
    """Dresses photos. Threads may share one: each gets a pose finder of its own.

    Args:
        networks: Of a bundle.
        height: Of the frame they work in.
    """

    def __init__(self, networks: Networks, height: int) -> None:
        self.networks = networks
        self.size = (height, height * 3 // 4)
        self._own = threading.local()

    @classmethod
    def load(cls, folder: Path) -> "Predictor":
        """Open a bundle.

        Raises:
            BundleError: it is broken, of another task or of other settings than this release's.
        """
        bundle = Bundle.open(folder)
        settings = bundle.settings("garment", Settings)
        networks = Networks(bundle.session, bundle.network("parser"), bundle.network("reader"))
        return cls(networks, settings.height)

    def dress(
        self,
        image: np.ndarray,
        photo: np.ndarray,
        category: str,
        mask: np.ndarray | None = None,
        landmarks: np.ndarray | None = None,
    ) -> Result:
        """Put the garment of one photo on the person of another, both uint8 RGB [H, W, 3].

        Args:
            image: The person.
            photo: The garment.
            category: upper, lower or whole.
            mask: The garment's, uint8 [H, W] of its photo, where it is known.
            landmarks: The garment's, as tryon.garment.garment.flatten gives them, where known.

        Raises:
            Refusal: `no_person`, `several_persons`, `person_turned_away`, `torso_hidden`,
                `legs_hidden`, `nothing_to_replace`, `person_in_garment_photo`, `garment_missing`,
                `garment_unclear`, `mask_wrong_size`, `mask_not_binary`.
            RequestError: `unknown_category`.
            ImageError: `image` or `photo` is no such array.
        """
        kind = _category(category)
        pose = self._finder.find(image)
        check_visible(pose, kind, image.shape[:2])
        self._check_alone(photo)
        garment = cloth.read(photo, kind, self.networks.reader, self.size, mask, landmarks)
        matrix = framing.frame(pose, kind, image.shape[:2], self.size[0])
        framed = framing.moved(pose, matrix)
        small = align.warp(image, matrix, self.size[::-1])
        groups = self._parsed(small, framed, kind)
        check_old(groups, kind)
        body = Body(framed)
        fit = pieces.fit(garment.measured, body)
        warped = np.rint(warping.draw(garment.cloth, fit, self.size) * 255).astype(np.uint8)
        found = areas.find(groups, warped[..., 3] / np.float32(255), kind, body, fit)
        coarse = (self.size[0] // COARSE, self.size[1] // COARSE)
        sources = areas.sources(small, groups, kind, coarse)
        fields = self._fields(small, warped, found, sources, groups, framed, kind)
        picture = image.copy()
        changed = _apply(picture, garment, pose, matrix, found, sources, fields, self.size)
        return Result(picture, pose, kind, garment.mask, garment.read, changed)

    @property
    def _finder(self) -> PoseFinder:
        if not hasattr(self._own, "finder"):
            self._own.finder = PoseFinder()
        return self._own.finder

    def _check_alone(self, photo: np.ndarray) -> None:
        """Refuse a person in place of the garment."""
        pose = self._finder.look(photo)
        names = ("nose", "right_eye", "left_eye", "right_shoulder", "left_shoulder")
        if pose is None:
            return
        sure = min(float(pose.keypoints[pose.place(name), 2]) for name in names)
        if sure >= SURE and abs(pose.shoulders) > 0.1 * photo.shape[1]:
            raise Refusal(
                "the garment's photo shows a person",
                code="person_in_garment_photo",
                hint="use a photo of the garment alone, laid flat",
            )

    def _parsed(self, small: np.ndarray, framed: Pose, category: Category) -> np.ndarray:
        """Label groups of the frame, uint8 [H, W]."""
        said = self.networks.parser.run(
            image=np.moveaxis(small, -1, 0)[None].astype(np.float32) * np.float32(1 / 255),
            keypoints=framed.keypoints[None],
            category=_one_hot(category)[None],
        )["groups"][0]
        logits = [cv2.resize(p, small.shape[1::-1], interpolation=cv2.INTER_LINEAR) for p in said]
        return np.stack(logits).argmax(0).astype(np.uint8)

    def _fields(
        self, small: np.ndarray, warped: np.ndarray, found: Areas, sources: np.ndarray,
        groups: np.ndarray, framed: Pose, category: Category,
    ) -> Fields:  # fmt: skip
        coarse = (self.size[0] // COARSE, self.size[1] // COARSE)
        batch = {
            "image": small, "warped": warped, "old": found.old, "front": found.front,
            "limbs": found.limbs, "sources": sources,
            "parts": areas.shares(groups, coarse), "keypoints": framed.keypoints,
            "category": _one_hot(category),
        }  # fmt: skip
        said = self.networks.generator.run(**inputs({n: a[None] for n, a in batch.items()}))
        return Fields(*(said[name][0] for name in ("flow", "logits", "shade", "tint")))


def load(folder: Path) -> Predictor:
    """Open a bundle, see `Predictor.load`."""
    return Predictor.load(folder)


def _apply(
    picture: np.ndarray, garment: cloth.Garment, pose: Pose, matrix: np.ndarray, found: Areas,
    sources: np.ndarray, fields: Fields, size: tuple[int, int],
) -> float:  # fmt: skip
    """Compose inside the frame at the photo's resolution, in place; the share that may change."""
    height, width = picture.shape[:2]
    scale = float(matrix[0, 0])
    left, top = ((-matrix[:, 2] - 0.5) / scale + 0.5).tolist()
    box = (
        slice(max(0, int(np.floor(top))), min(height, int(np.ceil(top + size[0] / scale)))),
        slice(max(0, int(np.floor(left))), min(width, int(np.ceil(left + size[1] / scale)))),
    )
    part = picture[box]
    tall = max(part.shape[0], round(size[0] / scale))
    times = max(1, -(-tall // WORK_HEIGHT))
    work = (max(1, part.shape[1] // times), max(1, part.shape[0] // times))
    crop = cv2.resize(part, work, interpolation=cv2.INTER_AREA) if times > 1 else part
    ratio = np.array(work, np.float64) / part.shape[1::-1]
    own = np.zeros((2, 3))  # photo pixels → crop pixels
    own[0, 0], own[1, 1] = ratio
    own[:, 2] = (0.5 - np.array([box[1].start, box[0].start])) * ratio - 0.5
    # crop pixels → frame pixels
    there = matrix[:, :2].diagonal() / ratio
    back = np.array([[there[0], 0, 0], [0, there[1], 0]])
    back[:, 2] = matrix[:, 2] - own[:, 2] * there
    body = Body(framing.moved(pose, own.astype(np.float32)))
    shape = (work[1], work[0])
    drawn = warping.draw(garment.cloth, pieces.fit(garment.measured, body), shape, finer=1)

    def spread(plane: np.ndarray, ratio: float = 1.0) -> np.ndarray:
        """A plane of the frame (or of a coarser grid of it) in the crop."""
        moved = np.array(back)
        moved[:, :2] *= ratio
        moved[:, 2] = (back[:, 2] + 0.5) * ratio - 0.5
        return cv2.warpAffine(
            plane.astype(np.float32), moved, work,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip

    coarse = fields.flow.shape[1] / size[0]
    tallness = size[0] / scale * ratio[1] / shape[0]  # heights of the crop per height of the frame
    full = Fields(
        np.stack([spread(plane, coarse) * tallness for plane in fields.flow]),
        *(np.stack([spread(p) for p in planes]) for planes in (
            fields.logits, fields.shade, fields.tint)),
    )  # fmt: skip
    planes = Planes(
        *(spread(p) / 255 for p in (found.old, found.front, found.limbs, found.edit)),
        sources=np.stack([spread(p, 1 / COARSE) for p in sources]) / 255,
    )
    before = crop.astype(np.float32) * np.float32(1 / 255)
    after, _ = compose(before, drawn, planes, full)
    change = (after - before) * 255
    if times > 1:
        change = cv2.resize(change, part.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    part[:] = cv2.add(part, change, dtype=cv2.CV_8U)  # rounds and saturates
    return float((planes.edit > 0).sum() * times**2 / (height * width))


def _one_hot(category: Category) -> np.ndarray:
    return np.eye(len(CATEGORIES), dtype=np.float32)[CATEGORIES.index(category)]


def _category(name: str) -> Category:
    for category in CATEGORIES:
        if category == name:
            return category
    raise RequestError(
        f"got category {name!r}", code="unknown_category", hint=f"one of {', '.join(CATEGORIES)}"
    )
