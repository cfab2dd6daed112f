"""Features: fixed weights, an order that follows damage, names that say what was measured."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

from tryon.config import Distances
from tryon.errors import ConfigError
from tryon.metrics.distances import frechet_distance, kernel_distance
from tryon.metrics.features import (
    RandomFeatures,
    Remembered,
    inception_features,
    inception_network,
    resolve,
)
from tryon.sample.person import imagine
from tryon.sample.portrait import Portrait

SIDE = 96


def drawn(count: int) -> np.ndarray:
    """Rendered faces of every skin tone, uint8 [N, 96, 96, 3]."""
    return np.stack(
        [Portrait(imagine(seed, 1 + seed % 10, SIDE), SIDE).picture() for seed in range(count)]
    )


@pytest.fixture(scope="module")
def faces() -> np.ndarray:
    return drawn(24)


def blurred(picture, strength):
    return cv2.GaussianBlur(picture, (0, 0), strength)


def noisy(picture, strength):
    noise = np.random.default_rng(1).normal(0, strength, picture.shape)
    return np.clip(picture + noise, 0, 255).round().astype(np.uint8)


def tinted(picture, strength):
    shift = np.array([strength, -strength / 2, -strength])
    return np.clip(picture + shift, 0, 255).round().astype(np.uint8)


def compressed(picture, strength):
    data = cv2.imencode(".jpg", np.ascontiguousarray(picture), [cv2.IMWRITE_JPEG_QUALITY, strength])
    return cv2.imdecode(data[1], cv2.IMREAD_COLOR)


DAMAGE = {
    "blur": (blurred, (0.5, 0.8, 1.2, 2.0, 4.0)),
    "noise": (noisy, (2, 4, 8, 16, 32)),
    "colour": (tinted, (3, 6, 12, 24, 48)),
    "jpeg": (compressed, (90, 70, 50, 25, 10, 4)),
}


def orders(features, truth, pictures, damage) -> tuple[np.ndarray, np.ndarray]:
    """Steps of both distances to the truth while `damage` rises."""
    change, strengths = DAMAGE[damage]
    rows = []
    for strength in strengths:
        found = features(np.stack([change(picture, strength) for picture in pictures]))
        kernel = kernel_distance(found, truth, paired=True).value
        rows.append((frechet_distance(found, truth), kernel))
    frechet_steps, kernel_steps = np.diff(rows, axis=0).T
    return frechet_steps, kernel_steps


@pytest.mark.parametrize("damage", DAMAGE)
def test_distances_rise_with_damage_on_drawn_faces(faces, damage):
    features = RandomFeatures()
    frechet, kernel = orders(features, features(faces), faces, damage)
    assert (frechet > 0).all(), frechet
    assert (kernel > 0).all(), kernel


@pytest.mark.parametrize("damage", DAMAGE)
def test_distances_rise_with_damage_against_other_photographs(real_photos, damage):
    """Harder: the truth is other people, so the Fréchet distance does not start at 0."""
    files = sorted((real_photos / "portraits").iterdir())[:200]
    photos = [cv2.imread(str(file))[..., ::-1] for file in files]
    small = np.stack([cv2.resize(p, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for p in photos])
    features = RandomFeatures()
    frechet, _ = orders(features, features(small[100:]), small[:100], damage)
    assert (frechet > 0).all(), frechet


def test_weights_are_the_same_everywhere():
    features = RandomFeatures()
    first, second, mixing = features._first, features._second, features._mixing
    pinned = [0.212153, 0.406374, -0.038274, 0.000819]
    assert first.ravel()[:4].tolist() == pytest.approx(pinned, abs=1e-6)
    pinned = [0.054728, -0.051427, 0.159728, -0.19576]
    assert second.ravel()[:4].tolist() == pytest.approx(pinned, abs=1e-6)
    pinned = [0.017258, -0.007501, 0.076048, 0.155652]
    assert mixing.ravel()[:4].tolist() == pytest.approx(pinned, abs=1e-6)


def test_batches_do_not_change_features(faces):
    features = RandomFeatures()
    one_by_one = np.concatenate([features(face[None]) for face in faces[:5]])
    assert np.allclose(features(faces[:5]), one_by_one, atol=1e-5)


def test_remembered_features_are_the_features(faces):
    plain, kept = RandomFeatures(), Remembered(RandomFeatures(), most=1)
    assert np.array_equal(kept(faces[:3]), plain(faces[:3]))
    assert kept(faces[:3]) is kept(faces[:3])
    assert not np.array_equal(kept(faces[3:6]), kept(faces[:3]))


@pytest.mark.parametrize("shape", [(2, 64, 64), (0, 64, 64, 3), (2, 20, 64, 3), (2, 64, 64, 4)])
def test_unusable_pictures_are_refused(shape):
    with pytest.raises(ConfigError):
        RandomFeatures()(np.zeros(shape, np.uint8))
    with pytest.raises(ConfigError):
        RandomFeatures()(np.zeros((2, 64, 64, 3), np.float32))


def test_random_features_never_call_themselves_fid():
    features = resolve(Distances())
    assert "FID" not in features.frechet
    assert "KID" not in features.kernel
    assert "random features" in features.frechet
    assert "neither is comparable with FID" in features.protocol


@pytest.mark.parametrize("weights", [None, "absent.pth"])
def test_fid_without_weights_stops_with_the_fix(weights):
    with pytest.raises(ConfigError, match=r"pt_inception-2015-12-05-6726825d\.pth"):
        resolve(Distances(features="inception", inception_weights=weights))


def test_other_weights_are_not_fid(tmp_path):
    file = tmp_path / "pt_inception-2015-12-05-6726825d.pth"
    file.write_bytes(b"something else")
    with pytest.raises(ConfigError, match="not the standard Inception weights"):
        resolve(Distances(features="inception", inception_weights=str(file)))


class Untrained(FeatureExtractorInceptionV3):
    """The network of torch-fidelity with its initial weights."""

    def load_state_dict(self, *_args, **_options):  # what the constructor would load
        return None


def test_inception_features_are_those_of_torch_fidelity(tmp_path: Path, faces):
    torch.manual_seed(0)
    torch.save({}, tmp_path / "none.pth")
    theirs = Untrained("net", ["2048"], feature_extractor_weights_path=str(tmp_path / "none.pth"))
    torch.save(theirs.state_dict(), tmp_path / "weights.pth")
    ours = inception_features(inception_network(tmp_path / "weights.pth"), faces[:2])
    with torch.no_grad():
        expected = theirs.eval()(torch.from_numpy(faces[:2]).permute(0, 3, 1, 2))[0].numpy()
    assert ours.shape == (2, 2048)
    assert np.allclose(ours, expected, atol=1e-5)
