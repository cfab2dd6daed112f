"""How faces vary, kept as numbers: `python -m tryon.sample.statistics PHOTOS OUT.npz`.

Over a folder of portraits this finds the 478-point mesh (MediaPipe FaceMesh), aligns the meshes
(Procrustes), adds their mirror images, and keeps the mean and the principal components of the
shape. In the manner of active appearance models (Cootes, Edwards & Taylor, 2001) it also keeps how
colour varies over the skin, relative to each face's own tone, at the vertices of the mesh divided
once. Both are drawn jointly (smiles come with their folds). Coefficients of no single portrait
are kept, so no picture can be recovered from the file.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

from tryon.vision.facemesh import LIPS_OUTER, MIRROR
from tryon.vision.facemesh import triangles as mesh_triangles

SHAPE_COMPONENTS = 25
COLOUR_COMPONENTS = 26
STABLE = (
    33,
    133,
    362,
    263,
    168,
    6,
    197,
    195,
    5,
    4,
    98,
    327,
    10,
    151,
    9,
    21,
    251,
    127,
    356,
    234,
    454,
)
TONE_PATCH = (50, 280, 101, 330, 205, 425, 9, 151, 108, 337, 6, 197, 36, 266, 118, 347)


def edge_midpoints(triangles: np.ndarray) -> np.ndarray:
    """Every edge of the mesh once (int [E, 2]): the vertices that one subdivision adds."""
    edges = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    return np.unique(edges, axis=0)


def find_meshes(folder: Path) -> tuple[list[np.ndarray], np.ndarray]:
    """Images (linear RGB float) and meshes float [N, 478, 3] in pixels, z towards the viewer."""
    import mediapipe

    images, meshes = [], []
    finder = mediapipe.solutions.face_mesh.FaceMesh(
        static_image_mode=True, max_num_faces=1, refine_landmarks=True
    )
    with finder:
        for path in sorted(folder.glob("*.jpg")):
            image = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
            found = finder.process(image).multi_face_landmarks
            if not found:
                continue
            height, width = image.shape[:2]
            mesh = np.array([(p.x * width, p.y * height, -p.z * width) for p in found[0].landmark])
            images.append((image / 255.0) ** 2.2)
            meshes.append(mesh)
    return images, np.array(meshes)


def fit(source: np.ndarray, target: np.ndarray, points: tuple[int, ...] | slice) -> np.ndarray:
    """`source` moved by the similarity that brings its `points` best onto `target`'s."""
    chosen = points if isinstance(points, slice) else list(points)
    a, b = source[chosen], target[chosen]
    a0, b0 = a.mean(0), b.mean(0)
    u, scales, vt = np.linalg.svd((a - a0).T @ (b - b0))
    sign = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    scale = (scales * sign).sum() / ((a - a0) ** 2).sum()
    return (source - a0) @ (u * sign @ vt) * scale + b0


def align(meshes: np.ndarray) -> np.ndarray:
    """Meshes in one face frame: origin between the eyes, unit their distance."""
    frame = meshes[0]
    for _ in range(4):
        moved = np.array([fit(mesh, frame, slice(None)) for mesh in meshes])
        frame = _upright(moved.mean(0))
    mirror = list(MIRROR)
    for _ in range(4):
        frame = (frame + (frame * [-1, 1, 1])[mirror]) / 2
        moved = np.array([fit(mesh, frame, STABLE) for mesh in meshes])
        frame = _upright(moved.mean(0))
    frame = (frame + (frame * [-1, 1, 1])[mirror]) / 2
    return np.array([fit(mesh, frame, STABLE) for mesh in meshes])


def _upright(mean: np.ndarray) -> np.ndarray:
    """Origin between the eyes, x to the subject's left, y down the face, eye distance 1."""
    right, left = mean[[33, 133]].mean(0), mean[[362, 263]].mean(0)
    x = (left - right) / np.linalg.norm(left - right)
    down = mean[152] - mean[10]
    y = down - x * (down @ x)
    y /= np.linalg.norm(y)
    z = np.cross(x, y)
    if z @ (mean[4] - mean[[234, 454]].mean(0)) < 0:
        z = -z
    return (mean - (right + left) / 2) @ np.stack([x, y, z], 1) / np.linalg.norm(left - right)


