"""MediaPipe's 478-point face mesh: which numbers outline what.

Points 0-467 are the mesh, 468-472 the right iris, 473-477 the left (centre first). "Left" and
"right" are the subject's own: the subject's right lies on the left of an unmirrored photo. All
lists are ordered so that they can be drawn as they are: closed contours run once around, open
ones from the outer corner to the inner corner.

Source: google/mediapipe, face_mesh_connections.py (Apache-2.0).
"""

from functools import cache
from itertools import combinations
from typing import NamedTuple

import numpy as np

POINTS = 478

LIPS_OUTER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40,
              185)  # fmt: skip
LIPS_INNER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80,
              191)  # fmt: skip
OVAL = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
        152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67,
        109)  # fmt: skip
NOSTRILS = (98, 97, 2, 326, 327, 294, 278, 344, 440, 275, 4, 45, 220, 115, 48, 64)
NOSE_TIP, FOREHEAD, CHIN = 1, 10, 152
UPPER_LIP_TOP, LOWER_LIP_BOTTOM = 0, 17
UPPER_LIP_INNER, LOWER_LIP_INNER = 13, 14
MOUTH_RIGHT, MOUTH_LEFT = 61, 291


class Eye(NamedTuple):
    """One eye and its brow; every open contour runs from the outer corner to the inner one."""

    upper_lid: tuple[int, ...]
    lower_lid: tuple[int, ...]
    brow_upper: tuple[int, ...]
    brow_lower: tuple[int, ...]
    iris: tuple[int, ...]  # centre, then four points on the rim
    cheek: int  # apple of the cheek
    temple: int  # beside the ear

    @property
    def outline(self) -> tuple[int, ...]:
        """The opening as one closed contour."""
        return self.upper_lid + self.lower_lid[-2:0:-1]

    @property
    def brow(self) -> tuple[int, ...]:
        """The brow as one closed contour."""
        return self.brow_upper + self.brow_lower[::-1]


RIGHT_EYE = Eye(
    upper_lid=(33, 246, 161, 160, 159, 158, 157, 173, 133),
    lower_lid=(33, 7, 163, 144, 145, 153, 154, 155, 133),
    brow_upper=(70, 63, 105, 66, 107),
    brow_lower=(46, 53, 52, 65, 55),
    iris=(468, 469, 470, 471, 472),
    cheek=50,
    temple=234,
)
LEFT_EYE = Eye(
    upper_lid=(263, 466, 388, 387, 386, 385, 384, 398, 362),
    lower_lid=(263, 249, 390, 373, 374, 380, 381, 382, 362),
    brow_upper=(300, 293, 334, 296, 336),
    brow_lower=(276, 283, 282, 295, 285),
    iris=(473, 474, 475, 476, 477),
    cheek=280,
    temple=454,
)
EYES = (RIGHT_EYE, LEFT_EYE)


def _mirror() -> tuple[int, ...]:
    on_axis = {*range(20), 94, 151, 152, 164, 168, 175, 195, 197, 199, 200} - {3, 7}
    rights = [point for point in range(248) if point not in on_axis]
    pairs = dict(zip(rights, range(248, 468), strict=True))  # the mesh numbers both sides alike
    pairs |= {468: 473, 469: 476, 470: 475, 471: 474, 472: 477}
    both = pairs | {left: right for right, left in pairs.items()} | {p: p for p in on_axis}
    return tuple(both[point] for point in range(POINTS))


MIRROR = _mirror()
"""`landmarks[list(MIRROR)]`, with x mirrored, are the landmarks of the mirrored photo."""


@cache
def triangles() -> np.ndarray:
    """The mesh's 852 triangles, int32 [T, 3]; the eyes and the mouth are holes.

    MediaPipe ships the edges as an unordered set. The faces are its 3-cliques, less the two that
    are no face: there each of the three edges already belongs to two other triangles.
    """
    from mediapipe.python.solutions.face_mesh_connections import FACEMESH_TESSELATION

    neighbours: dict[int, set[int]] = {}
    for start, end in FACEMESH_TESSELATION:
        neighbours.setdefault(start, set()).add(end)
        neighbours.setdefault(end, set()).add(start)
    cliques = sorted(
        (a, b, c)
        for a, others in neighbours.items()
        for b, c in combinations(sorted(other for other in others if other > a), 2)
        if c in neighbours[b]
    )
    owners: dict[tuple[int, int], int] = {}
    for clique in cliques:
        for edge in combinations(clique, 2):
            owners[edge] = owners.get(edge, 0) + 1
    faces = [c for c in cliques if any(owners[edge] < 3 for edge in combinations(c, 2))]
    return np.array(faces, np.int32)
