"""Faces drawn from statistics: the mesh and how skin colour varies over it.

The numbers come from `tryon.sample.statistics`. Frame of the face: origin between the eyes, x to
the subject's left (right in the picture), y down, z towards the viewer; unit: the distance
between the eyes.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from tryon.sample.drawing import grid
from tryon.sample.raster import rasterise
from tryon.sample.statistics import edge_midpoints
from tryon.vision.facemesh import EYES, LIPS_INNER, POINTS

TEXTURE = 192  # side of the unwrapped skin, texels
SPREAD = 0.9  # of the portraits' own spread, shapes
COLOUR_SPREAD = 0.72  # and colours
CLIP = 2.0
CEILING = 0.08  # log units over the face's own tone


@dataclass(frozen=True)
class Statistics:
    """What is known of faces in general. M = 478 vertices + the midpoints of the mesh's edges."""

    triangles: np.ndarray  # int [T, 3], eyes and mouth filled
    midpoints: np.ndarray  # int [E, 2]
    shape_mean: np.ndarray  # [478, 3]
    shape_basis: np.ndarray  # [K, 478, 3], one standard deviation each
    colour_mean: np.ndarray  # [M, 3] log colour relative to the face's tone
    colour_slope: np.ndarray  # [M, 3] per unit of log tone
    colour_basis: np.ndarray  # [C, M, 3]
    mean_log_tone: float
    joint: np.ndarray  # [K + C, K + C] Cholesky factor of the scores' covariance


@cache
def statistics() -> Statistics:
    """The packaged numbers."""
    with (files("tryon.sample") / "faces.npz").open("rb") as stream, np.load(stream) as kept:
        triangles = kept["triangles"].astype(np.int64)
        return Statistics(
            triangles=np.concatenate([triangles, _lids()]),
            midpoints=edge_midpoints(triangles),
            shape_mean=kept["shape_mean"].astype(np.float64),
            shape_basis=kept["shape_basis"].astype(np.float64),
            colour_mean=kept["colour_mean"].astype(np.float32),
            colour_slope=kept["colour_slope"].astype(np.float32),
            colour_basis=kept["colour_basis"] * kept["colour_step"][:, None, None],
            mean_log_tone=float(kept["mean_log_tone"]),
            joint=kept["joint"].astype(np.float64),
        )


def _lids() -> np.ndarray:
    """Triangles over the holes of the mesh: between the lids and between the lips."""
    half = len(LIPS_INNER) // 2
    lips = (LIPS_INNER[: half + 1], (LIPS_INNER[half:] + LIPS_INNER[:1])[::-1])
    faces = []
    for upper, lower in [*((eye.upper_lid, eye.lower_lid) for eye in EYES), lips]:
        for i in range(len(upper) - 1):
            faces += [(upper[i], lower[i], lower[i + 1]), (upper[i], lower[i + 1], upper[i + 1])]
    return np.array([face for face in faces if len(set(face)) == 3], np.int64)


def draw_face(rng: np.random.Generator, log_tone: float) -> tuple[np.ndarray, np.ndarray]:
    """A mesh [478, 3] and its relative log colour [M, 3], drawn jointly.

    Args:
        rng: Source of randomness.
        log_tone: Mean natural logarithm of the skin's linear RGB.
    """
    known = statistics()
    free = np.clip(rng.standard_normal(len(known.joint)), -CLIP, CLIP)
    shapes = len(known.shape_basis)
    spread = np.where(np.arange(len(free)) < shapes, SPREAD, COLOUR_SPREAD)
    scores = spread * (known.joint @ free)
    mesh = known.shape_mean + np.tensordot(scores[:shapes], known.shape_basis, 1)
    lightness = np.clip(log_tone - known.mean_log_tone, -0.7, 0.7)
    colour = known.colour_mean + lightness * known.colour_slope
    colour = colour + np.tensordot(scores[shapes:], known.colour_basis, 1)
    # a soft ceiling: no shine or lid colour stronger than bare skin shows
    over = np.maximum(colour - CEILING, 0)
    colour = np.minimum(colour, CEILING) + 0.12 * np.tanh(over / 0.12)
    return close_lips(mesh), colour.astype(np.float32)


def close_lips(mesh: np.ndarray) -> np.ndarray:
    """Part lips that crossed, without moving anything else."""
    mesh = mesh.copy()
    half = len(LIPS_INNER) // 2
    for lower, upper in zip(LIPS_INNER[1:half], LIPS_INNER[:half:-1], strict=True):
        if mesh[lower, 1] < mesh[upper, 1] + 0.004:
            middle = (mesh[lower] + mesh[upper]) / 2
            mesh[[upper, lower]] = middle + np.array([[0, -0.002, 0], [0, 0.002, 0]])
    return mesh


def unwrap(points: np.ndarray) -> np.ndarray:
    """Texture coordinates [N, 2] (texels) of points on the mean face, cylinder-like."""
    around = np.arctan2(points[:, 0], points[:, 2] + 0.9) / 1.75
    down = (points[:, 1] - 0.42) / 1.45
    return (np.stack([around, down], 1) * 0.5 + 0.5) * (TEXTURE - 1)


@cache
def _texture_map() -> tuple[np.ndarray, np.ndarray]:
    """For every texel three of the M places and their weights (outside the face: the nearest)."""
    known = statistics()
    mean = known.shape_mean
    places = unwrap(np.concatenate([mean, mean[known.midpoints].mean(1)]))
    number = {tuple(edge): POINTS + i for i, edge in enumerate(known.midpoints.tolist())}
    faces = []
    for a, b, c in known.triangles.tolist():
        edges = [number.get((min(e), max(e))) for e in ((a, b), (b, c), (c, a))]
        if None in edges:
            faces.append((a, b, c))
        else:
            ab, bc, ca = edges
            faces += [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    found = rasterise(places, np.zeros(len(places)), np.array(faces), (TEXTURE, TEXTURE))
    corners = np.zeros((TEXTURE, TEXTURE, 3), np.int64)
    weights = np.zeros((TEXTURE, TEXTURE, 3), np.float32)
    corners[found.rows, found.columns] = found.corners
    weights[found.rows, found.columns] = found.weights
    x, y = grid((TEXTURE, TEXTURE))
    out = weights.sum(2) < 0.5
    gaps = np.linalg.norm(
        np.stack([x[out], y[out]], 1)[:, None] - places[None, :468].astype(np.float32), axis=2
    )
    nearest = np.argsort(gaps, 1)[:, :3]
    corners[out] = nearest
    near = 1 / (np.take_along_axis(gaps, nearest, 1) + 1)
    weights[out] = near / near.sum(1, keepdims=True)
    return corners, weights


def texture(values: np.ndarray) -> np.ndarray:
    """Values [M, C] at the places of the mesh spread over the unwrapped skin [T, T, C]."""
    corners, weights = _texture_map()
    return np.einsum("ijk,ijkc->ijc", weights, values[corners]).astype(np.float32)
