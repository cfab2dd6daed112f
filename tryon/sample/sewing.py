"""The texture of a garment laid flat: cloth woven, printed, sewn and trimmed."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from tryon.sample.build import Build
from tryon.sample.cut import Cut, Piece
from tryon.sample.drawing import Shape, fill, grid, scaled, stroke, unit
from tryon.sample.legs import cut_legs
from tryon.sample.panels import cut_panels
from tryon.sample.stance import Stance
from tryon.sample.strip import FINER
from tryon.sample.textile import draw_print, grain, weave
from tryon.sample.wardrobe import Garment

MARGIN = 0.07
Place = Callable[[np.ndarray], np.ndarray]
Box = tuple[slice, slice]


@dataclass(frozen=True)
class Texture:
    """The cloth of a garment laid flat, `FINER` times finer than its photo."""

    colour: np.ndarray  # [h, w, 3] linear RGB
    hole: np.ndarray  # [h, w] where the neck comes out of the front
    whole: np.ndarray  # [h, w] alpha with the inside of the back
    scale: float  # pixels per unit
    origin: np.ndarray  # [2] pixels of the flat units' origin

    def place(self, points: np.ndarray) -> np.ndarray:
        """Flat units → pixels of the texture."""
        return np.asarray(points) * self.scale + self.origin


@dataclass(frozen=True)
class Sewn:
    """A garment made for a body: its pieces, measures and cloth."""

    garment: Garment
    pieces: list[Piece]
    cut: Cut
    texture: Texture


def sew(garment: Garment, build: Build, stance: Stance, shape: Shape) -> Sewn:
    """Make a garment for a body, and its texture for a flat photo of `shape`."""
    cutter = cut_legs if garment.kind in ("trousers", "shorts") else cut_panels
    pieces, cut = cutter(garment, build, stance)
    return Sewn(garment, pieces, cut, _draw_texture(garment, pieces, cut, shape))


def _draw_texture(garment: Garment, parts: list[Piece], cut: Cut, shape: Shape) -> Texture:
    """Weave, print and sew."""
    size = (shape[0] * FINER, shape[1] * FINER)
    points = np.concatenate([part.flat.reshape(-1, 2) for part in parts])
    low, high = points.min(0), points.max(0)
    room = np.array(size[::-1]) * (1 - 2 * MARGIN)
    scale = float((room / (high - low)).min())
    origin = np.array(size[::-1]) / 2 - (low + high) / 2 * scale

    def place(points: np.ndarray) -> np.ndarray:
        return np.asarray(points) * scale + origin

    x, y = grid(size)
    x, y = (x - np.float32(origin[0])) / scale, (y - np.float32(origin[1])) / scale
    colour = weave(garment.textile, x, y)
    front = np.zeros(size, np.float32)
    thin = max(1.0, 0.035 * scale)
    lines: list[np.ndarray] = []
    for part in parts:
        if part.name.startswith("collar"):
            continue
        outline = place(_outline(part.flat))
        lines.append(np.concatenate([outline, outline[:1]]))
        box = _around(outline, size)
        area = fill((box[0].stop - box[0].start, box[1].stop - box[1].start),
                    outline - [box[1].start, box[0].start])  # fmt: skip
        if part.name.startswith("sleeve"):
            _turn(garment, part, colour[box], area, x[box], y[box])
        front[box] = np.maximum(front[box], area)
    whole, hole = front.copy(), np.zeros(size, np.float32)
    if garment.kind not in ("trousers", "shorts", "skirt"):
        curve = place(neck_curve(garment, cut))
        box = _around(curve, size, round(1.6 * scale))
        near = hole[box]
        small = (near.shape[0], near.shape[1])
        near[:], back = _neck_hole(garment, cut, place, small, box)
        lines.append(curve)
        if garment.neckline != "collar":
            band = stroke(small, [curve - [box[1].start, box[0].start]], 0.20 * scale)
            rib = (band > 0.4) & (near < 0.5)
            second = garment.seed % 5 == 0
            colour[box][rib] = garment.textile.second if second else garment.textile.colour * 0.93
        shown = near * back
        inside = weave(garment.textile, x[box], y[box]) * 0.45
        colour[box] += (inside - colour[box]) * shown[..., None]
        whole[box] = np.maximum(front[box] * (1 - near), shown)
    lines += [place(line) for line in _trim(garment, parts, cut, place, scale, colour)]
    seams = stroke(size, lines, thin)
    chest = draw_print(garment.textile, scale)
    if chest is not None and garment.category != "lower":
        _stamp(colour, chest, place(np.array([0, max(2.0, cut.neck_top + garment.depth + 0.9)])))
    for part in parts:
        if part.name.startswith("collar"):
            outline = place(_outline(part.flat))
            box = _around(outline, size)
            small = (box[0].stop - box[0].start, box[1].stop - box[1].start)
            outline = outline - [box[1].start, box[0].start]
            area = fill(small, outline)
            colour[box][area > 0.5] = 1.03 * weave(garment.textile, y[box], x[box])[area > 0.5]
            rim = stroke(small, [outline], thin, closed=True)
            seams[box] = np.maximum(seams[box] * (1 - area), rim)
            whole[box] = np.maximum(whole[box], area)
    colour = scaled(colour, grain(garment.textile, size) * (1 - 0.30 * seams))
    return Texture(colour, hole, whole, scale, origin)


def _outline(points: np.ndarray) -> np.ndarray:
    return np.concatenate([points[0], points[1:, -1], points[-1, -2::-1], points[-2:0:-1, 0]])


def _around(points: np.ndarray, size: Shape, margin: int = 3) -> Box:
    """The box around points (pixels) as slices."""
    low = np.clip(np.floor(points.min(0)).astype(int) - margin, 0, [size[1] - 2, size[0] - 2])
    high = np.clip(np.ceil(points.max(0)).astype(int) + margin, low + 2, size[::-1])
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def _turn(
    garment: Garment,
    part: Piece,
    colour: np.ndarray,
    area: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
) -> None:
    """The cloth of a sleeve runs along the sleeve; changes `colour` in place."""
    middle = part.flat[:, part.flat.shape[1] // 2]
    way = unit(middle[-1] - middle[0]).astype(np.float32)
    u, v = x - np.float32(middle[0, 0]), y - np.float32(middle[0, 1])
    own = weave(garment.textile, u * way[1] - v * way[0], u * way[0] + v * way[1])
    colour[area > 0] = own[area > 0]


def neck_curve(garment: Garment, cut: Cut) -> np.ndarray:
    """The front edge of the neckline from one neck point to the other."""
    t = np.linspace(-1, 1, 25)
    if garment.neckline == "v":
        sink = 1 - np.abs(t) ** 1.1
    elif garment.neckline == "collar":
        sink = 1 - np.abs(t) ** 1.4
    else:
        sink = np.sqrt(np.clip(1 - np.abs(t) ** 2.3, 0, 1))
    return np.stack([t * cut.neck, cut.neck_top + garment.depth * sink], 1)


def _neck_hole(
    garment: Garment, cut: Cut, place: Place, size: Shape, box: Box
) -> tuple[np.ndarray, np.ndarray]:
    """Where in the box the neck comes out, and which of it shows the inside of the back."""
    corner = np.array([box[1].start, box[0].start])
    curve = neck_curve(garment, cut)
    above = np.array([[cut.neck, cut.neck_top - 1.5], [-cut.neck, cut.neck_top - 1.5]])
    hole = fill(size, place(np.concatenate([curve, above])) - corner)
    t = np.linspace(1, -1, 15)
    rear = np.stack([t * cut.neck, cut.neck_top - 0.02 + 0.14 * (1 - t**2)], 1)
    back = fill(size, place(np.concatenate([curve, rear])) - corner)
    return hole, back


def _trim(
    garment: Garment, parts: list[Piece], cut: Cut, place: Place, scale: float, colour: np.ndarray
) -> list[np.ndarray]:
    """Lines of seams, hems, plackets, pockets; buttons and zips are put into `colour`."""
    lines: list[np.ndarray] = []
    for part in parts:
        if part.name.startswith("collar"):
            continue
        near = part.flat[-1] + (part.flat[-2] - part.flat[-1]) * 0.55
        lines.append(near)
        if part.name.startswith("sleeve"):
            lines.append(part.flat[0])
    panel = parts[0].flat
    low = panel[-1, panel.shape[1] // 2, 1]
    if garment.opening != "none":
        top = cut.neck_top + garment.depth
        wide = 0.16 if garment.opening == "buttons" else 0.07
        for sign in (-1, 1):
            lines.append(np.array([[sign * wide, top], [sign * wide, low]]))
        spots = np.arange(top + 0.35, low - 0.2, 1.15 if garment.opening == "buttons" else 0.07)
        tone = garment.textile.third if garment.seed % 2 else np.array([0.55, 0.53, 0.5])
        for y in spots:
            radius = 0.085 if garment.opening == "buttons" else 0.05
            at = place(np.array([0, y]))
            cv2.circle(
                colour, np.round(at * 16).astype(int).tolist(), int(radius * scale * 16),
                tone.tolist(), -1, cv2.LINE_AA, 4,
            )  # fmt: skip
    if garment.category == "lower":
        waist = parts[0].flat[0], parts[-1].flat[0]
        for row in waist:
            lines.append(row + np.array([0, 0.55]))
        if garment.kind != "skirt":
            half = abs(parts[0].flat[0, 0, 0])
            for sign in (-1, 1):
                t = np.linspace(0, 1, 8)
                lines.append(
                    np.stack(
                        [
                            sign * half * (0.62 + 0.42 * t),
                            parts[0].flat[0, 0, 1] + 0.6 + 1.5 * t**2,
                        ],
                        1,
                    )
                )
            fly = parts[0].flat[0, 0, 1] + np.array([0.55, 2.4])
            lines.append(np.stack([np.array([0.28, 0.05]), fly], 1))
            at = place(np.array([0.0, parts[0].flat[0, 0, 1] + 0.28]))
            cv2.circle(colour, np.round(at).astype(int).tolist(), max(1, int(0.1 * scale)),
                       [0.3, 0.28, 0.22], -1, cv2.LINE_AA)  # fmt: skip
    if garment.kind in ("outwear", "shirt") and garment.seed % 3 == 0:
        x0 = 0.9
        lines.append(np.array([[x0, 3.1], [x0, 4.3], [x0 + 1.0, 4.3], [x0 + 1.0, 3.1], [x0, 3.1]]))
    if garment.kind == "dress":
        waist_y = cut.levels[1]
        lines.append(np.array([[-cut.widths[1], waist_y], [cut.widths[1], waist_y]]))
    return lines


def _stamp(colour: np.ndarray, chest: tuple[np.ndarray, np.ndarray], middle: np.ndarray) -> None:
    """Print onto the cloth, in place; the print hangs down from `middle`."""
    tone, alpha = chest
    left, top = int(middle[0] - tone.shape[1] / 2), int(middle[1])
    right, bottom = (
        min(left + tone.shape[1], colour.shape[1]),
        min(top + tone.shape[0], colour.shape[0]),
    )
    left, top = max(left, 0), max(top, 0)
    if right <= left or bottom <= top:
        return
    here = colour[top:bottom, left:right]
    cut = slice(0, bottom - top), slice(0, right - left)
    here += (tone[cut] - here) * (0.94 * alpha[cut])[..., None]
