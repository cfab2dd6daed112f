"""The build of a body: lengths and half-widths, in eye distances (about 6.3 cm)."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Build:
    """One person's proportions. Half-widths are of the silhouette, seen from the front."""

    masculine: float  # 0-1
    girth: float  # 1 is average
    shoulder: float  # middle to the shoulder joint
    chest: float
    waist: float
    hip: float
    neck: float
    torso: float  # shoulder line to hip joints
    upper_arm: float
    forearm: float
    thigh: float
    shin: float
    hip_joint: float  # middle to the hip joint
    arm: float  # thickness, 1 is average
    leg: float
    bust: float  # 0-1
    belly: float  # 0-1

    def half_width(self, down: np.ndarray | float) -> np.ndarray:
        """Silhouette of the trunk at heights `down` (eye distances under the shoulder line)."""
        y = np.asarray(down, float) * 7.9 / self.torso
        at = [-1.3, -0.95, -0.55, -0.15, 0.38, 1.1, 1.8, 3.2, 5.1, 6.6, 8.0, 9.4, 10.2]
        wide = [
            self.neck, 1.15 * self.neck + 0.25, 0.62 * self.shoulder + 0.25, self.shoulder,
            self.shoulder + 0.04, self.shoulder - 0.06, self.chest, 0.97 * self.chest, self.waist,
            0.45 * self.waist + 0.55 * self.hip, self.hip, 0.98 * self.hip, 0.96 * self.hip,
        ]  # fmt: skip
        return smooth_steps(y, at, wide)


def smooth_steps(x: np.ndarray | float, at: list[float], values: list[float]) -> np.ndarray:
    """Monotone cubic interpolation (Fritsch and Carlson, 1980), constant outside."""
    p, v = np.asarray(at, float), np.asarray(values, float)
    h = np.diff(p)
    slope = np.diff(v) / h
    tangent = np.zeros_like(v)
    product = slope[:-1] * slope[1:]
    w1, w2 = 2 * h[1:] + h[:-1], h[1:] + 2 * h[:-1]
    safe = np.where(product > 0, slope[:-1], 1.0), np.where(product > 0, slope[1:], 1.0)
    tangent[1:-1] = np.where(product > 0, (w1 + w2) / (w1 / safe[0] + w2 / safe[1]), 0)
    x = np.clip(x, p[0], p[-1])
    i = np.clip(np.searchsorted(p, x, side="right") - 1, 0, len(p) - 2)
    t = (x - p[i]) / h[i]
    a, b = (2 * t**3 - 3 * t**2 + 1), (t**3 - 2 * t**2 + t)
    c, d = (3 * t**2 - 2 * t**3), (t**3 - t**2)
    return a * v[i] + b * h[i] * tangent[i] + c * v[i + 1] + d * h[i] * tangent[i + 1]


def draw_build(rng: np.random.Generator, masculine: float) -> Build:
    """A plausible body; `masculine` in [0, 1] leans its proportions."""
    m = float(np.clip(masculine + rng.normal(0, 0.08), 0, 1))
    girth = float(np.clip(np.exp(rng.normal(0, 0.11)), 0.84, 1.32))
    tall = float(np.clip(rng.normal(1, 0.035), 0.92, 1.08))

    def mix(low: float, high: float, spread: float = 0.04) -> float:
        return float((low + (high - low) * m) * np.clip(rng.normal(1, spread), 0.9, 1.1))

    return Build(
        masculine=m,
        girth=girth,
        shoulder=mix(2.40, 2.84) * (0.8 + 0.2 * girth),
        chest=mix(2.22, 2.55) * (0.35 + 0.65 * girth),
        waist=mix(1.95, 2.34) * (0.05 + 0.95 * girth),
        hip=mix(2.62, 2.46) * (0.35 + 0.65 * girth),
        neck=mix(0.74, 0.96) * (0.6 + 0.4 * girth),
        torso=mix(7.5, 7.9) * tall,
        upper_arm=mix(4.35, 4.65) * tall,
        forearm=mix(3.7, 4.05) * tall,
        thigh=mix(6.4, 6.6) * tall,
        shin=mix(6.2, 6.5) * tall,
        hip_joint=mix(1.42, 1.38),
        arm=mix(0.84, 1.04) * (0.45 + 0.55 * girth),
        leg=mix(1.0, 0.97) * (0.4 + 0.6 * girth),
        bust=float(np.clip((1 - m) * rng.uniform(0.5, 1.3) - 0.15, 0, 1)),
        belly=float(np.clip((girth - 1.0) * 2.5 + rng.normal(0, 0.1), 0, 1)),
    )
