"""A captioner small enough to write by hand: its sentences come from a table of word pairs.

A picture's mean colour leans on the colour words, each of two ways of telling on its own verb.
"""

import json
from itertools import pairwise
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.serving.networks import meta
from tryon.caption.config import DecodingConfig
from tryon.caption.settings import Settings
from tryon.caption.vocabulary import BEGIN, END, METADATA, SPECIAL
from tryon.serving.bundle import Meta

PHRASES = (
    "a woman with dark hair wears a red dress",
    "a woman with dark hair and red lips smiles at the camera",
    "a man wears a green coat over a blue shirt",
    "the man with short hair is wearing a blue shirt and a green hat",
    "this woman in a green dress has long hair",
    "the photo shows a man in a red coat, with a blue hat",
)
LEANS = {"red": 0, "green": 1, "blue": 2}  # colour word → channel that speaks for it
VERBS = ("wears", "has")  # which each way of telling prefers
SIZE, HIDDEN = 32, 2


def words() -> list[str]:
    """The vocabulary, special words first."""
    return [*SPECIAL, *sorted({word for phrase in PHRASES for word in _split(phrase)})]


def captioner() -> bytes:
    """The network's file, with the real names and shapes."""
    known = {word: number for number, word in enumerate(words())}
    count = len(known)
    table = np.full((count, count), -4.0, np.float32)
    for number, phrase in enumerate(PHRASES):
        said = [BEGIN, *_split(phrase), END]
        for first, second in pairwise(said):
            table[known[first], known[second]] = 1 + 0.1 * number
    lean = np.zeros((3, count), np.float32)
    for word, channel in LEANS.items():
        lean[channel, known[word]] = 2.0
    prefer = np.zeros((HIDDEN, count), np.float32)
    for way, word in enumerate(VERBS):
        prefer[way, known[word]] = 1.0
    model = helper.make_model(
        _graph(count, table, lean, prefer),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=10,
    )
    helper.set_model_props(model, {METADATA: json.dumps({"model": {"vocab": known}})})
    onnx.checker.check_model(model)
    return model.SerializeToString()


def _graph(count: int, table: np.ndarray, lean: np.ndarray, prefer: np.ndarray) -> onnx.GraphProto:
    """Both halves, side by side."""

    def axes(name: str, *shape: int | str, of: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, of, list(shape))

    inputs = [
        axes("image", "pictures", 3, SIZE, SIZE),
        axes("word", "captions", of=TensorProto.INT64),
        axes("state", "captions", HIDDEN),
        axes("places", "captions", 1, 3),
    ]
    outputs = [
        axes("seen", "pictures", 1, 3),
        axes("start", "pictures", HIDDEN, HIDDEN),
        axes("logits", "captions", count),
        axes("next", "captions", HIDDEN),
    ]
    kept = {
        "table": table,
        "lean": lean,
        "prefer": prefer,
        "ways": np.eye(HIDDEN, dtype=np.float32)[None],
        "zero": np.zeros(1, np.float32),
        "last": np.array([2], np.int64),
        "middle": np.array([1], np.int64),
    }
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["colours"], axes=[2, 3], keepdims=0),
        helper.make_node("Unsqueeze", ["colours", "middle"], ["seen"]),
        helper.make_node("ReduceSum", ["seen", "last"], ["light"], keepdims=1),
        helper.make_node("Mul", ["light", "zero"], ["nothing"]),
        helper.make_node("Add", ["nothing", "ways"], ["start"]),
        helper.make_node("Gather", ["table", "word"], ["follows"]),
        helper.make_node("ReduceMean", ["places"], ["looked"], axes=[1], keepdims=0),
        helper.make_node("MatMul", ["looked", "lean"], ["leaning"]),
        helper.make_node("MatMul", ["state", "prefer"], ["preferring"]),
        helper.make_node("Sum", ["follows", "leaning", "preferring"], ["logits"]),
        helper.make_node("Identity", ["state"], ["next"]),
    ]
    constants = [numpy_helper.from_array(array, name) for name, array in kept.items()]
    return helper.make_graph(nodes, "captioner", inputs, outputs, initializer=constants)


def caption_meta(**changes: Any) -> Meta:
    """Metadata that fits `captioner`."""
    settings = Settings(size=SIZE, decoding=DecodingConfig()).model_dump(mode="json")
    values: dict[str, Any] = {"task": "caption", "settings": settings, "metrics": {"bleu_4": 0.8}}
    return meta(**(values | changes))


def _split(phrase: str) -> list[str]:
    return phrase.replace(",", " ,").split()
