"""The makeup task as the engine sees it: its networks and their named loss terms."""

from typing import Any

import torch
from torch import Tensor, nn

from tryon.config import CandidateConfig
from tryon.gan.adversary import Adversary
from tryon.gan.discriminators import crops
from tryon.gan.losses import adversarial_loss
from tryon.gan.terms import Batch, Terms
from tryon.makeup import analytic
from tryon.makeup.config import Config
from tryon.makeup.networks import Discriminator, Generator, crop_boxes, paint

PIXELS = 4.0  # weight of the pixel term; the others are relative to it
FOCUS = 8.0  # how much more an asked region's pixel counts
CHANGE = 4.0  # scale of the change as the discriminator sees it


class MakeupObjective:
    """Terms of the makeup game.

    A batch holds `image`, `target` `[N, 3, S, S]`, `masks` `[N, R, S, S]`, `condition` `[N, R, 5]`;
    where a loader has computed them already also `shift` `[N, 3, S, S]`, `allowed` `[N, 1, S, S]`.

    Args:
        generator: Gives what is added to the analytic shift.
        discriminator: Judges crops; None leaves the game out.
        crop: Side of the crops, pixels.
    """

    def __init__(
        self, generator: Generator, discriminator: Discriminator | None, crop: int
    ) -> None:
        self.generator: nn.Module = generator
        self.discriminator: nn.Module | None = discriminator
        self.crop = crop

    def generate(self, generator: nn.Module, batch: Batch) -> Batch:
        """The made-up pictures, and in a game the crops of made, real and mismatched ones."""
        image, masks, condition = batch["image"], batch["masks"], batch["condition"]
        gain, residual = generator(image, masks, condition)
        known = batch.get("shift"), batch.get("allowed")
        picture = analytic.compose(image, masks, condition, gain, residual, *known)
        if self.discriminator is None:
            return {"picture": picture}
        boxes, weight = crop_boxes(masks, condition)
        parts = [
            image,
            batch["target"],
            masks,
            paint(masks, condition),
            paint(masks, condition.roll(1, 0)),
        ]
        cut = crops(torch.cat(parts, 1), boxes, self.crop)
        bare, real, where, asked, other = cut.split([part.shape[1] for part in parts], 1)
        return {
            "picture": picture,
            "fake": _judged(crops(picture, boxes, self.crop), bare, where, asked),
            "real": _judged(real, bare, where, asked),
            "mismatched": _judged(real, bare, where, other),
            "weight": weight.flatten(),
        }

    def discriminator_losses(
        self, discriminator: Any, batch: Batch, generated: Batch, adversary: Adversary, lazy: bool
    ) -> Terms:
        """Real crops against made ones and against real ones under another sample's condition."""
        return adversary.discriminator_terms(
            discriminator,
            generated["real"],
            generated["fake"],
            generated["mismatched"],
            generated["weight"],
            lazy=lazy,
        )

    def generator_losses(
        self, discriminator: Any | None, batch: Batch, generated: Batch, adversary: Adversary | None
    ) -> Terms:
        """Weighted L1 to the target; in a game the adversarial term."""
        terms = Terms({"pixels": PIXELS * focused_l1(generated["picture"], batch)})
        if adversary is None or discriminator is None:
            return terms
        return terms | adversary.generator_terms(
            discriminator, generated["fake"], generated["weight"]
        )

    def compared(self, batch: Batch, generated: Batch) -> tuple[Tensor, Tensor]:
        """The change that was made and the change that was wanted."""
        return generated["picture"] - batch["image"], batch["target"] - batch["image"]

    def preview(self, generator: nn.Module, batch: Batch) -> Tensor:
        """Per row: the photo, the analytic shift alone, the generator's, the target."""
        image, masks, condition = batch["image"], batch["masks"], batch["condition"]
        shift = analytic.mean_shift(image, masks, condition)
        shifted = (image + analytic.allowed(masks, condition) * shift).clamp(0, 1)
        gain, residual = generator(image, masks, condition)
        made = analytic.compose(image, masks, condition, gain, residual, shift)
        return torch.stack([image, shifted, made, batch["target"]], 1)


def focused_l1(picture: Tensor, batch: Batch) -> Tensor:
    """Mean |picture − target|, pixels of asked regions weighing 1 + FOCUS · mask.

    Foundation, which covers the whole face, gets no focus.
    """
    asked = batch["masks"] * (batch["condition"][:, :, 3] > 0)[:, :, None, None]
    weight = 1 + FOCUS * asked[:, : analytic.FOUNDATION].amax(1, keepdim=True)  # [N, 1, H, W]
    return ((picture - batch["target"]).abs() * weight).mean()


def _judged(picture: Tensor, bare: Tensor, where: Tensor, painted: Tensor) -> Tensor:
    """What the discriminator sees of a crop, `[M, 6 + R + PAINTED, s, s]`."""
    return torch.cat([2 * picture - 1, CHANGE * (picture - bare), where, painted], 1)


def build(config: Config, candidate: CandidateConfig, seed: int = 0) -> MakeupObjective:
    """Fresh networks of the configured sizes, initialised by `seed` alone."""
    network = config.network
    loss = adversarial_loss(candidate.adversarial)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        generator = Generator(network.width, network.condition_width)
        discriminator = None
        if loss is not None:
            discriminator = Discriminator(network.discriminator_width, loss.spectral)
    return MakeupObjective(generator, discriminator, network.crop)
