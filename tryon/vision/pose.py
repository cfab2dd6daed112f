"""Finding the one person of a photo: MediaPipe's pose, as 18 keypoints, and refusals with a cause.

One `PoseFinder` belongs to one thread of one process and is made after any fork, as a
`tryon.vision.face.FaceFinder` is, and for the same reasons.
"""

import os
import threading
from contextlib import nullcontext
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import cv2
import numpy as np

from tryon.errors import ImageError, Refusal, TryonError
from tryon.vision.human import KEYPOINTS, MEDIAPIPE
from tryon.vision.hush import hushed

WORK_SIDE = 1024  # pixels; photos twice as large are shrunk for the search
SEEN = 0.5  # confidence from which a keypoint counts as seen
RIVAL = 0.45  # another person with this share of the first one's shoulder width is one too many
_AT = {name: place for place, name in enumerate(KEYPOINTS)}


@dataclass(frozen=True)
class Pose:
    """One person's keypoints, in the pixels of the photo they were found in.

    Attributes:
        keypoints: float32 [18, 3]: x, y, confidence in [0, 1], in the order of
            tryon.vision.human.KEYPOINTS. Points may lie outside the photo: they are estimates, and
            their confidence is 0.
    """

    keypoints: np.ndarray

    def point(self, name: str) -> np.ndarray:
        """x and y of a keypoint, float32 [2]."""
        return self.keypoints[_AT[name], :2]

    @staticmethod
    def place(name: str) -> int:
        """The row of a keypoint."""
        return _AT[name]

    def seen(self, name: str) -> bool:
        """Whether a keypoint lies in the photo and is confident."""
        return bool(self.keypoints[_AT[name], 2] >= SEEN)

    @property
    def shoulders(self) -> float:
        """Pixels between the shoulders; negative where the person is seen from behind."""
        return float(self.point("left_shoulder")[0] - self.point("right_shoulder")[0])

    @property
    def torso(self) -> float:
        """Pixels from the middle of the shoulders to the middle of the hips."""
        return float(np.hypot(*(self.middle("hip") - self.middle("shoulder"))))

    def middle(self, joint: str) -> np.ndarray:
        """Between the left and the right one of a joint, float32 [2]."""
        return (self.point(f"left_{joint}") + self.point(f"right_{joint}")) / 2


class PoseFinder:
    """Finds the one person of a photo, for one thread."""

    def __init__(self) -> None:
        self._owner = (os.getpid(), threading.get_ident())
        self._found_any = False
        with hushed():
            from mediapipe.python.solutions import pose

            self._graph: Any = pose.Pose(static_image_mode=True, model_complexity=1)
            self._graph.process(np.zeros((64, 64, 3), np.uint8))  # the models load with it

    def __enter__(self) -> "PoseFinder":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the graph. The finder cannot be used afterwards."""
        self._graph.close()

    def find(self, image: np.ndarray) -> Pose:
        """The person of a photo, uint8 RGB [H, W, 3].

        Raises:
            Refusal: `no_person`, `several_persons`, `person_turned_away`.
            ImageError: `image` is no such array.
        """
        pose = self.look(image)
        if pose is None or not (pose.seen("right_shoulder") or pose.seen("left_shoulder")):
            raise Refusal(
                "no person was found",
                code="no_person",
                hint="use a photo of one person from the head to the hips or further",
            )
        if self._another(image, pose):
            raise Refusal(
                "more than one person was found, expected 1",
                code="several_persons",
                hint="crop the photo to one person",
            )
        if pose.shoulders < 0.3 * pose.torso:
            raise Refusal(
                f"the shoulders are {pose.shoulders:.0f} px apart, left of right, where a front "
                f"view of this torso has at least {0.3 * pose.torso:.0f}",
                code="person_turned_away",
                hint="use a photo taken from the front",
            )
        return pose

    def look(self, image: np.ndarray) -> Pose | None:
        """The most prominent person, without any refusal; None where there is none.

        Raises:
            ImageError: `image` is no uint8 RGB [H, W, 3] array with pixels.
        """
        if self._owner != (os.getpid(), threading.get_ident()):
            raise TryonError(
                "a PoseFinder was used by another thread or process than the one that made it",
                code="shared_pose_finder",
                hint="make one PoseFinder per thread, after any fork",
            )
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
            raise ImageError(
                f"got {image.dtype} {image.shape}, expected uint8 [H, W, 3] with pixels",
                code="empty" if not image.size else "unsupported_format",
                hint="decode the picture with tryon.vision.images.decode",
            )
        height, width = image.shape[:2]
        small, times = image, max(1, max(image.shape[:2]) // WORK_SIDE)
        if times > 1:
            size = (max(1, width // times), max(1, height // times))
            small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        with nullcontext() if self._found_any else hushed():  # the first one is news to its log
            found = self._graph.process(np.ascontiguousarray(small)).pose_landmarks
        if found is None:
            return None
        self._found_any = True
        raw = np.array([(p.x, p.y, p.visibility) for p in found.landmark], np.float32)
        raw[:, :2] = raw[:, :2] * (width, height) - 0.5  # pixel centres at whole numbers
        neck = (raw[11] + raw[12]) / 2
        points = np.stack([neck if place is None else raw[place] for place in MEDIAPIPE])
        inside = (points[:, :2] >= -0.5) & (points[:, :2] <= np.array([width, height]) - 0.5)
        points[:, 2] *= inside.all(1)
        return Pose(points)

    def _another(self, image: np.ndarray, pose: Pose) -> bool:
        """Whether someone else of a like size is left when this person is painted over."""
        reach = max(abs(pose.shoulders), 0.5 * pose.torso)
        points = pose.keypoints[:, :2]
        above, below = reach * np.array([0.35, 0.7]), reach * np.array([0.35, 0.2])
        low = np.maximum(points.min(0) - above, 0)
        high = np.minimum(points.max(0) + below, image.shape[1::-1])
        (left, top), (right, bottom) = low.astype(int), high.astype(int)
        if (right - left) * (bottom - top) > 0.7 * image.shape[0] * image.shape[1]:
            return False  # there is no room beside this one
        rest = image.copy()
        rest[top:bottom, left:right] = image.reshape(-1, 3)[:: max(1, image.size // 30_000)].mean(0)
        other = self.look(rest)
        if other is None:
            return False
        seen = other.seen("right_shoulder") and other.seen("left_shoulder") and other.seen("nose")
        apart = np.hypot(*(other.middle("shoulder") - pose.middle("shoulder")))
        size = max(abs(other.shoulders), 0.5 * other.torso)
        return bool(seen and size > RIVAL * reach and apart > 0.5 * reach)
