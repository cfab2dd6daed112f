"""Thousands of thin strands as one layer, for hair and beards."""

import cv2
import numpy as np

from tryon.sample.drawing import SHIFT, Shape, fixed

SHADES = 16  # brightness levels the strands are drawn with
FINER = 2  # the strands' canvas against the picture
WHITE = np.array([0.42, 0.41, 0.40])  # linear RGB of a white hair


def draw_strands(
    seen: np.ndarray,
    shade: np.ndarray,
    tint: np.ndarray,
    chosen: np.ndarray,
    colour: np.ndarray,
    shape: Shape,
) -> np.ndarray:
    """Draw strands from back to front, finer than a pixel.

    Args:
        seen: float [N, K, 3] pixels and depth; K - 1 is a multiple of 3.
        shade: Brightness [N, K].
        tint: How white each strand is, [N].
        chosen: Which points are drawn, bool [N, K].
        colour: Linear RGB [3].
        shape: Of the picture.

    Returns:
        Premultiplied linear RGBA [H, W, 4].
    """
    canvas = np.zeros((shape[0] * FINER, shape[1] * FINER, 4), np.uint8)
    pieces = np.arange(0, seen.shape[1] - 1, 3)
    window = pieces[:, None] + np.arange(4)  # [pieces, 4]
    lines = fixed((seen[..., :2] + 0.5) * FINER - 0.5)[:, window]  # [N, pieces, 4, 2]
    visible = chosen[:, window].all(2)
    if visible.any():
        value = np.clip(np.round(shade[:, window].mean(2) / 1.5 * SHADES), 1, SHADES).astype(int)
        far = seen[:, window, 2].mean(2)
        rank = np.digitize(far, np.quantile(far[visible], [0.25, 0.5, 0.75]))
        whiteness = np.broadcast_to(np.round(tint * 3).astype(int)[:, None], rank.shape)
        code = (rank * 4 + whiteness) * (SHADES + 1) + value
        flat, ways = code[visible], lines[visible]
        order = np.argsort(flat, kind="stable")
        codes, starts = np.unique(flat[order], return_index=True)
        ends = np.append(starts[1:], len(order))
        for one, start, end in zip(codes.tolist(), starts, ends, strict=True):
            step, white = one % (SHADES + 1), one // (SHADES + 1) % 4
            base = colour + (WHITE - colour) * white / 3
            tone = base * (step / SHADES * 1.5) + 0.05 * max(0.0, step / SHADES - 0.5)
            rgb = 255 * np.clip(tone, 0, 1) ** (1 / 2.2)
            curves = ways[order[start:end]]
            cv2.polylines(canvas, curves, False, (*rgb.tolist(), 255), 1, cv2.LINE_AA, SHIFT)
    drawn = cv2.resize(canvas, shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    alpha = drawn[..., 3:]
    straight = np.minimum(drawn[..., :3] / np.maximum(alpha, 1e-3), 1)
    return np.concatenate([straight**2.2 * alpha, alpha], -1)
