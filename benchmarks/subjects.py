"""What the benchmarks of training and of export are run on, task by task."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from tryon.config import TaskConfig
from tryon.garment import export as garment
from tryon.garment.areas import GROUPS, SOURCES
from tryon.garment.points import POINTS
from tryon.makeup import export as makeup
from tryon.makeup.look import REGIONS
from tryon.makeup.networks import ROW
from tryon.registry import find
from tryon.types import Arrays
from tryon.vision.human import KEYPOINTS

COUNT = 32  # random samples


@dataclass(frozen=True)
class Subject:
    """One task.

    Attributes:
        sample: Configuration and random numbers → one training sample.
        export: Network of one kind, configuration, path → written as ONNX.
        inputs: Of that network, in order.
        network: Of the objective's generator, the part that is run for every request.
    """

    sample: Callable[[Any, np.random.Generator], Arrays]
    export: Callable[[Any, Any, Path], float]
    inputs: tuple[str, ...]
    network: Callable[[Any], nn.Module]


def samples(task: str, config: TaskConfig) -> list[Arrays]:
    """Random samples in the shape of a task's."""
    random = np.random.default_rng(0)
    return [SUBJECTS[task].sample(config, random) for _ in range(COUNT)]


def objective(task: str, config: TaskConfig, candidate: Any) -> Any:
    """Fresh networks and terms."""
    return find(task).objective.build(config, candidate)


def _face(config: Any, random: np.random.Generator) -> Arrays:
    size, regions = config.preprocess.size, len(REGIONS)
    shapes = {
        "image": (3, size, size),
        "target": (3, size, size),
        "masks": (regions, size, size),
        "condition": (regions, ROW),
        "shift": (3, size, size),
        "allowed": (1, size, size),
    }
    return {name: random.random(shape, np.float32) for name, shape in shapes.items()}


def _person(config: Any, random: np.random.Generator) -> Arrays:
    height = config.preprocess.height
    width = height * 3 // 4
    coarse = (height // 4, width // 4)
    channels = {
        "image": 3, "target": 3, "seen": 3, "photo": 3, "warped": 4, "worn": 1, "old": 1,
        "front": 1, "limbs": 1, "edit": 1, "photo_mask": 1, "outline": 3,
    }  # fmt: skip
    planes = {
        name: random.random((count, height, width), np.float32) for name, count in channels.items()
    }
    return planes | {
        "parts": random.random((len(GROUPS), *coarse), np.float32),
        "sources": random.random((4 * len(SOURCES), *coarse), np.float32),
        "keypoints": random.random((len(KEYPOINTS), 3), np.float32) * np.float32(height),
        "category": np.eye(3, dtype=np.float32)[random.integers(3)],
        "groups": random.integers(0, len(GROUPS), (height // 2, width // 2)),
        "outline_points": random.random((len(POINTS), 2), np.float32),
    }


def _export_garment(network: nn.Module, config: Any, path: Path) -> float:
    height = config.preprocess.height
    return garment.to_onnx(network, "generator", (height, height * 3 // 4), path)


SUBJECTS = {
    "makeup": Subject(
        _face,
        lambda network, config, path: makeup.to_onnx(network, config.preprocess.size, path),
        makeup.INPUTS,
        lambda generator: generator,
    ),
    "garment": Subject(
        _person,
        _export_garment,
        garment.INPUTS["generator"],
        lambda outfitter: outfitter.generator,
    ),
}
