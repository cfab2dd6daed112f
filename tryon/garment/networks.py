"""The garment task's networks, pure torch: flow, generator, discriminator, and the two readers."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tryon.gan.blocks import ConditionedUNet
from tryon.gan.discriminators import PatchDiscriminator
from tryon.garment import blend

GROUPS = 10  # of labels (tryon.garment.areas)
KEYPOINTS = 18
CATEGORIES = 3
SOURCES = 12  # planes of what may come to light (tryon.garment.areas.sources)
POINTS = 29  # garment landmarks (tryon.garment.points)
COARSE, FINE = 8, 4  # the flow runs at an eighth of the size, the generator at a quarter
STIFF = 16  # pixels between the flow's control points: a finer flow makes waves in stripes
FLOW = 0.12  # the largest flow, in heights of the frame
SPREAD = 0.03  # of a keypoint's heat, in heights of the frame


class Made(NamedTuple):
    """What the generator gives, as tryon.garment.blend takes it.

    flow `[N, 2, H/16, W/16]`; logits `[N, 5, H/2, W/2]`; shade `[N, 3, H/2, W/2]` in (-1, 1); tint
    `[N, 3, H/2, W/2]` in (-1, 1); cloth `[N, 4, H, W]`, the warped garment after the flow.
    """

    flow: Tensor
    logits: Tensor
    shade: Tensor
    tint: Tensor
    cloth: Tensor


def heat(keypoints: Tensor, height: int, width: int, cell: int) -> Tensor:
    """Where the joints are, `[N, 18, H / cell, W / cell]` in [0, 1]; 0 for those not seen.

    Args:
        keypoints: `[N, 18, 3]`: x, y in pixels of the frame, confidence.
        height: Of the frame, as `width`.
        width: See there.
        cell: Pixels per cell.
    """
    y, x = (
        (torch.arange(side // cell, device=keypoints.device) + 0.5) * cell - 0.5
        for side in (height, width)
    )
    across = (x - keypoints[:, :, 0, None]).square()  # [N, 18, W / cell]
    down = (y - keypoints[:, :, 1, None]).square()
    wide = 2 * (SPREAD * height) ** 2
    peaks = torch.exp(-down / wide)[..., None] * torch.exp(-across / wide)[..., None, :]
    return peaks * (keypoints[:, :, 2, None, None] > 0.1)


def erased(image: Tensor, old: Tensor) -> Tensor:
    """The agnostic picture: grey where the old garment was, `[N, 3, H, W]` in [-1, 1]."""
    return (2 * image - 1) * (1 - old)


def smooth(fields: Tensor) -> Tensor:
    """Blurred by [1 2 1] / 4 both ways: pixel shuffling leaves a weave of two pixels, this none."""
    padded = F.pad(fields, (1, 1, 1, 1), mode="replicate")
    return F.avg_pool2d(F.avg_pool2d(padded, 2, 1), 2, 1)


class WarpRefiner(nn.Module):
    """Flow that improves on the spline (cf. Han et al. 2019, ClothFlow), coarse and so smooth.

    Args:
        width: Of the U-Net.
        condition_width: Of the embedded category.
    """

    def __init__(self, width: int, condition_width: int) -> None:
        super().__init__()
        inputs = (3 + 4 + 3) * COARSE**2 + GROUPS + KEYPOINTS
        self.trunk = ConditionedUNet(inputs, width, condition_width)
        self.head = nn.Conv2d(self.trunk.outputs, 2, 3, 1, 1)
        for parameter in self.head.parameters():
            parameter.data.mul_(0.1)

    def forward(
        self, picture: Tensor, warped: Tensor, planes: Tensor, parts: Tensor, joints: Tensor,
        code: Tensor,
    ) -> Tensor:  # fmt: skip
        """→ flow `[N, 2, H/16, W/16]` in heights, at most FLOW."""
        seen = F.pixel_unshuffle(torch.cat([picture, 2 * warped - 1, planes], 1), COARSE)
        coarse = F.avg_pool2d(torch.cat([parts, joints], 1), COARSE // FINE)
        offsets = self.head(self.trunk(torch.cat([seen, coarse], 1), code))
        return FLOW * torch.tanh(F.avg_pool2d(offsets, STIFF // COARSE))


class Generator(nn.Module):
    """Refines the warp and says what is shown where: garment, the person's own pixel, or fill.

    A conditioned U-Net after space-to-depth (Shi et al. 2016), with the composition mask of
    Wang et al. 2018 (CP-VTON). Edges come from the warped garment's own mask at full size, so the
    trunk may be coarse. It starts as a clean paste of the spline warp.

    Args:
        width: Of the U-Net.
        warp_width: Of the flow's.
        condition_width: Of the embedded category.
    """

    def __init__(self, width: int = 24, warp_width: int = 16, condition_width: int = 16) -> None:
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(CATEGORIES, condition_width), nn.SiLU())
        self.refine = WarpRefiner(warp_width, condition_width)
        inputs = (3 + 4 + 3) * FINE**2 + GROUPS + KEYPOINTS + SOURCES
        self.trunk = ConditionedUNet(inputs, width, condition_width)
        self.fields = nn.Conv2d(self.trunk.outputs, 11 * 4, 1)
        for parameter in self.fields.parameters():
            parameter.data.mul_(0.1)

    def forward(
        self, image: Tensor, warped: Tensor, old: Tensor, front: Tensor, limbs: Tensor,
        sources: Tensor, parts: Tensor, keypoints: Tensor, category: Tensor,
    ) -> Made:  # fmt: skip
        """Everything of the frame, H × W, H a multiple of 128 and W three quarters of it.

        Args:
            image: `[N, 3, H, W]` in [0, 1].
            warped: `[N, 4, H, W]` in [0, 1], premultiplied: the spline warp.
            old: `[N, 1, H, W]` in [0, 1].
            front: `[N, 1, H, W]` in [0, 1].
            limbs: `[N, 1, H, W]` in [0, 1].
            sources: `[N, 12, H/4, W/4]` in [0, 1].
            parts: `[N, G, H/4, W/4]`, shares of the label groups.
            keypoints: `[N, 18, 3]`, pixels of the frame.
            category: `[N, 3]`, one-hot.
        """
        height, width = image.shape[2:]
        code = self.embed(category)
        picture, planes = erased(image, old), torch.cat([old, front, limbs], 1)
        joints = heat(keypoints, height, width, FINE)
        flow = self.refine(picture, warped, planes, parts, joints, code)
        worn = blend.flowed(warped, flow)
        seen = F.pixel_unshuffle(torch.cat([picture, 2 * worn - 1, planes], 1), FINE)
        hidden = self.trunk(torch.cat([seen, parts, joints, 2 * sources - 1], 1), code)
        fields = smooth(F.pixel_shuffle(self.fields(hidden), 2))  # [N, 11, H/2, W/2]
        logits, shade, tint = fields.split([5, 3, 3], 1)
        return Made(flow, 4 * logits, torch.tanh(shade), torch.tanh(tint), worn)


class Discriminator(PatchDiscriminator):
    """Judges whole frames: the picture, the garment it should show, where it was repainted.

    Args:
        width: Of the first layer.
        spectral: Normalise the weights.
    """

    def __init__(self, width: int = 24, spectral: bool = True) -> None:
        super().__init__(3 + 4 + 1, width, spectral=spectral)


class Parser(nn.Module):
    """What is what in a person's frame: logits of the label groups, at half the size.

    Args:
        width: Of the U-Net.
        condition_width: Of the embedded category.
    """

    def __init__(self, width: int = 16, condition_width: int = 16) -> None:
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(CATEGORIES, condition_width), nn.SiLU())
        self.trunk = ConditionedUNet(3 * FINE**2 + KEYPOINTS, width, condition_width)
        self.head = nn.Conv2d(self.trunk.outputs, GROUPS * 4, 1)

    def forward(self, image: Tensor, keypoints: Tensor, category: Tensor) -> Tensor:
        """image `[N, 3, H, W]`, keypoints `[N, 18, 3]`, category `[N, 3]` → `[N, G, H/2, W/2]`."""
        joints = heat(keypoints, image.shape[2], image.shape[3], FINE)
        seen = torch.cat([F.pixel_unshuffle(2 * image - 1, FINE), joints], 1)
        return F.pixel_shuffle(self.head(self.trunk(seen, self.embed(category))), 2)


class GarmentReader(nn.Module):
    """Where the garment is in its photo, and its landmarks as heat maps (cf. Newell et al. 2016).

    Args:
        width: Of the U-Net.
        condition_width: Of the embedded category.
    """

    def __init__(self, width: int = 16, condition_width: int = 16) -> None:
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(CATEGORIES, condition_width), nn.SiLU())
        self.trunk = ConditionedUNet(3 * FINE**2 + 2, width, condition_width)
        self.mask = nn.Conv2d(self.trunk.outputs, FINE**2, 1)
        self.heat = nn.Conv2d(self.trunk.outputs, POINTS, 1)
        self.present = nn.Linear(self.trunk.outputs, POINTS)

    def forward(self, photo: Tensor, category: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """photo `[N, 3, H, W]` in [0, 1], category `[N, 3]`.

        It learns the mask from photos and the landmarks from outlines (tryon.garment.outline):
        read first the one, then the other.

        Returns:
            Mask logits `[N, 1, H, W]`; logits of each landmark's cell `[N, P, H/4, W/4]`, and
            of its being there at all `[N, P]`.
        """
        height, width = photo.shape[2] // FINE, photo.shape[3] // FINE
        y, x = ((torch.arange(side, device=photo.device) + 0.5) / side for side in (height, width))
        place = 2 * torch.stack(torch.broadcast_tensors(x[None], y[:, None])) - 1  # [2, h, w]
        given = place.expand(photo.shape[0], -1, -1, -1)
        seen = torch.cat([F.pixel_unshuffle(2 * photo - 1, FINE), given], 1)
        hidden = self.trunk(seen, self.embed(category))
        present = self.present(hidden.mean((2, 3)))
        return F.pixel_shuffle(self.mask(hidden), FINE), self.heat(hidden), present


class Outfitter(nn.Module):
    """All that ships: the generator and the two readers that make raw photos its inputs.

    They share no weights and no loss; one module, so that one run trains them all.

    Args:
        generator: Puts the garment on.
        parser: Reads the person.
        reader: Reads the garment.
    """

    def __init__(self, generator: Generator, parser: Parser, reader: GarmentReader) -> None:
        super().__init__()
        self.generator = generator
        self.parser = parser
        self.reader = reader

    def forward(
        self, planes: dict[str, Tensor], photos: dict[str, Tensor] | None = None
    ) -> tuple[Made, Tensor | None, tuple[Tensor, Tensor, Tensor] | None]:
        """One pass of all three; the readers where `photos` is given.

        Args:
            planes: The generator's arguments.
            photos: seen, keypoints, category, photo and outline, of as many samples as are to be
                read.

        Returns:
            What was made; label groups; the garment's mask in its photo, and the heat and presence
            of its landmarks in its outline.
        """
        made = self.generator(**planes)
        if photos is None:
            return made, None, None
        parsed = self.parser(photos["seen"], photos["keypoints"], photos["category"])
        both = torch.cat([photos["photo"], photos["outline"]])
        mask, heat, present = self.reader(both, photos["category"].repeat(2, 1))
        count = len(parsed)
        return made, parsed, (mask[:count], heat[count:], present[count:])
