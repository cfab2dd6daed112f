"""A garment laid flat, in units of its wearer: what its landmarks say of its size and place.

The garment's own units are the wearer's (tryon.garment.build): a garment is taken to fit. Scale
and origin follow from what differs least between garments, the height of the armhole and the
widths of chest, waist and hips.
"""

from dataclasses import dataclass

import numpy as np

from tryon.errors import Refusal
from tryon.garment.garment import LANDMARKS, Category

Points = dict[str, np.ndarray]

# Medians over drawn garments, in units.
ARMHOLE = {"upper": 2.88, "whole": 2.81}  # neck point to armpit, down
CHEST = {"upper": 6.16, "whole": 5.64}  # armpit to armpit
NECK_LEVEL, WAIST_LEVEL = -1.03, 5.69  # of the neck points; of a waistband
WAIST, HIPS = 5.08, 6.66  # widths of what is worn below
RISE = {"crotch": 3.63, "hip": 1.84}  # waistband to there


@dataclass(frozen=True)
class Flat:
    """A garment's landmarks in its photo and in units.

    Attributes:
        category: upper, lower or whole.
        pixels: Name → [2] in the photo's pixels; only landmarks the garment has.
        units: Name → [2]: across (positive is the wearer's left) and down.
        scale: Photo pixels per unit.
    """

    category: Category
    pixels: Points
    units: Points
    scale: float

    def has(self, *names: str) -> bool:
        """Whether the garment has all of these landmarks."""
        return all(name in self.pixels for name in names)

    def pixel(self, across: float, down: float) -> np.ndarray:
        """Units → pixels of the photo, [2]."""
        return self._origin + self._axes @ np.array([across, down]) * self.scale

    @property
    def _axes(self) -> np.ndarray:
        return _axes(self.pixels, self.category)

    @property
    def _origin(self) -> np.ndarray:
        name = next(iter(self.pixels))
        origin: np.ndarray = self.pixels[name] - self._axes @ self.units[name] * self.scale
        return origin


def read(category: Category, landmarks: np.ndarray) -> Flat:
    """Measure a garment.

    Args:
        category: Of the garment.
        landmarks: float [2 · K] or [K, 2], in the order of tryon.garment.garment.LANDMARKS; NaN for
            those it does not have.

    Raises:
        Refusal: `garment_unclear` where what the category must have is missing.
    """
    names = LANDMARKS[category]
    points = np.asarray(landmarks, np.float64).reshape(-1, 2)
    pixels = {n: p for n, p in zip(names, points, strict=True) if np.isfinite(p).all()}
    needed = (
        ("waist_right", "waist_left")
        if category == "lower"
        else ("neck_right", "neck_left", "armpit_right", "armpit_left", "hem_right", "hem_left")
    )
    if missing := [name for name in needed if name not in pixels]:
        raise Refusal(
            f"the garment's outline does not show {', '.join(missing)}",
            code="garment_unclear",
            hint="lay the garment flat, front up, on a plain ground",
        )
    axes = _axes(pixels, category)
    turned = {name: axes.T @ point for name, point in pixels.items()}
    scale, origin = _lower(turned) if category == "lower" else _upper(turned, category)
    units = {name: (point - origin) / scale for name, point in turned.items()}
    return Flat(category, pixels, units, scale)


def _axes(pixels: Points, category: Category) -> np.ndarray:
    """[2, 2]: columns point to the wearer's left and down, in the photo."""
    pairs = ("waist", "hip") if category == "lower" else ("neck", "armpit", "waist", "hem")
    across = np.zeros(2)
    for name in pairs:
        if f"{name}_left" in pixels and f"{name}_right" in pixels:
            across += pixels[f"{name}_left"] - pixels[f"{name}_right"]
    across = across / max(float(np.hypot(*across)), 1e-6)
    return np.array([[across[0], -across[1]], [across[1], across[0]]])


def _upper(turned: Points, category: Category) -> tuple[float, np.ndarray]:
    armhole = ARMHOLE[category]
    neck = (turned["neck_right"] + turned["neck_left"]) / 2
    armpit = (turned["armpit_right"] + turned["armpit_left"]) / 2
    chest = turned["armpit_left"][0] - turned["armpit_right"][0]
    ratios = np.array([(armpit[1] - neck[1]) / armhole, chest / CHEST[category]])
    scale = float(np.exp(np.log(np.maximum(ratios, 1e-3)) @ [0.65, 0.35]))
    middle = (neck[0] + armpit[0]) / 2
    top = ((neck[1] / scale - NECK_LEVEL) + (armpit[1] / scale - (NECK_LEVEL + armhole))) / 2
    return scale, np.array([middle, top * scale])


def _lower(turned: Points) -> tuple[float, np.ndarray]:
    waist = (turned["waist_right"] + turned["waist_left"]) / 2
    ratios = [(turned["waist_left"][0] - turned["waist_right"][0]) / WAIST]
    if "hip_left" in turned and "hip_right" in turned:
        ratios.append((turned["hip_left"][0] - turned["hip_right"][0]) / HIPS)
        if "crotch" in turned:
            ratios.append((turned["crotch"][1] - waist[1]) / RISE["crotch"])
        else:
            hip = (turned["hip_right"] + turned["hip_left"]) / 2
            ratios.append((hip[1] - waist[1]) / RISE["hip"])
    scale = float(np.exp(np.mean(np.log(np.maximum(ratios, 1e-3)))))
    return scale, np.array([waist[0], waist[1] - WAIST_LEVEL * scale])
