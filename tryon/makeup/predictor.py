"""From a photo and a look (or a reference photo) to the made-up photo: numpy and ONNX Runtime.

The face is found, its masks are drawn, the condition is measured, and the analytic shift is
solved. A network, where there is one, sees the aligned square and adds its gain, residual and
affine to that shift. Everything is composed inside the face's box at the photo's own resolution;
on very large faces the *change* is computed smaller and enlarged, never the photo. Pixels outside
the asked regions are the input's own, bit by bit.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tryon.errors import BundleError, Refusal
from tryon.makeup import composition, condition, reference
from tryon.makeup.field import Field
from tryon.makeup.look import REGIONS, Look, Region
from tryon.makeup.regions import region_masks
from tryon.serving.bundle import Bundle
from tryon.serving.session import OnnxSession
from tryon.vision.align import face_square, warp
from tryon.vision.colour import delta_e_2000, lab_to_hex
from tryon.vision.contours import closed, soft
from tryon.vision.face import Face, FaceFinder
from tryon.vision.facemesh import LIPS_INNER
from tryon.vision.faceview import FaceView
from tryon.vision.occlusion import visible_skin

RIM = 0.3  # of the face's longer side: the box around the landmarks that may change
WORK_SIDE = 1280  # pixels; a larger face's change is computed at this size
SOLVE_SIDE = 288  # pixels; the regions' means need no more


@dataclass(frozen=True)
class Result:
    """A made-up photo.

    Attributes:
        image: uint8 RGB [H, W, 3], of the photo's own size.
        face: The face, in the photo's pixels.
        condition: float32 [R, 5], what was asked.
        reached: Per asked region: `asked` and `reached` (hex), `delta_e` between them (CIEDE2000),
            `visible` (share of the region that nothing covers, 0 to 1).
    """

    image: np.ndarray
    face: Face
    condition: np.ndarray
    reached: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class _Scene:
    """The part of a photo around its face, at working size."""

    face: Face
    box: tuple[slice, slice]  # of the photo
    crop: np.ndarray  # uint8 [h, w, 3], the box at working size
    landmarks: np.ndarray  # float32 [478, 2], crop pixels
    visible: np.ndarray  # float32 [h, w]
    masks: np.ndarray  # float32 [R, h, w]

    def reduced(self, plane: np.ndarray) -> np.ndarray:
        """A picture or the masks [C, h, w] of the crop, small enough for the means."""
        if max(self.crop.shape[:2]) <= SOLVE_SIDE:
            return plane
        size = _size(self.crop, SOLVE_SIDE)
        if plane.shape[:2] == self.crop.shape[:2]:
            return cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
        return np.stack([cv2.resize(m, size, interpolation=cv2.INTER_AREA) for m in plane])


class Predictor:
    """Puts looks on photos. Threads may share one: each gets a face finder of its own.

    Args:
        session: The network; None composes the analytic shift alone.
        size: Side of the network's aligned square.
        margin: Side of that square ÷ longer side of the face.
        limits: `FaceFinder`'s, where they are to differ from its own.
    """

    def __init__(
        self,
        session: OnnxSession | None = None,
        size: int = 128,
        margin: float = 1.55,
        limits: dict[str, float] | None = None,
    ) -> None:
        self.session = session
        self.size = size
        self.margin = margin
        self._limits = limits or {}
        self._own = threading.local()

    @classmethod
    def load(cls, folder: Path) -> "Predictor":
        """Open a bundle.

        Raises:
            BundleError: it is broken, of another task or of another order of regions.
        """
        bundle = Bundle.open(folder)
        if bundle.meta.task != "makeup" or tuple(bundle.meta.regions) != REGIONS:
            raise BundleError(
                f"{folder} is for task {bundle.meta.task!r} with regions {bundle.meta.regions}, "
                f"expected 'makeup' with {REGIONS}",
                code="invalid_meta",
                hint="export the model again with this release",
            )
        return cls(bundle.session, bundle.meta.size, bundle.meta.margin)

    def apply(self, image: np.ndarray, look: Look) -> Result:
        """Put a look on the one face of a photo, uint8 RGB [H, W, 3].

        Raises:
            Refusal: no face, several, too small, turned away.
            ImageError: `image` is no such array.
        """
        return self.apply_each(image, [look])[0]

    def apply_each(self, image: np.ndarray, looks: Sequence[Look]) -> list[Result]:
        """Several looks, each on the bare photo: the face is found once. Raises as `apply`."""
        scene = self._scene(image)
        small, masks = _unit(scene.reduced(scene.crop)), scene.reduced(scene.masks)
        return [
            self._finish(image, scene, condition.from_look(small, masks, look), None)
            for look in looks
        ]

    def transfer(
        self,
        image: np.ndarray,
        reference_image: np.ndarray,
        regions: tuple[Region, ...] = REGIONS,
        intensity: float = 1.0,
    ) -> Result:
        """Put the makeup of a reference photo on a photo, both uint8 RGB [H, W, 3].

        Only what is measurably painted in the reference travels, and only in `regions`.

        Raises:
            Refusal: as `apply`, for either photo; the message says which.
            ImageError: either is no such array.
        """
        scene = self._scene(image)
        try:
            other = self._scene(reference_image)
        except Refusal as refusal:
            said = f"in the reference photo: {refusal.message}"
            raise Refusal(said, code=refusal.code, hint=refusal.hint) from None
        small, masks = _unit(scene.reduced(scene.crop)), scene.reduced(scene.masks)
        reading = reference.from_reference(
            small,
            masks,
            _unit(other.reduced(other.crop)),
            other.reduced(other.masks),
            regions,
            intensity,
        )
        view = FaceView.of(scene.crop, scene.landmarks)
        other_view = FaceView.of(other.crop, other.landmarks)
        variation = reference.colour_map(
            view,
            _into(view, scene.masks),
            other_view,
            _into(other_view, other.masks),
            reading.condition,
            intensity,
        )
        return self._finish(image, scene, reading.condition, variation)

    def _scene(self, image: np.ndarray) -> _Scene:
        if not hasattr(self._own, "finder"):
            self._own.finder = FaceFinder(**self._limits)
        face: Face = self._own.finder.find(image)
        left, top, right, bottom = face.box
        rim = round(RIM * max(right - left, bottom - top))
        height, width = image.shape[:2]
        rows = slice(max(0, top - rim), min(height, bottom + rim))
        columns = slice(max(0, left - rim), min(width, right + rim))
        crop = np.ascontiguousarray(image[rows, columns])
        landmarks: np.ndarray = face.landmarks - np.array([columns.start, rows.start], np.float32)
        if max(crop.shape[:2]) > WORK_SIDE:
            size = _size(crop, WORK_SIDE)
            landmarks = _resized(landmarks, crop, size)
            crop = cv2.resize(crop, size, interpolation=cv2.INTER_AREA)
        visible = visible_skin(crop, landmarks)
        masks = region_masks(landmarks, (crop.shape[0], crop.shape[1]), visible)
        return _Scene(face, (rows, columns), crop, landmarks, visible, masks)

    def _finish(
        self, image: np.ndarray, scene: _Scene, asked: np.ndarray, variation: np.ndarray | None
    ) -> Result:
        crop = _unit(scene.crop)
        small = _unit(scene.reduced(scene.crop))
        small_variation = None if variation is None else scene.reduced(variation)
        masks = scene.reduced(scene.masks)
        shift = composition.solve(small, masks, asked, small_variation)
        change = shift.delta(crop, scene.masks, variation)
        if self.session is not None:
            # What covers a region stays: the network may move outlines, not paint over teeth.
            painted = scene.masks[asked[:, 3] > 0].max(0, initial=0)
            mouth = closed(scene.landmarks.take(LIPS_INNER, 0))
            within = soft([mouth], painted.shape, 0.006 * scene.face.eye_distance)
            free = np.maximum(scene.visible * (1 - within), painted)[..., None]
            change = change + free * (self._corrected(change, crop, scene, asked) - change)
        change *= composition.allowed(scene.masks, asked)[..., None]
        made_up = image.copy()
        made_up[scene.box] = _added(image[scene.box], change)
        done = _unit(scene.reduced(np.rint(np.clip(crop + change, 0, 1) * 255).astype(np.uint8)))
        return Result(made_up, scene.face, asked, self._reached(done, masks, scene, asked))

    def _corrected(
        self, change: np.ndarray, crop: np.ndarray, scene: _Scene, asked: np.ndarray
    ) -> np.ndarray:
        """Add what the network says to the analytic change, at the crop's resolution."""
        assert self.session is not None
        matrix = face_square(scene.landmarks, self.size, self.margin)
        square = warp(scene.crop, matrix, self.size)
        landmarks = scene.landmarks @ matrix[:, :2].T + matrix[:, 2]
        visible = warp(scene.visible, matrix, self.size)
        masks = region_masks(landmarks, (self.size, self.size), visible)
        said = self.session.run(
            image=np.moveaxis(_unit(square), -1, 0)[None],
            masks=masks[None],
            condition=asked[None],
        )
        field = Field(matrix, self.size, (crop.shape[0], crop.shape[1]))
        change = change * (1 + field.sample(said["gain"][0]))
        change += field.sample(said["residual"][0])
        affine = said["affine"][0].reshape(len(REGIONS), 6, *said["affine"].shape[2:])
        for index in np.flatnonzero(asked[:, 3]):
            planes = field.sample(affine[index])
            tint = planes[..., :3] + planes[..., 3:] * (2 * crop - 1)
            change += scene.masks[index, ..., None] * tint
        return change

    def _reached(
        self, done: np.ndarray, masks: np.ndarray, scene: _Scene, asked: np.ndarray
    ) -> dict[str, dict[str, Any]]:
        landmarks = _resized(scene.landmarks, scene.crop, (done.shape[1], done.shape[0]))
        whole = region_masks(landmarks, (done.shape[0], done.shape[1]))
        means = condition.mean_lab(done, masks)
        wanted = condition.SCALE * asked[:, :3]
        apart = delta_e_2000(means, wanted)
        return {
            REGIONS[index]: {
                "asked": lab_to_hex(wanted[index]),
                "reached": lab_to_hex(means[index]),
                "delta_e": round(float(apart[index]), 2),
                "visible": round(min(float(masks[index].sum() / whole[index].sum()), 1.0), 3),
            }
            for index in np.flatnonzero(asked[:, 3])
        }


