"""A garment bundle small enough to write by hand: it pastes what rules of colour and place find.

The parser takes a fixed part of the frame, which follows the person, for the old garment and one
above it for the face. The reader takes what is not pale for the garment, laid as the catalogue's
first one. The generator changes nothing about the clean paste.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

from tests.serving.networks import meta
from tryon.garment import outline
from tryon.garment.areas import GROUP, GROUPS
from tryon.garment.catalogue import catalogue
from tryon.garment.garment import CATEGORIES
from tryon.garment.points import POINTS, to_points
from tryon.garment.settings import Settings
from tryon.serving.bundle import Bundle, Meta
from tryon.vision.human import KEYPOINTS

HEIGHT, WIDTH = 128, 96
PALE = 0.55  # green above which the reader sees the ground
CARD = "# The test suite's garment networks\n\nThey paste by rule.\n"
Axes = Sequence[int]


def outfitter_meta(**changes: Any) -> Meta:
    """Metadata that fits the networks."""
    settings = Settings(
        height=HEIGHT, groups=tuple(GROUPS), categories=CATEGORIES, points=POINTS
    ).model_dump(mode="json")
    given: dict[str, Any] = {"task": "garment", "settings": settings, "metrics": {"psnr": 20.0}}
    return meta(**(given | changes))


def write_outfitter(folder: Path, **changes: object) -> Bundle:
    """The bundle of the three."""
    others = {"parser": parser(), "reader": reader()}
    return Bundle.write(folder, generator(), outfitter_meta(**changes), CARD, others)


def generator() -> bytes:
    """Every field is zero, with the real names and shapes."""
    frame = (HEIGHT, WIDTH)
    coarse = (HEIGHT // 4, WIDTH // 4)
    inputs = {
        "image": (3, *frame), "warped": (4, *frame), "old": (1, *frame), "front": (1, *frame),
        "limbs": (1, *frame), "sources": (12, *coarse), "parts": (len(GROUPS), *coarse),
        "keypoints": (len(KEYPOINTS), 3), "category": (len(CATEGORIES),),
    }  # fmt: skip
    outputs = {
        "flow": (2, HEIGHT // 8, WIDTH // 8), "logits": (5, *frame), "shade": (3, *frame),
        "tint": (3, *frame), "cloth": (4, *frame),
    }  # fmt: skip
    nodes, constants = _zero("image")
    for name, shape in outputs.items():
        constants[f"flat_{name}"] = np.zeros((1, *shape), np.float32)
        nodes.append(helper.make_node("Add", [f"flat_{name}", "zero"], [name]))
    return _model(inputs, outputs, nodes, constants)


def parser() -> bytes:
    """The same parts for every frame."""
    rows, columns = HEIGHT // 2, WIDTH // 2
    y, x = np.mgrid[:rows, :columns] / np.array([rows, columns])[:, None, None]
    labels = np.full((rows, columns), GROUP["background"])
    labels[(y > 0.4) & (abs(x - 0.5) < 0.32)] = GROUP["upper"]
    labels[(y < 0.34) & (abs(x - 0.5) < 0.2)] = GROUP["face"]
    planes = 8.0 * (labels[None] == np.arange(len(GROUPS))[:, None, None])
    inputs = {
        "image": (3, HEIGHT, WIDTH), "keypoints": (len(KEYPOINTS), 3),
        "category": (len(CATEGORIES),),
    }  # fmt: skip
    nodes, constants = _zero("image")
    nodes.append(helper.make_node("Add", ["planes", "zero"], ["groups"]))
    constants["planes"] = planes[None].astype(np.float32)
    return _model(inputs, {"groups": planes.shape}, nodes, constants)


def reader() -> bytes:
    """What is not pale is the garment."""
    first = next(iter(catalogue().values()))
    boxed, corner = outline.framed(*first.cloth(), (HEIGHT, WIDTH))
    points = to_points(first.category, np.array(first.landmarks)) - corner
    places = (points * boxed.scale + boxed.shift + 0.5) / [WIDTH, HEIGHT]
    rows, columns = HEIGHT // 4, WIDTH // 4
    y, x = np.mgrid[:rows, :columns] + 0.5
    at = np.nan_to_num(places)[:, None, None] * [columns, rows]
    heat = -((x - at[..., 0]) ** 2 + (y - at[..., 1]) ** 2)
    present = np.where(np.isfinite(places).all(1), 5.0, -5.0)
    nodes, constants = _zero("photo")
    nodes += [
        helper.make_node("Slice", ["photo", "from", "to", "axes", "steps"], ["green"]),
        helper.make_node("Sub", ["pale", "green"], ["darker"]),
        helper.make_node("Mul", ["darker", "steep"], ["mask"]),
        helper.make_node("ReduceMean", ["zero"], ["flat"], axes=[2, 3], keepdims=0),
    ]
    constants |= {
        "from": np.array([1, 0, 0]), "to": np.array([2, HEIGHT, WIDTH]),
        "axes": np.array([1, 2, 3]), "steps": np.array([1, 2, 2]),
        "pale": np.array(PALE, np.float32), "steep": np.array(40, np.float32),
    }  # fmt: skip
    said = {"heat": heat, "present": present}
    for name, values in said.items():
        constants[f"own_{name}"] = values[None].astype(np.float32)
        zero = "zero" if name == "heat" else "flat"
        nodes.append(helper.make_node("Add", [f"own_{name}", zero], [name]))
    outputs = {"mask": (1, HEIGHT // 2, WIDTH // 2)} | {n: v.shape for n, v in said.items()}
    inputs = {"photo": (3, HEIGHT, WIDTH), "category": (len(CATEGORIES),)}
    return _model(inputs, outputs, nodes, constants)


def _zero(source: str) -> tuple[list[NodeProto], dict[str, np.ndarray]]:
    """Nodes that make `zero` [N, 1, 1, 1], as many as `source` has pictures."""
    nodes = [
        helper.make_node("ReduceMean", [source], ["mean"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Mul", ["mean", "nothing"], ["zero"]),
    ]
    return nodes, {"nothing": np.array(0, np.float32)}


def _model(
    inputs: Mapping[str, Axes], outputs: Mapping[str, Axes], nodes: list[NodeProto],
    constants: dict[str, np.ndarray],
) -> bytes:  # fmt: skip
    def described(axes: Mapping[str, Axes]) -> list[onnx.ValueInfoProto]:
        return [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])
            for name, shape in axes.items()
        ]

    stored = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "rule", described(inputs), described(outputs), stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.checker.check_model(model)
    return model.SerializeToString()
