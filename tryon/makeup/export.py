"""The generator as ONNX: what is scored, what ships, what the service runs."""

import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from safetensors.torch import load_file

from tryon.errors import TrainingError
from tryon.makeup.config import Config
from tryon.makeup.look import REGIONS
from tryon.makeup.networks import ROW, Generator
from tryon.makeup.settings import Settings

INPUTS = ("image", "masks", "condition")
OUTPUTS = ("gain", "residual")
OPSET = 20
PARITY_BATCHES = (1, 3)


def settings(config: Config) -> dict[str, Any]:
    """What a predictor must know to prepare the network's inputs: the settings of a bundle."""
    size, margin = config.preprocess.size, config.preprocess.margin
    return Settings(size=size, margin=margin, regions=REGIONS).model_dump(mode="json")


def ship(weights: Path, config: Config, path: Path) -> float:
    """Write trained weights (safetensors) as the network that ships; returns its parity.

    Raises:
        TrainingError: the weights are of another configuration.
    """
    return to_onnx(load(weights, config), config.preprocess.size, path)


def load(weights: Path, config: Config) -> Generator:
    """The trained generator, on the CPU, in evaluation mode.

    Raises:
        TrainingError: the weights are of another configuration.
    """
    generator = Generator(config.network.width, config.network.condition_width)
    try:
        generator.load_state_dict(load_file(weights))
    except RuntimeError as error:
        raise TrainingError(
            f"{weights} does not fit the configured network: {error}",
            hint="network.width and network.condition_width must be those it was trained with",
        ) from error
    return generator.eval()


def to_onnx(generator: Generator, size: int, path: Path) -> float:
    """Write a generator for pictures of side `size` and any batch; returns its parity with torch.

    Inputs are image `[N, 3, S, S]`, masks `[N, R, S, S]` in [0, 1] and condition `[N, R, 5]`;
    outputs gain `[N, 1, S, S]` and residual `[N, 3, S, S]`. All are float32.

    Args:
        generator: On the CPU, in evaluation mode.
        size: Side of the aligned pictures, a multiple of 16.
        path: The file, written whole or not at all.

    Returns:
        The largest absolute difference between ONNX Runtime and torch over all outputs, at
        batches of 1 and 3.
    """
    batch = torch.export.Dim("batch", min=1, max=1024)
    aside = path.with_name(f".{path.name}.partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    for name in ("onnxscript", "onnx_ir"):  # they explain every optimisation they skip
        logging.getLogger(name).setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # notes of the exporter about its own internals
        program = torch.onnx.export(
            generator,
            _inputs(2, size),  # a batch of 1 would be taken for a constant
            dynamo=True,
            input_names=INPUTS,
            output_names=OUTPUTS,
            dynamic_shapes=tuple({0: batch} for _ in INPUTS),
            opset_version=OPSET,
            verbose=False,
        )
    assert program is not None
    program.save(aside)
    difference = parity(generator, aside, size)
    aside.replace(path)
    return difference


@torch.no_grad()
def parity(generator: Generator, path: Path, size: int) -> float:
    """Largest absolute difference between `generator` in torch and the file in ONNX Runtime."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    worst = 0.0
    for count in PARITY_BATCHES:
        inputs = _inputs(count, size)
        feed = {name: value.numpy() for name, value in zip(INPUTS, inputs, strict=True)}
        for ours, theirs in zip(generator(*inputs), session.run(OUTPUTS, feed), strict=True):
            worst = max(worst, float(np.abs(ours.numpy() - theirs).max()))
    return worst


def _inputs(count: int, size: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(count)
    return (
        torch.rand(count, 3, size, size, generator=random),
        torch.rand(count, len(REGIONS), size, size, generator=random),
        torch.rand(count, len(REGIONS), ROW, generator=random),
    )
