"""The critic of captions: pure torch.

T is the number of places in the picture, C the features of a place, V the number of words, L the
length of a caption.
"""

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from tryon.caption.networks import PAD


class Discriminator(nn.Module):
    """Does this caption belong to this picture, and would somebody write it? Logits `[B, 1]`.

    Every word of the caption looks at the places it is about (Xu et al. 2018, equations 7-9); the
    places are the captioner's own features, without gradient: a second encoder learns nothing in
    the time there is.

    Args:
        places: T.
        features: C.
        words: V.
        width: Of its state.
        spectral: Normalise the weights.
    """

    def __init__(
        self, places: int, features: int, words: int, width: int, spectral: bool = True
    ) -> None:
        super().__init__()
        self.shape = (places, features)
        self.words = words
        self.embed = nn.Linear(words, width, bias=False)
        self.recur = nn.GRU(width, width, batch_first=True)
        self.see = nn.Linear(features, width)
        self.query = nn.Linear(width, width)
        self.judge = nn.Sequential(
            _normalised(nn.Linear(4 * width, width), spectral),
            nn.LeakyReLU(0.2),
            _normalised(nn.Linear(width, 1), spectral),
        )

    def forward(self, pairs: Tensor) -> Tensor:
        """pairs `[B, T · C + L · V]`, of `paired` → `[B, 1]`."""
        ends = self.shape[0] * self.shape[1]
        places = pairs[:, :ends].unflatten(1, self.shape)
        captions = pairs[:, ends:].unflatten(1, (-1, self.words))
        alive = 1 - captions[:, :, PAD : PAD + 1]  # [B, L, 1]
        states, _ = self.recur(self.embed(captions))  # [B, L, W]
        seen = self.see(places)  # [B, T, W]
        scores = self.query(states) @ seen.transpose(1, 2) / seen.shape[2] ** 0.5
        about = scores.softmax(2) @ seen  # [B, L, W], what each word is about
        both = torch.cat([states, about, states * about, (states - about).abs()], 2)
        return self.judge((both * alive).sum(1) / alive.sum(1).clamp_min(1))


def paired(places: Tensor, captions: Tensor) -> Tensor:
    """Places `[B, T, C]` and one-hot captions `[B, L, V]` as one tensor, as the critic takes it."""
    return torch.cat([places.flatten(1), captions.flatten(1)], 1)


def _normalised(layer: nn.Linear, spectral: bool) -> nn.Module:
    return spectral_norm(layer) if spectral else layer
