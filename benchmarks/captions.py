"""What reading captions off a network costs beyond the network: `python -m benchmarks.captions`.

The bare loop does what no decoder can do without: the picture's one run through the encoder, and
for every word one run of the decoder with as many rows as the real decoder had, the likeliest word
of each. Rules, beams, scores and text are what it leaves out. Both in turn, one picture at a time,
one thread, so that a busy machine slows them alike. The network is that of params.yaml without
training, unless a bundle is named.
"""

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.captioner import bare_loop, rows_of, untrained
from benchmarks.report import figure, medians
from tests.bento.pictures import face
from tryon.caption.predictor import Predictor

LIMITS = {"greedy": 0.45, "beam": 0.35}  # the network is so small that rules weigh


def main() -> int:
    """Print the figures; 1 if one misses its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--bundle", type=Path, help="a trained one")
    options = parser.parse_args()
    photo, kept = face(), True
    with tempfile.TemporaryDirectory() as folder:
        bundle = options.bundle or untrained(Path(folder) / "bundle").folder
        predictor = Predictor.load(bundle)
    for style, limit in LIMITS.items():
        decoding = predictor.decoding.model_copy(update={"style": style})
        rows = rows_of(predictor, photo, decoding)
        whole, bare = medians(
            [
                partial(predictor.caption, photo, decoding=decoding),
                partial(bare_loop, predictor.teller, photo, rows),
            ],
            options.rounds,
        )
        kept &= figure(
            f"captions/s, {style} ÷ bare decoder loop",
            bare / whole,
            limit,
            detail=f"{1 / whole:.1f} ÷ {1 / bare:.1f} captions/s, {len(rows)} steps of up to "
            f"{max(rows)} rows",
        )
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
