"""A person as a picture: all layers put together, bare or with coats of paint on the skin."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from tryon.sample import backdrop, beard, body, brows, eyes, glasses, hair, hand, mouth
from tryon.sample.camera import develop
from tryon.sample.drawing import blur, noise, over, over_layer, scaled, smoothstep
from tryon.sample.head import see_head
from tryon.sample.labels import label_picture
from tryon.sample.paint import Coat, lay
from tryon.sample.person import Person
from tryon.sample.skin import albedo, shade

JAW = (152, 148, 377, 176, 400, 171, 396, 175)
HAND_REACHES = (172, 397, 205, 425, 61, 291, 17)
TEMPLES = (234, 454, 93, 323, 137, 366)


class Portrait:
    """One person drawn at `size`×`size` pixels. Every picture of it has the same noise.

    Attributes:
        landmarks: float32 [478, 2] pixels, MediaPipe's numbering.
        parsing: uint8 [H, W], labels of tryon.vision.parsing.
        eye_distance: Pixels.
    """

    def __init__(self, person: Person, size: int) -> None:
        self.person = person
        self.size = size
        rng = np.random.default_rng(person.seed)
        shape = (size, size)
        pose, light = person.pose, person.light
        scale = self.eye_distance = pose.scale
        self._surface = surface = see_head(person.mesh, pose, shape)
        self._box = _box(surface.inside)
        self.landmarks = surface.points[:478, :2].astype(np.float32)
        self._shading = shading = shade(surface, pose, light)
        skin = albedo(person.skin, surface, rng)
        self._lit = lit = shading.ratio

        density = person.brow_density
        brow = brows.draw_brows(self.landmarks, scale, density, person.brow_width, shape, rng)
        self._brow = brow * surface.cover
        even = lit / max(1.0, light.exposure)  # teeth and whites must not glow
        self._mouth = mouth.draw_mouth(self.landmarks, scale, even, shape, rng)
        self._eyes = eyes.draw_eyes(self.landmarks, scale, person.eyes, light, even, shape, rng)
        self._albedo = over(skin, person.brow_colour, self._brow * 0.8)

        if person.hair.kind != "bald":
            scalp = smoothstep(0.0, 0.15, hair.above_hairline(person.hair, surface.place))
            scalp = scalp * smoothstep(0.70, 0.95, -surface.place[..., 1])  # not at the temples
            stain = person.hair.colour * 1.2 + 0.06 * person.hair.grey
            self._albedo = over(self._albedo, stain, 0.75 * scalp.astype(np.float32))
        jaw, temple = (self._tone_at(skin, points) for points in (JAW, TEMPLES))
        depth = np.where(surface.inside > 0, surface.depth, -9.0)
        self._hair = hair.draw_hair(person.hair, pose, depth, light, shape, rng)
        lips = np.clip(self._mouth.lips + self._mouth.alpha, 0, 1)
        self._beard = beard.draw_beard(
            person.beard,
            person.beard_colour,
            person.hair.grey,
            surface,
            lips,
            lit,
            scale,
            shape,
            rng,
        )
        self._glasses = glasses.draw_glasses(person.glasses, person.mesh, pose, light, shape, rng)
        self._hand: tuple[np.ndarray, np.ndarray] | None = None
        if person.hand:
            spot = self.landmarks[HAND_REACHES[rng.integers(len(HAND_REACHES))]]
            self._hand = hand.draw_hand(spot, scale, person.skin.colour, light, shape, rng)

        behind = backdrop.draw_backdrop(shape, rng)
        back = self._hair.back
        behind = over_layer(behind, back)
        neck = body.draw_neck(person.mesh, pose, jaw, light, shape, person.neck)
        clothes = body.draw_clothes(person.mesh, pose, light, shape, rng)
        ears = body.draw_ears(person.mesh, pose, temple, light, shape)
        shade_under = 1 - 0.45 * blur(back[..., 3], 0.08 * scale)
        behind = over(behind, neck.colour * shade_under[..., None], neck.alpha)
        near = blur(neck.alpha * (1 - clothes.alpha), 0.05 * scale) * clothes.alpha
        behind = over(behind, clothes.colour * (1 - 0.3 * near)[..., None], clothes.alpha)
        for ear in ears:
            behind = over(behind, ear.colour, ear.alpha)
        self._behind = behind.astype(np.float32)
        self._grain = rng.normal(0, person.grain, (size, size, 3)).astype(np.float32)
        self._grain += (noise(rng, shape, ((size / 3, 1.0),)) * 0.5 * person.grain)[..., None]
        self._sparkle = rng.random(shape, dtype=np.float32)
        self.parsing = label_picture(
            surface=surface, landmarks=self.landmarks, brow=self._brow, mouth=self._mouth,
            eyes=self._eyes, back=back, neck=neck, clothes=clothes, ears=ears, beard=self._beard,
            hair=self._hair, glasses=self._glasses, hand=self._hand,
        )  # fmt: skip
        self._bare: np.ndarray | None = None

    def _tone_at(self, skin: np.ndarray, points: tuple[int, ...]) -> np.ndarray:
        """Skin colour [3] around some landmarks, what is in the picture of them."""
        where = np.clip(np.round(self.landmarks[list(points)]), 0, self.size - 1).astype(int)
        tone = self.person.skin.colour
        seen = skin[where[:, 1], where[:, 0]]
        seen = seen[self._surface.inside[where[:, 1], where[:, 0]] > 0]
        return np.clip(np.median(seen, axis=0), 0.5 * tone, 1.1 * tone) if len(seen) else tone

    @property
    def skin_colour(self) -> np.ndarray:
        """Linear RGB [3] of the skin in even light."""
        return self.person.skin.colour

    def picture(self, coats: Sequence[Coat] = ()) -> np.ndarray:
        """uint8 RGB [H, W, 3]; with coats, exactly the bare picture away from their masks."""
        if self._bare is None:
            self._bare = self._develop(self._compose(()))
        if not coats:
            return self._bare
        reach = np.max([coat.mask for coat in coats], axis=0) > 1 / 255
        near = cv2.dilate(reach.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.float32)
        near = np.maximum(reach.astype(np.float32), cv2.blur(near, (5, 5)) * near)[..., None]
        painted = self._develop(self._compose(coats)).astype(np.float32)
        mixed = self._bare + (painted - self._bare) * near
        return np.round(mixed).astype(np.uint8)

    def _compose(self, coats: Sequence[Coat]) -> np.ndarray:
        """Linear RGB before the camera."""
        image = self._behind.copy()
        here = self._box
        image[here] = over(image[here], self._draw_face(coats), self._surface.cover[here])
        image = over_layer(image, self._hair.front)
        frame = self._glasses
        image = over(image, frame.colour, frame.frame) + frame.shine[..., None]
        if self._hand is not None:
            image = over(image, self._hand[0], self._hand[1])
        return image

    def _draw_face(self, coats: Sequence[Coat]) -> np.ndarray:
        """Everything on the head but hair, frames and hands: linear RGB of the box."""
        person, light, here = self.person, self.person.light, self._box
        cut = [replace(coat, mask=coat.mask[here]) for coat in coats]
        skin, gloss, shimmer = lay(self._albedo[here], cut, self.eye_distance)
        normal, shadow = self._shading.normal[here], self._shading.shadow[here]
        lips, volume = self._mouth.lips[here], self._mouth.volume[here]
        face = scaled(skin * self._lit[here], 1 + np.clip(volume, -0.3, 0.25) * lips)
        spread = light.gloss(normal, 14) * (0.25 + 0.75 * shadow)
        tight = light.gloss(normal, 60) * shadow
        dull = 1 - np.clip(-gloss, 0, 1)
        oil = person.skin.oil * dull * (1 - lips)
        shine = (0.030 * spread + 0.07 * tight) * oil * (0.4 + light.key)
        wet = np.clip(gloss, 0, 1) + 0.12 * lips * dull
        ridge = np.clip(tight + 2.2 * np.clip(volume, 0, 1) - 0.25, 0, 1) ** 2
        shine = shine + wet * (0.05 * spread + 0.32 * ridge)
        glitter = np.clip((self._sparkle[here] - 0.86) / 0.14, 0, 1) ** 2
        shine = shine + shimmer * (0.05 + 0.35 * glitter) * (0.3 + spread)
        face = face + shine[..., None] * light.key_colour
        face = scaled(face, 1 - 0.62 * self._mouth.seam[here])
        face = over(face, self._mouth.colour[here], self._mouth.alpha[here])
        opening = self._eyes.alpha[here]
        face = scaled(face, 1 - 0.5 * self._eyes.crease[here] * (1 - opening))
        face = over(face, self._eyes.colour[here], opening)
        face = over(face, person.eyes.lash_colour, self._eyes.lashes[here])
        face = over_layer(face, self._beard[here])
        dark = (1 - 0.35 * self._glasses.shadow[here]) * (1 - 0.42 * self._hair.shadow[here])
        return scaled(face, dark).astype(np.float32)

    def _develop(self, image: np.ndarray) -> np.ndarray:
        person = self.person
        return develop(
            image, person.light.exposure, person.blur * self.size / 256, self._grain, person.jpeg
        )


def _box(inside: np.ndarray, margin: int = 6) -> tuple[slice, slice]:
    """The part of the picture that holds all of `inside` [H, W], as slices."""
    limits = []
    for axis in (1, 0):
        at = np.flatnonzero(inside.any(axis))
        low, high = (int(at[0]), int(at[-1])) if len(at) else (0, 0)
        limits.append(slice(max(0, low - margin), high + 1 + margin))
    return limits[0], limits[1]
