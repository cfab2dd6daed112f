"""Trained networks as ONNX files: what the export modules of all tasks share."""

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import onnx
import onnxruntime
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from tryon.errors import TrainingError

OPSET = 20
BATCHES = (1, 3)  # at which the file is held against torch
Network = TypeVar("Network", bound=nn.Module)
Inputs = Mapping[str, Tensor]  # name → tensor, in the order the network takes them

_traced: dict[str | None, torch.onnx.ONNXProgram] = {}


def restore(network: Network, weights: Path, hint: str) -> Network:
    """`network` with the weights of a safetensors file, in evaluation mode.

    Raises:
        TrainingError: the weights are of another configuration; `hint` says which keys decide.
    """
    try:
        network.load_state_dict(load_file(weights))
    except RuntimeError as error:
        raise TrainingError(
            f"{weights} does not fit the configured network: {error}", hint=hint
        ) from error
    return network.eval()


def structure(name: str, config: Any) -> str:
    """What decides a network's graph: its name and a task's sections `preprocess`, `network`."""
    return f"{name} {config.preprocess} {config.network}"


def write_onnx(
    network: nn.Module,
    example: Inputs,
    outputs: Sequence[str],
    path: Path,
    parity: Callable[[Path], float],
    sizes: Sequence[dict[int, Any]] | None = None,
    metadata: Mapping[str, str] | None = None,
    graph: str | None = None,
) -> float:
    """Write a network for any batch; returns its parity with torch.

    Args:
        network: On the CPU, in evaluation mode.
        example: Inputs; a batch of 1 would be taken for a constant.
        outputs: Their names.
        path: The file, written whole or not at all.
        parity: Measures a file before it takes its place.
        sizes: Of each input, axis → torch.export.Dim; None = all share their first axis.
        metadata: Kept in the file.
        graph: Names its graph (`structure`). Networks of one name differ in their weights alone, as
            the candidates of a task do: the first is traced, which takes seconds, for all.
    """
    aside = path.with_name(f".{path.name}.partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    with _quiet():
        program = _traced.get(graph) or _trace(network, example, outputs, sizes)
        if graph is not None:
            _traced[graph] = program
        shipped = torch.onnx.ONNXProgram(program.model.clone(), program.exported_program)
        shipped.apply_weights(network.state_dict())
        shipped.optimize()
        shipped.save(aside)
    if metadata:
        model = onnx.load(aside)
        onnx.helper.set_model_props(model, dict(metadata))
        onnx.save(model, aside)
    difference = parity(aside)
    aside.replace(path)
    return difference


def _trace(
    network: nn.Module,
    example: Inputs,
    outputs: Sequence[str],
    sizes: Sequence[dict[int, Any]] | None,
) -> torch.onnx.ONNXProgram:
    batch = torch.export.Dim("batch", min=1, max=1024)
    program = torch.onnx.export(
        network,
        tuple(example.values()),
        dynamo=True,
        input_names=list(example),
        output_names=list(outputs),
        dynamic_shapes=tuple(sizes or ({0: batch} for _ in example)),
        opset_version=OPSET,
        optimize=False,  # folding would hide weights
        verbose=False,
    )
    assert program is not None
    return program


@contextmanager
def _quiet() -> Iterator[None]:
    for library in ("onnxscript", "onnx_ir"):  # they explain every optimisation they skip
        logging.getLogger(library).setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # notes of the exporter about its own internals
        yield


def open_onnx(path: Path) -> onnxruntime.InferenceSession:
    """The file in ONNX Runtime, on one thread of the CPU."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@torch.no_grad()
def batch_parity(network: nn.Module, inputs: Callable[[int], Inputs], path: Path) -> float:
    """Largest absolute difference of all outputs, torch against the file, at several batches.

    Args:
        network: In torch.
        inputs: Batch → inputs.
        path: The file.
    """
    session, worst = open_onnx(path), 0.0
    for count in BATCHES:
        given = inputs(count)
        ours = network(*given.values())
        theirs = session.run(None, {name: value.numpy() for name, value in given.items()})
        for mine, other in zip([ours] if torch.is_tensor(ours) else ours, theirs, strict=True):
            worst = max(worst, float(np.abs(mine.numpy() - other).max()))
    return worst
