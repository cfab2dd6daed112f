"""What the makeup task does on photographs: `python -m benchmarks.photographs FOLDER [--bundle]`.

Per photo: is the face handled, how much of the distance to ten lipsticks is covered, what changes
outside, on the teeth, on the skin over the lip; and how much of a reference's lips and eyeshadow
arrives on another face. Colours are measured in the plain mesh polygons, not in the masks the
predictor itself uses, less what it says is covered. Without a bundle the analytic shift is
measured alone.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from benchmarks.report import figure
from tryon.errors import Refusal
from tryon.makeup import operator
from tryon.makeup.condition import mean_lab
from tryon.makeup.look import REGIONS, Look, RegionLook, catalogue, named
from tryon.makeup.predictor import Predictor
from tryon.makeup.regions import region_masks
from tryon.vision import facemesh
from tryon.vision.colour import delta_e_2000, hex_to_lab, photographed_monk, srgb_to_lab
from tryon.vision.contours import closed, face_scale, fill, inset
from tryon.vision.images import decode
from tryon.vision.occlusion import visible_skin

SHADES = {
    "nude beige": "#b98a76", "nude rose": "#b5746c", "red": "#b01824", "brick": "#9c3a2e",
    "pink": "#d6487e", "coral": "#dc5d4e", "berry": "#7c1f43", "plum": "#5a1f40",
    "mauve": "#99607a", "dark": "#3c1218",
}  # fmt: skip
SHADES_SHOWN = 2  # the red: what it does outside the lips is measured
BINS = ((1, 3), (4, 5), (6, 7), (8, 10))
REFERENCES = ("classic red", "berry", "plum evening", "pink pop", "ocean", "emerald", "bronze")
HANDLED, LIPS, LIPS_MOVED, SHADOW_MOVED = 0.99, 0.85, 0.85, 0.6
SHADOW = REGIONS.index("eyeshadow")
SKIN = REGIONS.index("foundation")


@dataclass
class Measured:
    """What was found, one entry per photo (and shade)."""

    refused: Counter[str] = field(default_factory=Counter)
    tones: list[int] = field(default_factory=list)
    lips: list[list[float]] = field(default_factory=list)  # photo × shade, share of the distance
    outside: list[int] = field(default_factory=list)  # largest change, of 255
    teeth: list[float] = field(default_factory=list)  # CIEDE2000, mouths that are open
    over_lip: list[float] = field(default_factory=list)  # CIEDE2000
    moved_lips: list[float] = field(default_factory=list)
    moved_shadow: list[float] = field(default_factory=list)

    def handled(self) -> float:
        """Share of the photos that were not refused."""
        return len(self.tones) / max(len(self.tones) + sum(self.refused.values()), 1)

    def by_tone(self) -> dict[str, tuple[float, int]]:
        """Median share of the lip distance, and photos, per Monk bin."""
        tones, lips = np.array(self.tones), np.array(self.lips)
        inside = {f"{a}-{b}": (tones >= a) & (tones <= b) for a, b in BINS}
        return {
            name: (float(np.median(lips[chosen])), int(chosen.sum()))
            for name, chosen in inside.items()
            if chosen.any()
        }


def photos(folder: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Every photo under a folder by name, uint8 RGB."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp"):
            yield path.stem, decode(path.read_bytes()).image


def measure(pictures: Iterator[tuple[str, np.ndarray]], predictor: Predictor) -> Measured:
    """Measure everything on these photos."""
    measured = Measured()
    previous: tuple[np.ndarray, np.ndarray] | None = None
    for number, (_, image) in enumerate(pictures):
        try:
            results = predictor.apply_each(image, [_lipstick(c) for c in SHADES.values()])
        except Refusal as refusal:
            measured.refused[refusal.code] += 1
            continue
        result = results[SHADES_SHOWN]
        points = result.face.landmarks
        measured.tones.append(_tone(image, points))
        lips = _lips(points, image.shape[:2]) & (visible_skin(image, points) > 0.5)
        measured.lips.append(
            [
                _covered(image, each.image, lips, hex_to_lab(colour))
                for each, colour in zip(results, SHADES.values(), strict=True)
            ]
        )
        _around(measured, image, result.image, points)
        if previous is not None:
            _transferred(measured, predictor, image, previous, REFERENCES[number % len(REFERENCES)])
        previous = (image, points)
    return measured


def _lipstick(colour: str) -> Look:
    return Look(name="lipstick", regions={"lips": RegionLook(colour=colour)})


def _tone(image: np.ndarray, points: np.ndarray) -> int:
    masks = region_masks(points, (image.shape[0], image.shape[1]))
    return int(photographed_monk(mean_lab(image / np.float32(255), masks)[SKIN]))


def _lips(points: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The lips' polygon, a little inside its edges, bool [H, W]."""
    unit = face_scale(points)
    outer = inset(closed(points[list(facemesh.LIPS_OUTER)]), 0.02 * unit)
    inner = inset(closed(points[list(facemesh.LIPS_INNER)]), -0.015 * unit)
    size = (shape[0], shape[1])
    return (fill([outer], size) > 0.5) & (fill([inner], size) < 0.5)


