"""Generator and readers as ONNX: what is scored, what ships, what the service runs."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from tryon.config import CandidateConfig
from tryon.garment.areas import GROUPS
from tryon.garment.config import Config
from tryon.garment.garment import CATEGORIES
from tryon.garment.networks import FINE, SOURCES, Outfitter
from tryon.garment.objective import build
from tryon.garment.points import POINTS
from tryon.garment.settings import Settings
from tryon.shipping import Inputs, batch_parity, restore, structure, write_onnx
from tryon.vision.human import KEYPOINTS

READERS = ("parser", "reader")  # files beside the generator's
# Network → its inputs and outputs by name, in order.
INPUTS = {
    "generator": (
        "image",
        "warped",
        "old",
        "front",
        "limbs",
        "sources",
        "parts",
        "keypoints",
        "category",
    ),
    "parser": ("image", "keypoints", "category"),
    "reader": ("photo", "category"),
}
OUTPUTS = {
    "generator": ("flow", "logits", "shade", "tint", "cloth"),
    "parser": ("groups",),
    "reader": ("mask", "heat", "present"),
}


def settings(config: Config) -> dict[str, Any]:
    """What a predictor must know to prepare the networks' inputs: the settings of a bundle."""
    return Settings(
        height=config.preprocess.height,
        groups=tuple(GROUPS),
        categories=CATEGORIES,
        points=POINTS,
    ).model_dump(mode="json")


def ship(weights: Path, config: Config, path: Path) -> float:
    """Write trained weights (safetensors) as the networks that ship; returns their worst parity.

    The generator goes to `path`, the readers beside it as parser.onnx and reader.onnx.

    Raises:
        TrainingError: the weights are of another configuration.
    """
    outfitter = load(weights, config)
    files = {"generator": path} | {name: path.with_name(f"{name}.onnx") for name in READERS}
    size = (config.preprocess.height, config.preprocess.height * 3 // 4)
    return max(
        to_onnx(getattr(outfitter, name), name, size, file, structure(f"garment {name}", config))
        for name, file in files.items()
    )


def load(weights: Path, config: Config) -> Outfitter:
    """The trained networks, on the CPU, in evaluation mode.

    Raises:
        TrainingError: the weights are of another configuration.
    """
    outfitter = build(config, CandidateConfig(adversarial="none")).generator
    assert isinstance(outfitter, Outfitter)
    hint = "the section network must be the one they were trained with"
    return restore(outfitter, weights, hint)


def to_onnx(
    network: nn.Module,
    name: str,
    size: tuple[int, int],
    path: Path,
    graph: str | None = None,
) -> float:
    """Write one network for frames of `size` (H, W) and any batch; returns its parity with torch.

    Args:
        network: On the CPU, in evaluation mode.
        name: generator, parser or reader: decides the names of inputs and outputs.
        size: H a multiple of 128, W three quarters of it.
        path: The file, written whole or not at all.
        graph: As in `tryon.shipping.write_onnx`.

    Returns:
        The largest absolute difference between ONNX Runtime and torch over all outputs, at
        batches of 1 and 3.
    """
    return write_onnx(
        network, _inputs(name, 2, size), OUTPUTS[name], path,
        lambda file: batch_parity(network, lambda count: _inputs(name, count, size), file),
        graph=graph,
    )  # fmt: skip


def _inputs(name: str, count: int, size: tuple[int, int]) -> Inputs:
    random = torch.Generator().manual_seed(count)
    height, width = size

    def drawn(*shape: int) -> Tensor:
        return torch.rand(count, *shape, generator=random)

    known = {
        "image": drawn(3, height, width),
        "photo": drawn(3, height, width),
        "warped": drawn(4, height, width),
        "old": drawn(1, height, width),
        "front": drawn(1, height, width),
        "limbs": drawn(1, height, width),
        "sources": drawn(SOURCES, height // FINE, width // FINE),
        "parts": drawn(len(GROUPS), height // FINE, width // FINE),
        "keypoints": drawn(len(KEYPOINTS), 3) * torch.tensor([width, height, 1]),
        "category": torch.eye(len(CATEGORIES))[torch.arange(count) % len(CATEGORIES)],
    }
    return {key: known[key] for key in INPUTS[name]}