def load(folder: Path) -> Predictor:
    """Open a bundle, see `Predictor.load`."""
    return Predictor.load(folder)


def _size(image: np.ndarray, longest: int) -> tuple[int, int]:
    """(width, height) at which the longer side of `image` is `longest`."""
    scale = longest / max(image.shape[:2])
    return max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))


def _resized(landmarks: np.ndarray, image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Landmarks of `image` in a copy of it of `size` (width, height); pixel centres at halves."""
    factor = np.array(size) / [image.shape[1], image.shape[0]]
    return ((landmarks + 0.5) * factor - 0.5).astype(np.float32)


def _unit(image: np.ndarray) -> np.ndarray:
    return image.astype(np.float32) / 255


def _into(view: FaceView, masks: np.ndarray) -> np.ndarray:
    """Masks [R, h, w] of the crop in the view's pixels."""
    height, width = view.shape
    return np.stack([warp(mask, view.matrix, (width, height)) for mask in masks])


def _added(image: np.ndarray, change: np.ndarray) -> np.ndarray:
    """uint8 [H, W, 3] plus a change of the same or a smaller size; exact where it is 0."""
    if change.shape != image.shape:
        size = (image.shape[1], image.shape[0])
        change = cv2.resize(change, size, interpolation=cv2.INTER_LINEAR)
    changed = (change != 0).any(-1)
    rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
    made_up = image.copy()
    if len(rows):
        box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
        sum_ = np.rint(np.clip(_unit(image[box]) + change[box], 0, 1) * 255).astype(np.uint8)
        made_up[box] = np.where(changed[box][..., None], sum_, image[box])
    return made_up
