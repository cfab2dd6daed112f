"""The generator as ONNX: what is scored, what ships, what the service runs."""

from pathlib import Path
from typing import Any

import torch

from tryon.makeup.config import Config
from tryon.makeup.look import REGIONS
from tryon.makeup.networks import ROW, Generator
from tryon.makeup.settings import Settings
from tryon.shipping import Inputs, batch_parity, restore, structure, write_onnx

INPUTS = ("image", "masks", "condition")
OUTPUTS = ("gain", "residual")


def settings(config: Config) -> dict[str, Any]:
    """What a predictor must know to prepare the network's inputs: the settings of a bundle."""
    size, margin = config.preprocess.size, config.preprocess.margin
    return Settings(size=size, margin=margin, regions=REGIONS).model_dump(mode="json")


def ship(weights: Path, config: Config, path: Path) -> float:
    """Write trained weights (safetensors) as the network that ships; returns its parity.

    Raises:
        TrainingError: the weights are of another configuration.
    """
    size = config.preprocess.size
    return to_onnx(load(weights, config), size, path, structure("makeup", config))


def load(weights: Path, config: Config) -> Generator:
    """The trained generator, on the CPU, in evaluation mode.

    Raises:
        TrainingError: the weights are of another configuration.
    """
    generator = Generator(config.network.width, config.network.condition_width)
    hint = "network.width and network.condition_width must be those it was trained with"
    return restore(generator, weights, hint)


def to_onnx(generator: Generator, size: int, path: Path, graph: str | None = None) -> float:
    """Write a generator for pictures of side `size` and any batch; returns its parity with torch.

    Inputs are image `[N, 3, S, S]`, masks `[N, R, S, S]` in [0, 1] and condition `[N, R, 5]`;
    outputs gain `[N, 1, S, S]` and residual `[N, 3, S, S]`. All are float32.

    Args:
        generator: On the CPU, in evaluation mode.
        size: Side of the aligned pictures, a multiple of 16.
        path: The file, written whole or not at all.
        graph: As in `tryon.shipping.write_onnx`.

    Returns:
        The largest absolute difference between ONNX Runtime and torch over all outputs, at
        batches of 1 and 3.
    """
    return write_onnx(
        generator, _inputs(2, size), OUTPUTS, path,
        lambda file: parity(generator, file, size), graph=graph,
    )  # fmt: skip


def parity(generator: Generator, path: Path, size: int) -> float:
    """Largest absolute difference between `generator` in torch and the file in ONNX Runtime."""
    return batch_parity(generator, lambda count: _inputs(count, size), path)


def _inputs(count: int, size: int) -> Inputs:
    random = torch.Generator().manual_seed(count)
    shapes = ((3, size, size), (len(REGIONS), size, size), (len(REGIONS), ROW))
    return {
        name: torch.rand(count, *shape, generator=random)
        for name, shape in zip(INPUTS, shapes, strict=True)
    }
