"""What homes and cameras do to the pictures that the two readers will be given.

The drawn pictures are sharp, evenly lit and in their place; photos are not. The generator works on
pictures as they are; only what the readers see is varied so.
"""

import cv2
import numpy as np

BLUR = 1.1  # largest σ, pixels of the frame
NOISE = 12.0  # largest σ, of 255
QUALITY = (35, 90)  # of JPEG
GAMMA = 0.45  # largest change of log₂ γ
PLAIN = 0.3  # share of grounds that are a shop's
SHADOW = 0.45  # the darkest a shadow makes a picture


def taken(picture: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    """A picture as some camera might have taken it, uint8 [H, W, 3].

    Args:
        picture: uint8 [H, W, 3].
        strength: 0 leaves it as it is, 1 is the most.
        rng: Of all choices.
    """
    height, width = picture.shape[:2]
    levels = np.linspace(0, 1, 256) ** (2 ** (GAMMA * strength * rng.uniform(-1, 1)))
    balance = 1 + 0.25 * strength * rng.uniform(-1, 1, 3)
    bright = 1 + 0.3 * strength * rng.uniform(-1, 1)
    table = np.clip(255 * levels[:, None] * balance * bright, 0, 255)
    made = np.stack([cv2.LUT(picture[..., c], table[:, c].astype(np.uint8)) for c in range(3)], -1)
    if rng.random() < 0.5 * strength:
        way = rng.normal(size=2)
        y, x = np.mgrid[:height, :width].astype(np.float32)
        across = (x / width - rng.random()) * way[0] + (y / height - rng.random()) * way[1]
        dark = (1 + np.tanh(across * rng.uniform(1, 15))) / 2
        shade = 1 - SHADOW * strength * dark
        made = np.rint(made * shade[..., None]).astype(np.uint8)
    if rng.random() < strength:
        made = cv2.GaussianBlur(made, (0, 0), 0.2 + BLUR * strength * rng.random())
    if rng.random() < strength:
        grain = rng.normal(0, NOISE * strength * rng.random(), made.shape)
        made = np.clip(grain + made, 0, 255).astype(np.uint8)
    if rng.random() < 0.5 * strength:
        quality = int(rng.integers(*QUALITY))
        _, data = cv2.imencode(".jpg", made, (cv2.IMWRITE_JPEG_QUALITY, quality))
        made = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return np.asarray(made, np.uint8)


def ground(other: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A background of the same size: plain, or a part of another picture, turned and mirrored."""
    height, width = other.shape[:2]
    if rng.random() < PLAIN:
        shade = rng.uniform(150, 255) + rng.uniform(-12, 12, 3)
        return np.full_like(other, np.clip(shade, 0, 255))
    zoom = rng.uniform(1, 2.5)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(0, 360), zoom)
    turn[:, 2] = turn[:, 2] + rng.uniform(-0.3, 0.3, 2) * [width, height]
    given = other[:, ::-1] if rng.random() < 0.5 else other
    made = cv2.warpAffine(given, turn, (width, height), borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(np.clip(made * rng.uniform(0.6, 1.4, 3), 0, 255), np.uint8)


def laid(
    photo: np.ndarray,
    mask: np.ndarray,
    points: np.ndarray,
    turn: float,
    zoom: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A garment's photo turned, nearer or further, and a little from the side.

    Args:
        photo: uint8 [H, W, 3].
        mask: uint8 [H, W].
        points: float32 [P, 2] in [0, 1], NaN where there is none.
        turn: Largest angle, degrees.
        zoom: Largest change of log size.
        rng: Of all choices.

    Returns:
        The same three.
    """
    height, width = photo.shape[:2]
    shown = np.argwhere(mask > 127)
    centre = shown.mean(0)[::-1] if len(shown) else np.array([width, height]) / 2
    scale = float(np.exp(zoom * rng.uniform(-1, 1)))
    move = np.eye(3)
    move[:2] = cv2.getRotationMatrix2D(
        (float(centre[0]), float(centre[1])), turn * rng.normal(0, 0.5), scale
    )
    to = np.array([width, height]) * (0.5 + rng.uniform(-0.12, 0.12, 2))
    move[:2, 2] += to - centre
    tilt = np.eye(3)
    tilt[2, :2] = rng.uniform(-0.15, 0.15, 2) * min(turn / 25, 1) / [width, height]
    middle = np.array([[1, 0, width / 2], [0, 1, height / 2], [0, 0, 1]])
    move = middle @ tilt @ np.linalg.inv(middle) @ move
    size = (width, height)
    border = cv2.BORDER_REFLECT_101 if rng.random() < 0.5 else cv2.BORDER_REPLICATE
    made = cv2.warpPerspective(photo, move, size, borderMode=border)
    cover = cv2.warpPerspective(mask, move, size)
    pixels = points * [width, height] - 0.5
    ends = np.column_stack([pixels, np.ones(len(pixels))]) @ move.T
    placed = (ends[:, :2] / ends[:, 2:] + 0.5) / [width, height]
    return made, cover, placed.astype(np.float32)
