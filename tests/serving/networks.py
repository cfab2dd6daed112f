"""A makeup network small enough to write by hand: it adds nothing to the analytic shift."""

import onnx
from onnx import TensorProto, helper

from tryon.serving.bundle import Meta
from tryon.types import Lineage

REGIONS = ("lips", "eyeshadow", "eyeliner", "blush", "brows", "foundation")


def zero_network(size: int = 64, regions: int = len(REGIONS)) -> bytes:
    """gain and residual are zero for every input, with the real names and shapes."""

    def axes(name: str, *shape: int | str) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))

    inputs = [
        axes("image", "batch", 3, size, size),
        axes("masks", "batch", regions, size, size),
        axes("condition", "batch", regions, 5),
    ]
    outputs = [
        axes("gain", "batch", 1, size, size),
        axes("residual", "batch", 3, size, size),
    ]
    zero = helper.make_tensor("zero", TensorProto.FLOAT, [], [0.0])
    first = helper.make_tensor("first", TensorProto.INT64, [1], [0])
    one = helper.make_tensor("one", TensorProto.INT64, [1], [1])
    axis = helper.make_tensor("axis", TensorProto.INT64, [1], [1])
    nodes = [
        helper.make_node("ReduceSum", ["condition"], ["total"], keepdims=0),
        helper.make_node("ReduceMean", ["masks"], ["cover"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Add", ["image", "cover"], ["seen"]),
        helper.make_node("Add", ["seen", "total"], ["everything"]),
        helper.make_node("Mul", ["everything", "zero"], ["residual"]),
        helper.make_node("Slice", ["residual", "first", "one", "axis"], ["gain"]),
    ]
    graph = helper.make_graph(nodes, "zero", inputs, outputs, initializer=[zero, first, one, axis])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def meta(size: int = 64, margin: float = 1.55, **changes: object) -> Meta:
    """Metadata that fits `zero_network`."""
    lineage = Lineage(
        git_commit="0" * 40,
        git_dirty=False,
        dataset_digest="1" * 32 + ".dir",
        params_digest="2" * 64,
        packages={"onnxruntime": "1.31.1"},
    )
    values = {
        "task": "makeup",
        "version": "7",
        "settings": {"size": size, "margin": margin, "regions": list(REGIONS)},
        "lineage": lineage,
        "metrics": {"psnr_regions": 32.9},
        "parity": 0.0,
        "licence": "CC0-1.0",
        "created_by": "the test suite",
    }
    return Meta.model_validate(values | changes)


CARD = "# The test suite's network\n\nAdds nothing to the analytic shift.\n"
