"""The garment task as the engine sees it: its networks and their named loss terms."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tryon.config import CandidateConfig
from tryon.gan.adversary import Adversary
from tryon.gan.losses import adversarial_loss
from tryon.gan.terms import Batch, Terms
from tryon.garment import blend
from tryon.garment.config import Config
from tryon.garment.networks import Discriminator, GarmentReader, Generator, Outfitter, Parser

# Weights of the terms; the others are relative to the pixels'.
PIXELS = 4.0
FOCUS = 2.0  # how much more a pixel counts that may change
SHAPE, CLOTH = 2.0, 1.0  # outline and colours of the refined warp
COVER = 0.5  # the composition mask
BEND = 30.0  # squared differences of neighbouring flow
LABELS, MASK, POINTS, PRESENT = 0.3, 0.3, 0.05, 0.1
GIVEN = (
    "image", "warped", "old", "front", "limbs", "sources", "parts", "keypoints", "category",
)  # fmt: skip
READ = ("seen", "keypoints", "category", "photo", "outline")
READ_EVERY = 2  # the readers learn on every second sample of a batch


class GarmentObjective:
    """Terms of the garment game.

    A batch holds, of frames H × W: image, target `[N, 3, H, W]`; warped `[N, 4, H, W]`; worn, old,
    front, limbs, edit `[N, 1, H, W]`; parts `[N, G, H/4, W/4]`; sources `[N, 12, H/4, W/4]`;
    keypoints `[N, 18, 3]`; category `[N, 3]`; groups int64 `[N, H/2, W/2]`; seen `[N, 3, H, W]`,
    the image as a camera might have taken it, which the parser reads. And of garment photos: photo
    `[N, 3, H, W]`, photo_mask `[N, 1, H, W]`, outline `[N, 3, H, W]` (tryon.garment.outline),
    outline_points `[N, P, 2]` in [0, 1], NaN where there is none.

    Args:
        outfitter: Generator and readers.
        discriminator: Judges frames; None leaves the game out.
    """

    def __init__(self, outfitter: Outfitter, discriminator: Discriminator | None) -> None:
        self.generator: nn.Module = outfitter
        self.discriminator: nn.Module | None = discriminator

    def generate(self, generator: nn.Module, batch: Batch) -> Batch:
        """The dressed pictures, what they were made of, and what the readers read."""
        photos = {name: batch[name][::READ_EVERY] for name in READ}
        made, parsed, read = generator({name: batch[name] for name in GIVEN}, photos)
        generated = dressed(batch, made) | {"flow": made.flow, "parsed": parsed}
        return generated | dict(zip(("mask", "heat", "present"), read, strict=True))

    def discriminator_losses(
        self, discriminator: Any, batch: Batch, generated: Batch, adversary: Adversary, lazy: bool
    ) -> Terms:
        """True frames against made ones, and against true ones beside another's garment."""
        cloth = generated["cloth"]
        return adversary.discriminator_terms(
            discriminator,
            _judged(batch["target"], cloth, batch["edit"]),
            _judged(generated["picture"], cloth, batch["edit"]),
            _judged(batch["target"], cloth.roll(1, 0), batch["edit"]),
            lazy=lazy,
        )

    def generator_losses(
        self, discriminator: Any | None, batch: Batch, generated: Batch, adversary: Adversary | None
    ) -> Terms:
        """Pixels, the warp's outline and colours, the mask, the readers; in a game its term."""
        target, worn, edit = batch["target"], batch["worn"], batch["edit"]
        cloth, flow = generated["cloth"], generated["flow"]
        seen = 1 - batch["front"]
        apart = (generated["picture"] - target).abs()
        bend = flow.diff(dim=2).square().mean() + flow.diff(dim=3).square().mean()
        terms = Terms(
            {
                "pixels": PIXELS * (apart * (1 + FOCUS * edit)).mean(),
                "shape": SHAPE * ((cloth[:, 3:] - worn).abs() * seen).mean(),
                "cloth": CLOTH * ((cloth[:, :3] - target * worn).abs() * seen * worn).mean(),
                "cover": COVER * ((generated["alpha"] - worn).abs() * edit).mean(),
                "bend": BEND * bend,
            }
        )
        terms = terms | reading(batch, generated)
        if adversary is None or discriminator is None:
            return terms
        fake = _judged(generated["picture"], cloth.detach(), edit)
        return terms | adversary.generator_terms(discriminator, fake)

    def compared(self, batch: Batch, generated: Batch) -> tuple[Tensor, Tensor]:
        """The change that was made and the change that was wanted."""
        return generated["picture"] - batch["image"], batch["target"] - batch["image"]

    def preview(self, generator: nn.Module, batch: Batch) -> Tensor:
        """Per row: the person, the pasted spline warp, the generator's picture, the truth."""
        made, _, _ = generator({name: batch[name] for name in GIVEN})
        cover = batch["warped"][:, 3:]
        pasted = batch["image"] * (1 - cover) + batch["warped"][:, :3]
        picture = dressed(batch, made)["picture"]
        return torch.stack([batch["image"], pasted, picture, batch["target"]], 1).clamp(0, 1)


