"""From a photo of a person and one of a garment to the dressed person: numpy and ONNX Runtime.

Body and garment are read in small frames, where the networks work; the change is applied at the
photo's own resolution (tryon.garment.rendering).
"""

import threading
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from tryon.errors import Refusal
from tryon.garment import areas, cloth, framing, pieces, rendering, warping
from tryon.garment.areas import Areas
from tryon.garment.baselines import inputs
from tryon.garment.build import Body
from tryon.garment.composition import Fields
from tryon.garment.garment import CATEGORIES, Category
from tryon.garment.settings import Settings
from tryon.garment.visibility import check_old, check_visible
from tryon.serving.bundle import Bundle
from tryon.serving.session import OnnxSession
from tryon.vision import align
from tryon.vision.pose import Pose, PoseFinder

COARSE = 4  # the generator takes label shares at a quarter of the frame
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
        parts: Group of labels (tryon.garment.areas.GROUPS) → the share of the frame it covers.
        garment: What was found in the garment's photo.
        changed: Share of the photo's pixels that may have changed.
    """

    image: np.ndarray
    pose: Pose
    parts: dict[str, float]
    garment: cloth.Garment
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

    def dress(self, image: np.ndarray, given: cloth.Given) -> Result:
        """Put a garment on the person of a photo, uint8 RGB [H, W, 3].

        Raises:
            Refusal: `no_person`, `several_persons`, `person_turned_away`, `torso_hidden`,
                `legs_hidden`, `nothing_to_replace`, `person_in_garment_photo`, `garment_missing`,
                `garment_unclear`, `mask_wrong_size`, `mask_not_binary`.
            ImageError: a photo is no such array.
        """
        pose = self._person(image)
        if given.mask is None:
            self._check_alone(given.photo)
        garment = cloth.read(given, self.networks.reader, self.size)
        category = garment.category
        check_visible(pose, category, image.shape[:2])
        matrix = framing.frame(pose, category, image.shape[:2], self.size[0])
        framed = framing.moved(pose, matrix)
        small = align.warp(image, matrix, self.size[::-1])
        groups = self._parsed(small, framed, category)
        check_old(groups, category)
        body = Body(framed)
        fit = pieces.fit(garment.measured, body)
        warped = np.rint(warping.draw(garment.cloth, fit, self.size) * 255).astype(np.uint8)
        found = areas.find(groups, warped[..., 3] / np.float32(255), category, body, fit)
        sources = areas.sources(small, groups, category, self._coarse)
        fields = self._fields(small, warped, found, sources, groups, framed, category)
        place = rendering.Place(matrix, (image.shape[0], image.shape[1]), self.size)
        picture, changed = rendering.dress(
            image, garment.cloth, garment.measured, pose, place, found, sources, fields
        )
        shares = np.bincount(groups.ravel(), minlength=len(areas.GROUPS)) / groups.size
        parts = {name: float(shares[at]) for name, at in areas.GROUP.items() if shares[at]}
        return Result(picture, pose, parts, garment, changed)

    @property
    def _coarse(self) -> tuple[int, int]:
        return self.size[0] // COARSE, self.size[1] // COARSE

    @property
    def _finder(self) -> PoseFinder:
        if not hasattr(self._own, "finder"):
            self._own.finder = PoseFinder()
        return self._own.finder

    def _person(self, image: np.ndarray) -> Pose:
        """The one person; a face without shoulders is a person whose torso is out of sight."""
        try:
            return self._finder.find(image)
        except Refusal as refusal:
            seen = self._finder.look(image) if refusal.code == "no_person" else None
            if seen is None or not seen.seen("nose"):
                raise
            raise Refusal(
                "the photo shows a head, but no shoulders",
                code="torso_hidden",
                hint="use a photo that shows the person down to the hips",
            ) from None

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
        batch = {
            "image": small, "warped": warped, "old": found.old, "front": found.front,
            "limbs": found.limbs, "sources": sources,
            "parts": areas.shares(groups, self._coarse), "keypoints": framed.keypoints,
            "category": _one_hot(category),
        }  # fmt: skip
        said = self.networks.generator.run(**inputs({n: a[None] for n, a in batch.items()}))
        return Fields(*(said[name][0] for name in ("flow", "logits", "shade", "tint")))


def load(folder: Path) -> Predictor:
    """Open a bundle, see `Predictor.load`."""
    return Predictor.load(folder)


def _one_hot(category: Category) -> np.ndarray:
    return np.eye(len(CATEGORIES), dtype=np.float32)[CATEGORIES.index(category)]
