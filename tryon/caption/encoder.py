"""What a captioner sees in pictures: pure torch.

T is the number of places in the picture, C the features of a place, V the number of words, D = V +
PAIRS.
"""

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

STRIDE = 16  # of the encoder: a place is so many pixels wide
NARROW = 24  # features of a place that detection lays side by side
SIDE = 3  # … coarsely: so many a side, or as many as there are
PAIRS = 512  # buckets of neighbouring words
COLOURS = 4 * 3  # quarters of a place × opponent channels
EDGES = 6 * COLOURS  # × ways neighbours are compared


class Memory(NamedTuple):
    """What the encoder says of pictures."""

    places: Tensor  # [N, T, C]
    start: Tensor  # [N, H], the state before the first word
    hints: Tensor  # [N, D], logits of the words and neighbours that captions of it may have


class Encoder(nn.Module):
    """Pictures → features of their places, and what their captions may say.

    Convolutions with batch norm (Ioffe & Szegedy 2015), which decides how early a captioner begins
    to look at all; at every place also its mean colours, which colour words are made of, and how
    much neighbours differ, which tells stripes, checks and dots apart. Words and pairs of
    neighbouring words ("red", "red lipstick") are detected from the places laid side by side
    (after Fang et al. 2015): what a caption needs is learned long before grammar is, and on any
    dataset with captions. They are laid coarsely, and some left out (Srivastava et al. 2014):
    there are more places than pictures to learn them from.

    Args:
        width: Of the first layer.
        features: C.
        hidden: H.
        words: V.
        size: Side of the pictures, a multiple of 16.
    """

    def __init__(self, width: int, features: int, hidden: int, words: int, size: int) -> None:
        super().__init__()
        side = size // STRIDE
        self.trunk = nn.Sequential(
            *_conv(3, width, 4, 2), Halving(width), Halving(2 * width), Halving(4 * width)
        )
        self.level = nn.BatchNorm2d(EDGES)
        self.project = nn.Conv2d(8 * width + COLOURS + EDGES, features, 1, bias=False)
        self.norm = nn.BatchNorm2d(features)
        self.place = nn.Parameter(0.02 * torch.randn(side * side, features))
        self.narrow = nn.Linear(features, NARROW)
        self.coarse = min(side, SIDE)
        self.drop = nn.Dropout(0.2)
        self.detect = nn.Linear(NARROW * self.coarse**2 + 2 * features, words + PAIRS)
        self.begin = nn.Linear(features + words + PAIRS, hidden)

    def forward(self, image: Tensor) -> Memory:
        """image [N, 3, S, S] in [0, 1] → `Memory`."""
        colour = opponent(image)
        deep = self.trunk(colour)  # [N, 8w, S/16, S/16]
        side = deep.shape[2]
        edges = self.level(torch.cat([quarters(each, side) for each in differences(colour)], 1))
        given = torch.cat([deep, quarters(colour, side), edges], 1)
        seen = self.norm(self.project(given))  # [N, C, S/16, S/16]
        places = torch.relu(seen.flatten(2).transpose(1, 2) + self.place)
        narrow = torch.relu(self.narrow(places)).transpose(1, 2).unflatten(2, seen.shape[2:])
        each, mean = F.adaptive_avg_pool2d(narrow, self.coarse).flatten(1), places.mean(1)
        hints = self.detect(self.drop(torch.cat([each, mean, places.amax(1)], 1)))
        start = torch.tanh(self.begin(torch.cat([mean, torch.sigmoid(hints)], 1)))
        return Memory(places, start, hints)


class Halving(nn.Module):
    """Half the side, twice the channels: one convolution, and a residual one (He et al. 2016).

    Args:
        inputs: Channels before.
    """

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.halve = nn.Sequential(*_conv(inputs, 2 * inputs, 3, 2))
        convolution, norm, _ = _conv(2 * inputs, 2 * inputs, 3, 1)
        nn.init.zeros_(norm.weight)
        self.more = nn.Sequential(convolution, norm)

    def forward(self, given: Tensor) -> Tensor:
        """given [N, C, H, W] → [N, 2C, H/2, W/2]."""
        half = self.halve(given)
        return torch.relu(half + self.more(half))


def opponent(image: Tensor) -> Tensor:
    """Red, green, blue in [0, 1] → lightness, red against green, yellow against blue.

    `[N, 3, H, W]` each. The channels of photos are nearly the same picture thrice; what colours are
    called lies in their small differences, which get the range of the rest here.
    """
    red, green, blue = image.unbind(1)
    yellow = (red + green) / 2
    return torch.stack([red + green + blue - 1.5, 3 * (red - green), 3 * (yellow - blue)], 1)


def differences(image: Tensor) -> list[Tensor]:
    """How much neighbours differ: of pixels, and of 2 × 2 means. `[N, 3, …]` each.

    Down, across, and across of what differs down: that is none where rows and columns add up, as
    the bands of a checked cloth do, and much around dots.
    """
    found = []
    for scaled in (image, F.avg_pool2d(image, 2)):
        down = scaled.diff(dim=2)
        found += [down.abs(), scaled.diff(dim=3).abs(), down.diff(dim=3).abs()]
    return found


def quarters(planes: Tensor, side: int) -> Tensor:
    """Means of the quarters of each place, `[N, C, …]` → `[N, 4 C, side, side]`."""
    return F.pixel_unshuffle(F.adaptive_avg_pool2d(planes, 2 * side), 2)


def _conv(inputs: int, outputs: int, size: int, stride: int) -> tuple[Any, ...]:
    return (
        nn.Conv2d(inputs, outputs, size, stride, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )
