"""A whole person as a picture: body, head, clothes, light and place; the clothes can be changed."""

import cv2
import numpy as np

from tryon.sample.backdrop import draw_backdrop, muted
from tryon.sample.bust import draw_head
from tryon.sample.camera import develop
from tryon.sample.canvas import Canvas
from tryon.sample.casting import Cast, Outfit
from tryon.sample.creasing import Wearer
from tryon.sample.drawing import blur, noise, over, scaled, smoothstep
from tryon.sample.flesh import (
    Frame,
    arm_spine,
    draw_hand,
    draw_limb,
    draw_neck,
    draw_shoes,
    draw_trunk,
    leg_spine,
)
from tryon.sample.sewing import Sewn, sew
from tryon.sample.strip import Layer
from tryon.sample.wardrobe import Garment
from tryon.sample.worn import wear
from tryon.vision.human import KEYPOINTS, Part


class Figure:
    """A person drawn once; `wearing` then dresses it. Equal arguments, equal pixels.

    Attributes:
        keypoints: float32 [18, 3]: x, y, confidence (0 outside the picture), in
            tryon.vision.human.KEYPOINTS' order.
    """

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        rng = np.random.default_rng(cast.seed)
        person, build, stance, shape = cast.person, cast.build, cast.stance, cast.shape
        self._frame = frame = Frame(cast.scale, np.array(cast.origin), shape)
        self.wearer = Wearer(build, stance, frame, person.light)
        self._sewn: dict[Garment, Sewn] = {}
        self._layers: dict[Garment, dict[str, Layer]] = {}
        self._bare: dict[tuple[int, float, bool], list[Layer]] = {}
        self._head = head = draw_head(person, shape, rng)
        self._skin = skin = 0.55 * head.jaw + 0.45 * person.skin.colour
        light = person.light
        self._hands = [draw_hand(stance, build, side, frame, skin, light) for side in (0, 1)]
        self._legs: list[Layer] = []
        if cast.framing == "full" or frame.place(stance.hips)[:, 1].min() < shape[0]:
            for side, label in ((0, Part.RIGHT_LEG), (1, Part.LEFT_LEG)):
                spine, radius = leg_spine(build, stance, side)
                self._legs += draw_limb(spine, radius, frame, skin, light, label)
            shoe = np.clip(muted(rng, 5, 85, 12), 0.01, 0.8)
            self._shoes = draw_shoes(stance, frame, shoe, light, rng)
        else:
            self._shoes = []
        self._trunk = draw_trunk(build, stance, frame, skin, light)
        self._neck = draw_neck(build, stance, frame, skin, light)
        self._scene = self._draw_scene(rng)
        fine = rng.standard_normal((*shape, 3), np.float32)
        coarse = cv2.merge([noise(rng, shape, ((shape[0] / 3, 1.0),))] * 3)
        self._grain = np.float32(person.grain) * (0.6 * fine + 0.4 * coarse)
        self.keypoints = self._keypoints()

    def _draw_scene(self, rng: np.random.Generator) -> np.ndarray:
        """What is behind: a backdrop, for full figures with a floor under the feet."""
        cast = self.cast
        image = draw_backdrop(cast.shape, rng)
        if cast.framing != "full":
            return image
        feet = self._frame.place(cast.stance.ankles + np.array([0, 0.9]))
        height = cast.shape[0]
        y = np.arange(height, dtype=np.float32)[:, None]
        horizon = feet[:, 1].min() - cast.scale * rng.uniform(0.8, 3.5)
        floor = muted(rng, 25, 85, 8) * (0.8 + 0.3 * (y - horizon) / height)[..., None]
        edge = smoothstep(-1.5, 1.5, y - horizon) * rng.choice([1.0, 0.0], p=[0.7, 0.3])
        wide = np.broadcast_to(edge, cast.shape).astype(np.float32)
        image = over(image, np.broadcast_to(floor, image.shape).astype(np.float32), wide)
        contact = np.zeros(cast.shape, np.float32)
        for foot in feet:
            at = (int(foot[0]), int(foot[1] + 0.3 * cast.scale))
            axes = (int(1.3 * cast.scale), max(1, int(0.38 * cast.scale)))
            cv2.ellipse(contact, at, axes, 0, 0, 360, (1.0,), -1)
        return scaled(image, 1 - 0.55 * blur(contact, 0.3 * cast.scale))

    def _arm(self, side: int, sleeve: float, fades: bool = True) -> list[Layer]:
        """An arm, without most of what a sleeve that long covers."""
        start = 0.0 if sleeve == 0 else min(0.05 + 0.917 * sleeve, 0.955)
        if (side, start, fades) not in self._bare:
            spine, radius = arm_spine(self.cast.build, self.cast.stance, side)
            label = (Part.RIGHT_ARM, Part.LEFT_ARM)[side]
            light = self.wearer.light
            self._bare[side, start, fades] = draw_limb(
                spine, radius, self._frame, self._skin, light, label, start, fades
            )
        return self._bare[side, start, fades]

    def sew(self, garment: Garment) -> Sewn:
        """A garment made for this body; the same one each time it is asked for."""
        if garment not in self._sewn:
            cast = self.cast
            self._sewn[garment] = sew(garment, cast.build, cast.stance, cast.shape)
        return self._sewn[garment]

    def _worn(self, garment: Garment) -> dict[str, Layer]:
        if garment not in self._layers:
            self._layers[garment] = wear(self.sew(garment), self.wearer)
        return self._layers[garment]

    def wearing(self, outfit: Outfit) -> tuple[np.ndarray, np.ndarray]:
        """The picture uint8 [H, W, 3] and its labels uint8 [H, W]."""
        cast, head = self.cast, self._head
        dressed = {garment.category: self._worn(garment) for garment in outfit.garments}
        sleeve = max((garment.sleeve for garment in outfit.garments), default=0.0)
        tucked = any(garment.tucked for garment in outfit.garments)
        arms = [self._arm(side, sleeve) for side in (0, 1)]
        upper = dressed.get("upper") or dressed.get("whole") or {}
        lower = dressed.get("lower") or {}
        canvas = Canvas(self._scene, cast.scale)
        canvas.lay([head.back])
        for side in (0, 1):
            if not cast.stance.before(side):
                canvas.lay([*arms[side], *self._hands[side]])
                canvas.lay(_named(upper, "sleeve", side))
        canvas.lay(self._legs, shadow=0.0)
        canvas.lay(self._shoes)
        for side in (0, 1):
            if sleeve == 0 and cast.stance.before(side):
                canvas.lay(self._arm(side, 0.0, fades=False), shadow=0.0)
        canvas.lay(self._trunk, shadow=0.0)
        canvas.lay(self._neck, shadow=0.0)
        legs, panel = _named(lower, "leg") + _named(lower, "panel"), _named(upper, "panel")
        canvas.lay([*panel, *legs] if tucked else [*legs, *panel])
        canvas.lay(_named(upper, "collar"))
        for side in (0, 1):
            if cast.stance.before(side):
                canvas.lay(arms[side], shadow=0.6)
                canvas.lay(_named(upper, "sleeve", side), shadow=0.8)
                canvas.lay(self._hands[side])
        canvas.darken(head.shadow, 0.35)
        canvas.lay([head.face], shadow=0.0)
        canvas.lay(head.front)
        light, softness = cast.person.light, cast.person.blur * cast.shape[0] / 512
        return develop(canvas.image, light.exposure, softness, self._grain, 0), canvas.labels

    def _keypoints(self) -> np.ndarray:
        stance, head = self.cast.stance, self._head.keypoints
        body = {"neck": stance.shoulders.mean(0)}
        for name in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle"):
            for side, point in zip(("right", "left"), getattr(stance, f"{name}s"), strict=True):
                body[f"{side}_{name}"] = point
        found = {name: self._frame.place(point) for name, point in body.items()}
        names = ("nose", "right_eye", "left_eye", "right_ear", "left_ear")
        found |= dict(zip(names, head, strict=True))
        points = np.array([found[name] for name in KEYPOINTS])
        height, width = self.cast.shape
        inside = ((points >= 0) & (points < [width, height])).all(1)
        return np.column_stack([points, inside]).astype(np.float32)


def _named(layers: dict[str, Layer], kind: str, side: int | None = None) -> list[Layer]:
    end = "" if side is None else ("right", "left")[side]
    return [layer for name, layer in layers.items() if name.startswith(kind) and name.endswith(end)]
