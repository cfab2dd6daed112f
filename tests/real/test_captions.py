"""The service's scores on the published set, and a trained captioner on real photographs."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.bento import served_caption
from tests.bento.server import Server
from tests.text.reference import NAMES, coco
from tryon.caption.decoding import DANGLING
from tryon.caption.decoding.several import likeness
from tryon.caption.predictor import Predictor, load
from tryon.text.variety import repeats_itself, unique
from tryon.vision.images import decode

BUNDLE = "TRYON_CAPTION_BUNDLE"  # a variable: the folder of a trained bundle
PHOTOS = {"busts": 20, "persons": 4, "garments": 10}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Of a service that scores; which network it has does not matter for that."""
    folder = tmp_path_factory.mktemp("scores")
    served_caption.write(folder / "bundles" / "caption")
    with (
        Server(folder, folder / "bundles") as server,
        httpx.Client(base_url=server.url, timeout=60) as session,
    ):
        yield session


def scores(client: httpx.Client, known: dict[str, Any], captions: str, references: str) -> Any:
    """What the service says of the set."""
    names = list(known["hyps"])
    body = {
        "captions": [known[captions][name] for name in names],
        "references": [known[references][name] for name in names],
        "tokenized": captions.startswith("tokenized"),
    }
    response = client.post("/caption/score", json=body)
    assert response.status_code == 200, response.text
    return response.json()


def test_the_service_scores_reference_tokens_as_the_reference(
    real_photos: Path, client: httpx.Client
) -> None:
    known = coco(real_photos)
    found = scores(client, known, "tokenized_hyps_ptb", "tokenized_refs_ptb")
    assert found["captions"] == 129
    for ours, theirs in NAMES.items():
        assert found["corpus"][ours] == pytest.approx(known["metrics_ptb"][theirs], abs=1e-6)
        single = [known["per_image_ptb"][name][theirs] for name in known["hyps"]]
        assert [one[ours] for one in found["each"]] == pytest.approx(single, abs=1e-6)


def test_the_service_scores_plain_text_nearly_so(real_photos: Path, client: httpx.Client) -> None:
    known = coco(real_photos)
    found = scores(client, known, "hyps", "refs")
    for ours, theirs in NAMES.items():
        assert found["corpus"][ours] == pytest.approx(known["metrics_ptb"][theirs], abs=0.015)


@pytest.fixture(scope="module")
def trained() -> Predictor:
    """The captioner that the variable names."""
    if BUNDLE not in os.environ:
        pytest.skip(f"no trained captioner: set {BUNDLE} to the folder of a bundle")
    return load(Path(os.environ[BUNDLE]))


@pytest.mark.parametrize("style", ["greedy", "beam", "sample"])
def test_photographs_get_well_formed_and_varied_captions(
    real_photos: Path, trained: Predictor, style: str
) -> None:
    decoding = trained.decoding.model_copy(update={"style": style})
    first = []
    for folder, count in PHOTOS.items():
        paths = sorted(p for p in (real_photos / folder).rglob("*") if p.suffix in (".jpg", ".png"))
        for path in paths[:: max(1, len(paths) // count)][:count]:
            image = decode(path.read_bytes()).image
            told = [
                each.text.replace(",", " ,").split() for each in trained.caption(image, 5, decoding)
            ]
            assert len(told) >= 2, path
            for at, words in enumerate(told):
                assert decoding.min_words <= len(words) <= decoding.max_words
                assert not repeats_itself(words, decoding.no_repeat)
                assert words[-1] not in DANGLING
                assert all(likeness(words, other) <= decoding.max_likeness for other in told[:at])
            first.append(told[0])
    assert unique(first) > 0.3  # not one caption for every photo
