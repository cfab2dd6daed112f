"""Finding the one face of a photo: MediaPipe's face mesh, its pose, and refusals with a cause.

One `FaceFinder` belongs to one thread of one process and is made after any fork: a shared
MediaPipe graph silently returns another photo's landmarks, and aborts after a fork.
"""

import math
import os
import threading
from contextlib import nullcontext
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import cv2
import numpy as np

from tryon.errors import ImageError, Refusal, TryonError
from tryon.vision import facemesh
from tryon.vision.hush import hushed

WORK_SIDE = 1024  # pixels; photos twice as large are shrunk for the search
MOST_FACES = 6
CROP = 2.5  # side of the second try's crop ÷ side of the detected box
REST_PITCH = 7.0  # degrees the forehead-chin line of MediaPipe's mesh leans when one looks ahead
# A point of a landmark list as protobuf encodes it: each number follows its field's tag.
_POINT = np.dtype(
    [("head", "S3"), ("x", "<f4"), ("y_tag", "S1"), ("y", "<f4"), ("z_tag", "S1"), ("z", "<f4")]
)
_EXTREMES = (cv2.REDUCE_MIN, cv2.REDUCE_MAX)
_HEAD = bytes([0x0A, _POINT.itemsize - 2, 0x0D])  # element of a list, its length, field 1


@dataclass(frozen=True)
class Face:
    """One face, in the pixels of the photo it was found in.

    Attributes:
        landmarks: float32 [478, 2], x and y, MediaPipe's numbering; may lie outside the photo.
        depth: float32 [478], pixels, smaller is nearer to the camera.
        eye_distance: Pixels between the pupils.
        yaw: Degrees; positive looks to the right of the picture.
        pitch: Degrees; positive looks down.
        roll: Degrees; positive is turned clockwise in the picture.
        box: left, top, right, bottom of the landmarks, whole pixels, not clipped.
    """

    landmarks: np.ndarray
    depth: np.ndarray
    eye_distance: float
    yaw: float
    pitch: float
    roll: float
    box: tuple[int, int, int, int]

    @classmethod
    def from_points(cls, points: np.ndarray) -> "Face":
        """Measure a face from float [478, 3] points in pixels (x, y, depth)."""
        points = np.asarray(points, np.float32)
        right, left = points[facemesh.RIGHT_EYE.iris[0]], points[facemesh.LEFT_EYE.iris[0]]
        yaw, pitch, roll = _pose(points)
        landmarks = np.ascontiguousarray(points[:, :2])
        low, high = (cv2.reduce(landmarks, 0, how)[0].tolist() for how in _EXTREMES)
        return cls(
            landmarks=landmarks,
            depth=np.ascontiguousarray(points[:, 2]),
            eye_distance=math.hypot(*(left - right)[:2].tolist()),
            yaw=yaw,
            pitch=pitch,
            roll=roll,
            box=(*(math.floor(edge) for edge in low), *(math.ceil(edge) for edge in high)),
        )


def _pose(points: np.ndarray) -> tuple[float, float, float]:
    across = _between(points, facemesh.RIGHT_EYE.upper_lid[0], facemesh.LEFT_EYE.upper_lid[0])
    down = _between(points, facemesh.FOREHEAD, facemesh.CHIN)
    x = down[1] * across[2] - down[2] * across[1]  # their cross product leads out of the face
    y = down[2] * across[0] - down[0] * across[2]
    z = down[0] * across[1] - down[1] * across[0]  # the camera looks along +depth
    yaw, pitch = math.atan2(x, -z), math.atan2(y, math.hypot(x, z))
    roll = math.atan2(across[1], across[0])
    return math.degrees(yaw), math.degrees(pitch) - REST_PITCH, math.degrees(roll)


def _between(points: np.ndarray, start: int, end: int) -> list[float]:
    return (points[end] - points[start]).tolist()


