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
from functools import partial
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

LIMIT = 1.25  # for what phones send; with thumbnails the server itself is most of it
PHONE = 3
SIZES = (0.1, PHONE, 12)  # megapixels
NOISE = 2.0  # standard deviation, of 255
WARM = 5


def main() -> int:
    """Print the figures; 1 if one misses its limit."""
    arguments = _arguments()
    given = [(file.name, file.read_bytes()) for file in arguments.photos]
    kept = True
    with tempfile.TemporaryDirectory() as folder:
        bundle = untrained(Path(folder) / "bundles" / "makeup")
        with (
            Server(Path(folder), bundle.folder.parent) as server,
            httpx.Client(base_url=server.url, timeout=60) as client,
            FaceMesh(static_image_mode=True, refine_landmarks=True) as mesh,
        ):
            predictor = Predictor.load(bundle.folder)
            for name, photo in given or [(f"{mp} MP", photographed(mp)) for mp in SIZES]:
                ways: list[Callable[[], None]] = [
                    partial(_bare, photo, mesh, bundle, arguments.format),
                    partial(_work, photo, predictor, arguments.format),
                    partial(_ask, client, photo, arguments.format),
                ]
                bare, work, endpoint = compare(ways, arguments.rounds)
                detail = f"{name}, {arguments.format}: {1e3 * endpoint:.1f} against {{:.1f}} ms"
                limit = LIMIT if given or name == f"{PHONE} MP" else None
                for other, seconds in (("bare parts", bare), ("the work without a server", work)):
                    text = detail.format(1e3 * seconds)
                    if limit is None:
                        print(f"      endpoint p50 ÷ {other:32} {endpoint / seconds:.4g} ×  {text}")
                    else:
                        ratio = endpoint / seconds
                        kept &= figure(
                            f"endpoint p50 ÷ {other}", ratio, limit, at_least=False, detail=text
                        )
    return int(not kept)


def photographed(megapixels: float) -> bytes:
    """A face as a phone's camera would send it: upright 3:4, with a sensor's noise, JPEG."""
    width = round(1000 * np.sqrt(0.75 * megapixels))
    picture = cv2.resize(face(), (width, width * 4 // 3), interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(0).normal(0, NOISE, picture.shape)
    noisy = np.clip(picture + noise, 0, 255).astype(np.uint8)
    return save(noisy, "JPEG", quality=92)


def untrained(folder: Path) -> Bundle:
    """A bundle of the network of params.yaml; its weights do not matter for the time."""
    config: Config = load_params().tasks["makeup"]
    generator = Generator(config.network.width, config.network.condition_width).eval()
    model = folder.parent / "exported.onnx"
    parity = to_onnx(generator, config.preprocess.size, model)
    values = meta(config.preprocess.size, margin=config.preprocess.margin, parity=parity)
    return Bundle.write(folder, model, values, CARD)


def compare(ways: Sequence[Callable[[], None]], rounds: int) -> list[float]:
    """Median seconds of each way, in turn."""
    seconds: list[list[float]] = [[] for _ in ways]
    for _ in range(WARM + rounds):
        for way, taken in zip(ways, seconds, strict=True):
            start = perf_counter()
            way()
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
    parser.add_argument("photos", type=Path, nargs="*", help="photos; else one in three sizes")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--format", choices=("png", "jpeg", "webp"), default="png")
    return parser.parse_args()


if __name__ == "__main__":
    cv2.setNumThreads(1)
    sys.exit(main())