def _mean(image: np.ndarray, where: np.ndarray) -> np.ndarray:
    return srgb_to_lab(image[where] / np.float32(255)).mean(0)


def _covered(before: np.ndarray, after: np.ndarray, where: np.ndarray, asked: np.ndarray) -> float:
    """1 − ΔE(reached, asked) / ΔE(before, asked); 1 where nothing had to change."""
    if not where.any():
        return 0.0
    apart = float(delta_e_2000(_mean(before, where), asked))
    left = float(delta_e_2000(_mean(after, where), asked))
    return 1 - left / max(apart, 1e-6)


def _around(measured: Measured, before: np.ndarray, after: np.ndarray, points: np.ndarray) -> None:
    unit, shape = face_scale(points), (before.shape[0], before.shape[1])
    outline = closed(points[list(facemesh.LIPS_OUTER)])
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(0.2 * unit) + 1,) * 2)
    beyond = cv2.dilate(fill([outline], shape), disc) == 0
    change = np.abs(after.astype(int) - before).max(-1)
    measured.outside.append(int(change[beyond].max()))
    apart = delta_e_2000(
        srgb_to_lab(before / np.float32(255)), srgb_to_lab(after / np.float32(255))
    )
    top, bottom = points[facemesh.UPPER_LIP_INNER], points[facemesh.LOWER_LIP_INNER]
    if np.hypot(*(bottom - top)) > 0.06 * unit:
        inner = inset(closed(points[list(facemesh.LIPS_INNER)]), 0.02 * unit)
        mouth = fill([inner], shape) > 0.5
        if mouth.any():
            measured.teeth.append(float(apart[mouth].mean()))
    rim = points[list(facemesh.LIPS_OUTER[11:20])]
    up = np.array([0, -unit])
    band = fill([np.concatenate([rim + 0.04 * up, (rim + 0.14 * up)[::-1]])], shape) > 0.5
    measured.over_lip.append(float(apart[band].mean()) if band.any() else 0.0)


def _transferred(
    measured: Measured,
    predictor: Predictor,
    image: np.ndarray,
    other: tuple[np.ndarray, np.ndarray],
    look: str,
) -> None:
    """The photo before, made up by the operator, is the reference for this one."""
    photo, points = other
    masks = region_masks(points, (photo.shape[0], photo.shape[1]), visible_skin(photo, points))
    painted = operator.apply(photo / np.float32(255), masks, named(look), face_scale(points))
    reference = np.rint(painted * 255).astype(np.uint8)
    result = predictor.transfer(image, reference)
    here = result.face.landmarks
    own = region_masks(here, (image.shape[0], image.shape[1]), visible_skin(image, here))
    before, after = (mean_lab(p / np.float32(255), own) for p in (image, result.image))
    there = mean_lab(painted, masks)
    lips = there[0] + [0.6 * (before[SKIN, 0] - there[SKIN, 0]), 0, 0]
    shadow = before[SKIN] + there[SHADOW] - there[SKIN]
    for index, wanted, shares in (
        (0, lips, measured.moved_lips),
        (SHADOW, shadow, measured.moved_shadow),
    ):
        if masks[index].max() > 0.5 and own[index].max() > 0.5:
            apart = float(delta_e_2000(before[index], wanted))
            shares.append(1 - float(delta_e_2000(after[index], wanted)) / max(apart, 1e-6))


