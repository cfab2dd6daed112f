"""Features of pictures for the distribution distances, and the name those distances may carry.

`FID` and `KID` are said only of the standard Inception weights. Everything else is a distance on
random features and is called that in every table (Naeem et al. 2020, arXiv 2002.09797, show that
randomly initialised networks order distributions sensibly where pretrained ones do not apply).
Which of the two is used is a parameter, resolved once; there is no fallback from one to the other.
"""

import hashlib
import logging
from collections import OrderedDict
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from tryon.config import Distances
from tryon.errors import ConfigError

_log = logging.getLogger(__name__)

INCEPTION_FILE = "pt_inception-2015-12-05-6726825d.pth"
INCEPTION_SHA256 = "6726825d"  # first digits, as torch hub names its files
OPPONENT = np.array(  # luma and twice the colour differences of JFIF, so that colour edges count
    [[0.299, 0.587, 0.114], [-0.338, -0.662, 1.0], [1.0, -0.838, -0.162]], np.float32
)


class Features(Protocol):
    """Turns pictures into feature rows."""

    key: str  # prefix of metric names: `frechet_random`, `fid` …
    frechet: str  # what the Fréchet distance on these features is called
    kernel: str  # what the kernel distance on these features is called
    protocol: str  # one line for the report

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """uint8 [N, H, W, 3] RGB → float64 [N, D]."""
        ...


@cache
def resolve(config: Distances) -> Features:
    """The features the configuration asks for.

    Raises:
        ConfigError: Inception features without the standard weights.
    """
    features: Features = (
        RandomFeatures()
        if config.features == "random"
        else InceptionFeatures(config.inception_weights)
    )
    _log.info("distances between sets: %s, %s", features.frechet, features.protocol)
    return Remembered(features)


class Remembered:
    """Features of the latest sets of pictures, kept: the truth is compared with every model.

    Args:
        features: What to remember.
        most: Sets kept.
    """

    def __init__(self, features: Features, most: int = 8) -> None:
        self.key, self.protocol = features.key, features.protocol
        self.frechet, self.kernel = features.frechet, features.kernel
        self._features = features
        self._most = most
        self._kept: OrderedDict[bytes, np.ndarray] = OrderedDict()

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """As the features themselves."""
        content = np.ascontiguousarray(images)
        name = hashlib.sha256(content.data).digest() + repr(images.shape).encode()
        if name not in self._kept:
            self._kept[name] = self._features(content)
        self._kept.move_to_end(name)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return self._kept[name]


class RandomFeatures:
    """A two-layer random orthogonal network over a colour pyramid, pooled to means and deviations.

    Per level of the pyramid: filters without a constant part, the logarithm of their magnitude (so
    that faint texture counts beside strong edges), a second layer on it; of both the mean and the
    deviation over the picture, beside those of the colour itself. A fixed random rotation leaves 64
    features, few enough for the covariance of some hundred pictures. All weights come from numpy's
    PCG64 and are the same on every machine.
    """

    key = "random"
    frechet = "Fréchet distance (random features)"
    kernel = "kernel distance (random features)"  # its pairs left out of the cross term
    levels = 3
    width = 16
    size = 64  # features per picture
    gain = 16.0  # magnitude 1/16 of the value range is where the logarithm bends
    colour_weight = 6.0  # puts a change of colour on the scale of a change of texture

    def __init__(self, seed: int = 17) -> None:
        import torch

        rng = np.random.Generator(np.random.PCG64(seed))
        self.protocol = (
            f"{self.size} features of a randomly initialised convolutional network (seed {seed}), "
            "after Naeem et al. 2020, the kernel distance as a U-statistic over pairs; neither is "
            "comparable with FID or KID"
        )
        first = _orthogonal(rng, self.width, 3)
        first -= first.mean((2, 3), keepdims=True)
        first /= np.sqrt(np.square(first).sum((1, 2, 3), keepdims=True))
        second = _orthogonal(rng, self.width, self.width)
        self._first = torch.from_numpy(first)
        self._second = torch.from_numpy(np.sqrt(np.float32(2)) * second)
        self._opponent = torch.from_numpy(OPPONENT)
        pooled = self.levels * 4 * self.width + 6
        self._mixing = _rotation(rng, pooled)[:, : self.size] * np.sqrt(pooled / self.size)

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """uint8 [N, H, W, 3] RGB, at least 24 pixels a side → float64 [N, 64]."""
        import torch

        images = _checked(images, 24)
        with torch.inference_mode():
            rows = [self._pooled(images[i : i + 16]) for i in range(0, len(images), 16)]
        return np.concatenate(rows).astype(np.float64) @ self._mixing

    def _pooled(self, images: np.ndarray) -> np.ndarray:
        import torch
        from torch.nn import functional as F

        x = torch.tensor(images).permute(0, 3, 1, 2).float() / 127.5 - 1.0  # [N, 3, H, W]
        x = torch.einsum("ij,njhw->nihw", self._opponent, x)
        parts = [self.colour_weight * part for part in _moments(x)]
        for level in range(self.levels):
            if level:
                x = F.avg_pool2d(x, 2)
            texture = torch.log1p(F.conv2d(x, self._first).abs_().mul_(self.gain))
            parts += _moments(texture)
            parts += _moments(F.conv2d(texture, self._second, stride=2).relu_())
        return torch.cat(parts, 1).numpy()


