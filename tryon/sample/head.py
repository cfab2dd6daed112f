"""The head in three dimensions: the face mesh grown into a skull, posed and seen by a camera."""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from tryon.sample.drawing import Shape, unit
from tryon.sample.raster import Fragments, coverage, rasterise, vertex_normals
from tryon.sample.shape import statistics, unwrap
from tryon.vision.facemesh import OVAL, POINTS

CAMERA = 9.0  # distance in eye distances
SKULL_CENTRE = np.array([0.0, -0.12, -0.72])
SKULL_RADII = np.array([1.13, 1.36, 1.42])
RINGS = ((0.30, 0.10), (0.62, 0.34), (0.88, 0.72), (1.0, 1.15))  # share outwards, depth behind


@dataclass(frozen=True)
class Pose:
    """Where the head is in the picture and where it looks (degrees, pixels)."""

    yaw: float
    pitch: float
    roll: float
    scale: float  # eye distance in pixels
    centre: tuple[float, float]  # of the eyes

    @property
    def rotation(self) -> np.ndarray:
        """Face frame → camera frame, [3, 3]."""
        yaw, pitch, roll = np.radians([self.yaw, self.pitch, self.roll])
        about_y = [[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]]
        about_x = [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
        about_z = [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]
        return np.array(about_z) @ np.array(about_x) @ np.array(about_y)

    def turn(self, points: np.ndarray) -> np.ndarray:
        """Face frame [..., 3] → camera frame [..., 3]."""
        return points @ self.rotation.T

    def project(self, points: np.ndarray) -> np.ndarray:
        """Face frame [..., 3] → pixels [..., 2] and depth [...], stacked [..., 3]."""
        seen = self.turn(points)
        near = CAMERA / (CAMERA - seen[..., 2:])
        flat = seen[..., :2] * near * self.scale + np.array(self.centre)
        return np.concatenate([flat, seen[..., 2:]], -1)


@cache
def skull_faces() -> np.ndarray:
    """Triangles of the face and of the rings behind its oval, int [T, 3]."""
    count = len(OVAL)
    starts = [np.array(OVAL)] + [POINTS + k * count + np.arange(count) for k in range(len(RINGS))]
    faces = [statistics().triangles]
    for inner, outer in pairwise(starts):
        a, b = inner, outer
        c, d = np.roll(inner, -1), np.roll(outer, -1)
        faces += [np.stack([a, b, d], 1), np.stack([a, d, c], 1)]
    return np.concatenate(faces)


def grow_skull(mesh: np.ndarray) -> np.ndarray:
    """Face [478, 3] → face and skull [478 + rings·36, 3]."""
    oval = mesh[list(OVAL)]
    rings = []
    for share, depth in RINGS:
        up = np.clip((0.5 - oval[:, 1:2]) / 1.4, 0, 1)  # 1 at the forehead, 0 at the jaw
        ring = oval.copy()
        ring[:, 2:] -= depth * (0.55 + 0.45 * up)
        direction = unit((ring - SKULL_CENTRE) / SKULL_RADII)
        ball = SKULL_CENTRE + direction * SKULL_RADII
        bulge = share * up
        ring = ring * (1 - bulge) + ball * bulge
        ring[:, 0:1] *= 1 + 0.03 * share * up - 0.12 * share * (1 - up)
        ring[:, 1:2] -= 0.22 * share * (1 - up) * np.clip(oval[:, 1:2] - 0.5, 0, 1)
        rings.append(ring)
    return np.concatenate([mesh, *rings])


@cache
def _skull_texture() -> np.ndarray:
    return unwrap(grow_skull(statistics().shape_mean))


@dataclass(frozen=True)
class Surface:
    """The posed head as pictures."""

    fragments: Fragments
    cover: np.ndarray  # [H, W] silhouette
    inside: np.ndarray  # [H, W] 0/1 where a triangle was drawn
    texel: np.ndarray  # [H, W, 2] texture coordinates
    place: np.ndarray  # [H, W, 3] position in the mean face's frame
    normal: np.ndarray  # [H, W, 3] unit, camera frame
    depth: np.ndarray  # [H, W] camera z, in eye distances
    points: np.ndarray  # [V, 3] pixels and depth of the vertices


def see_head(mesh: np.ndarray, pose: Pose, shape: Shape) -> Surface:
    """Rasterise the head of `mesh` [478, 3]."""
    head = grow_skull(mesh)
    seen = pose.project(head)
    faces = skull_faces()
    outward = head[faces].mean(1) - np.array([0, 0.3, -0.9])
    normals = vertex_normals(head, faces, outward)
    fragments = rasterise(seen[:, :2], seen[:, 2], faces, shape)
    values = np.concatenate(
        [
            _skull_texture(), pose.turn(normals), seen[:, 2:],
            grow_skull(statistics().shape_mean), np.ones((len(head), 1)),
        ],
        axis=1,
    )  # fmt: skip
    picture = fragments.spread(values)
    return Surface(
        fragments=fragments,
        cover=coverage(seen[:, :2], faces, shape),
        inside=picture[..., 9],
        texel=picture[..., :2],
        normal=picture[..., 2:5],
        depth=picture[..., 5],
        place=picture[..., 6:9],
        points=seen,
    )
