"""What shipping as ONNX gains: `python -m benchmarks.onnx`.

The generator of params.yaml, one picture at a time, one thread: eager torch and the session that
serves, in turn, so that a busy machine slows both alike. The weights do not matter for the time.
"""

import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import torch

from benchmarks.report import figure
from tryon.config import load_params
from tryon.makeup.config import Config
from tryon.makeup.export import INPUTS, to_onnx
from tryon.makeup.look import REGIONS
from tryon.makeup.networks import ROW, Generator
from tryon.serving.session import OnnxSession

LIMIT = 1.5
ROUNDS, WARM = 200, 20


def main() -> int:
    """Print the figure; 1 if it misses its limit."""
    torch.set_num_threads(1)
    config: Config = load_params().tasks["makeup"]
    generator = Generator(config.network.width, config.network.condition_width).eval()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        to_onnx(generator, config.preprocess.size, path)
        session = OnnxSession(path)
    eager, onnx = compare(generator, session, config.preprocess.size)
    kept = figure(
        "eager torch ÷ ONNX Runtime, one thread",
        eager / onnx,
        LIMIT,
        detail=f"{1e3 * eager:.1f} against {1e3 * onnx:.1f} ms",
    )
    return int(not kept)


def compare(generator: Generator, session: OnnxSession, size: int) -> tuple[float, float]:
    """Median seconds per picture, eager and ONNX."""
    random = np.random.default_rng(0)
    arrays = {
        "image": random.random((1, 3, size, size), np.float32),
        "masks": random.random((1, len(REGIONS), size, size), np.float32),
        "condition": random.random((1, len(REGIONS), ROW), np.float32),
    }
    tensors = [torch.from_numpy(arrays[name]) for name in INPUTS]
    eager, onnx = [], []
    with torch.inference_mode():
        for _ in range(WARM + ROUNDS):
            start = perf_counter()
            generator(*tensors)
            between = perf_counter()
            session.run(**arrays)
            eager.append(between - start)
            onnx.append(perf_counter() - between)
    return median(eager[WARM:]), median(onnx[WARM:])


if __name__ == "__main__":
    sys.exit(main())
