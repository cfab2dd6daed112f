"""What the garment task does on photographs: `python -m benchmarks.garment_photographs FOLDER`.

Every photo of FOLDER/busts and FOLDER/persons, and each person of those that show several, is asked
to wear photographed tops of FOLDER/garments, `--pairs` of them each, drawn by `--seed`. A pair ends
in a refusal with its cause or in a picture. Of the pictures: what changed on the face, on the hands
and far from the body, and how far the colour of the torso is from the garment's. Drawn persons in
the same garments come with their labels, so the hair is measured too.
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
from tryon.garment.build import Body
from tryon.garment.cloth import Given
from tryon.garment.predictor import Predictor, Result
from tryon.sample.casting import cast, draw_outfit
from tryon.sample.figure import Figure
from tryon.vision import facemesh
from tryon.vision.colour import delta_e_2000, srgb_to_lab
from tryon.vision.contours import closed, fill
from tryon.vision.face import FaceFinder
from tryon.vision.human import Part
from tryon.vision.images import decode

TOPS = ("t-shirt", "longsleeve", "shirt", "outwear")
# persons of photos that show several: left, top, right, bottom as shares
CUTS: dict[str, list[tuple[float, float, float, float]]] = {
    "Pilots": [(0, 0.3, 0.37, 1), (0.3, 0.06, 0.72, 0.75), (0.55, 0.3, 1, 1)],
    "image-2-women-on-phones": [(0.18, 0.2, 0.42, 1), (0.52, 0, 1, 1)],
}
COLOUR = 6.0  # CIEDE2000 of the torso, median
FAR = 3.2  # pupil distances beside the joints that count as far from the body
OWN = (Part.FACE, Part.HAIR, Part.GLASSES, Part.HAT)
Item = tuple[str, np.ndarray]
SIDE = 280  # pixels of a tile


@dataclass
class Measured:
    """What was found, one entry per picture."""

    refused: Counter[str] = field(default_factory=Counter)
    colour: list[float] = field(default_factory=list)  # CIEDE2000
    face: list[int] = field(default_factory=list)  # largest change, of 255
    far: list[int] = field(default_factory=list)
    hair: list[int] = field(default_factory=list)
    tiles: list[np.ndarray] = field(default_factory=list)

    @property
    def pictures(self) -> int:
        """How many pairs ended in a picture."""
        return len(self.colour)


def persons(folder: Path) -> Iterator[Item]:
    """Every photo of persons by name, uint8 RGB, and each person of those with several."""
    for path in sorted([*folder.glob("busts/*.jpg"), *folder.glob("persons/*.jpg")]):
        image = decode(path.read_bytes()).image
        yield path.stem, image
        height, width = image.shape[:2]
        for number, (left, top, right, bottom) in enumerate(CUTS.get(path.stem, ())):
            rows = slice(int(top * height), int(bottom * height))
            columns = slice(int(left * width), int(right * width))
            yield f"{path.stem}, {number}", np.ascontiguousarray(image[rows, columns])


def garments(folder: Path) -> list[Item]:
    """Every photographed top."""
    found = [path for kind in TOPS for path in sorted((folder / "garments" / kind).glob("*.jpg"))]
    return [(f"{path.parent.name}/{path.stem}", decode(path.read_bytes()).image) for path in found]


def drawn(count: int) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Drawn persons in tops of their own: name, picture, labels."""
    for number in range(count):
        figure_ = Figure(cast(1000 + number, 1 + number % 10, 640, "half"))
        rng = np.random.default_rng(number)
        outfit = draw_outfit(rng, figure_.cast)
        while not any(one.category == "upper" for one in outfit.garments):
            outfit = draw_outfit(rng, figure_.cast)
        yield f"drawn {number}", *figure_.wearing(outfit)


def measure(
    people: Iterator[tuple[str, np.ndarray, np.ndarray | None]],
    tops: list[Item],
    predictor: Predictor,
    pairs: int,
    seed: int,
) -> Measured:
    """Dress everybody in `pairs` garments.

    Args:
        people: Name, photo, and labels where there are any.
        tops: Name and photo.
        predictor: Of a trained bundle.
        pairs: Garments per person.
        seed: Of which.
    """
    measured, rng = Measured(), np.random.default_rng(seed)
    with FaceFinder() as faces:
        for _, image, labels in people:
            for index in rng.choice(len(tops), size=min(pairs, len(tops)), replace=False):
                photo = tops[int(index)][1]
                try:
                    result = predictor.dress(image, Given(photo, "upper"))
                except Refusal as refusal:
                    measured.refused[refusal.code] += 1
                    continue
                measured.colour.append(_torso_colour(image, photo, result))
                change = np.abs(result.image.astype(int) - image).max(-1)
                measured.far.append(_most(change, _far(result, change.shape)))
                for face in faces.find_all(image)[:1]:
                    outline = closed(face.landmarks[list(facemesh.OVAL)])
                    inside = fill([outline], (image.shape[0], image.shape[1])) > 0.5
                    measured.face.append(_most(change, inside))
                if labels is not None:
                    measured.hair.append(_most(change, np.isin(labels, OWN)))
                measured.tiles.append(_tile(image, photo, result))
    return measured


