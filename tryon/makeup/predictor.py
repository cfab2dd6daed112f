"""From a photo and a look (or a reference photo) to the made-up photo: numpy and ONNX Runtime.

The face is found, its masks are drawn, the condition is measured, and the analytic shift is
solved. A network, where there is one, sees the aligned square and adds its gain and residual to
that shift. Everything is composed inside the face's box at the photo's own resolution;
on very large faces the *change* is computed smaller and enlarged, never the photo. Pixels outside
the asked regions are the input's own, bit by bit.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tryon.errors import Refusal
from tryon.makeup import composition, condition, field, reference
from tryon.makeup.composition import Box
from tryon.makeup.look import REGIONS, Look, Region
from tryon.makeup.regions import FLOOR, region_masks
from tryon.makeup.settings import Settings
from tryon.serving.bundle import Bundle
from tryon.serving.session import OnnxSession
from tryon.vision.align import face_square, warp
from tryon.vision.colour import delta_e_2000, lab_to_hex
from tryon.vision.contours import closed, face_scale, soft
from tryon.vision.face import Face, FaceFinder
from tryon.vision.facemesh import LIPS_INNER
from tryon.vision.faceview import FaceView
from tryon.vision.occlusion import visible_skin

RIM = 0.3  # of the face's longer side: the box around the landmarks that may change
WORK_SIDE = 512  # pixels; edges of masks are soft, so a larger face's change is enlarged
SOLVE_SIDE = 144  # pixels; the regions' means need no more


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
    box: Box  # of the photo
    times: int  # sides of the box ÷ sides of the crop
    crop: np.ndarray  # uint8 [h, w, 3], the box at working size
    landmarks: np.ndarray  # float32 [478, 2], crop pixels
    visible: np.ndarray  # float32 [h, w]
    masks: np.ndarray  # float32 [R, h, w]
    cover: np.ndarray  # float32 [R], share of each region that nothing covers

    @property
    def mouth(self) -> np.ndarray:
        """The opening between the lips, float32 [h, w]."""
        inner = closed(self.landmarks.take(LIPS_INNER, 0))
        height, width = self.visible.shape
        return soft([inner], (height, width), 0.006 * face_scale(self.landmarks))

    @cached_property
    def small(self) -> np.ndarray:
        """The crop, small enough for the means, float32 [h, w, 3]."""
        return _unit(self.reduced(self.crop))

    @cached_property
    def small_masks(self) -> np.ndarray:
        """The masks at the size of `small`."""
        return np.stack([self.reduced(mask) for mask in self.masks])

    def reduced(self, plane: np.ndarray) -> np.ndarray:
        """A picture or a plane of the box at the size of `small`."""
        size = _size(self.crop, min(SOLVE_SIDE, max(self.crop.shape[:2])))
        return _resized(plane, size)


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
            BundleError: it is broken, of another task or of other settings than this release's.
        """
        bundle = Bundle.open(folder)
        settings = bundle.settings("makeup", Settings)
        return cls(bundle.session, settings.size, settings.margin)

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
        return [
            self._finish(
                image, scene, condition.from_look(scene.small, scene.small_masks, look), None
            )
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
        reading = reference.from_reference(
            scene.small, scene.small_masks, other.small, other.small_masks, regions, intensity
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
        top, left = max(0, top - rim), max(0, left - rim)
        high, wide = min(height, bottom + rim) - top, min(width, right + rim) - left
        times = -(-max(high, wide) // WORK_SIDE)  # whole: area means are exact and cheap then
        high, wide = high // times * times, wide // times * times
        box = (slice(top, top + high), slice(left, left + wide))
        crop = _resized(image[box], (wide // times, high // times))
        landmarks: np.ndarray = face.landmarks - np.array([left, top], np.float32)
        landmarks = np.float32(1 / times) * (landmarks + 0.5) - 0.5
        visible = visible_skin(crop, landmarks)
        whole = region_masks(landmarks, (crop.shape[0], crop.shape[1]))
        masks = whole * visible
        masks *= masks > FLOOR
        cover = masks.sum((1, 2)) / np.maximum(whole.sum((1, 2)), FLOOR)
        return _Scene(face, box, times, crop, landmarks, visible, masks, cover)

    def _finish(
        self, image: np.ndarray, scene: _Scene, asked: np.ndarray, variation: np.ndarray | None
    ) -> Result:
        made_up = image.copy()
        change, part = self._change(scene, asked, variation)
        if change is not None:
            _add(made_up[scene.box], change, part, scene.times)
        return Result(made_up, scene.face, asked, _reached(made_up[scene.box], scene, asked))

    def _change(
        self, scene: _Scene, asked: np.ndarray, variation: np.ndarray | None
    ) -> tuple[np.ndarray | None, Box]:
        """What to add to a part of the crop, float32 [h, w, 3], and that part; None: nothing."""
        allowed = composition.allowed(scene.masks, asked)
        part = composition.box_of(allowed)
        if not allowed[part].size:
            return None, part
        crop, masks, allowed = _unit(scene.crop[part]), scene.masks[:, *part], allowed[part]
        small = None if variation is None else scene.reduced(variation)
        variation = None if variation is None else variation[part]
        shift = composition.solve(scene.small, scene.small_masks, asked, small)
        change = shift.delta(crop, masks, variation)
        if self.session is not None:
            gain, residual = self._said(scene, asked, part)
            # What covers a region stays: the network may move outlines, not paint over teeth.
            painted = masks[asked[:, 3] > 0].max(0)
            free = np.maximum(scene.visible[part] * (1 - scene.mouth[part]), painted)
            added = gain * change
            added += residual
            added *= free[..., None]
            change += added
        change *= allowed[..., None]
        return change, part

    def _said(self, scene: _Scene, asked: np.ndarray, part: Box) -> tuple[np.ndarray, np.ndarray]:
        """Gain [h, w, 1] and residual [h, w, 3] of the network in a part of the crop."""
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
        fields = field.sample(np.concatenate([said["gain"][0], said["residual"][0]]), matrix, part)
        return fields[..., :1], fields[..., 1:]


def _reached(done: np.ndarray, scene: _Scene, asked: np.ndarray) -> dict[str, dict[str, Any]]:
    """What the answer says of every asked region."""
    seen = _resized(done, (scene.crop.shape[1], scene.crop.shape[0]))
    means = condition.mean_lab(_unit(scene.reduced(seen)), scene.small_masks)
    wanted = condition.SCALE * asked[:, :3]
    apart = delta_e_2000(means, wanted)
    return {
        REGIONS[index]: {
            "asked": lab_to_hex(wanted[index]),
            "reached": lab_to_hex(means[index]),
            "delta_e": round(float(apart[index]), 2),
            "visible": round(min(float(scene.cover[index]), 1.0), 3),
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


def _resized(plane: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A picture or plane made smaller by area means, or itself where it has that size."""
    if plane.shape[1::-1] == size:
        return plane
    return cv2.resize(plane, size, interpolation=cv2.INTER_AREA)


def _unit(image: np.ndarray) -> np.ndarray:
    return image.astype(np.float32) * np.float32(1 / 255)


def _into(view: FaceView, masks: np.ndarray) -> np.ndarray:
    """Masks [R, h, w] of the crop in the view's pixels."""
    height, width = view.shape
    return np.stack([warp(mask, view.matrix, (width, height)) for mask in masks])


def _add(target: np.ndarray, change: np.ndarray, part: Box, times: int) -> None:
    """Add a change to a photo's box in place; the very same values where the change is 0.

    Args:
        target: uint8 [H, W, 3], a view of the photo.
        change: float32 [h, w, 3], of `part` of the box at working size.
        part: Rows and columns at working size.
        times: How many times larger the box is than at working size.
    """
    change = 255 * change
    if times > 1:
        part, change = _enlarged(change, part, times)
        rows, columns = part
        change = change[: target.shape[0] - rows.start, : target.shape[1] - columns.start]
    target[part] = cv2.add(target[part], change, dtype=cv2.CV_8U)  # rounds and saturates


def _enlarged(change: np.ndarray, part: Box, times: int) -> tuple[Box, np.ndarray]:
    """A part of a plane enlarged as if the whole were, with the rim where it fades to 0."""
    low = [max(0, (side.start - 1) * times) for side in part]
    high = [(side.stop + 1) * times for side in part]
    y, x = (
        (start + 0.5) / times - 0.5 - side.start for start, side in zip(low, part, strict=True)
    )  # pixel centres at halves
    planes = cv2.warpAffine(
        change,
        np.array([[1 / times, 0, x], [0, 1 / times, y]]),
        (high[1] - low[1], high[0] - low[0]),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
    )
    return (slice(low[0], high[0]), slice(low[1], high[1])), planes
