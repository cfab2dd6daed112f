"""Whether a garment of a category can be put on a person at all: refusals with their cause."""

import numpy as np

from tryon.errors import Refusal
from tryon.garment import areas
from tryon.garment.garment import Category
from tryon.vision.pose import Pose


def check_visible(pose: Pose, category: Category, photo: tuple[int, ...]) -> None:
    """Refuse what a garment cannot be put on.

    Raises:
        Refusal: `torso_hidden`, `legs_hidden`.
    """
    height = photo[0]
    hips = float(pose.middle("hip")[1])
    inside = (height - float(pose.middle("shoulder")[1])) / max(pose.torso, 1e-6)
    if category != "lower" and inside < 0.75:
        raise Refusal(
            f"the photo shows {max(inside, 0):.0%} of the torso, at least 75 % are needed",
            code="torso_hidden",
            hint="use a photo that shows the person down to the hips",
        )
    if category == "lower" and hips + 0.5 * pose.torso > height:
        raise Refusal(
            "the photo ends above the thighs",
            code="legs_hidden",
            hint="use a photo that shows the person down to the knees or further",
        )


def check_old(groups: np.ndarray, category: Category) -> None:
    """Refuse a person who wears nothing that the garment could replace.

    Raises:
        Refusal: `nothing_to_replace`.
    """
    share = float(areas.is_any(groups, areas.ERASED[category]).mean())
    if share < areas.LEAST_OLD:
        raise Refusal(
            f"clothes of the category {category!r} cover {share:.1%} of the person's frame, at "
            f"least {areas.LEAST_OLD:.0%} are needed",
            code="nothing_to_replace",
            hint="use a garment of the kind the person wears: upper, lower or whole",
        )
