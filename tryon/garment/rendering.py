"""The networks' small fields applied to a photo at its own resolution.

What the networks give, a smooth flow and soft fields, is enlarged and applied to the garment's own
pixels, so that printed text survives. Pixels outside the repainted area are the photo's own.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from tryon.garment import framing, pieces, warping
from tryon.garment.areas import Areas
from tryon.garment.build import Body
from tryon.garment.composition import Fields, Planes, compose
from tryon.garment.flat import Flat
from tryon.vision.pose import Pose

WORK_HEIGHT = 1280  # pixels; in a larger frame the change is computed smaller and enlarged


@dataclass(frozen=True)
class Place:
    """Where in a photo the frame lies, and at which size the change is computed there.

    Attributes:
        matrix: float32 [2, 3], photo pixels → the frame's (tryon.garment.framing).
        photo: (H, W).
        frame: (H, W).
    """

    matrix: np.ndarray
    photo: tuple[int, int]
    frame: tuple[int, int]

    @cached_property
    def box(self) -> tuple[slice, slice]:
        """The part of the photo that the frame shows: rows, columns."""
        spans = []
        for axis, (side, limit) in enumerate(zip(self.frame, self.photo, strict=True)):
            low = (-self.matrix[1 - axis, 2] - 0.5) / self._scale + 0.5
            high = low + side / self._scale
            spans.append(slice(max(0, int(np.floor(low))), min(limit, int(np.ceil(high)))))
        return spans[0], spans[1]

    @cached_property
    def work(self) -> tuple[int, int]:
        """(W, H) at which that part is worked on."""
        rows, columns = self.box
        tall = max(rows.stop - rows.start, round(self.frame[0] / self._scale))
        times = max(1, -(-tall // WORK_HEIGHT))
        return max(1, (columns.stop - columns.start) // times), max(
            1, (rows.stop - rows.start) // times
        )

    @cached_property
    def to_work(self) -> np.ndarray:
        """Photo pixels → those worked on, float32 [2, 3]."""
        rows, columns = self.box
        ratio = self._ratio
        shift = (0.5 - np.array([columns.start, rows.start])) * ratio - 0.5
        return np.array([[ratio[0], 0, shift[0]], [0, ratio[1], shift[1]]], np.float32)

    @property
    def tallness(self) -> float:
        """Heights of the worked part per height of the frame."""
        return float(self.frame[0] / self._scale * self._ratio[1] / self.work[1])

    def spread(self, plane: np.ndarray, ratio: float = 1.0) -> np.ndarray:
        """A plane of the frame, or of a grid `ratio` times as fine, where it is worked on."""
        there = self.matrix[:, :2].diagonal() / self._ratio
        shift = self.matrix[:, 2] - self.to_work[:, 2] * there
        shift = (shift + 0.5) * ratio - 0.5
        matrix = np.array([[there[0] * ratio, 0, shift[0]], [0, there[1] * ratio, shift[1]]])
        return cv2.warpAffine(
            plane.astype(np.float32), matrix, self.work,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip

    @property
    def _scale(self) -> float:
        return float(self.matrix[0, 0])

    @cached_property
    def _ratio(self) -> np.ndarray:
        rows, columns = self.box
        return np.array(self.work) / [columns.stop - columns.start, rows.stop - rows.start]


def dress(
    image: np.ndarray, cloth: warping.Cloth, measured: Flat, pose: Pose, place: Place,
    found: Areas, sources: np.ndarray, fields: Fields,
) -> tuple[np.ndarray, float]:  # fmt: skip
    """The dressed photo uint8 [H, W, 3], and the share of its pixels that may have changed.

    Args:
        image: The photo.
        cloth: The garment.
        measured: Its landmarks.
        pose: The person, in photo pixels.
        place: Of the frame.
        found: The areas of the frame.
        sources: See tryon.garment.areas.sources.
        fields: What the generator gives for the frame.
    """
    picture = image.copy()
    part = picture[place.box]
    scaled = part.shape[1::-1] != place.work
    crop = cv2.resize(part, place.work, interpolation=cv2.INTER_AREA) if scaled else part
    body = Body(framing.moved(pose, place.to_work))
    drawn = warping.draw(cloth, pieces.fit(measured, body), place.work[::-1], finer=1)
    coarse = fields.flow.shape[1] / place.frame[0]
    full = Fields(
        np.stack([place.spread(plane, coarse) * place.tallness for plane in fields.flow]),
        *(
            np.stack([place.spread(p, planes.shape[1] / place.frame[0]) for p in planes])
            for planes in (fields.logits, fields.shade, fields.tint)
        ),
    )  # fmt: skip
    planes = Planes(
        place.spread(found.old) / 255,
        place.spread(found.front) / 255,
        place.spread(found.limbs) / 255,
        place.spread(found.edit) / 255,
        np.stack([place.spread(p, sources.shape[1] / place.frame[0]) for p in sources]) / 255,
    )
    before = crop.astype(np.float32) * np.float32(1 / 255)
    after, _ = compose(before, drawn, planes, full)
    change = (after - before) * 255
    if scaled:
        change = cv2.resize(change, part.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    part[:] = cv2.add(part, change, dtype=cv2.CV_8U)  # rounds and saturates
    edited = float((planes.edit > 0).mean()) * part.shape[0] * part.shape[1]
    return picture, edited / (image.shape[0] * image.shape[1])
