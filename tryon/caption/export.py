"""The captioner as one ONNX file: encoder, one step of the decoder, and the words.

Two halves lie side by side in the graph: pictures → what the decoder needs of them, and the last
words with the state → logits of the next ones. A step is run with no picture (a batch of 0) and
pictures with a step of one caption, which both cost next to nothing. The tokenizer is kept in the
file's metadata, so that a network is never without its words.
"""

import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from tryon.caption.config import Config
from tryon.caption.networks import STRIDE, Generator, Memory
from tryon.caption.objective import make_generator
from tryon.caption.preparation import TOKENIZER
from tryon.caption.settings import Settings
from tryon.caption.vocabulary import METADATA
from tryon.errors import TrainingError

INPUTS = ("image", "word", "state", "places")
OUTPUTS = ("seen", "start", "logits", "next")
OPSET = 20
PARITY_BATCHES = (1, 3)


class Shipped(nn.Module):
    """Both halves of a captioner.

    Args:
        generator: The captioner.
    """

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.encoder, self.decoder = generator.encoder, generator.decoder

    def forward(
        self, image: Tensor, word: Tensor, state: Tensor, places: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """One run.

        Args:
            image: `[N, 3, S, S]` in [0, 1].
            word: Ids `[B]`, the last of each caption.
            state: `[B, H]`.
            places: `[B, T, C]`.

        Returns:
            `seen` `[N, T, C]`; `start` `[N, K, H]`, a state for each code; `logits` `[B, V]`;
            `next` `[B, H]`.
        """
        memory: Memory = self.encoder(image)
        start = memory.start.unsqueeze(1) + self.decoder.code.weight
        logits, after = self.decoder.step(word, state, places)
        return memory.places, start, logits, after


def settings(config: Config) -> dict[str, Any]:
    """What a predictor must know: the settings of a bundle."""
    return Settings(size=config.preprocess.size, decoding=config.decoding).model_dump(mode="json")


def ship(weights: Path, config: Config, path: Path) -> float:
    """Write trained weights (safetensors) as the network that ships; returns its parity.

    The tokenizer lies beside the weights.

    Raises:
        TrainingError: the weights are of another configuration, or without a tokenizer.
    """
    tokenizer = weights.with_name(TOKENIZER)
    if not tokenizer.is_file():
        raise TrainingError(
            f"{tokenizer} is missing: without it the network's ids mean nothing",
            hint="train again: the training set writes it beside the weights",
        )
    return to_onnx(load(weights, config), config.preprocess.size, tokenizer.read_text(), path)


def load(weights: Path, config: Config) -> Generator:
    """The trained captioner, on the CPU, in evaluation mode.

    Raises:
        TrainingError: the weights are of another configuration.
    """
    generator = make_generator(config)
    try:
        generator.load_state_dict(load_file(weights))
    except RuntimeError as error:
        raise TrainingError(
            f"{weights} does not fit the configured network: {error}",
            hint="network and preprocess must be those it was trained with",
        ) from error
    return generator.eval()


def to_onnx(generator: Generator, size: int, tokenizer: str, path: Path) -> float:
    """Write a captioner for pictures of side `size`; returns its parity with torch.

    Args:
        generator: On the CPU, in evaluation mode.
        size: Side of the pictures, a multiple of 16.
        tokenizer: JSON, kept in the file.
        path: The file, written whole or not at all.

    Returns:
        The largest absolute difference between ONNX Runtime and torch over all outputs, at
        batches of 1 and 3, with both halves in use and with one idle.
    """
    pictures = torch.export.Dim("pictures", min=0, max=1024)
    captions = torch.export.Dim("captions", min=1, max=4096)
    aside = path.with_name(f".{path.name}.partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    for name in ("onnxscript", "onnx_ir"):  # they explain every optimisation they skip
        logging.getLogger(name).setLevel(logging.WARNING)
    shipped = Shipped(generator).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # notes of the exporter about its own internals
        program = torch.onnx.export(
            shipped,
            _inputs(generator, size, 2, 3),  # a batch of 1 would be taken for a constant
            dynamo=True,
            input_names=INPUTS,
            output_names=OUTPUTS,
            dynamic_shapes=({0: pictures}, *({0: captions} for _ in INPUTS[1:])),
            opset_version=OPSET,
            verbose=False,
        )
    assert program is not None
    program.save(aside)
    model = onnx.load(aside)
    onnx.helper.set_model_props(model, {METADATA: tokenizer})
    onnx.save(model, aside)
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
    shipped, worst = Shipped(generator).eval(), 0.0
    for count in PARITY_BATCHES:
        inputs = _inputs(generator, size, count, count)
        ours = [value.numpy() for value in shipped(*inputs)]
        fed = dict(zip(INPUTS, (value.numpy() for value in inputs), strict=True))
        whole = session.run(OUTPUTS, fed)
        seen = session.run(
            OUTPUTS, {name: fed[name][: None if name == "image" else 1] for name in fed}
        )
        said = session.run(OUTPUTS, fed | {"image": fed["image"][:0]})
        theirs = (*whole, *seen[:2], *said[2:])
        for mine, other in zip((*ours, *ours), theirs, strict=True):
            worst = max(worst, float(np.abs(mine - other).max()))
    return worst


def _inputs(generator: Generator, size: int, pictures: int, captions: int) -> tuple[Tensor, ...]:
    random = torch.Generator().manual_seed(pictures)
    hidden = generator.decoder.code.weight.shape[1]
    features = generator.decoder.key.in_features
    places = (size // STRIDE) ** 2
    return (
        torch.rand(pictures, 3, size, size, generator=random),
        torch.randint(generator.words, (captions,), generator=random),
        torch.randn(captions, hidden, generator=random),
        torch.rand(captions, places, features, generator=random),
    )
