"""From photos to a dressed photo, with what ships; refusals by cause."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import save_file

from tests.garment.worn import (
    HEIGHT,
    PERSONS,
    Knows,
    config,
    heat_of,
    rows,
    samples,
    write_split,
)
from tryon import gates
from tryon.config import CandidateConfig
from tryon.errors import BundleError, Refusal
from tryon.garment import areas, cloth, evaluation, export, outline
from tryon.garment.cloth import Given
from tryon.garment.criteria import rules as rules_of
from tryon.garment.objective import build
from tryon.garment.points import to_points
from tryon.garment.predictor import Networks, Predictor, load
from tryon.garment.settings import Settings
from tryon.serving.bundle import Bundle, Meta
from tryon.serving.session import OnnxSession
from tryon.types import Lineage
from tryon.vision.images import decode, decode_labels


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    folder = tmp_path_factory.mktemp("run")
    weights = folder / "generator.safetensors"
    network = build(config(), CandidateConfig(adversarial="none"), 3).generator
    save_file({name: v.contiguous() for name, v in network.state_dict().items()}, weights)
    return folder, export.ship(weights, config(), folder / "model.onnx")


@pytest.fixture(scope="module")
def bundle(shipped: tuple[Path, float], tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    lineage = Lineage(
        git_commit="0" * 40, git_dirty=False, dataset_digest="d", params_digest="p", packages={}
    )
    meta = Meta(
        task="garment", settings=export.settings(config()), lineage=lineage, metrics={},
        parity=shipped[1], licence="CC0-1.0", created_by="a test",
    )  # fmt: skip
    others = {name: shipped[0] / f"{name}.onnx" for name in export.READERS}
    folder = tmp_path_factory.mktemp("bundle")
    return Bundle.write(folder, shipped[0] / "model.onnx", meta, "# card", others)


def predictor(bundle: Bundle, index: int, kind: str = "cross") -> Predictor:
    """With the bundle's generator, and readers that know one sample's truth."""
    row = rows(index)[0]
    sample = next(
        s for s in samples()
        if s.record["identity"] == row["identity"] and s.record["kind"] == kind
    )  # fmt: skip
    groups = sample.arrays["groups"][1::2, 1::2]
    logits = 8.0 * (groups[None] == np.arange(len(areas.GROUPS))[:, None, None])
    row = rows(index)[1]  # the garment of the cross pair
    photo = decode(row["garment_raw"]).image
    mask = decode_labels(row["garment_raw_mask"])
    boxed, corner = outline.framed(photo, mask, (HEIGHT, HEIGHT * 3 // 4))
    points = to_points(row["category"], np.array(row["garment_raw_landmarks"])) - corner
    points = (points * boxed.scale + boxed.shift + 0.5) / [HEIGHT * 3 // 4, HEIGHT]
    mask = sample.arrays["photo_mask"][1::2, 1::2].astype(np.float32) / 255
    parser = Knows(groups=logits[None].astype(np.float32))
    reader = Knows(
        mask=20 * (mask[None, None] - 0.5),
        heat=heat_of(points)[None],
        present=np.where(np.isfinite(points).all(1), 5.0, -5.0)[None],
    )
    return Predictor(Networks(bundle.session, parser, reader), HEIGHT)  # type: ignore[arg-type]


def test_parity_and_files(shipped: tuple[Path, float]) -> None:
    folder, parity = shipped
    assert 0 < parity < 1e-3
    names = sorted(path.name for path in folder.glob("*.onnx"))
    assert names == ["model.onnx", "parser.onnx", "reader.onnx"]


def test_what_ships_is_what_is_scored(bundle: Bundle, tmp_path: Path) -> None:
    made = evaluation.evaluate(bundle.session, write_split(tmp_path), config(), "untrained")
    assert made.metrics["outside"] == 0
    assert np.isfinite(made.metrics["psnr"])
    assert "readers" in made.protocol
    failed = {one.rule.name for one in gates.check(rules_of(config()), made, {}, None).failed}
    assert failed >= {"labels", "mask", "landmarks"}, "untrained readers do not ship"


def test_a_bundle_loads_with_all_its_networks(bundle: Bundle) -> None:
    assert load(bundle.folder).size == (HEIGHT, HEIGHT * 3 // 4)
    assert bundle.files == ("model.onnx", "parser.onnx", "reader.onnx", "meta.json", "card.md")
    assert isinstance(bundle.network("parser"), OnnxSession)
    with pytest.raises(BundleError, match="no network 'other'"):
        bundle.network("other")


def test_settings_of_another_release_are_refused() -> None:
    good = export.settings(config())
    Settings.model_validate(good)
    with pytest.raises(ValueError, match="this release has"):
        Settings.model_validate(good | {"groups": ["background"]})


@pytest.mark.parametrize("index", PERSONS)
def test_a_photo_is_dressed_and_the_rest_is_its_own(bundle: Bundle, index: int) -> None:
    row = rows(index)[1]  # cross
    image, photo = decode(row["image"]).image, decode(row["garment_raw"]).image
    before = image.copy()
    result = predictor(bundle, index).dress(image, Given(photo, row["category"]))
    np.testing.assert_array_equal(image, before)
    assert result.image.shape == image.shape
    assert result.garment.read == ("mask", "landmarks")
    assert result.garment.category == row["category"]
    assert sum(result.parts.values()) == pytest.approx(1)
    truth = decode(row["target"]).image.astype(int)
    labels = areas.to_groups(decode_labels(row["parsing"]))
    changed = np.abs(result.image.astype(int) - image).max(-1) > 0
    assert 0.03 < changed.mean() < result.changed <= 1
    head = areas.is_any(labels, areas.HEAD) & (np.arange(len(image))[:, None] < 0.15 * len(image))
    assert not changed[head].any()
    worn = areas.to_groups(decode_labels(row["target_parsing"]))
    worn = worn == areas.GROUP[areas.WORN[row["category"]]]
    errors = [np.abs(one.astype(int) - truth)[worn].mean() for one in (result.image, image)]
    assert errors[0] < errors[1]


def test_a_larger_photo_gives_the_same_picture(bundle: Bundle) -> None:
    import cv2

    row = rows(PERSONS[0])[1]
    image, photo = decode(row["image"]).image, decode(row["garment_raw"]).image
    own = predictor(bundle, PERSONS[0])
    small = own.dress(image, Given(photo, row["category"])).image
    large = cv2.resize(image, None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC)
    result = own.dress(large, Given(photo, row["category"])).image
    assert result.shape == large.shape
    again = cv2.resize(result, small.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(again.astype(int) - small).mean() < 2.5


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"mask": np.zeros((9, 9), np.uint8)}, "mask_wrong_size"),
        ({"mask": "grey"}, "mask_not_binary"),
        ({"mask": "dots"}, "garment_missing"),
        ({"mask": "ground"}, "garment_missing"),
        ({"photo": "person"}, "person_in_garment_photo"),
        ({"image": "empty"}, "no_person"),
        ({"image": "bust"}, "torso_hidden"),
        ({"image": "head"}, "torso_hidden"),
        ({"landmarks": "none"}, "garment_unclear"),
        ({"landmarks": "upside down"}, "garment_unclear"),
        ({"landmarks": "crossed"}, "garment_unclear"),
        ({"landmarks": "aside"}, "garment_unclear"),
    ],
)
def test_refusals(bundle: Bundle, change: dict[str, object], code: str) -> None:
    row = rows(PERSONS[0])[1]
    image, photo = decode(row["image"]).image, decode(row["garment_raw"]).image
    shape = photo.shape[:2]
    dots = np.zeros(shape, np.uint8)
    dots[::16, ::16] = 255
    points = np.reshape(row["garment_raw_landmarks"], (-1, 2))
    known = {
        "grey": np.tile(np.linspace(0, 255, shape[1]).astype(np.uint8), (shape[0], 1)),
        "dots": dots,
        "ground": 255 - decode_labels(row["garment_raw_mask"]),
        "person": image,
        "empty": np.full_like(image, 127),
        "bust": image[: int(0.42 * len(image))],
        "head": image[: int(0.2 * len(image))],
        "none": np.full_like(points, np.nan),
        "upside down": shape[0] - points,
        "crossed": np.array([shape[1], 0]) + points * [-1, 1],
        "aside": points + np.array([0.6 * shape[1], 0.3 * shape[0]]),
    }
    given = {
        name: known.get(value, value) if isinstance(value, str) else value
        for name, value in change.items()
    }
    person = given.pop("image", image)
    asked = {"photo": photo, "category": row["category"]} | given
    with pytest.raises(Refusal) as refusal:
        predictor(bundle, PERSONS[0]).dress(person, Given(**asked))  # type: ignore[arg-type]
    assert refusal.value.code == code


def test_peaks_are_read_finer_than_their_cells() -> None:
    points = np.random.default_rng(0).uniform(0.15, 0.85, (29, 2))
    assert np.abs(cloth.peaks(heat_of(points)) - points).max() < 0.2 / 24


def test_the_ends_of_a_neck_are_read_in_their_order() -> None:
    """Each map is a little hotter at the other's place, as those of ends that look alike are."""
    right, left = cloth.NECK
    points = np.random.default_rng(1).uniform(0.15, 0.85, (29, 2))
    points[right], points[left] = (0.4, 0.2), (0.6, 0.2)
    heat = heat_of(points)
    swapped = heat - 50
    swapped[right], swapped[left] = heat[left] + 0.5, heat[right] + 0.5
    torn = np.logaddexp(heat, swapped)
    assert cloth.peaks(torn)[right, 0] > 0.55, "without the order it is the other end"
    ordered = cloth.peaks(cloth.neck_in_order(torn))
    assert np.abs(ordered - points)[[right, left]].max() < 0.5 / 24
    clear = cloth.peaks(cloth.neck_in_order(heat))
    np.testing.assert_array_equal(clear, cloth.peaks(heat))


def test_a_given_mask_is_used(bundle: Bundle) -> None:
    row = rows(PERSONS[0])[1]
    image, photo = decode(row["image"]).image, decode(row["garment_raw"]).image
    mask = decode_labels(row["garment_raw_mask"])
    result = predictor(bundle, PERSONS[0]).dress(image, Given(photo, row["category"], mask))
    assert result.garment.read == ("landmarks",)
    np.testing.assert_array_equal(result.garment.mask, mask)
