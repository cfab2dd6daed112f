"""Does a training-time policy move pictures, masks, labels and landmarks together?

A policy is judged by what it does to planted samples whose every pixel says where it came from, so
that the check knows nothing of how the policy works.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from tryon.errors import DataError
from tryon.types import Arrays

DOT = 2  # radius of a planted dot, pixels
WINDOW = 5  # radius in which a dot is looked for, pixels
FAINT = 20  # grey values between dots and ground from which on they can be told apart
SPACING = 14  # least distance between planted dots, pixels


class Policy(Protocol):
    """A training-time policy over samples of named arrays.

    image, target: uint8 [S, S, 3]; masks: uint8 [R, S, S], soft; labels: uint8 [S, S];
    landmarks: float32 [K, 2], pixels.
    """

    def __call__(self, sample: Arrays, key: Sequence[int]) -> Arrays:
        """The sample varied; equal keys vary equally."""


@dataclass(frozen=True)
class Layout:
    """What the check must know about a task's samples."""

    size: int
    regions: int  # masks per sample
    mirror: Sequence[int]  # landmark → the one it becomes in a mirrored picture
    sided: Mapping[int, int]  # landmark → the label it lies on, for labels that have sides
    slack: float = 0.0  # pixels that masks may deviate on purpose (jitter)
    least_inside: float = 0.98  # share of all landmarks that must stay in the frame


def check(policy: Policy, landmarks: np.ndarray, layout: Layout, draws: int = 4) -> None:
    """Draw `draws` variations of every sample and hold them against what was planted.

    Args:
        policy: What is checked.
        landmarks: float [N, K, 2], of real samples, pixels.
        layout: The task's layout.
        draws: Variations per sample.

    Raises:
        DataError: `augmentation`: landmarks leave the frame, or do not move with the pixels, or
            sides are not swapped by a mirroring, or labels are blended, or image and target get
            different light or noise, or equal keys vary differently.
    """
    drawn = []
    for number, points in enumerate(landmarks):
        sample, dots = _plant(points, layout)
        for draw in range(draws):
            key = (0, number, draw)
            out = policy(sample, key)
            _same_twice(out, policy(sample, key))
            at = out["landmarks"]
            drawn.append((points, dots, out, ((at >= 0) & (at <= layout.size - 1)).all(1)))
    share = float(np.mean([kept for *_, kept in drawn]))
    if share < layout.least_inside:
        raise _broken(
            f"only {share:.1%} of the landmarks stay in the frame, at least "
            f"{layout.least_inside:.0%} must",
            "lower shift, scale or rotate, or raise preprocess.margin",
        )
    for points, dots, out, kept in drawn:
        mirrored = _check_masks(points, out, kept, layout)
        _check_labels(out, kept, layout)
        homes = [layout.mirror[dot] if mirrored else dot for dot in dots]
        _check_dots(out, [home for home in homes if kept[home]])


def _plant(points: np.ndarray, layout: Layout) -> tuple[Arrays, list[int]]:
    """A sample that knows: dots at landmarks, masks that hold coordinates, sided labels."""
    size = layout.size
    ramp = np.tile(np.linspace(0, 255, size, dtype=np.float32), (size, 1))
    masks = np.zeros((layout.regions, size, size), np.uint8)
    masks[0::2], masks[1::2] = np.rint(ramp), np.rint(ramp.T)
    labels = np.ones((size, size), np.uint8)
    for landmark, label in layout.sided.items():
        _dot(labels, points[landmark], 3 * DOT, label)
    image = np.full((size, size, 3), 70, np.uint8)
    dots: list[int] = []
    for index, point in enumerate(points):
        far = all(np.hypot(*(point - points[other])) >= SPACING for other in dots)
        if far and (point >= WINDOW).all() and (point <= size - 1 - WINDOW).all():
            dots.append(index)
            _dot(image, point, DOT, (230, 230, 230))
    sample: Arrays = {
        "image": image,
        "target": image.copy(),
        "masks": masks,
        "labels": labels,
        "landmarks": points.astype(np.float32),
    }
    return sample, dots


def _dot(canvas: np.ndarray, at: np.ndarray, radius: int, value: int | tuple[int, ...]) -> None:
    colour = value if isinstance(value, tuple) else (value,)
    centre = np.rint(at * 16).astype(int).tolist()
    line = cv2.LINE_AA if canvas.ndim == 3 else cv2.LINE_8
    cv2.circle(canvas, centre, radius * 16, colour, cv2.FILLED, line, 4)


