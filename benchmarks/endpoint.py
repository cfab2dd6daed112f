"""What the service costs beyond its parts: `python -m benchmarks.endpoint [--task TASK]`.

The bare parts are what no answer can do without: decoding the photo, one run of each network that
is asked, encoding the answer; each task has its own (benchmarks.endpoint_TASK). The endpoint is
that of a real `bentoml serve` asked by one client. The second figure sets the endpoint against the
same work done without a server. All are measured in turn, so that a busy machine slows them alike.
"""

import argparse
import sys
import tempfile
from functools import partial
from importlib import import_module
from pathlib import Path

import cv2
import httpx
import numpy as np

from benchmarks.report import figure, medians
from benchmarks.ways import Ways
from tests.bento.pictures import save
from tests.bento.server import Server

TASKS = ("makeup", "garment", "caption")
LIMIT = 1.25  # for what phones send; with thumbnails the server itself is most of it
PHONE = 3
SIZES = (0.1, PHONE, 12)  # megapixels
NOISE = 2.0  # standard deviation, of 255


def main() -> int:
    """Print the figures; 1 if one misses its limit."""
    arguments = _arguments()
    given = [(file.name, file.read_bytes()) for file in arguments.photos]
    kept = True
    for task in arguments.task or TASKS:
        module = import_module(f"benchmarks.endpoint_{task}")
        with tempfile.TemporaryDirectory() as folder:
            bundle = module.untrained(Path(folder) / "bundles" / task)
            with (
                Server(Path(folder), bundle.folder.parent) as server,
                httpx.Client(base_url=server.url, timeout=60) as client,
                module.ways(bundle, arguments.format) as ways,
            ):
                taken = [(f"{mp} MP", photographed(ways.picture, mp)) for mp in SIZES]
                for name, photo in given or taken:
                    held = bool(given) or name == f"{PHONE} MP"
                    kept &= compare(task, name, ways, client, photo, held, arguments.rounds)
    return int(not kept)


def compare(
    task: str,
    name: str,
    ways: Ways,
    client: httpx.Client,
    photo: bytes,
    held: bool,
    rounds: int,
) -> bool:
    """Print both ratios of one photo; whether they keep the limit, where they are held to it."""
    bare, work, endpoint = medians(
        [partial(ways.bare, photo), partial(ways.work, photo), partial(ways.ask, client, photo)],
        rounds,
    )
    kept = True
    for other, seconds in (("bare parts", bare), ("the work without a server", work)):
        title, ratio = f"/{task} p50 ÷ {other}", endpoint / seconds
        detail = f"{name}: {1e3 * endpoint:.1f} against {1e3 * seconds:.1f} ms"
        if held:
            kept &= figure(title, ratio, LIMIT, at_least=False, detail=detail)
        else:
            print(f"      {title:40s} {ratio:5.4g} ×  {detail}", flush=True)
    return kept


def photographed(picture: np.ndarray, megapixels: float) -> bytes:
    """A picture as a phone's camera would send it: upright 3:4, with a sensor's noise, JPEG."""
    width = round(1000 * np.sqrt(0.75 * megapixels))
    picture = cv2.resize(picture, (width, width * 4 // 3), interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(0).normal(0, NOISE, picture.shape)
    noisy = np.clip(picture + noise, 0, 255).astype(np.uint8)
    return save(noisy, "JPEG", quality=92)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path, nargs="*", help="photos; else one in three sizes")
    parser.add_argument("--task", choices=TASKS, action="append", help="all tasks if left out")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--format", choices=("png", "jpeg", "webp"), default="png")
    return parser.parse_args()


if __name__ == "__main__":
    cv2.setNumThreads(1)
    sys.exit(main())
