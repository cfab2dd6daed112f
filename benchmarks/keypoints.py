"""What it costs that MediaPipe finds the joints: `python -m benchmarks.keypoints RUN`.

RUN holds a trained model.onnx of the garment task. The cross samples of the test split are prepared
twice, with the keypoints that MediaPipe finds and with the exact ones of the drawing, and the same
network dresses both. The truth is the same; frames differ a little, since they follow the joints.
"""

import argparse
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.report import figure
from tryon.config import load_params
from tryon.data.shards import Row, read
from tryon.errors import Refusal
from tryon.garment import scoring
from tryon.garment.baselines import Dresser, dresser, paste
from tryon.garment.config import Config
from tryon.garment.preparation import Preparer
from tryon.paths import project_root
from tryon.serving.session import OnnxSession
from tryon.types import Arrays

LIMIT = 1.0  # dB


def main() -> int:
    """Print the figure; 1 if it misses its limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path, help="folder of a run, or a bundle")
    parser.add_argument("--dataset", type=Path, default=project_root() / "data/raw/garment")
    parser.add_argument("--rows", type=int, default=1000)
    arguments = parser.parse_args()
    config: Config = load_params().tasks["garment"]
    rows = [row for row in read(arguments.dataset, "test") if row["kind"] == "cross"]
    rows = [{**row, "split": "test"} for row in islice(rows, arguments.rows)]
    dress = dresser(OnnxSession(arguments.model / "model.onnx").run)
    found, exact = (_scores(rows, config, flag, dress) for flag in (False, True))
    both = np.isfinite(found).all(1) & np.isfinite(exact).all(1)
    ours, pasted = (exact[both] - found[both]).mean(0)
    print(f"      the pasted warp loses {pasted:.2f} dB by it")
    kept = figure(
        "keypoints from MediaPipe instead of the labels",
        float(ours),
        LIMIT,
        at_least=False,
        unit="dB",
        detail=f"{exact[both, 0].mean():.2f} − {found[both, 0].mean():.2f}, {both.sum()} pictures",
    )
    return int(not kept)


def _scores(rows: list[Row], config: Config, exact: bool, dress: Dresser) -> np.ndarray:
    """PSNR of the network's and of the pasted picture, [N, 2]; NaN for a row that is refused."""
    scores = np.full((len(rows), 2), np.nan)
    with Preparer(config.preprocess, 0, exact) as preparer:
        for index, arrays in enumerate(_prepared(preparer, rows)):
            if arrays is None:
                continue
            batch = {name: array[None] for name, array in arrays.items()}
            for column, way in enumerate((dress, paste)):
                picture = np.rint(np.clip(way(batch)[0], 0, 1) * 255).astype(np.uint8)
                scores[index, column] = scoring.score(picture, arrays)["psnr"]
    return scores


def _prepared(preparer: Preparer, rows: list[Row]) -> Iterator[Arrays | None]:
    for row in rows:
        try:
            yield dict(preparer.prepare(row)[0].arrays)
        except Refusal:
            yield None


if __name__ == "__main__":
    sys.exit(main())