def _same_twice(first: Arrays, second: Arrays) -> None:
    for name, array in first.items():
        if not np.array_equal(array, second[name]):
            raise _broken(f"equal keys gave different {name}", "draw all randomness from the key")


def _check_masks(points: np.ndarray, out: Arrays, kept: np.ndarray, layout: Layout) -> bool:
    """Masks hold the coordinates they came from: read them at the moved landmarks.

    Returns:
        Whether the picture was mirrored.
    """
    moved = out["landmarks"]
    across, down = (
        cv2.remap(m, moved[None, :, 0], moved[None, :, 1], cv2.INTER_LINEAR)[0].astype(np.float32)
        for m in out["masks"][:2]
    )
    came_from = np.stack([across, down], 1) * (layout.size - 1) / 255
    away = np.minimum(came_from, layout.size - 1 - came_from).min(1) > 2  # clear of the border
    use = kept & away
    ones = np.ones(int(use.sum()))
    fit, *_ = np.linalg.lstsq(np.column_stack([moved[use], ones]), came_from[use], rcond=None)
    mirrored = float(np.linalg.det(fit[:2])) < 0
    expected = points[list(layout.mirror)] if mirrored else points
    error = np.hypot(*(came_from - expected)[use].T)
    limit = 1.5 + layout.size / 255 + layout.slack
    if np.percentile(error, 95) > limit:
        unswapped = mirrored and np.percentile(np.hypot(*(came_from - points)[use].T), 95) <= limit
        raise _broken(
            "a mirrored picture keeps left and right landmarks unswapped"
            if unswapped
            else f"landmarks and masks move apart by {error.max():.1f} px, "
            f"{limit:.1f} px are allowed",
            "move landmarks by the transform that moves the pixels",
        )
    return mirrored


def _check_labels(out: Arrays, kept: np.ndarray, layout: Layout) -> None:
    known = {1, *layout.sided.values()}
    if strange := sorted(set(np.unique(out["labels"]).tolist()) - known):
        raise _broken(
            f"labels {strange} appeared that no pixel had", "resample label maps with NEAREST"
        )
    for landmark, label in layout.sided.items():
        x, y = np.rint(out["landmarks"][landmark]).astype(int)
        if kept[landmark] and out["labels"][y, x] != label:
            raise _broken(
                f"landmark {landmark} lies on label {out['labels'][y, x]} after the move, "
                f"expected {label}",
                "a mirroring must swap the labels of left and right too",
            )


def _check_dots(out: Arrays, landmarks: Sequence[int]) -> None:
    """The picture's dots lie at the moved landmarks; the target got the very same pixels."""
    if not np.array_equal(out["image"], out["target"]):
        raise _broken(
            "equal image and target differ after the policy",
            "apply the same light, tint and noise to both",
        )
    grey = out["image"].astype(np.float32).mean(2)
    if np.ptp(grey) < FAINT:
        return  # the light left nothing to see: this draw says nothing
    errors = [_offset(grey, out["landmarks"][index]) for index in landmarks]
    if errors and np.percentile(errors, 90) > 1.5:
        raise _broken(
            f"landmarks and pictures move apart by {max(errors):.1f} px, 1.5 px are allowed",
            "move landmarks by the transform that moves the pixels",
        )


def _offset(grey: np.ndarray, at: np.ndarray) -> float:
    """Distance from `at` to the centroid of the bright dot around it; the window's when none."""
    x, y = np.rint(at).astype(int)
    rows = slice(max(0, y - WINDOW), y + WINDOW + 1)
    columns = slice(max(0, x - WINDOW), x + WINDOW + 1)
    patch = grey[rows, columns]
    if patch.size == 0 or np.ptp(patch) < 0.2 * np.ptp(grey):
        return float(WINDOW)
    weight = np.maximum(patch - (patch.min() + patch.max()) / 2, 0)
    v, u = np.indices(patch.shape)
    corner = [columns.start, rows.start]
    centroid = np.array([(u * weight).sum(), (v * weight).sum()]) / weight.sum() + corner
    return float(np.hypot(*(centroid - at)))


def _broken(message: str, hint: str) -> DataError:
    return DataError(f"augmentation: {message}", code="augmentation", hint=hint)