def sheet(pictures: list[np.ndarray], predictor: Predictor, path: Path, side: int = 240) -> None:
    """Bare and made-up side by side, one look of the catalogue after the other."""
    looks = [look for look in catalogue().values() if len(look.regions) > 2]
    tiles = []
    for number, image in enumerate(pictures):
        result = predictor.apply(image, looks[number % len(looks)])
        left, top, right, bottom = result.face.box
        rim = round(0.25 * (bottom - top))
        rows, columns = (
            slice(max(0, top - rim), bottom + rim),
            slice(max(0, left - rim), right + rim),
        )
        pair = [cv2.resize(p[rows, columns], (side, side), interpolation=cv2.INTER_AREA)
                for p in (image, result.image)]  # fmt: skip
        tiles.append(np.hstack(pair))
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % 4)
    strips = [np.hstack(tiles[row : row + 4]) for row in range(0, len(tiles), 4)]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(np.vstack(strips), cv2.COLOR_RGB2BGR))


def main() -> int:
    """Print the table; 1 if a figure misses its limit."""
    arguments = _arguments()
    cv2.setNumThreads(1)
    predictor = Predictor.load(arguments.bundle) if arguments.bundle else Predictor()
    found = list(photos(arguments.folder))[:: arguments.every]
    measured = measure(iter(found), predictor)
    lips = np.array(measured.lips)
    kept = figure("faces handled", measured.handled(), HANDLED, detail=f"refused: "
                  f"{dict(measured.refused) or 'none'}")  # fmt: skip
    kept &= figure("lip colour reached, median", float(np.median(lips)), LIPS,
                   detail=f"{lips.shape[0]} photos × {lips.shape[1]} shades; tenth percentile "
                   f"{np.percentile(lips, 10):.2f}")  # fmt: skip
    for name, share in zip(SHADES, np.median(lips, 0), strict=True):
        kept &= figure(f"  {name}", float(share), LIPS)
    for name, (share, count) in measured.by_tone().items():
        kept &= figure(f"  Monk {name}", share, LIPS, detail=f"{count} photos")
    kept &= figure("reference lips reached, median", float(np.median(measured.moved_lips)),
                   LIPS_MOVED, detail=f"{len(measured.moved_lips)} pairs")  # fmt: skip
    kept &= figure("reference eyeshadow reached, median", float(np.median(measured.moved_shadow)),
                   SHADOW_MOVED, detail=f"{len(measured.moved_shadow)} pairs")  # fmt: skip
    print(f"largest change outside: {max(measured.outside)} of 255")
    for name, values in (("open mouths", measured.teeth), ("skin over the lip", measured.over_lip)):
        print(f"{name}: ΔE2000 median {np.median(values):.2f}, "
              f"p95 {np.percentile(values, 95):.2f}, n {len(values)}")  # fmt: skip
    if arguments.sheet:
        chosen = [image for _, image in found[:: max(1, len(found) // 40)]][:40]
        sheet(chosen, predictor, arguments.sheet)
        print(f"contact sheet: {arguments.sheet}")
    return 0 if kept and max(measured.outside) == 0 else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="photos, searched through all its folders")
    parser.add_argument("--bundle", type=Path, help="a trained bundle; else the shift alone")
    parser.add_argument("--every", type=int, default=1, help="take every n-th photo")
    parser.add_argument("--sheet", type=Path, help="write a contact sheet of 40 here (PNG)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
