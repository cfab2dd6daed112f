"""Bare skin of the body: trunk, neck, limbs, hands, and the shoes it stands in."""

import numpy as np

from tryon.sample.build import Build, smooth_steps
from tryon.sample.drawing import Shape, blur, noise, smoothstep, unit
from tryon.sample.light import Light
from tryon.sample.stance import Stance
from tryon.sample.strip import Layer, Patch, bend, between, patch, tube
from tryon.vision.human import Part

ARM_RADII = ([-0.14, -0.07, 0.02, 0.18, 0.5, 0.8, 1.0, 1.22, 1.5, 1.8, 2.0],
             [0.30, 0.55, 0.68, 0.66, 0.58, 0.46, 0.44, 0.48, 0.43, 0.31, 0.29])  # fmt: skip
LEG_RADII = ([-0.12, 0.15, 0.5, 0.85, 1.0, 1.15, 1.35, 1.7, 2.0],
             [1.30, 1.34, 1.12, 0.82, 0.74, 0.72, 0.80, 0.54, 0.40])  # fmt: skip
FINGERS = ((-0.33, 1.02), (-0.11, 1.18), (0.11, 1.12), (0.32, 0.88))  # across, length
BODY_TINT = np.array([1.22, 1.17, 1.15], np.float32)  # what the face's own light takes away


class Frame:
    """Where the body is in the picture."""

    def __init__(self, scale: float, origin: np.ndarray, shape: Shape) -> None:
        self.scale, self.origin, self.shape = scale, np.asarray(origin, float), shape

    def place(self, points: np.ndarray) -> np.ndarray:
        """Body units [..., 2] → picture pixels."""
        return np.asarray(points) * self.scale + self.origin


def arm_spine(build: Build, stance: Stance, side: int) -> tuple[np.ndarray, np.ndarray]:
    """The arm from above the shoulder to the wrist: spine [K, 2] and radius [K], body units."""
    sign = -1.0 if side == 0 else 1.0
    shoulder, elbow = stance.shoulders[side], stance.elbows[side]
    way = unit(elbow - shoulder)
    cap = shoulder - 0.38 * way + np.array([-sign * 0.50, 0.04])
    spine, at = bend(np.stack([cap, shoulder, elbow, stance.wrists[side]]), 30, 0.3)
    at = np.where(at < 1, (at - 1) * 0.14, at - 1)
    return spine, build.arm * smooth_steps(at, *ARM_RADII)


def leg_spine(build: Build, stance: Stance, side: int) -> tuple[np.ndarray, np.ndarray]:
    """The leg from above the hip to the ankle."""
    hip, knee = stance.hips[side], stance.knees[side]
    top = hip - 0.12 * (knee - hip)
    spine, at = bend(np.stack([top, hip, knee, stance.ankles[side]]), 30, 0.3)
    at = np.where(at < 1, (at - 1) * 0.12, at - 1)
    radius = build.leg * smooth_steps(at, *LEG_RADII)
    widest = build.half_width(build.torso + 0.9) - build.hip_joint
    return spine, np.where(at < 0.6, np.minimum(radius, widest + 0.1 * at), radius)


def round_normal(part: Patch, depth: float = 1.0) -> np.ndarray:
    """Normals [h, w, 3] of an elliptic cross-section `depth` times as deep as wide."""
    t = np.clip(part.across, -0.985, 0.985)
    flat = part.side * (t * depth)[..., None]
    return unit(np.dstack([flat, np.sqrt(1 - t**2)])).astype(np.float32)


def skin_layer(
    part: Patch,
    skin: np.ndarray,
    light: Light,
    label: int,
    depth: float = 1.0,
    shade: np.ndarray | None = None,
) -> Layer:
    """A strip of skin: lit, a little darker and redder where it turns away."""
    inside = part.inside
    t = np.clip(part.across[inside], -0.985, 0.985)
    normal = unit(np.column_stack([part.side[inside] * (t * depth)[:, None], np.sqrt(1 - t**2)]))
    normal = normal.astype(np.float32)
    edge = t**4
    lit = skin * BODY_TINT * light.diffuse(normal)
    lit *= 1 - 0.20 * edge[:, None] * np.array([0.6, 1.0, 1.0], np.float32)
    lit += (0.02 * light.key * light.gloss(normal, 10))[:, None] * light.key_colour
    if isinstance(shade, np.ndarray):
        lit *= shade[inside][:, None]
    tone = np.zeros((*inside.shape, 3), np.float32)
    tone[inside] = lit
    return part.layer(tone, inside.astype(np.float32), label)