class InceptionFeatures:
    """The 2048 pooled features of the Inception network of the original FID (2015-12-05).

    Args:
        weights: Path of `pt_inception-2015-12-05-6726825d.pth`.

    Raises:
        ConfigError: no path, no file, or not the standard weights.
    """

    key = "inception"
    frechet = "FID"
    kernel = "KID"
    protocol = "Inception 2015-12-05 (torch-fidelity's port), TF1 bilinear to 299, 2048 features"

    def __init__(self, weights: str | None) -> None:
        hint = (
            f"put {INCEPTION_FILE} (a release file of toshas/torch-fidelity) on this machine and "
            "name it in distances.inception_weights, or set distances.features: random"
        )
        if weights is None:
            raise ConfigError("FID needs the standard Inception weights; no path given", hint=hint)
        path = Path(weights)
        if not path.is_file():
            raise ConfigError(f"FID needs the Inception weights; no file {path}", hint=hint)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if not digest.startswith(INCEPTION_SHA256):
            raise ConfigError(
                f"{path} are not the standard Inception weights: sha256 {digest[:8]}…, "
                f"expected {INCEPTION_SHA256}…",
                hint=hint,
            )
        self._network = inception_network(path)

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """uint8 [N, H, W, 3] RGB → float64 [N, 2048]."""
        return inception_features(self._network, images)


def inception_network(weights: Path) -> Any:
    """torch-fidelity's Inception network with `weights`, in evaluation mode."""
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    return FeatureExtractorInceptionV3(
        "inception-v3-compat", ["2048"], feature_extractor_weights_path=str(weights)
    ).eval()


def inception_features(network: Any, images: np.ndarray) -> np.ndarray:
    """uint8 [N, H, W, 3] RGB → float64 [N, 2048], in batches of 32."""
    import torch

    images = _checked(images, 1)
    rows = []
    with torch.inference_mode():
        for start in range(0, len(images), 32):
            batch = torch.tensor(images[start : start + 32]).permute(0, 3, 1, 2).contiguous()
            rows.append(network(batch)[0].numpy())
    return np.concatenate(rows).astype(np.float64)


def _moments(x: Any) -> list[Any]:
    """Mean and standard deviation over the picture, [N, C] each."""
    mean = x.mean((2, 3))
    return [mean, (x.square().mean((2, 3)) - mean.square()).clamp_min(0).sqrt()]


def _rotation(rng: np.random.Generator, size: int) -> np.ndarray:
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return q * np.sign(np.diagonal(r))  # the unique factor, whatever LAPACK chose


def _orthogonal(rng: np.random.Generator, filters: int, channels: int) -> np.ndarray:
    """Orthonormal 3×3 filters, float32 [F, C, 3, 3] with F ≤ 9 C."""
    q = _rotation(rng, channels * 9)[:, :filters]
    return q.T.reshape(filters, channels, 3, 3).astype(np.float32)


def _checked(images: np.ndarray, side: int) -> np.ndarray:
    if images.ndim != 4 or images.shape[-1] != 3 or images.dtype != np.uint8:
        raise ConfigError(
            f"pictures must be uint8 [N, H, W, 3]; got {images.dtype} {list(images.shape)}"
        )
    if len(images) == 0 or min(images.shape[1:3]) < side:
        raise ConfigError(f"pictures must be at least {side} pixels a side; got {images.shape}")
    return np.ascontiguousarray(images)
