"""The garment's part of `benchmarks.endpoint`: decoding, one pose, one run of parser and generator.

A garment of the catalogue is put on: what it is made of is known, so that the reader is not asked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import torch

from benchmarks.ways import Ways
from tests.bento.served_garment import TOPS, person
from tests.serving.outfitter import CARD, outfitter_meta
from tryon.config import CandidateConfig, load_params
from tryon.garment.areas import GROUP, GROUPS
from tryon.garment.catalogue import named
from tryon.garment.cloth import Given
from tryon.garment.config import Config
from tryon.garment.export import READERS, settings, to_onnx
from tryon.garment.garment import CATEGORIES
from tryon.garment.networks import SOURCES, Outfitter
from tryon.garment.objective import build
from tryon.garment.predictor import COARSE, Predictor
from tryon.serving.bundle import Bundle
from tryon.vision.human import KEYPOINTS
from tryon.vision.images import decode, encode
from tryon.vision.pose import PoseFinder

GARMENT = TOPS[0]
NETWORKS = ("generator", *READERS)


def untrained(folder: Path) -> Bundle:
    """A bundle of the networks of params.yaml; the parser takes everything for an old garment."""
    config: Config = load_params().tasks["garment"]
    outfitter = build(config, CandidateConfig(adversarial="none"), 0).generator.eval()
    assert isinstance(outfitter, Outfitter)
    head = outfitter.parser.head
    assert head.bias is not None
    with torch.no_grad():
        head.weight.zero_()
        head.bias.copy_((torch.arange(len(head.bias)) // 4 == GROUP["upper"]).float())
    size = (config.preprocess.height, config.preprocess.height * 3 // 4)
    files = {name: folder.parent / f"{name}.onnx" for name in NETWORKS}
    parity = max(
        to_onnx(getattr(outfitter, name), name, size, file) for name, file in files.items()
    )
    main = files.pop("generator")
    meta = outfitter_meta(settings=settings(config), parity=parity)
    return Bundle.write(folder, main, meta, CARD, files)


@contextmanager
def ways(bundle: Bundle, format: str) -> Iterator[Ways]:
    """How a photo is answered, in a picture of this format."""
    predictor = Predictor.load(bundle.folder)
    entry = named(GARMENT)
    photo_, mask = entry.cloth()
    given = Given(photo_, entry.category, mask, np.array(entry.landmarks))
    height, width = predictor.size
    frame, coarse = (height, width), (height // COARSE, width // COARSE)
    shapes = {
        "image": (3, *frame), "warped": (4, *frame), "old": (1, *frame), "front": (1, *frame),
        "limbs": (1, *frame), "sources": (SOURCES, *coarse), "parts": (len(GROUPS), *coarse),
        "keypoints": (len(KEYPOINTS), 3), "category": (len(CATEGORIES),),
    }  # fmt: skip
    planes = {name: np.zeros((1, *shape), np.float32) for name, shape in shapes.items()}
    known = {name: planes[name] for name in ("image", "keypoints", "category")}
    with PoseFinder() as finder:

        def bare(photo: bytes) -> None:
            image = decode(photo).image
            finder.look(image)
            bundle.network("parser").run(**known)
            bundle.session.run(**planes)
            encode(image, format.upper())

        def work(photo: bytes) -> None:
            encode(predictor.dress(decode(photo).image, given).image, format.upper())

        def ask(client: httpx.Client, photo: bytes) -> None:
            client.post(
                "/garment",
                data={"garment": GARMENT, "format": format},
                files={"photo": ("photo", photo)},
            ).raise_for_status()

        yield Ways(bare, work, ask, person()[:, :384])
