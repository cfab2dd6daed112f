"""What the service costs beyond its parts: `python -m benchmarks.endpoint`.

The bare parts are what no answer can do without: decoding the photo, one FaceMesh call, one run of
the network, encoding the answer. The endpoint is `POST /makeup` of a real `bentoml serve` asked by
one client. The second figure sets the endpoint against the same work done without a server. All
are measured in turn, so that a busy machine slows them alike.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

import cv2
import httpx
import numpy as np
from mediapipe.python.solutions.face_mesh import FaceMesh

from benchmarks.report import figure
from tests.bento.pictures import face, save
from tests.bento.server import Server
from tests.serving.networks import CARD, meta
from tryon.config import load_params
from tryon.makeup.config import Config
from tryon.makeup.export import to_onnx
from tryon.makeup.look import REGIONS, named
from tryon.makeup.networks import ROW, Generator
from tryon.makeup.predictor import Predictor
from tryon.makeup.settings import Settings
from tryon.serving.bundle import Bundle
from tryon.vision.images import decode, encode

LIMIT = 1.25
WARM = 10


def main() -> int:
    """Print the figure; 1 if it misses its limit."""
    arguments = _arguments()
    photos = [file.read_bytes() for file in arguments.photos] or [save(face(), "JPEG")]
    with tempfile.TemporaryDirectory() as folder:
        bundle = untrained(Path(folder) / "bundles" / "makeup")
        with (
            Server(Path(folder), bundle.folder.parent) as server,
            httpx.Client(base_url=server.url, timeout=60) as client,
            FaceMesh(static_image_mode=True, refine_landmarks=True) as mesh,
        ):
            predictor = Predictor.load(bundle.folder)
            bare, work, endpoint = compare(
                (
                    lambda photo: _bare(photo, mesh, bundle, arguments.format),
                    lambda photo: _work(photo, predictor, arguments.format),
                    lambda photo: _ask(client, photo, arguments.format),
                ),
                photos,
                arguments.rounds,
            )
    kept = True
    for name, other in (("bare parts", bare), ("the same work without a server", work)):
        kept &= figure(
            f"endpoint p50 ÷ {name}",
            endpoint / other,
            LIMIT,
            at_least=False,
            detail=f"{1e3 * endpoint:.1f} against {1e3 * other:.1f} ms, {arguments.format}",
        )
    return int(not kept)


def untrained(folder: Path) -> Bundle:
    """A bundle of the network of params.yaml; its weights do not matter for the time."""
    config: Config = load_params().tasks["makeup"]
    generator = Generator(config.network.width, config.network.condition_width).eval()
    model = folder.parent / "exported.onnx"
    parity = to_onnx(generator, config.preprocess.size, model)
    values = meta(config.preprocess.size, margin=config.preprocess.margin, parity=parity)
    return Bundle.write(folder, model, values, CARD)


def compare(
    ways: Sequence[Callable[[bytes], None]], photos: list[bytes], rounds: int
) -> list[float]:
    """Median seconds of each way, in turn."""
    seconds: list[list[float]] = [[] for _ in ways]
    for number in range(WARM + rounds):
        photo = photos[number % len(photos)]
        for way, taken in zip(ways, seconds, strict=True):
            start = perf_counter()
            way(photo)
            taken.append(perf_counter() - start)
    return [median(taken[WARM:]) for taken in seconds]


def _bare(photo: bytes, mesh: FaceMesh, bundle: Bundle, format: str) -> None:
    image = decode(photo).image
    mesh.process(image)
    size = bundle.settings("makeup", Settings).size
    square = cv2.resize(image, (size, size)).astype(np.float32) / 255
    bundle.session.run(
        image=np.moveaxis(square, -1, 0)[None],
        masks=np.zeros((1, len(REGIONS), size, size), np.float32),
        condition=np.zeros((1, len(REGIONS), ROW), np.float32),
    )
    encode(image, format.upper())


def _work(photo: bytes, predictor: Predictor, format: str) -> None:
    result = predictor.apply(decode(photo).image, named("classic red"))
    encode(result.image, format.upper())


def _ask(client: httpx.Client, photo: bytes, format: str) -> None:
    client.post(
        "/makeup",
        data={"look": "classic red", "format": format},
        files={"photo": ("photo", photo)},
    ).raise_for_status()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path, nargs="*", help="photos; one face if left out")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--format", choices=("png", "jpeg", "webp"), default="png")
    return parser.parse_args()


if __name__ == "__main__":
    cv2.setNumThreads(1)
    sys.exit(main())
