"""From a photo to the made-up photo, with the analytic shift alone and with a network."""

import threading
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from tests.vision.drawn import picture
from tryon.errors import BundleError, Refusal
from tryon.makeup.look import REGIONS, Look, RegionLook, named
from tryon.makeup.predictor import Predictor, load
from tryon.serving.bundle import Bundle, Meta
from tryon.serving.session import OnnxSession
from tryon.types import Lineage
from tryon.vision.colour import delta_e_2000, hex_to_lab

SIZE = 64
SETTINGS = {"size": SIZE, "margin": 1.55, "regions": list(REGIONS)}


def network(gain: float = 0.0, residual: float = 0.0) -> bytes:
    """A generator that says the same everywhere: the interface without the training."""
    inputs = [
        helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, SIZE, SIZE]),
        helper.make_tensor_value_info("masks", TensorProto.FLOAT, ["n", 6, SIZE, SIZE]),
        helper.make_tensor_value_info("condition", TensorProto.FLOAT, ["n", 6, 5]),
    ]
    shapes = {
        "gain": (gain, [1, 1, SIZE, SIZE]),
        "residual": (residual, [1, 3, SIZE, SIZE]),
    }
    nodes = [
        helper.make_node(
            "Constant", [], [name],
            value=helper.make_tensor(name, TensorProto.FLOAT, shape,
                                     np.full(shape, value, np.float32).ravel()),
        )
        for name, (value, shape) in shapes.items()
    ]  # fmt: skip
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, (_, shape) in shapes.items()
    ]
    graph = helper.make_graph(nodes, "flat", inputs, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def meta(**changes: object) -> Meta:
    lineage = Lineage(
        git_commit="0" * 40, git_dirty=False, dataset_digest="", params_digest="", packages={}
    )
    values = {
        "task": "makeup", "settings": SETTINGS, "lineage": lineage,
        "metrics": {}, "parity": 0.0, "licence": "MIT", "created_by": "a test",
    }  # fmt: skip
    return Meta.model_validate(values | changes)


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    """The analytic shift alone."""
    return Predictor()


def lips(colour: str) -> Look:
    return Look(regions={"lips": RegionLook(colour=colour)})


def test_the_lips_reach_their_colour_and_the_rest_is_the_photo(predictor: Predictor) -> None:
    result = predictor.apply(picture(), lips("#b01824"))
    assert result.image.shape == picture().shape
    assert result.image.dtype == np.uint8
    assert result.reached["lips"]["delta_e"] < 2
    assert delta_e_2000(hex_to_lab(result.reached["lips"]["reached"]), hex_to_lab("#b01824")) < 2
    assert 0.8 < result.reached["lips"]["visible"] <= 1
    changed = (result.image != picture()).any(-1)
    _, top, _, bottom = result.face.box
    assert changed.any()
    assert not changed[: (top + bottom) // 2].any()
    assert changed.mean() < 0.06
    assert set(result.reached) == {"lips"}


def test_the_photo_itself_is_not_written_to(predictor: Predictor) -> None:
    photo = picture().copy()
    predictor.apply(photo, named("smoky"))
    assert (photo == picture()).all()


def test_an_empty_look_gives_the_photo_back(predictor: Predictor) -> None:
    result = predictor.apply(picture(), Look())
    assert (result.image == picture()).all()
    assert result.reached == {}


@pytest.mark.parametrize("look", ["natural", "gothic", "golden hour"])
def test_the_same_call_gives_the_same_bits(predictor: Predictor, look: str) -> None:
    first, second = (predictor.apply(picture(), named(look)) for _ in range(2))
    assert (first.image == second.image).all()
    assert (first.condition == second.condition).all()


def test_threads_share_a_predictor_and_agree_bit_by_bit(predictor: Predictor) -> None:
    photos = [picture(seed, tone) for seed, tone in ((3, 5), (8, 3), (11, 8))]
    expected = [predictor.apply(photo, named("berry")).image for photo in photos]
    wrong: list[int] = []

    def work(offset: int) -> None:
        for turn in range(4):
            at = (offset + turn) % len(photos)
            image = predictor.apply(photos[at], named("berry")).image
            if not (image == expected[at]).all():
                wrong.append(at)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_very_large_photo_keeps_its_texture_and_reaches_the_colour(predictor: Predictor) -> None:
    grain = np.random.default_rng(0).integers(-9, 10, (3072, 3072, 1))
    large = cv2.resize(picture(), (3072, 3072), interpolation=cv2.INTER_CUBIC)
    large = np.clip(large + grain, 0, 255).astype(np.uint8)
    result = predictor.apply(large, lips("#7c1f43"))
    assert result.reached["lips"]["delta_e"] < 2.5
    changed = (result.image != large).any(-1)
    assert changed.mean() < 0.06
    x, y = np.rint(result.face.landmarks[17]).astype(int)
    patch = (slice(y - 60, y - 20), slice(x - 20, x + 20))
    fine = [p[patch].mean(-1) - cv2.blur(p[patch].mean(-1), (5, 5)) for p in (large, result.image)]
    assert np.corrcoef(fine[0].ravel(), fine[1].ravel())[0, 1] > 0.9


def test_a_face_at_the_edge_of_the_photo_is_handled(predictor: Predictor) -> None:
    cut = np.ascontiguousarray(picture()[40:205, 40:215])
    assert predictor.apply(cut, named("classic red")).image.shape == cut.shape


def test_refusals_pass_through(predictor: Predictor) -> None:
    with pytest.raises(Refusal) as caught:
        predictor.apply(np.zeros((300, 200, 3), np.uint8), named("nude"))
    assert caught.value.code == "no_face"


def test_transfer_takes_over_what_is_painted(predictor: Predictor) -> None:
    reference = predictor.apply(picture(8, 3), named("pink pop")).image
    result = predictor.transfer(picture(), reference)
    assert {"lips", "eyeshadow"} <= set(result.reached)
    assert result.reached["lips"]["delta_e"] < 3
    only = predictor.transfer(picture(), reference, regions=("lips",))
    assert set(only.reached) == {"lips"}
    none = predictor.transfer(picture(), reference, intensity=0.0)
    assert np.abs(none.image.astype(int) - picture()).mean() < 0.2


def test_a_network_that_says_nothing_changes_nothing(predictor: Predictor) -> None:
    silent = Predictor(OnnxSession(network()), SIZE)
    look = named("classic red")
    assert (silent.apply(picture(), look).image == predictor.apply(picture(), look).image).all()


def test_gain_scales_the_shift_and_residual_adds_to_it(predictor: Predictor) -> None:
    look = lips("#5a1f40")
    plain = predictor.apply(picture(), look).image.astype(int)
    bare = picture().astype(int)
    x, y = np.rint(predictor.apply(picture(), look).face.landmarks[17] - [0, 4]).astype(int)
    at = (slice(y - 1, y + 2), slice(x - 2, x + 3))

    def with_network(**said: float) -> np.ndarray:
        image = Predictor(OnnxSession(network(**said)), SIZE).apply(picture(), look).image
        return image[at].astype(int)

    halved = with_network(gain=-0.5) - bare[at]
    assert np.abs(halved - (plain - bare)[at] / 2).max() <= 1.5
    assert np.abs(with_network(residual=0.1) - plain[at] - 25.5).max() <= 1.5


def test_a_loud_network_still_leaves_the_rest_alone() -> None:
    loud = Predictor(OnnxSession(network(gain=0.9, residual=0.5)), SIZE)
    result = loud.apply(picture(), lips("#b01824"))
    changed = (result.image != picture()).any(-1)
    assert changed.any()
    assert changed.mean() < 0.06


def test_a_bundle_is_opened(tmp_path: Path) -> None:
    Bundle.write(tmp_path / "good", network(), meta(), "# card")
    result = load(tmp_path / "good").apply(picture(), named("nude"))
    assert result.reached["lips"]["delta_e"] < 2


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"task": "garment"}, "for task 'garment', expected 'makeup'"),
        ({"settings": SETTINGS | {"regions": list(REGIONS[::-1])}}, r"settings\.regions: .*brows"),
        ({"settings": SETTINGS | {"margin": 9}}, r"settings\.margin: .*less than or equal to 4"),
        ({"settings": SETTINGS | {"sleeve": 1}}, r"settings\.sleeve: Extra"),
        ({"settings": {}}, r"settings\.size: Field required"),
    ],
)
def test_a_bundle_that_does_not_fit_is_named(tmp_path: Path, changes: dict, says: str) -> None:
    Bundle.write(tmp_path / "other", network(), meta(**changes), "# card")
    with pytest.raises(BundleError, match=says) as error:
        load(tmp_path / "other")
    assert error.value.code == "invalid_meta"
    assert error.value.hint
