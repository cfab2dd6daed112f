"""Spectacle frames in front of the eyes, with a hint of their shadow and reflection."""

from dataclasses import dataclass

import numpy as np

from tryon.sample.drawing import Shape, blur, fill, smooth_open, stroke
from tryon.sample.head import Pose
from tryon.sample.light import Light

STYLES = ("none", "round", "square", "wire")


@dataclass(frozen=True)
class GlassesLayer:
    """Frames over everything on the face."""

    frame: np.ndarray  # [H, W] alpha
    colour: np.ndarray  # [3]
    shine: np.ndarray  # [H, W] highlights on frame and lenses
    shadow: np.ndarray  # [H, W] on the skin


def draw_glasses(
    kind: str, mesh: np.ndarray, pose: Pose, light: Light, shape: Shape, rng: np.random.Generator
) -> GlassesLayer:
    """Draw frames fitted to the face [478, 3]."""
    empty = np.zeros(shape, np.float32)
    if kind == "none":
        return GlassesLayer(empty, np.zeros(3, np.float32), empty, empty)
    thick = {"round": 0.032, "square": 0.045, "wire": 0.018}[kind] * rng.uniform(0.7, 1.35)
    power = {"round": 2.2, "square": 4.0, "wire": 2.6}[kind]
    wide = rng.uniform(0.36, 0.42)
    tall = wide * {"round": 0.9, "square": 0.66, "wire": 0.72}[kind]
    bridge = mesh[168] + [0, 0.07, 0.10]
    turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    cos, sin = np.cos(turn), np.sin(turn)
    ring = np.stack(
        [np.sign(cos) * np.abs(cos) ** (2 / power), np.sign(sin) * np.abs(sin) ** (2 / power)], 1
    )
    curves, lenses = [], []
    for sign, temple in ((-1, 234), (1, 454)):
        middle = np.array([sign * (wide + 0.10), bridge[1] + 0.06, bridge[2] - 0.10])
        rim = np.zeros((60, 3))
        rim[:, 0] = middle[0] + ring[:, 0] * wide
        rim[:, 1] = middle[1] + ring[:, 1] * tall
        rim[:, 2] = middle[2] - 0.18 * np.abs(rim[:, 0]) ** 2
        lenses.append(pose.project(rim)[:, :2])
        curves.append(np.concatenate([lenses[-1], lenses[-1][:1]]))
        hinge = rim[np.argmax(sign * rim[:, 0])] + [0, -0.35 * tall, 0]
        ear = mesh[temple] + [sign * 0.04, -0.30, -0.25]
        curves.append(pose.project(np.stack([hinge, (hinge + ear) / 2 + [sign * 0.05, 0, 0], ear]))[
            :, :2])  # fmt: skip
    nose = np.array([[-0.11, 0.0, -0.03], [0, -0.07, 0.05], [0.11, 0.0, -0.03]]) + bridge
    curves.append(smooth_open(pose.project(nose)[:, :2]))
    frame = stroke(shape, curves, max(1.0, thick * pose.scale), 0.3)
    tones = ((0.01, 0.01, 0.012), (0.06, 0.028, 0.012), (0.25, 0.18, 0.08), (0.20, 0.20, 0.21),
             (0.12, 0.01, 0.02))  # fmt: skip
    colour = np.array(tones[rng.integers(len(tones))], np.float32)
    shift = np.array([-light.direction[0], 0.8]) * 0.07 * pose.scale
    shadow = stroke(
        shape, [c + shift for c in curves], max(1.0, thick * pose.scale), 0.03 * pose.scale
    )
    shine = empty.copy()
    strength = rng.uniform(0.0, 0.10)
    for lens in lenses:
        low, high = lens.min(0), lens.max(0)
        band = np.array(
            [[low[0], low[1]], [low[0] + 0.45 * (high[0] - low[0]), low[1]],
             [low[0] + 0.2 * (high[0] - low[0]), high[1]], [low[0] - 0.2, high[1]]]
        )  # fmt: skip
        shine += strength * blur(fill(shape, band), 0.02 * pose.scale) * fill(shape, lens)
    glint = np.clip(
        stroke(shape, [c - [0, 0.3 * thick * pose.scale] for c in curves], 0.5, 0.4), 0, 1
    )
    return GlassesLayer(frame, colour, shine + 0.18 * glint * frame, shadow * (1 - frame))