def draw_trunk(
    build: Build, stance: Stance, frame: Frame, skin: np.ndarray, light: Light
) -> list[Layer]:
    """Shoulders to crotch, bare."""
    down = np.linspace(-0.75, build.torso + 1.9, 26)
    half = build.half_width(down)
    half = half * (1 - 0.3 * smoothstep(build.torso + 0.2, build.torso + 1.9, down))
    middle = stance.middle(down)
    edges = [np.stack([middle + sign * half, down], 1) for sign in (-1, 1)]
    part = patch(frame.place(between(edges[0], edges[1], 9)), frame.shape)
    return [] if part is None else [skin_layer(part, skin, light, Part.SKIN, 0.62)]


def draw_neck(
    build: Build, stance: Stance, frame: Frame, skin: np.ndarray, light: Light
) -> list[Layer]:
    """The neck under the jaw's shadow, down to the collar bones."""
    chin = stance.eyes[1] + 1.92
    down = np.linspace(chin - 1.15, 0.9, 24)
    half = build.neck * smooth_steps(
        down, [-2.2, -1.2, -0.85, -0.55, -0.3, 0.9], [0.98, 0.98, 1.06, 1.35, 1.7, 1.75]
    )
    middle = np.interp(down, [stance.eyes[1] + 1.0, -0.3], [stance.eyes[0], 0.0])
    edges = [np.stack([middle + sign * half, down], 1) for sign in (-1, 1)]
    rows = frame.place(between(edges[0], edges[1], 9))
    extra = np.broadcast_to(down[:, None, None], (*rows.shape[:2], 1))
    part = patch(rows, frame.shape, extra)
    if part is None:
        return []
    below = part.extra[..., 0] - chin
    across = part.across
    shadow = 1 - (0.30 + 0.30 * light.key) * (1 - smoothstep(0.0, 0.75, below + 0.1 * across**2))
    cords = 0.06 * np.exp(-(((np.abs(across) - 0.40) / 0.10) ** 2)) * smoothstep(0.3, 0.9, below)
    bones = np.exp(-(((below - 1.75 + 0.30 * np.abs(across)) / 0.10) ** 2))
    bones = 0.14 * bones * smoothstep(0.08, 0.2, np.abs(across))
    layer = skin_layer(part, skin, light, Part.SKIN, 0.8, shadow * (1 - cords - bones))
    fade = 1 - smoothstep(0.3, 0.9, part.extra[..., 0])  # melts into the chest
    rgba = layer.rgba
    weight = part.layer(np.zeros_like(part.extra.repeat(3, 2)), fade.astype(np.float32), 0).rgba
    return [Layer(layer.box, rgba * np.clip(weight[..., 3:], 0, 1), layer.label)]


def draw_limb(
    spine: np.ndarray,
    radius: np.ndarray,
    frame: Frame,
    skin: np.ndarray,
    light: Light,
    label: int,
    start: float = 0.0,
    fades: bool = False,
) -> list[Layer]:
    """An arm or a leg.

    Args:
        spine: [K, 2] body units.
        radius: [K].
        frame: Where the body is.
        skin: Linear RGB [3].
        light: The light.
        label: Its canonical label.
        start: Share from its beginning that is left out.
        fades: Whether it melts into the trunk.
    """
    part = patch(frame.place(tube(spine, radius)), frame.shape)
    if part is None:
        return []
    layer = skin_layer(part, skin, light, label)
    if not fades:
        return [layer]
    outwards = part.across if label == Part.LEFT_ARM else -part.across
    begin = np.maximum(smoothstep(0.0, 0.2, part.along), smoothstep(-0.1, 0.4, outwards))
    begin = begin * (part.along >= start) * part.inside
    weight = part.layer(np.zeros((*begin.shape, 3)), begin, 0).rgba[..., 3:]
    alpha = np.maximum(layer.rgba[..., 3:], 1e-6)
    layer = Layer(layer.box, layer.rgba / alpha * np.minimum(weight, alpha), label)
    return [layer]


