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
from tryon.garment import areas, cloth, framing, pieces, rendering, skin, warping
from tryon.garment.areas import Areas
from tryon.garment.baselines import inputs
from tryon.garment.build import Body
from tryon.garment.composition import Fields
from tryon.garment.garment import CATEGORIES, Category
from tryon.garment.keeping import keep
from tryon.garment.settings import Settings
from tryon.garment.visibility import check_old, check_visible
from tryon.serving.bundle import Bundle
from tryon.serving.session import OnnxSession
from tryon.vision import align, facemesh
from tryon.vision.face import FaceFinder
from tryon.vision.pose import Pose, PoseFinder

COARSE = 4  # the generator takes label shares at a quarter of the frame
SURE = 0.5  # confidence of a nose in a photo that should show a garment alone


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
    """Dresses photos. Threads may share one: each gets finders of its own.

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
        category = given.category
        pose = self._person(image)
        check_visible(pose, category, image.shape[:2])
        if given.mask is None:
            self._check_alone(given.photo)
        garment = cloth.read(given, self.networks.reader, self.size)
        matrix = framing.frame(pose, category, image.shape[:2], self.size[0])
        framed = framing.moved(pose, matrix)
        small = align.warp(image, matrix, self.size[::-1])
        groups = self._parsed(small, framed, category)
        check_old(groups, category)
        body = Body(framed)
        fit = pieces.fit(garment.measured, body)
        warped = np.rint(warping.draw(garment.cloth, fit, self.size) * 255).astype(np.uint8)
        found = areas.find(groups, warped[..., 3] / np.float32(255), category, body, fit)
        keep(found, body, self._face(image, pose, matrix), category)
        sources = areas.sources(small, groups, category, self._coarse, skin.tone(image, pose))
        fields = self._fields(small, warped, found, sources, groups, framed, category)
        place = rendering.Place(matrix, (image.shape[0], image.shape[1]), self.size)
        picture, changed = rendering.dress(
            image, garment.cloth, garment.measured, pose, place, found, sources, fields
        )
        shares = np.bincount(groups.ravel(), minlength=len(areas.GROUPS)) / groups.size
        parts = {name: float(shares[at]) for name, at in areas.GROUP.items() if shares[at]}
        return Result(picture, pose, parts, garment, changed)

    def _face(self, image: np.ndarray, pose: Pose, matrix: np.ndarray) -> np.ndarray | None:
        """Outline of the person's face in the frame, [K, 2]; None where none is seen."""
        x, y = pose.point("nose")
        for face in self._faces.find_all(image):
            left, top, right, bottom = face.box
            if left <= x <= right and top <= y <= bottom:
                oval = face.landmarks[list(facemesh.OVAL)]
                return np.asarray(oval @ matrix[:, :2].T + matrix[:, 2])
        return None

    @property
    def _coarse(self) -> tuple[int, int]:
        return self.size[0] // COARSE, self.size[1] // COARSE

    @property
    def _poses(self) -> PoseFinder:
        self._open_finders()
        poses: PoseFinder = self._own.poses
        return poses

    @property
    def _faces(self) -> FaceFinder:
        self._open_finders()
        faces: FaceFinder = self._own.faces
        return faces

    def _open_finders(self) -> None:
        """Both at once, so that a thread's first photo is the only slow one."""
        if not hasattr(self._own, "faces"):
            self._own.poses, self._own.faces = PoseFinder(), FaceFinder()

    def _person(self, image: np.ndarray) -> Pose:
        """The one person; a face without shoulders is a person whose torso is out of sight."""
        try:
            return self._poses.find(image)
        except Refusal as refusal:
            seen = self._poses.look(image) if refusal.code == "no_person" else None
            if seen is None or not seen.seen("nose"):
                raise
            raise Refusal(
                "the photo shows a head, but no shoulders",
                code="torso_hidden",
                hint="use a photo that shows the person down to the hips",
            ) from None

    def _check_alone(self, photo: np.ndarray) -> None:
        """Refuse a person in place of the garment: a body with a face where its nose should be.

        A body alone is too little: some are seen in shirts on hangers.
        """
        pose = self._poses.look(photo)
        if pose is None or pose.keypoints[pose.place("nose"), 2] < SURE:
            return
        x, y = pose.point("nose")
        boxes = [face.box for face in self._faces.find_all(photo)]
        if any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in boxes):
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
