"""The caption task as the engine sees it: its networks and their named loss terms.

The likelihood phase trains the captioner on the references alone. In the game the critic judges
pairs of picture and caption, real, drawn and mismatched (Dai et al. 2017), through a
straight-through gradient (Shetty et al. 2017); the likelihood stays as the anchor. The noise of the
game is a code, and so that it cannot be ignored a recogniser must find it again in what was drawn
(Chen et al. 2016); the references anchor the code that the recogniser finds in them.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tryon.caption.config import Config
from tryon.caption.discriminator import Discriminator, paired
from tryon.caption.encoder import PAIRS, STRIDE
from tryon.caption.networks import PAD, Generator, one_hot, said
from tryon.config import CandidateConfig
from tryon.gan.adversary import Adversary
from tryon.gan.losses import adversarial_loss
from tryon.gan.terms import Batch, Terms

DETECTION = 0.04  # weight of the words and pairs that the encoder detects; likelihood has 1
INFORMATION = 1.5  # weight of the code that is to be recognised
ANCHOR = 1.0  # weight of the codes that are recognised in references
SMOOTHING = 0.05  # of the likelihood's targets


class CaptionObjective:
    """Terms of the caption game.

    A batch holds `image` `[N, 3, S, S]` in [0, 1] and `captions`, ids `[N, R, L]`.

    Args:
        generator: The captioner.
        discriminator: Judges pairs; None leaves the game out.
    """

    def __init__(self, generator: Generator, discriminator: Discriminator | None) -> None:
        self.generator: nn.Module = generator
        self.discriminator: nn.Module | None = discriminator
        self.codes = generator.codes
        self.words = generator.words

    def generate(self, generator: nn.Module, batch: Batch) -> Batch:
        """Logits of the references and, for the game, a drawn caption of each picture."""
        return generator(batch["image"], trimmed(batch["captions"]), self._codes(batch), True)

    def rehearse(self, generator: nn.Module, batch: Batch) -> Batch:
        """Logits of the references alone, under codes that say nothing yet."""
        return generator(batch["image"], trimmed(batch["captions"]), self._codes(batch), False)

    def discriminator_losses(
        self, discriminator: Any, batch: Batch, generated: Batch, adversary: Adversary, lazy: bool
    ) -> Terms:
        """Real pairs against drawn ones, and against references of other pictures."""
        places = generated["places"].detach()
        real = self._reference(batch)
        return adversary.discriminator_terms(
            discriminator,
            paired(places, real),
            paired(places, generated["caption"]),
            paired(places, real.roll(1, 0)),
            lazy=lazy,
        )

    def generator_losses(
        self, discriminator: Any | None, batch: Batch, generated: Batch, adversary: Adversary | None
    ) -> Terms:
        """Likelihood of the references and of their words; in a game also the critic's verdict."""
        captions = trimmed(batch["captions"])
        terms = Terms(
            {
                "likelihood": likelihood(generated["logits"], captions),
                "detection": DETECTION * detection(generated["detected"], captions),
            }
        )
        if adversary is None or discriminator is None:
            return terms
        drawn = paired(generated["places"].detach(), generated["caption"])
        known = F.cross_entropy(generated["guess"], generated["code"])
        sure = F.cross_entropy(generated["guesses"].flatten(0, 1), generated["codes"].flatten())
        found = (generated["guess"].argmax(1) == generated["code"]).float().mean()
        return (
            terms
            | Terms(
                {"information": INFORMATION * known, "anchor": ANCHOR * sure},
                {"recognised": found.detach()},
            )
            | adversary.generator_terms(discriminator, drawn)
        )

    def compared(self, batch: Batch, generated: Batch) -> tuple[Tensor, Tensor]:
        """The words that were told as shares of each caption, and those of the references."""
        wanted = one_hot(batch["captions"], self.words)[..., PAD + 1 :].mean((1, 2))
        made = generated["logits"].softmax(3)[..., PAD + 1 :].mean((1, 2))
        return made, wanted

    def preview(self, generator: nn.Module, batch: Batch) -> Tensor:
        """Per row: the picture, and how much its first reference looks at each place of it."""
        assert isinstance(generator, Generator)
        image = batch["image"]
        weight = generator.attention(image, batch["captions"][:, :1])  # [N, T]
        side = image.shape[2] // STRIDE
        grid = (weight / weight.amax(1, keepdim=True)).view(-1, 1, side, side)
        lit = F.interpolate(grid, image.shape[2:], mode="bilinear", align_corners=False)
        return torch.stack([image, image * (0.15 + 0.85 * lit)], 1)

    def _codes(self, batch: Batch) -> Tensor:
        """A random code for each reference, `[N, R]`."""
        captions = batch["captions"]
        return torch.randint(self.codes, captions.shape[:2], device=captions.device)

    def _reference(self, batch: Batch) -> Tensor:
        """One reference of each picture, by chance, one-hot `[N, L - 1, V]`."""
        captions = trimmed(batch["captions"])
        chosen = torch.randint(captions.shape[1], (len(captions),), device=captions.device)
        rows = torch.arange(len(captions), device=captions.device)
        return one_hot(captions[rows, chosen], self.words)


def trimmed(captions: Tensor) -> Tensor:
    """Captions `[N, R, L]` without the places that are padding in all of them."""
    longest = int((captions != PAD).sum(2).max())
    return captions[:, :, :longest]


def likelihood(logits: Tensor, captions: Tensor) -> Tensor:
    """Mean cross-entropy of each next word, nats, slightly smoothed (Szegedy et al. 2016, s. 7).

    Args:
        logits: `[N, R, L - 1, V]`.
        captions: Ids `[N, R, L]`.
    """
    wanted = captions[:, :, 1:].flatten()
    return F.cross_entropy(
        logits.flatten(0, 2).float(), wanted, ignore_index=PAD, label_smoothing=SMOOTHING
    )


def detection(detected: Tensor, captions: Tensor) -> Tensor:
    """Binary cross-entropy of the share of a picture's references that have each word or pair.

    Args:
        detected: Logits `[N, D]`.
        captions: Ids `[N, R, L]`.

    Returns:
        The mean over pictures of the sums, nats.
    """
    has = said(captions, detected.shape[1] - PAIRS).mean(1)
    total = F.binary_cross_entropy_with_logits(detected.float(), has, reduction="sum")
    return total / len(has)


def build(config: Config, candidate: CandidateConfig, seed: int = 0) -> CaptionObjective:
    """Fresh networks of the configured sizes, initialised by `seed` alone."""
    network, size = config.network, config.preprocess.size
    loss = adversarial_loss(candidate.adversarial)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        generator = make_generator(config)
        discriminator = None
        if loss is not None:
            discriminator = Discriminator(
                (size // STRIDE) ** 2,
                network.features,
                config.preprocess.words,
                network.discriminator_width,
                loss.spectral,
            )
    return CaptionObjective(generator, discriminator)


def make_generator(config: Config) -> Generator:
    """A fresh captioner of the configured sizes."""
    network = config.network
    return Generator(
        network.width, network.features, network.embedding, network.hidden,
        config.preprocess.words, network.codes, config.preprocess.size,
    )  # fmt: skip
