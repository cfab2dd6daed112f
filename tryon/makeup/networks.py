"""Generator and discriminator of the makeup task, pure torch."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tryon.gan.blocks import ConditionedUNet
from tryon.gan.discriminators import PatchDiscriminator, boxes_of
from tryon.makeup import analytic
from tryon.makeup.analytic import BROWS, FOUNDATION, LINER, LIPS, REGIONS, SHADOW

SHUFFLE = 4  # the trunk runs at a quarter of the size
PAINTED = 6
EDGED = [LIPS, SHADOW, LINER, BROWS]  # the others fade out, with no outline to place
ROW = 5  # L, a, b, presence, gloss


def paint(masks: Tensor, condition: Tensor) -> Tensor:
    """The condition laid out in the picture, `[N, PAINTED, H, W]`.

    Asked colours (L, a, b of the colour regions, mask-weighted), cover, foundation, gloss.

    Args:
        masks: `[N, R, H, W]` in [0, 1].
        condition: `[N, R, 5]`.
    """
    asked = masks * condition[:, :, 3, None, None]
    colour, foundation = asked[:, :FOUNDATION], asked[:, FOUNDATION:]
    lab = analytic.spread(colour, condition[:, :FOUNDATION, :3])
    gloss = analytic.spread(asked, condition[:, :, 4:])
    return torch.cat([lab, colour.sum(1, keepdim=True).clamp(0, 1), foundation, gloss], 1)


class Generator(nn.Module):
    """What to add to the analytic mean shift: a gain on it and a gated residual.

    A conditioned U-Net after space-to-depth (Shi et al. 2016): the edges of the regions come from
    the full-resolution masks, so the trunk may be coarse. It starts close to the plain shift.

    Args:
        width: Of the U-Net.
        condition_width: Of the embedded condition.
    """

    def __init__(self, width: int = 24, condition_width: int = 64) -> None:
        super().__init__()
        regions = len(REGIONS)
        self.embed = nn.Sequential(
            nn.Linear(regions * ROW, condition_width),
            nn.SiLU(),
            nn.Linear(condition_width, condition_width),
            nn.SiLU(),
        )
        self.trunk = ConditionedUNet(3 + regions + PAINTED, width, condition_width, SHUFFLE)
        self.fine = nn.Conv2d(self.trunk.outputs, 5 * SHUFFLE**2, 1)
        self.edges = nn.Conv2d(self.trunk.outputs, 3 * len(EDGED), 1)
        for head in (self.fine, self.edges):
            for parameter in head.parameters():
                parameter.data.mul_(0.1)

    def forward(self, image: Tensor, masks: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """One picture's additions, as `tryon.makeup.analytic.compose` takes them.

        Args:
            image: `[N, 3, S, S]` in [0, 1], S a multiple of 16.
            masks: `[N, R, S, S]` in [0, 1].
            condition: `[N, R, 5]`.

        Returns:
            gain `[N, 1, S, S]` in (-1, 1); residual `[N, 3, S, S]`, already gated.
        """
        seen = torch.cat([2 * image - 1, masks, paint(masks, condition)], 1)
        code = self.embed(condition.flatten(1))
        hidden = self.trunk(seen, code)  # [N, 2w, S/4, S/4]
        fine = F.pixel_shuffle(self.fine(hidden), SHUFFLE)  # [N, 5, S, S]
        gate = torch.sigmoid(fine[:, 3:4] + 1)
        residual = gate * torch.tanh(fine[:, :3]) + self._outlines(hidden, image, masks, condition)
        return torch.tanh(fine[:, 4:5]), residual.clamp(-1, 1)

    def _outlines(self, hidden: Tensor, image: Tensor, masks: Tensor, condition: Tensor) -> Tensor:
        """The asked colours along the regions' edges, `[N, 3, S, S]`.

        Landmarks are a pixel or so off: the network says where a region's outline lies further
        out (or in) than its mask has it.
        """
        moved = analytic.enlarge(torch.tanh(self.edges(hidden)), *masks.shape[2:])
        bands = analytic.rims(masks[:, EDGED])
        moved = (moved * bands).unflatten(1, (3, -1)).sum(1)  # [N, len(EDGED), S, S]
        offsets = analytic.offsets(image, masks, condition)[:, EDGED]
        return analytic.spread(moved, offsets)


class Discriminator(PatchDiscriminator):
    """Judges crops of lips and eyes: the picture, its change, the masks and what was asked.

    On the whole picture it learns nothing: what changes is some 4 % of the patches.

    Args:
        width: Of the first layer.
        spectral: Normalise the weights.
    """

    def __init__(self, width: int = 32, spectral: bool = True) -> None:
        super().__init__(3 + 3 + len(REGIONS) + PAINTED, width, spectral=spectral)


def crop_boxes(masks: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
    """Where the discriminator looks: lips, the eye on the left, the eye on the right.

    The face is centred, so the eyes part at the middle column.

    Args:
        masks: `[N, R, H, W]` in [0, 1].
        condition: `[N, R, 5]`.

    Returns:
        Boxes `[N, 3, 4]` for `tryon.gan.discriminators.crops`, and their weights `[N, 3]`: 1 where
        something in the box is asked, else 0.
    """
    presence = condition[:, :, 3] > 0
    eyes = masks[:, [SHADOW, LINER, BROWS]].amax(1)  # [N, H, W]
    half = masks.shape[3] // 2
    left, right = eyes.clone(), eyes.clone()
    left[..., half:] = 0
    right[..., :half] = 0
    areas = torch.stack([masks[:, LIPS], left, right], 1)  # [N, 3, H, W]
    seen = areas.amax((2, 3)) > 0.3
    asked = torch.stack([presence[:, LIPS], *2 * [presence[:, [SHADOW, LINER, BROWS]].any(1)]], 1)
    return boxes_of(areas), (seen & asked).float()