class FaceFinder:
    """Finds the one face of a photo, for one thread.

    Args:
        min_eye_distance: Pixels between the pupils under which a face is refused.
        max_yaw: Degrees, either side.
        max_pitch: Degrees, either side.
        rival: Another face with this share of the largest one's eye distance is a refusal.
    """

    def __init__(
        self,
        min_eye_distance: float = 24.0,
        max_yaw: float = 45.0,
        max_pitch: float = 35.0,
        rival: float = 0.5,
    ) -> None:
        self.min_eye_distance = min_eye_distance
        self.max_yaw = max_yaw
        self.max_pitch = max_pitch
        self.rival = rival
        self._owner = (os.getpid(), threading.get_ident())
        self._found_any = False
        with hushed():
            from mediapipe.python.solutions import face_detection, face_mesh

            self._mesh: Any = face_mesh.FaceMesh(
                static_image_mode=True, max_num_faces=MOST_FACES, refine_landmarks=True
            )
            self._detector: Any = face_detection.FaceDetection(model_selection=1)
            for graph in (self._mesh, self._detector):  # the models load with the first picture
                graph.process(np.zeros((64, 64, 3), np.uint8))

    def __enter__(self) -> "FaceFinder":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the graphs. The finder cannot be used afterwards."""
        self._mesh.close()
        self._detector.close()

    def find(self, image: np.ndarray) -> Face:
        """The face of a photo, uint8 RGB [H, W, 3].

        Raises:
            Refusal: `no_face`, `several_faces`, `face_too_small`, `face_turned_away`; the message
                has the measured number and the limit.
            ImageError: `image` is no such array.
        """
        faces = self.find_all(image)
        if not faces:
            raise Refusal(
                "no face was found",
                code="no_face",
                hint="use a photo with one face, evenly lit, from the front",
            )
        face = faces[0]
        rivals = [f for f in faces[1:] if f.eye_distance >= self.rival * face.eye_distance]
        if rivals:
            raise Refusal(
                f"{1 + len(rivals)} faces were found, expected 1 (eye distances "
                f"{', '.join(f'{f.eye_distance:.0f}' for f in (face, *rivals))} px)",
                code="several_faces",
                hint="crop the photo to one person",
            )
        if face.eye_distance < self.min_eye_distance and abs(face.yaw) <= self.max_yaw:
            raise Refusal(
                f"the eyes are {face.eye_distance:.1f} px apart, at least "
                f"{self.min_eye_distance:.0f} px are needed",
                code="face_too_small",
                hint="use a larger photo, or crop less far away",
            )
        if abs(face.yaw) > self.max_yaw or abs(face.pitch) > self.max_pitch:
            raise Refusal(
                f"the face is turned by {abs(face.yaw):.0f} degrees sideways and "
                f"{abs(face.pitch):.0f} up or down, at most {self.max_yaw:.0f} and "
                f"{self.max_pitch:.0f} are possible",
                code="face_turned_away",
                hint="use a photo taken from the front",
            )
        return face

    def find_all(self, image: np.ndarray) -> list[Face]:
        """Every face that was found, the largest first, without any refusal.

        Raises:
            ImageError: `image` is no uint8 RGB [H, W, 3] array with pixels.
        """
        if self._owner != (os.getpid(), threading.get_ident()):
            raise TryonError(
                "a FaceFinder was used by another thread or process than the one that made it",
                code="shared_face_finder",
                hint="make one FaceFinder per thread, after any fork",
            )
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
            raise ImageError(
                f"got {image.dtype} {image.shape}, expected uint8 [H, W, 3] with pixels",
                code="empty" if not image.size else "unsupported_format",
                hint="decode the picture with tryon.vision.images.decode",
            )
        points = self._search(image) or self._search_small(image)
        faces = [Face.from_points(each) for each in points]
        return sorted(faces, key=lambda face: -face.eye_distance)

    def _search(self, image: np.ndarray) -> list[np.ndarray]:
        times = max(1, max(image.shape[:2]) // WORK_SIDE)  # whole: an area mean is cheap then
        height, width = (side // times * times for side in image.shape[:2])
        small = image[:height, :width]
        if times > 1:
            size = (width // times, height // times)
            small = cv2.resize(small, size, interpolation=cv2.INTER_AREA)
        with nullcontext() if self._found_any else hushed():  # the first face is news to its log
            found = self._mesh.process(np.ascontiguousarray(small)).multi_face_landmarks or []
        self._found_any |= bool(found)
        unit = np.array([width, height, width], np.float32)  # depth is in units of the width
        return [_coordinates(face) * unit for face in found]

    def _search_small(self, image: np.ndarray) -> list[np.ndarray]:
        """Faces too small for the mesh's own short-range detector: full range, crop, enlarge."""
        height, width = image.shape[:2]
        found = self._detector.process(np.ascontiguousarray(image)).detections or []
        meshes = []
        for detection in found[:MOST_FACES]:
            box = detection.location_data.relative_bounding_box
            side = CROP * max(box.width * width, box.height * height)
            x, y = (box.xmin + box.width / 2) * width, (box.ymin + box.height / 2) * height
            left, top = max(0, int(x - side / 2)), max(0, int(y - side / 2))
            crop = image[top : min(height, int(y + side / 2)), left : min(width, int(x + side / 2))]
            if min(crop.shape[:2]) < 8:
                continue
            scale = max(1.0, 256 / min(crop.shape[:2]))
            crop = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
            near = max(self._search(crop), key=_extent, default=None)
            if near is not None:
                meshes.append(near / scale + np.array([left, top, 0], np.float32))
        return meshes


def _coordinates(face: Any) -> np.ndarray:
    """x, y, z of a landmark list, float32 [478, 3].

    They are read from the message's bytes, where every point takes as many as the next; asking
    for 1434 numbers one by one costs fifty times as much.
    """
    encoded = face.SerializeToString()
    if len(encoded) == len(face.landmark) * _POINT.itemsize:
        points = np.frombuffer(encoded, _POINT)
        if (points["head"] == _HEAD).all():
            return np.stack([points[axis] for axis in "xyz"], 1)
    return np.array([(p.x, p.y, p.z) for p in face.landmark], np.float32)


def _extent(points: np.ndarray) -> float:
    return float(np.ptp(points[:, 0]))
