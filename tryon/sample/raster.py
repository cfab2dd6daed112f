"""Meshes to pixels: painter's order, barycentric coordinates, vertex normals."""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.sample.drawing import SHIFT, Shape, fixed, unit


@dataclass(frozen=True)
class Fragments:
    """The pixels a mesh covers: where, which triangle's corners, with which weights."""

    rows: np.ndarray  # int [P]
    columns: np.ndarray  # int [P]
    corners: np.ndarray  # int [P, 3] vertex numbers
    weights: np.ndarray  # float32 [P, 3]
    shape: Shape

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Vertex values [V, C] interpolated into a picture float32 [H, W, C]; 0 elsewhere."""
        picture = np.zeros((*self.shape, values.shape[1]), np.float32)
        table = values.astype(np.float32)
        picture[self.rows, self.columns] = np.einsum(
            "pk,pkc->pc", self.weights, table[self.corners]
        )
        return picture


def rasterise(
    points: np.ndarray, depth: np.ndarray, triangles: np.ndarray, shape: Shape
) -> Fragments:
    """Nearest triangle of every pixel.

    Args:
        points: float [V, 2] pixels.
        depth: float [V], larger is nearer.
        triangles: int [T, 3].
        shape: height and width of the picture.
    """
    corners = fixed(points)[triangles]
    numbers = np.zeros(shape, np.int32)
    for index in np.argsort(depth[triangles].mean(1), kind="stable"):
        cv2.fillConvexPoly(numbers, corners[index], (int(index) + 1,), cv2.LINE_8, SHIFT)
    rows, columns = np.nonzero(numbers)
    chosen = triangles[numbers[rows, columns] - 1]
    a, b, c = (points[chosen[:, k]] for k in range(3))
    pixel = np.stack([columns, rows], 1)
    area = _cross(b - a, c - a)
    area = np.where(np.abs(area) < 1e-6, 1e-6, area)
    first = np.clip(_cross(b - pixel, c - pixel) / area, -0.1, 1.1)
    second = np.clip(_cross(c - pixel, a - pixel) / area, -0.1, 1.1)
    weights = np.stack([first, second, 1 - first - second], 1).astype(np.float32)
    return Fragments(rows, columns, chosen, weights, shape)


def coverage(
    points: np.ndarray, triangles: np.ndarray, shape: Shape, factor: int = 3
) -> np.ndarray:
    """Anti-aliased silhouette of the mesh, float32 [H, W]."""
    canvas = np.zeros((shape[0] * factor, shape[1] * factor), np.uint8)
    corners = fixed((points + 0.5) * factor - 0.5)[triangles]
    for corner in corners:
        cv2.fillConvexPoly(canvas, corner, (255,), cv2.LINE_8, SHIFT)
    small = cv2.resize(canvas, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32) / 255


def vertex_normals(points: np.ndarray, triangles: np.ndarray, outward: np.ndarray) -> np.ndarray:
    """Area-weighted normals float [V, 3]; `outward` [T, 3] says which side is outside."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    faces = np.cross(b - a, c - a)
    faces *= np.sign((faces * outward).sum(1, keepdims=True))
    normals = np.zeros_like(points)
    for k in range(3):
        np.add.at(normals, triangles[:, k], faces)
    return unit(normals)


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
