"""A look read off a photo: painted faces are read, bare ones ask for nothing."""

import numpy as np
import pytest

from tests.makeup.scene import scene
from tryon.makeup import condition, operator, reference
from tryon.makeup.look import REGIONS, named
from tryon.vision.colour import delta_e_2000
from tryon.vision.faceview import FaceView

LIPS, SHADOW, SKIN = (REGIONS.index(r) for r in ("lips", "eyeshadow", "foundation"))


def painted(look: str, seed: int = 8, tone: int = 3) -> np.ndarray:
    face = scene(seed, tone)
    return operator.apply(face.image, face.masks, named(look), face.eye_distance)


def read(look: str | None, tone: int = 6, **options: object) -> reference.Reading:
    other = scene(8, 3)
    image = other.image if look is None else painted(look)
    return reference.from_reference(
        scene(3, tone).image,
        scene(3, tone).masks,
        image,
        other.masks,
        **options,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("look", ["classic red", "berry", "plum evening", "pink pop"])
def test_strong_lips_are_read_and_their_colour_travels(look: str) -> None:
    reading = read(look)
    assert reading.condition[LIPS, 3] == 1
    there = condition.mean_lab(painted(look), scene(8, 3).masks)
    here = condition.mean_lab(scene(3, 6).image, scene(3, 6).masks)
    wanted = there[LIPS] + [0.6 * (here[SKIN, 0] - there[SKIN, 0]), 0, 0]
    assert delta_e_2000(100 * reading.condition[LIPS, :3], wanted) < 0.5


def test_coloured_shadow_is_read_relative_to_the_skin() -> None:
    reading = read("emerald")
    assert reading.condition[SHADOW, 3] == 1
    there = condition.mean_lab(painted("emerald"), scene(8, 3).masks)
    here = condition.mean_lab(scene(3, 6).image, scene(3, 6).masks)
    wanted = here[SKIN] + there[SHADOW] - there[SKIN]
    assert delta_e_2000(100 * reading.condition[SHADOW, :3], wanted) < 0.5


def test_lips_do_not_glow_on_dark_skin() -> None:
    light, dark = read("pink pop", tone=2), read("pink pop", tone=9)
    assert dark.condition[LIPS, 0] < light.condition[LIPS, 0] - 0.1


def test_brows_and_foundation_stay_the_persons_own() -> None:
    reading = read("gothic")
    assert not reading.condition[REGIONS.index("brows")].any()
    assert not reading.condition[SKIN].any()


def test_only_the_asked_regions_travel() -> None:
    reading = read("pink pop", regions=("eyeshadow",))
    assert reading.condition[:, 3].tolist() == [0, 1, 0, 0, 0, 0]


def test_intensity_zero_asks_for_what_is_there() -> None:
    reading = read("classic red", intensity=0.0)
    here = condition.mean_lab(scene(3, 6).image, scene(3, 6).masks)
    assert delta_e_2000(100 * reading.condition[LIPS, :3], here[LIPS]) < 0.01


def test_covered_lips_ask_for_nothing() -> None:
    other = scene(8, 3)
    masks = other.masks.copy()
    masks[LIPS] = 0
    reading = reference.from_reference(scene().image, scene().masks, painted("classic red"), masks)
    assert reading.condition[LIPS, 3] == 0


def view(face: object) -> tuple[FaceView, np.ndarray]:
    """A levelled view and the masks in it."""
    from tryon.makeup.regions import region_masks

    seen = FaceView.of(np.rint(face.image * 255).astype(np.uint8), face.landmarks)  # type: ignore[attr-defined]
    return seen, region_masks(seen.points, seen.shape)


def test_the_colour_map_of_a_face_for_itself_is_nothing() -> None:
    seen, masks = view(scene())
    asked = np.zeros((6, 5), np.float32)
    asked[LIPS, 3] = 1
    moved = reference.colour_map(seen, masks, seen, masks, asked)
    assert moved.shape == scene().image.shape
    assert np.abs(moved).max() < 0.05


def test_a_gradient_on_the_lips_travels() -> None:
    other = scene(8, 3)
    half = other.image.copy()
    middle = round(float(other.landmarks[[61, 291], 0].mean()))
    half[:, :middle] = np.where(
        other.masks[LIPS, :, :middle, None] > 0.3, half[:, :middle] * 0.4, half[:, :middle]
    )
    seen, masks = view(scene())
    there, other_masks = view(other._replace(image=half))
    asked = np.zeros((6, 5), np.float32)
    asked[LIPS, 3] = 1
    moved = reference.colour_map(seen, masks, there, other_masks, asked).sum(-1)
    lips = scene().masks[LIPS] > 0.8
    columns = np.arange(192)[None, :]
    centre = scene().landmarks[[61, 291], 0].mean()
    assert moved[lips & (columns < centre - 6)].mean() < moved[lips & (columns > centre + 6)].mean()
