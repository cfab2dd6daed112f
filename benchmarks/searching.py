"""What no preparation can do without: decoding a row's pictures and one search for the person."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from tryon.data.shards import Row
from tryon.errors import Refusal
from tryon.vision.images import decode, decode_labels

# Task → pictures and label maps of a row; the first picture is the one that is searched.
COLUMNS = {
    "makeup": (("image", "target"), ("parsing",)),
    "garment": (
        ("image", "target", "garment", "garment_raw"),
        ("parsing", "target_parsing", "garment_mask", "garment_raw_mask"),
    ),
}


@contextmanager
def bare(task: str) -> Iterator[Callable[[Row], None]]:
    """That much and no more, as a function of a row; one MediaPipe graph for all."""
    pictures, labels = COLUMNS[task]
    with _search(task) as search:

        def work(row: Row) -> None:
            decoded = [decode(row[name]).image for name in pictures if row[name]]
            for name in labels:
                if row[name]:
                    decode_labels(row[name])
            with suppress(Refusal):
                search(decoded[0])

        yield work


@contextmanager
def _search(task: str) -> Iterator[Callable[[np.ndarray], Any]]:
    if task == "makeup":
        from mediapipe.python.solutions.face_mesh import FaceMesh

        with FaceMesh(static_image_mode=True, refine_landmarks=True, max_num_faces=1) as mesh:
            yield mesh.process
    else:
        from mediapipe.python.solutions.pose import Pose

        with Pose(static_image_mode=True, model_complexity=1) as pose:
            yield pose.process
