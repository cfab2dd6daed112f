"""Makeup's part of `benchmarks.endpoint`: decoding, one FaceMesh call, one run of the network."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import httpx
import numpy as np
from mediapipe.python.solutions.face_mesh import FaceMesh

from benchmarks.ways import Ways
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

LOOK = "classic red"


def untrained(folder: Path) -> Bundle:
    """A bundle of the network of params.yaml; its weights do not matter for the time."""
    config: Config = load_params().tasks["makeup"]
    generator = Generator(config.network.width, config.network.condition_width).eval()
    model = folder.parent / "exported.onnx"
    parity = to_onnx(generator, config.preprocess.size, model)
    values = meta(config.preprocess.size, margin=config.preprocess.margin, parity=parity)
    return Bundle.write(folder, model, values, CARD)


@contextmanager
def ways(bundle: Bundle, format: str) -> Iterator[Ways]:
    """How a photo is answered, in a picture of this format."""
    predictor = Predictor.load(bundle.folder)
    size = bundle.settings("makeup", Settings).size
    with FaceMesh(static_image_mode=True, refine_landmarks=True) as mesh:

        def bare(photo: bytes) -> None:
            image = decode(photo).image
            mesh.process(image)
            square = cv2.resize(image, (size, size)).astype(np.float32) / 255
            bundle.session.run(
                image=np.moveaxis(square, -1, 0)[None],
                masks=np.zeros((1, len(REGIONS), size, size), np.float32),
                condition=np.zeros((1, len(REGIONS), ROW), np.float32),
            )
            encode(image, format.upper())

        def work(photo: bytes) -> None:
            result = predictor.apply(decode(photo).image, named(LOOK))
            encode(result.image, format.upper())

        def ask(client: httpx.Client, photo: bytes) -> None:
            client.post(
                "/makeup",
                data={"look": LOOK, "format": format},
                files={"photo": ("photo", photo)},
            ).raise_for_status()

        yield Ways(bare, work, ask)
