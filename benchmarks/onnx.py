"""What shipping as ONNX gains: `python -m benchmarks.onnx --task garment`.

The generator of params.yaml, one picture at a time, one thread: eager torch and the session that
serves, in turn, so that a busy machine slows both alike. The weights do not matter for the time.
"""

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path

import torch
from torch import nn

from benchmarks.report import figure, medians
from benchmarks.subjects import SUBJECTS, objective, samples
from tryon.config import CandidateConfig, load_params
from tryon.serving.session import OnnxSession
from tryon.types import Arrays

LIMIT = 1.5
ROUNDS = 200


def main() -> int:
    """Print the figure; 1 if it misses its limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--task", choices=sorted(SUBJECTS), default="makeup")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    task, subject = arguments.task, SUBJECTS[arguments.task]
    config = load_params().tasks[task]
    built = objective(task, config, CandidateConfig(adversarial="none"))
    network = subject.network(built.generator).eval()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        subject.export(network, config, path)
        session = OnnxSession(path)
    sample = samples(task, config)[0]
    arrays = {name: sample[name][None] for name in subject.inputs}
    eager, onnx = compare(network, session, arrays, arguments.rounds)
    kept = figure(
        f"{task}: eager torch ÷ ONNX Runtime, one thread",
        eager / onnx,
        LIMIT,
        detail=f"{1e3 * eager:.1f} against {1e3 * onnx:.1f} ms",
    )
    return int(not kept)


def compare(
    network: nn.Module, session: OnnxSession, arrays: Arrays, rounds: int
) -> tuple[float, float]:
    """Median seconds per picture, eager and ONNX."""
    tensors = [torch.from_numpy(array) for array in arrays.values()]
    with torch.inference_mode():
        eager, onnx = medians([partial(network, *tensors), partial(session.run, **arrays)], rounds)
    return eager, onnx


if __name__ == "__main__":
    sys.exit(main())