def _torso_colour(image: np.ndarray, photo: np.ndarray, result: Result) -> float:
    """CIEDE2000 between the mean colours of the worn chest and belly and of the garment's."""
    names = ("armpit_right", "armpit_left", "hem_left", "hem_right")
    pixels = result.garment.measured.pixels
    lying = np.array([pixels[name] for name in names])
    worn = Body(result.pose).place(np.array([-2.0, 2, 2, -2]), np.array([1.0, 1, 5, 5]))
    inside = _quad(photo.shape, lying) & (result.garment.mask > 127)
    changed = (result.image != image).any(-1)
    seen = _quad(image.shape, worn) & changed
    if not seen.any() or not inside.any():
        return float("nan")
    first, second = (
        srgb_to_lab(picture[where] / np.float32(255)).mean(0)
        for picture, where in ((photo, inside), (result.image, seen))
    )
    return float(delta_e_2000(first, second))


def _quad(shape: tuple[int, ...], corners: np.ndarray, share: float = 0.7) -> np.ndarray:
    """Inside of four corners drawn in towards their middle, bool [H, W]."""
    middle = corners.mean(0)
    return fill([middle + share * (corners - middle)], (shape[0], shape[1])) > 0.5


def _far(result: Result, shape: tuple[int, ...]) -> np.ndarray:
    """Further than FAR from all joints and what is between them, bool [H, W]."""
    near = np.zeros(shape, np.uint8)
    body = Body(result.pose)
    points = np.clip(result.pose.keypoints[:, :2], -9e3, 9e3)
    hull = cv2.convexHull(points.astype(np.float32))
    cv2.fillConvexPoly(near, np.rint(hull).astype(np.int32), (1,))
    return cv2.distanceTransform(1 - near, cv2.DIST_L2, 5) > FAR * body.unit


def _most(change: np.ndarray, where: np.ndarray) -> int:
    return int(change[where].max(initial=0))


def _tile(image: np.ndarray, photo: np.ndarray, result: Result) -> np.ndarray:
    """Garment with what is not under its mask dimmed, person, result."""
    dimmed = np.where(result.garment.mask[..., None] > 127, photo, photo // 4)
    return np.hstack([_fitted(one) for one in (dimmed, image, result.image)])


def _fitted(image: np.ndarray) -> np.ndarray:
    scale = min(SIDE / image.shape[0], SIDE * 0.8 / image.shape[1])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    tile = np.full((SIDE, int(SIDE * 0.8), 3), 250, np.uint8)
    tile[: small.shape[0], : small.shape[1]] = small[:SIDE, : tile.shape[1]]
    return tile


def sheet(tiles: list[np.ndarray], path: Path, columns: int = 4) -> None:
    """Garment, person, result; forty of them."""
    chosen = tiles[:: max(1, len(tiles) // 40)][:40]
    chosen += [np.full_like(chosen[0], 250)] * (-len(chosen) % columns)
    strips = [np.hstack(chosen[row : row + columns]) for row in range(0, len(chosen), columns)]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(np.vstack(strips), cv2.COLOR_RGB2BGR))


def report(name: str, measured: Measured) -> bool:
    """Print what was found; whether the limits are kept."""
    total = measured.pictures + sum(measured.refused.values())
    causes = ", ".join(f"{code} {count}" for code, count in measured.refused.most_common())
    print(f"{name}: {total} pairs, {measured.pictures} pictures; refused: {causes or 'none'}")
    if not measured.pictures:
        return True
    kept = True
    for what, most in (
        ("face", measured.face),
        ("far", measured.far),
        ("own parts", measured.hair),
    ):
        if most:
            kept &= figure(f"  largest change, {what}", max(most), 0, at_least=False, unit="of 255",
                           detail=f"{sum(value > 0 for value in most)} of {len(most)}")  # fmt: skip
    colour = np.array(measured.colour)
    detail = f"p90 {np.nanpercentile(colour, 90):.1f}, {len(colour)} pictures"
    kept &= figure("  torso ΔE2000, median", float(np.nanmedian(colour)), COLOUR, False, "", detail)
    return kept


def main() -> int:
    """Print the figures; 1 if one misses its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="has busts, persons, garments/CLASS")
    parser.add_argument("--bundle", type=Path, required=True, help="a trained one")
    parser.add_argument("--pairs", type=int, default=10, help="garments per person")
    parser.add_argument("--drawn", type=int, default=12, help="drawn persons")
    parser.add_argument("--every", type=int, default=1, help="take every n-th garment")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sheet", type=Path, help="write contact sheets here: NAME, NAME-drawn")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    predictor, tops = Predictor.load(options.bundle), garments(options.folder)[:: options.every]
    groups = {
        "photographed": ((name, image, None) for name, image in persons(options.folder)),
        "drawn": drawn(options.drawn),
    }
    kept = True
    for name, people in groups.items():
        measured = measure(people, tops, predictor, options.pairs, options.seed)
        kept &= report(name, measured)
        if options.sheet and measured.tiles:
            sheet(measured.tiles, options.sheet.with_stem(f"{options.sheet.stem}-{name}"))
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
