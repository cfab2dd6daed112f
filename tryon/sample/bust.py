"""The head of a whole person as layers: hair behind, ears and face, hair before, glasses."""

from dataclasses import dataclass, replace

import numpy as np

from tryon.sample import beard, brows, eyes, glasses, hair, mouth
from tryon.sample.body import draw_ears
from tryon.sample.drawing import Shape, over, over_layer, scaled, smoothstep
from tryon.sample.head import see_head
from tryon.sample.person import Person
from tryon.sample.skin import albedo, shade
from tryon.sample.strip import Box, Layer
from tryon.vision.human import Part

TEMPLES = (234, 454, 93, 323, 137, 366)
JAW = (152, 148, 377, 176, 400, 171, 396, 175)
NOSE, RIGHT_PUPIL, LEFT_PUPIL, RIGHT_TRAGUS, LEFT_TRAGUS = 4, 468, 473, 234, 454
REACH = {"long": 5.6, "wavy": 5.2, "bob": 3.6, "fringe": 3.4, "curly": 3.2}  # below the eyes


@dataclass(frozen=True)
class Head:
    """Layers from back to front, and what the body needs to know."""

    back: Layer
    face: Layer
    front: list[Layer]
    shadow: Layer  # where front hair darkens what is under it: alpha alone
    jaw: np.ndarray  # linear RGB [3] of the skin at the jaw
    keypoints: np.ndarray  # [5, 2] pixels: nose, right and left eye, right and left ear


def draw_head(person: Person, shape: Shape, rng: np.random.Generator) -> Head:
    """Draw the head of `person`, whose pose is in the whole picture's pixels."""
    scale = person.pose.scale
    box = _box(person, shape)
    inner = (box[3] - box[1], box[2] - box[0])
    eyes_at = (person.pose.centre[0] - box[0], person.pose.centre[1] - box[1])
    pose = replace(person.pose, centre=eyes_at)
    light = person.light
    surface = see_head(person.mesh, pose, inner)
    points = surface.points[:478, :2].astype(np.float32)
    shading = shade(surface, pose, light)
    skin = albedo(person.skin, surface, rng)
    lit = shading.ratio
    even = lit / max(1.0, light.exposure)
    brow = brows.draw_brows(points, scale, person.brow_density, person.brow_width, inner, rng)
    lips = mouth.draw_mouth(points, scale, even, inner, rng)
    sight = eyes.draw_eyes(points, scale, person.eyes, light, even, inner, rng)
    colour = over(skin, person.brow_colour, brow * surface.cover * 0.8)
    if person.hair.kind != "bald":
        scalp = smoothstep(0.0, 0.15, hair.above_hairline(person.hair, surface.place))
        scalp = scalp * smoothstep(0.70, 0.95, -surface.place[..., 1])
        colour = over(colour, person.hair.colour * 1.2, 0.75 * scalp.astype(np.float32))
    depth = np.where(surface.inside > 0, surface.depth, -9.0)
    strands = hair.draw_hair(person.hair, pose, depth, light, inner, rng)
    bearded = beard.draw_beard(
        person.beard, person.beard_colour, person.hair.grey, surface,
        np.clip(lips.lips + lips.alpha, 0, 1), lit, scale, inner, rng,
    )  # fmt: skip
    frames = glasses.draw_glasses(person.glasses, person.mesh, pose, light, inner, rng)

    face = scaled(colour * lit, 1 + np.clip(lips.volume, -0.3, 0.25) * lips.lips)
    spread, tight = light.gloss(shading.normal, 14), light.gloss(shading.normal, 60)
    oil = person.skin.oil * (1 - lips.lips)
    ridge = np.clip(tight + 2.2 * np.clip(lips.volume, 0, 1) - 0.25, 0, 1) ** 2
    shine = (0.03 * spread + 0.07 * tight * shading.shadow) * oil * (0.4 + light.key)
    shine = shine + 0.12 * lips.lips * (0.05 * spread + 0.32 * ridge)
    face = face + shine[..., None] * light.key_colour
    face = scaled(face, 1 - 0.62 * lips.seam)
    face = over(face, lips.colour, lips.alpha)
    face = scaled(face, 1 - 0.5 * sight.crease * (1 - sight.alpha))
    face = over(face, sight.colour, sight.alpha)
    face = over(face, person.eyes.lash_colour, sight.lashes)
    face = over_layer(face, bearded)
    face = scaled(face, (1 - 0.35 * frames.shadow) * (1 - 0.42 * strands.shadow))

    jaw, temple = (_tone_at(skin, surface.inside, points, at, person) for at in (JAW, TEMPLES))
    whole = np.zeros((*inner, 4), np.float32)
    for ear in draw_ears(person.mesh, pose, temple, light, inner):
        whole = _add(whole, ear.colour, ear.alpha)
    whole = _add(whole, face, surface.cover)
    front = [Layer(box, strands.front, Part.HAIR)]
    if person.glasses != "none":
        frame = np.dstack([frames.colour * frames.frame[..., None], frames.frame])
        frame[..., :3] += frames.shine[..., None]
        front.append(Layer(box, frame.astype(np.float32), Part.GLASSES))
    named = points[[NOSE, RIGHT_PUPIL, LEFT_PUPIL, RIGHT_TRAGUS, LEFT_TRAGUS]]
    soft = np.dstack([np.zeros((*inner, 3), np.float32), strands.shadow.astype(np.float32)])
    return Head(
        Layer(box, strands.back, Part.HAIR), Layer(box, whole, Part.FACE), front,
        Layer(box, soft, 0), jaw, named + np.array(box[:2]),
    )  # fmt: skip


def _box(person: Person, shape: Shape) -> Box:
    x, y = person.pose.centre
    scale = person.pose.scale
    kind = person.hair.kind
    wide = 3.4 if kind in ("afro", "curly", "wavy", "long") else 2.6
    low = REACH.get(kind, 2.6)
    return (
        max(0, int(x - wide * scale)),
        max(0, int(y - 3.2 * scale)),
        min(shape[1], int(x + wide * scale) + 1),
        min(shape[0], int(y + low * scale) + 1),
    )


def _add(whole: np.ndarray, colour: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    layer = np.dstack([colour * alpha[..., None], alpha]).astype(np.float32)
    return whole * (1 - layer[..., 3:]) + layer


def _tone_at(
    skin: np.ndarray, inside: np.ndarray, points: np.ndarray, at: tuple[int, ...], person: Person
) -> np.ndarray:
    """Skin colour [3] around some landmarks, of what is in the picture."""
    height, width = inside.shape
    where = np.clip(np.round(points[list(at)]), 0, [width - 1, height - 1]).astype(int)
    seen = skin[where[:, 1], where[:, 0]][inside[where[:, 1], where[:, 0]] > 0]
    tone = person.skin.colour
    return np.clip(np.median(seen, axis=0), 0.5 * tone, 1.1 * tone) if len(seen) else tone
