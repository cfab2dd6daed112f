"""Generator and readers as ONNX: what is scored, what ships, what the service runs."""

import logging
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from tryon.config import CandidateConfig
from tryon.errors import TrainingError
from tryon.garment.areas import GROUPS
from tryon.garment.config import Config
from tryon.garment.garment import CATEGORIES
from tryon.garment.networks import FINE, SOURCES, Outfitter
from tryon.garment.objective import build
from tryon.garment.points import POINTS
from tryon.garment.settings import Settings
from tryon.vision.human import KEYPOINTS

OPSET = 20
PARITY_BATCHES = (1, 3)
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
    return max(to_onnx(getattr(outfitter, name), name, size, file) for name, file in files.items())


def load(weights: Path, config: Config) -> Outfitter:
    """The trained networks, on the CPU, in evaluation mode.

    Raises:
        TrainingError: the weights are of another configuration.
    """
    outfitter = build(config, CandidateConfig(adversarial="none")).generator
    assert isinstance(outfitter, Outfitter)
    try:
        outfitter.load_state_dict(load_file(weights))
    except RuntimeError as error:
        raise TrainingError(
            f"{weights} does not fit the configured networks: {error}",
            hint="the section network must be the one they were trained with",
        ) from error
    return outfitter.eval()


def to_onnx(network: nn.Module, name: str, size: tuple[int, int], path: Path) -> float:
    """Write one network for frames of `size` (H, W) and any batch; returns its parity with torch.

    Args:
        network: On the CPU, in evaluation mode.
        name: generator, parser or reader: decides the names of inputs and outputs.
        size: H a multiple of 128, W three quarters of it.
        path: The file, written whole or not at all.

    Returns:
        The largest absolute difference between ONNX Runtime and torch over all outputs, at
        batches of 1 and 3.
    """
    batch = torch.export.Dim("batch", min=1, max=1024)
    aside = path.with_name(f".{path.name}.partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    for library in ("onnxscript", "onnx_ir"):  # they explain every optimisation they skip
        logging.getLogger(library).setLevel(logging.WARNING)
    given = _inputs(name, 2, size)  # a batch of 1 would be taken for a constant
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # notes of the exporter about its own internals
        program = torch.onnx.export(
            network,
            tuple(given.values()),
            dynamo=True,
            input_names=list(given),
            output_names=list(OUTPUTS[name]),
            dynamic_shapes=tuple({0: batch} for _ in given),
            opset_version=OPSET,
            verbose=False,
        )
    assert program is not None
    program.save(aside)
    difference = parity(network, name, size, aside)
    aside.replace(path)
    return difference


@torch.no_grad()
def parity(network: nn.Module, name: str, size: tuple[int, int], path: Path) -> float:
    """Largest absolute difference between `network` in torch and the file in ONNX Runtime."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    worst = 0.0
    for count in PARITY_BATCHES:
        given = _inputs(name, count, size)
        ours = network(*given.values())
        theirs = session.run(None, {key: value.numpy() for key, value in given.items()})
        for mine, other in zip(_listed(ours), theirs, strict=True):
            worst = max(worst, float(np.abs(mine.numpy() - other).max()))
    return worst


def _listed(outputs: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return (outputs,) if isinstance(outputs, Tensor) else tuple(outputs)


def _inputs(name: str, count: int, size: tuple[int, int]) -> Mapping[str, Tensor]:
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
