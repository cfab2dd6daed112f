"""One ONNX Runtime session, set up for many request threads on few cores."""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from tryon.errors import BundleError

_ONNX_TYPES: dict[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(uint8)": np.uint8,
    "tensor(bool)": np.bool_,
}
_LOAD_ERRORS = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NoSuchFile,
    ort_errors.NotImplemented,
)


class OnnxSession:
    """A loaded network: named arrays in, named arrays out. Threads may share one session.

    One intra-op thread and no spinning: parallelism comes from requests, and spinning threads
    starve each other on a shared machine. No memory arena: it keeps the largest batch ever seen.

    Args:
        model: Path of a `.onnx` file, or its bytes.

    Raises:
        BundleError: `not_a_network` when ONNX Runtime cannot load it.

    Example:
        >>> session = OnnxSession(Path("model.onnx"))  # doctest: +SKIP
        >>> session.run(image=image, masks=masks)["gain"].shape  # doctest: +SKIP
        (1, 1, 128, 128)
    """

    def __init__(self, model: Path | bytes) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = ort.InferenceSession(
                model if isinstance(model, bytes) else str(model),
                options,
                providers=["CPUExecutionProvider"],
            )
        except _LOAD_ERRORS as error:
            name = "the given bytes" if isinstance(model, bytes) else model
            raise BundleError(
                f"{name} is no network ONNX Runtime can load: {error}",
                code="not_a_network",
                hint="export it again",
            ) from error
        self._file = None if isinstance(model, bytes) else Path(model)
        self.inputs: dict[str, tuple[Any, ...]] = {
            node.name: tuple(node.shape) for node in self._session.get_inputs()
        }
        self.outputs: tuple[str, ...] = tuple(node.name for node in self._session.get_outputs())
        self.metadata: dict[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)
        self._types = {node.name: _ONNX_TYPES[node.type] for node in self._session.get_inputs()}

    def run(self, **arrays: np.ndarray) -> dict[str, np.ndarray]:
        """Run the network once.

        Args:
            arrays: One array per input, by name, batch first. Symbolic axes take any length.

        Raises:
            BundleError: `wrong_input` names the input, what was given and what is expected.
        """
        if arrays.keys() != self.inputs.keys():
            raise BundleError(
                f"inputs {sorted(arrays)}, expected {sorted(self.inputs)}", code="wrong_input"
            )
        for name, array in arrays.items():
            self._check(name, array)
        feeds = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
        return dict(zip(self.outputs, self._session.run(None, feeds), strict=True))

    def beside(self, name: str) -> "OnnxSession":
        """Another network of the same folder: `name`.onnx beside this one's file.

        Raises:
            BundleError: `not_a_network` where there is none.
        """
        if self._file is None:
            raise BundleError(
                f"a network made of bytes has no {name!r} beside it", code="not_a_network"
            )
        return OnnxSession(self._file.with_name(f"{name}.onnx"))

    def _check(self, name: str, array: np.ndarray) -> None:
        shape, kind = self.inputs[name], self._types[name]
        fits = len(shape) == array.ndim and all(
            not isinstance(want, int) or want == got
            for want, got in zip(shape, array.shape, strict=True)
        )
        if not fits or array.dtype != kind:
            raise BundleError(
                f"input {name!r} is {array.dtype} {list(array.shape)}, "
                f"expected {np.dtype(kind)} {list(shape)}",
                code="wrong_input",
            )