def dressed(batch: Batch, made: Any) -> Batch:
    """picture `[N, 3, H, W]`, alpha `[N, 1, H, W]` and cloth, the refined warp `[N, 4, H, W]`."""
    picture, alpha = blend.compose(
        batch["image"], made.cloth, batch["old"], batch["front"], batch["limbs"], batch["edit"],
        batch["sources"], made.logits, made.shade, made.tint,
    )  # fmt: skip
    return {"picture": picture, "alpha": alpha, "cloth": made.cloth}


def reading(batch: Batch, generated: Batch) -> Terms:
    """What the readers are told: label groups, the garment's mask, its landmarks."""
    groups = batch["groups"][::READ_EVERY]
    mask, points = batch["photo_mask"][::READ_EVERY], batch["outline_points"][::READ_EVERY]
    there = torch.isfinite(points).all(-1)  # [N, P]
    heat = generated["heat"]
    cells = heat.new_tensor([heat.shape[3], heat.shape[2]])
    at = (points.nan_to_num().clamp(0, 0.999) * cells).long()
    home = at[..., 1] * heat.shape[3] + at[..., 0]  # [N, P]
    missed = F.cross_entropy(heat.flatten(2).transpose(1, 2), home, reduction="none")  # [N, P]
    present = F.binary_cross_entropy_with_logits(generated["present"], there.float())
    parsed = generated["parsed"]
    right = (parsed.argmax(1) == groups).float().mean()
    return Terms(
        {
            "labels": LABELS * F.cross_entropy(parsed, groups),
            "mask": MASK * F.binary_cross_entropy_with_logits(generated["mask"], mask),
            "points": POINTS * (missed * there).sum() / there.sum().clamp_min(1),
            "present": PRESENT * present,
        },
        {"labels_right": right.detach()},
    )


def _judged(picture: Tensor, cloth: Tensor, edit: Tensor) -> Tensor:
    """What the discriminator sees, `[N, 8, H, W]`."""
    return torch.cat([2 * picture - 1, cloth, edit], 1)


def build(config: Config, candidate: CandidateConfig, seed: int = 0) -> GarmentObjective:
    """Fresh networks of the configured sizes, initialised by `seed` alone."""
    network = config.network
    loss = adversarial_loss(candidate.adversarial)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        outfitter = Outfitter(
            Generator(network.width, network.warp_width, network.condition_width),
            Parser(network.parser_width, network.condition_width),
            GarmentReader(network.parser_width, network.condition_width),
        )
        discriminator = None
        if loss is not None:
            discriminator = Discriminator(network.discriminator_width, loss.spectral)
    return GarmentObjective(outfitter, discriminator)