def draw_hand(
    stance: Stance, build: Build, side: int, frame: Frame, skin: np.ndarray, light: Light
) -> list[Layer]:
    """Palm, four fingers and a thumb, seen from the back or the side."""
    sign = -1.0 if side == 0 else 1.0
    kind = stance.arms[side]
    if kind == "folded":
        return []  # tucked under the other arm
    way = stance.hand_ways[side]
    across = np.array([way[1], -way[0]]) * sign  # to the little finger's side, outwards
    size = build.arm**0.6 * (0.92 + 0.10 * build.masculine)
    wrist = stance.wrists[side]
    turned = 0.72 if kind in ("hang", "out", "hip") else 1.0
    curl = {"hang": 0.85, "hip": 0.8, "clasped": 0.7, "across": 0.9}.get(kind, 0.95)
    label = Part.RIGHT_ARM if side == 0 else Part.LEFT_ARM
    layers: list[Layer] = []

    def add(points: np.ndarray, radius: np.ndarray) -> None:
        part = patch(frame.place(tube(wrist + size * points, size * radius, 5)), frame.shape)
        if part is not None:
            layers.append(skin_layer(part, skin, light, label))

    thumb = np.array([[-0.26, 0.30], [-0.46, 0.70], [-0.50, 1.10], [-0.44, 1.42]])
    thumb[:, 0] *= turned
    spine, at = bend(thumb @ np.stack([across, way]), 12)
    add(spine, smooth_steps(at, [0, 1, 2, 2.7, 3], [0.22, 0.17, 0.15, 0.13, 0.06]))
    palm, at = bend(np.array([[0, -0.25], [0.0, 0.35], [0.02, 1.32]]) @ np.stack([across, way]), 14)
    width = smooth_steps(at, [0, 0.6, 1.4, 2], [0.29, 0.36, 0.49, 0.46])
    add(palm, width * np.interp(at, [0, 1], [1, turned]))
    for place, length in FINGERS:
        root = np.array([place * turned * 1.1, 1.22 - 0.25 * abs(place)])
        tip = root + np.array([0.10 * place * turned - 0.10 * (1 - curl), length * curl])
        middle = (root + tip) / 2 + np.array([0.05, 0.0])
        spine, at = bend(np.stack([root, middle, tip]) @ np.stack([across, way]), 10)
        add(spine, smooth_steps(at, [0, 1.0, 1.75, 2], [0.135, 0.13, 0.115, 0.05]))
    return layers


def draw_shoes(
    stance: Stance, frame: Frame, colour: np.ndarray, light: Light, rng: np.random.Generator
) -> list[Layer]:
    """Shoes in front view, toes a little outwards."""
    layers = []
    sole = rng.random() < 0.6
    for side, label in enumerate((Part.RIGHT_SHOE, Part.LEFT_SHOE)):
        sign = -1.0 if side == 0 else 1.0
        ankle = stance.ankles[side]
        ways = np.array([[0, -0.30], [0.02 * sign, 0.35], [0.16 * sign, 0.95], [0.28 * sign, 1.55]])
        spine, at = bend(ankle + ways, 18)
        radius = smooth_steps(
            at, [0, 0.5, 1, 1.7, 2.4, 2.8, 3], [0.42, 0.44, 0.50, 0.60, 0.60, 0.46, 0.22]
        )
        part = patch(frame.place(tube(spine, radius)), frame.shape)
        if part is None:
            continue
        normal = round_normal(part, 0.8)
        normal[..., 1] -= 0.6 * smoothstep(0.45, 0.8, part.along)
        lit = light.diffuse(unit(normal).astype(np.float32))
        tone = np.ones_like(lit) * colour
        if sole:
            tone[(part.along > 0.93) | (np.abs(part.across) > 0.93)] = 0.55
        laces = (np.abs(part.across) < 0.35) & (np.abs(part.along - 0.45) < 0.22)
        tone[laces & (np.sin(part.along * 90) > 0.3)] *= 1.9
        opening = smoothstep(0.12, 0.17, part.along)
        tone *= (0.4 + 0.6 * opening)[..., None]
        shine = light.gloss(unit(normal).astype(np.float32), 30)[..., None]
        layers.append(part.layer(tone * lit + 0.05 * shine, part.inside.astype(np.float32), label))
    return layers


def mottle(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    """Fine unevenness of skin and cloth in the picture's pixels, around 1, [H, W]."""
    field = noise(rng, shape, ((60, 0.6), (140, 0.5)))
    return (1 + 0.012 * blur(field, 0.5)).astype(np.float32)
