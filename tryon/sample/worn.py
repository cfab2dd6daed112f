"""A garment on a body: its texture warped piece by piece, folded and lit."""

import cv2
import numpy as np

from tryon.sample.creasing import Wearer, folds_of
from tryon.sample.cut import Piece
from tryon.sample.drawing import blur, smoothstep
from tryon.sample.flesh import round_normal
from tryon.sample.folds import relief
from tryon.sample.light import Light
from tryon.sample.sewing import Sewn, Texture
from tryon.sample.strip import Layer, Patch, patch
from tryon.sample.wardrobe import Garment
from tryon.vision.human import Part

DEPTH = {"panel": 0.66, "sleeve": 0.95, "leg": 0.9, "collar": 0.35}


def label_of(garment: Garment) -> Part:
    """The canonical label of a garment."""
    return {
        "outwear": Part.COAT, "dress": Part.DRESS, "skirt": Part.SKIRT, "trousers": Part.TROUSERS,
        "shorts": Part.TROUSERS,
    }.get(garment.kind, Part.UPPER)  # fmt: skip


def wear(sewn: Sewn, wearer: Wearer) -> dict[str, Layer]:
    """The layers of each piece that is in the picture, by the piece's name."""
    layers = {}
    garment, texture = sewn.garment, sewn.texture
    for number, part in enumerate(sewn.pieces):
        rng = np.random.default_rng([garment.seed, 11, number])
        points = wearer.frame.place(part.worn)
        where = texture.place(part.flat)
        found = patch(points, wearer.frame.shape, where)
        if found is not None:
            layers[part.name] = _piece(garment, part, found, texture, wearer, rng)
    return layers


def _piece(
    garment: Garment,
    part: Piece,
    here: Patch,
    texture: Texture,
    wearer: Wearer,
    rng: np.random.Generator,
) -> Layer:
    kind = part.name.split("_")[0]
    scale = wearer.frame.scale
    normal = round_normal(here, DEPTH[kind])
    height = folds_of(garment, part, kind, here, wearer, rng)
    bent, slope = relief(height, normal)
    shift = 0.072 * texture.scale * slope  # prints bend with the folds they lie on
    u, v = here.extra[..., 0] - shift, np.ascontiguousarray(here.extra[..., 1])
    colour = cv2.remap(texture.colour, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = here.inside.astype(np.float32)
    if kind == "panel":
        alpha = alpha * (1 - cv2.remap(texture.hole, u, v, cv2.INTER_LINEAR))
    inside = here.inside
    light, bent = wearer.light, bent[inside]
    deep = (blur(height, 0.44 * scale) - height)[inside] / (0.2 * scale)
    shade = np.exp(-1.1 * np.clip(deep, -0.25, 1.0))
    if kind != "collar":
        shade = shade * (1 - 0.28 * smoothstep(0.80, 1.0, np.abs(here.across[inside])))
    sheen = garment.textile.sheen * 0.22 * light.gloss(bent, 9 + 14 * garment.textile.sheen)
    lit = colour[inside] * cloth_light(light, bent) * shade[:, None]
    colour[inside] = lit + (sheen * light.key)[:, None] * light.key_colour
    return here.layer(colour, alpha, label_of(garment))


def cloth_light(light: Light, normal: np.ndarray) -> np.ndarray:
    """Light [..., 3] that cloth sends back: wrapped a little, for cloth is fuzzy."""
    facing = normal @ light.direction.astype(np.float32)
    key = light.key * np.clip((facing + 0.22) / 1.22, 0, 1)
    around = (1 - light.key) * (0.74 - 0.26 * normal[..., 1])
    return (key[..., None] * light.key_colour + around[..., None] * light.fill_colour).astype(
        np.float32
    ) * 1.12
