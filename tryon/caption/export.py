"""The captioner as one ONNX file: encoder, one step of the decoder, and the words.

Two halves lie side by side in the graph: pictures → what the decoder needs of them, and the last
words with the state → logits of the next ones. A step is run with no picture (a batch of 0) and
pictures with a step of one caption, which both cost next to nothing. The tokenizer is kept in the
file's metadata, so that a network is never without its words.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tryon.caption.config import Config
from tryon.caption.encoder import STRIDE, Memory
from tryon.caption.networks import Generator
from tryon.caption.objective import make_generator
from tryon.caption.preparation import TOKENIZER
from tryon.caption.settings import Settings
from tryon.caption.vocabulary import METADATA
from tryon.errors import TrainingError
from tryon.shipping import BATCHES, Inputs, open_onnx, restore, structure, write_onnx

OUTPUTS = ("seen", "start", "logits", "next")


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
    size, words = config.preprocess.size, tokenizer.read_text()
    return to_onnx(load(weights, config), size, words, path, structure("caption", config))


def load(weights: Path, config: Config) -> Generator:
    """The trained captioner, on the CPU, in evaluation mode.

    Raises:
        TrainingError: the weights are of another configuration.
    """
    hint = "network and preprocess must be those it was trained with"
    return restore(make_generator(config), weights, hint)


def to_onnx(
    generator: Generator, size: int, tokenizer: str, path: Path, graph: str | None = None
) -> float:
    """Write a captioner for pictures of side `size`; returns its parity with torch.

    Args:
        generator: On the CPU, in evaluation mode.
        size: Side of the pictures, a multiple of 16.
        tokenizer: JSON, kept in the file.
        path: The file, written whole or not at all.
        graph: As in `tryon.shipping.write_onnx`.

    Returns:
        The largest absolute difference between ONNX Runtime and torch over all outputs, at
        batches of 1 and 3, with both halves in use and with one idle.
    """
    pictures = torch.export.Dim("pictures", min=0, max=1024)
    captions = torch.export.Dim("captions", min=1, max=4096)
    return write_onnx(
        Shipped(generator).eval(), _inputs(generator, size, 2, 3), OUTPUTS, path,
        lambda file: parity(generator, file, size),
        sizes=({0: pictures}, {0: captions}, {0: captions}, {0: captions}),
        metadata={METADATA: tokenizer},
        graph=graph,
    )  # fmt: skip


@torch.no_grad()
def parity(generator: Generator, path: Path, size: int) -> float:
    """Largest absolute difference between `generator` in torch and the file in ONNX Runtime."""
    session, shipped, worst = open_onnx(path), Shipped(generator).eval(), 0.0
    for count in BATCHES:
        inputs = _inputs(generator, size, count, count)
        ours = [value.numpy() for value in shipped(*inputs.values())]
        fed = {name: value.numpy() for name, value in inputs.items()}
        whole = session.run(OUTPUTS, fed)
        seen = session.run(
            OUTPUTS, {name: fed[name][: None if name == "image" else 1] for name in fed}
        )
        said = session.run(OUTPUTS, fed | {"image": fed["image"][:0]})
        theirs = (*whole, *seen[:2], *said[2:])
        for mine, other in zip((*ours, *ours), theirs, strict=True):
            worst = max(worst, float(np.abs(mine - other).max()))
    return worst


def _inputs(generator: Generator, size: int, pictures: int, captions: int) -> Inputs:
    random = torch.Generator().manual_seed(pictures)
    hidden = generator.decoder.code.weight.shape[1]
    features = generator.decoder.key.in_features
    places = (size // STRIDE) ** 2
    return {
        "image": torch.rand(pictures, 3, size, size, generator=random),
        "word": torch.randint(generator.words, (captions,), generator=random),
        "state": torch.randn(captions, hidden, generator=random),
        "places": torch.rand(captions, places, features, generator=random),
    }
