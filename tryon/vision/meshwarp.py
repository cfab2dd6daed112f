"""Carrying a picture from one face to another: piecewise affine over the mesh's triangles."""

import cv2
import numpy as np

from tryon.vision.facemesh import triangles


def mesh_warp(
    values: np.ndarray, source: np.ndarray, target: np.ndarray, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Resample `values` so that each triangle of `source` lands on the same one of `target`.

    Args:
        values: float32 [h, w, C].
        source: Landmarks float [478, 2] in pixels of `values`.
        target: Landmarks float [478, 2] in pixels of the result.
        shape: (H, W) of the result.

    Returns:
        The resampled values, float32 [H, W, C], and where the mesh is, bool [H, W]; the eyes and
        the mouth are holes in it.
    """
    mesh = triangles()
    corners = target[mesh].astype(np.float64)  # [T, 3, 2]
    owner = np.full(shape, -1, np.int32)
    facing = _doubled_area(corners) * np.sign(np.median(_doubled_area(corners)))
    for index in np.argsort(facing):  # what is turned away is drawn first
        if facing[index] > 1e-6:
            cv2.fillConvexPoly(owner, np.rint(corners[index]).astype(np.int32), (int(index),))
    system = np.concatenate([corners, np.ones((len(mesh), 3, 1))], 2)  # [T, 3, 3]
    system = np.where((facing > 1e-6)[:, None, None], system, np.eye(3))
    maps = np.linalg.solve(system, source[mesh].astype(np.float64))  # [T, 3, 2]
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    place = np.stack([columns, rows, np.ones(shape)], -1)
    at = np.einsum("hwi,hwij->hwj", place, maps[np.maximum(owner, 0)]).astype(np.float32)
    warped = cv2.remap(
        values, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return warped.reshape(*shape, -1).astype(np.float32), owner >= 0


def _doubled_area(corners: np.ndarray) -> np.ndarray:
    """Signed, [T], of triangles [T, 3, 2]."""
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