def relative_colour(
    images: list[np.ndarray],
    meshes: np.ndarray,
    aligned: np.ndarray,
    triangles: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log colour relative to the tone [N, M, 3], where to trust it [N, M], log tone [N, 3]."""
    edges = edge_midpoints(triangles)
    mean = aligned.mean(0)
    place = np.concatenate([mean, mean[edges].mean(1)])
    gaps = np.linalg.norm(place[:, None] * [-1, 1, 1] - place[None], axis=2)
    flip = gaps.argmin(1)  # the tesselation is symmetric but for a few edges
    rows, trusted, tones = [], [], []
    for image, mesh, shape in zip(images, meshes, aligned, strict=True):
        eye = np.linalg.norm(mesh[[33, 133], :2].mean(0) - mesh[[362, 263], :2].mean(0))
        soft = cv2.GaussianBlur(image.astype(np.float32), (0, 0), max(0.4, float(eye) * 0.022))
        points = np.concatenate([mesh[:, :2], mesh[edges, :2].mean(1)]).astype(np.float32)
        colour = cv2.remap(soft, points[None, :, 0], points[None, :, 1], cv2.INTER_LINEAR)[0]
        colour = np.log(np.maximum(colour, 4e-3))
        tone = np.median(colour[list(TONE_PATCH)], axis=0)
        inside = ((points > 2) & (points < np.array(image.shape[1::-1]) - 3)).all(1)
        # turned-away halves are seen at a glancing angle: trust the nearer half
        yaw = np.arctan2(*_turn(mesh, shape))
        side = np.concatenate([shape[:, 0], shape[edges, 0].mean(1)])
        inside &= ~((np.abs(yaw) > 0.2) & (np.sign(yaw) * side > 0.5))
        rows.append(colour - tone)
        trusted.append(inside)
        tones.append(tone)
    values, known = np.array(rows), np.array(trusted)
    weight = np.stack([known, known[:, flip]]).astype(float) + 1e-6
    both = np.stack([values, values[:, flip]])
    values = (both * weight[..., None]).sum(0) / weight.sum(0)[..., None]
    return values, known | known[:, flip], np.array(tones)


def _turn(mesh: np.ndarray, shape: np.ndarray) -> tuple[float, float]:
    """Sine- and cosine-like parts of the yaw: how far the x axis of the face points in depth."""
    axis = mesh[454] - mesh[234]
    return float(axis[2]), float(np.hypot(axis[0], axis[1]))


def complete(values: np.ndarray, known: np.ndarray, rank: int = 8, rounds: int = 6) -> np.ndarray:
    """Fill unknown entries with a low-rank model fitted to the known ones (iterated SVD)."""
    n = len(values)
    flat = values.reshape(n, -1).copy()
    hole = ~np.repeat(known, 3, axis=1)
    mean = np.where(hole, np.nan, flat)
    flat[hole] = np.broadcast_to(np.nanmedian(mean, axis=0), flat.shape)[hole]
    for _ in range(rounds):
        centre = flat.mean(0)
        u, s, vt = np.linalg.svd(flat - centre, full_matrices=False)
        flat[hole] = ((u[:, :rank] * s[:rank]) @ vt[:rank] + centre)[hole]
    return flat.reshape(values.shape)


def distrust(values: np.ndarray, known: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Drop hair, beards and glasses: skin far from what that place of a face usually shows."""
    x, y = np.abs(place[:, 0]), place[:, 1]
    light = values.mean(2)
    usual = np.median(light, axis=0)
    rim = (x > 0.85) | (y < -0.66) | (y > 1.55)
    limit = np.where(rim, 0.30, np.where(y > 0.75, 0.45, 1.1))
    chroma = values - light[..., None]
    stray = np.abs(chroma - np.median(chroma, 0)).max(2)
    odd = (light - usual < -limit) | (light - usual > 0.9) | (rim & (stray > 0.2))
    parts = eyes_and_mouth(place)
    for beard in ((x < 0.55) & (y > 0.66) & (y < 1.1), (y > 1.2) & (y < 1.7)):
        here = beard & ~parts
        mean = light[:, here].mean(1)
        bearded = mean < np.quantile(mean, 0.6) - 0.13
        odd |= bearded[:, None] & here
    return known & ~(odd & ~parts)


def eyes_and_mouth(place: np.ndarray) -> np.ndarray:
    """Where darkness is no hair: eyes with their brows, and the lips."""
    x, y = np.abs(place[:, 0]), place[:, 1]
    outline = place[list(LIPS_OUTER), :2].astype(np.float32)
    inside = [
        cv2.pointPolygonTest(outline, (float(px), float(py)), True) > -0.012
        for px, py in place[:, :2]
    ]
    return ((np.abs(x - 0.5) < 0.48) & (np.abs(y + 0.12) < 0.53)) | np.array(inside)


def smoothed(values: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Average every place with its neighbours, at the rim of the face several times."""
    x, y = np.abs(place[:, 0]), place[:, 1]
    gaps = np.linalg.norm(place[:, None] - place[None], axis=2)
    near = gaps.argsort(1)[:, :9]
    detailed = eyes_and_mouth(place) | ((x < 0.4) & (y > -0.2) & (y < 1.3))
    rim = (x > 0.8) | (y < -0.66) | (y > 1.5)
    for turn in range(4):
        soft = values[:, near].mean(2)
        share = np.where(rim, 0.8, np.where(detailed, 0.0, 0.5 * (turn < 2)))
        values = values + (soft - values) * share[None, :, None]
    return values


def components(rows: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, basis scaled to one standard deviation [count, D], unit-variance scores [N, count]."""
    mean = rows.mean(0)
    u, s, vt = np.linalg.svd(rows - mean, full_matrices=False)
    scale = s[:count] / np.sqrt(len(rows))
    return mean, vt[:count] * scale[:, None], u[:, :count] * np.sqrt(len(rows))


def measure(folder: Path) -> dict[str, np.ndarray]:
    """All statistics of the portraits in `folder`; tryon.sample.shape reads them."""
    triangles = mesh_triangles()
    edges = edge_midpoints(triangles)
    images, meshes = find_meshes(folder)
    aligned = align(meshes)
    twice = np.concatenate([aligned, (aligned * [-1, 1, 1])[:, list(MIRROR)]])
    shape_mean, shape_basis, shape_score = components(
        twice.reshape(len(twice), -1), SHAPE_COMPONENTS
    )
    mean = shape_mean.reshape(478, 3)
    values, known, tones = relative_colour(images, meshes, aligned, triangles)
    place = np.concatenate([mean, mean[edges].mean(1)])
    values = smoothed(complete(values, distrust(values, known, place)), place)
    # how the pattern changes with the skin's own lightness (lips, under-eyes), as a slope
    lightness = tones.mean(1) - tones.mean()
    flat = values.reshape(len(values), -1)
    slope = (lightness @ (flat - flat.mean(0))) / (lightness @ lightness)
    flat = flat - np.outer(lightness, slope)
    colour_mean, colour_basis, colour_score = components(flat, COLOUR_COMPONENTS)
    scores = np.concatenate([shape_score, np.concatenate([colour_score] * 2)], axis=1)
    covariance = np.cov(scores.T) * 0.98 + 0.02 * np.eye(scores.shape[1])
    step = np.abs(colour_basis).max(1) / 127
    return {
        "triangles": triangles.astype(np.int16),
        "shape_mean": mean.astype(np.float32),
        "shape_basis": shape_basis.reshape(-1, 478, 3).astype(np.float16),
        "colour_mean": colour_mean.reshape(-1, 3).astype(np.float16),
        "colour_slope": slope.reshape(-1, 3).astype(np.float16),
        "colour_basis": np.round(colour_basis / step[:, None])
        .astype(np.int8)
        .reshape(COLOUR_COMPONENTS, -1, 3),
        "colour_step": step.astype(np.float32),
        "mean_log_tone": np.float32(tones.mean()),
        "joint": np.linalg.cholesky(covariance).astype(np.float32),
        "portraits": np.int32(len(images)),
    }


if __name__ == "__main__":
    measured = measure(Path(sys.argv[1]))
    np.savez_compressed(sys.argv[2], **measured)
    print(f"{measured['portraits']} portraits, {Path(sys.argv[2]).stat().st_size} bytes")
