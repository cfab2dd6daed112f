"""A bundle opens only when it is whole and unaltered."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tests.serving.networks import CARD, REGIONS, meta, zero_network
from tryon.errors import BundleError
from tryon.serving.bundle import Bundle
from tryon.serving.session import OnnxSession


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return Bundle.write(tmp_path / "bundle", zero_network(), meta(), CARD)


def arrays(batch: int = 1, size: int = 64) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "image": rng.random((batch, 3, size, size), np.float32),
        "masks": rng.random((batch, len(REGIONS), size, size), np.float32),
        "condition": rng.random((batch, len(REGIONS), 5), np.float32),
    }


def test_what_was_written_is_what_opens(bundle: Bundle) -> None:
    again = Bundle.open(bundle.folder)
    assert again.meta == bundle.meta
    assert again.card == CARD
    assert again.meta.bytes == (bundle.folder / "model.onnx").stat().st_size
    assert again.versioned("8").meta.version == "8"


def test_the_session_takes_any_batch(bundle: Bundle) -> None:
    for batch in (1, 3):
        out = bundle.session.run(**arrays(batch))
        assert out["residual"].shape == (batch, 3, 64, 64)
        assert out["gain"].shape == (batch, 1, 64, 64)


def test_threads_share_one_session(bundle: Bundle) -> None:
    given = arrays()
    alone = bundle.session.run(**given)["residual"]
    with ThreadPoolExecutor(4) as pool:
        for out in pool.map(lambda _: bundle.session.run(**given), range(32)):
            np.testing.assert_array_equal(out["residual"], alone)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"image": np.zeros((1, 3, 32, 32), np.float32)}, r"'image'.*\[1, 3, 32, 32\]"),
        ({"image": np.zeros((1, 3, 64, 64))}, "float64"),
        ({"extra": np.zeros(1)}, "extra"),
    ],
)
def test_wrong_arrays_are_named(bundle: Bundle, change: dict, says: str) -> None:
    with pytest.raises(BundleError, match=says) as error:
        bundle.session.run(**(arrays() | change))
    assert error.value.code == "wrong_input"


@pytest.mark.parametrize("name", ["model.onnx", "meta.json", "card.md"])
def test_a_missing_file_is_named(bundle: Bundle, name: str) -> None:
    (bundle.folder / name).unlink()
    with pytest.raises(BundleError, match=name) as error:
        Bundle.open(bundle.folder)
    assert error.value.code == "no_bundle"


def test_an_altered_network_does_not_open(bundle: Bundle) -> None:
    content = bytearray((bundle.folder / "model.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (bundle.folder / "model.onnx").write_bytes(content)
    with pytest.raises(BundleError) as error:
        Bundle.open(bundle.folder)
    assert error.value.code == "altered_bundle"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"schema_version": 99}, "schema_version 99"),
        ({"schema_version": 1, "size": 64, "settings": None}, "schema_version 1, .* reads 2"),
        ({"settings": [64]}, "settings"),
        ({"surprise": 1}, "surprise"),
        ({"lineage": None}, "lineage"),
    ],
)
def test_wrong_metadata_is_named(bundle: Bundle, change: dict, says: str) -> None:
    path = bundle.folder / "meta.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(BundleError, match=says) as error:
        Bundle.open(bundle.folder)
    assert error.value.code == "invalid_meta"


@pytest.mark.parametrize("content", [b"", b"no network", "cut"])
def test_what_is_no_network_is_refused(tmp_path: Path, content: bytes | str) -> None:
    given = zero_network()[:200] if isinstance(content, str) else content
    with pytest.raises(BundleError) as error:
        OnnxSession(given)
    assert error.value.code == "not_a_network"
    with pytest.raises(BundleError):
        Bundle.write(tmp_path, given, meta(), CARD)
    assert not (tmp_path / "meta.json").exists()


def test_a_network_beside_another_is_opened(tmp_path: Path) -> None:
    for name in ("model", "other"):
        (tmp_path / f"{name}.onnx").write_bytes(zero_network())
    network = OnnxSession(tmp_path / "model.onnx")
    assert network.beside("other").outputs == network.outputs
    for alone in (network.beside("other"), OnnxSession(zero_network())):
        with pytest.raises(BundleError, match="missing"):
            alone.beside("missing")


def test_an_empty_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="card"):
        Bundle.write(tmp_path, zero_network(), meta(), " \n")


def test_further_networks_travel_and_are_checked(tmp_path: Path) -> None:
    others = {"second": zero_network(32), "third": zero_network(96)}
    bundle = Bundle.write(tmp_path / "many", zero_network(), meta(), CARD, others)
    assert sorted(bundle.files) == sorted(path.name for path in bundle.folder.iterdir())
    again = Bundle.open(bundle.folder)
    assert again.network("second").inputs["image"][2:] == (32, 32)
    assert again.network("third") is again.network("third")
    with pytest.raises(BundleError, match="no network 'fourth', only"):
        again.network("fourth")
    (bundle.folder / "third.onnx").write_bytes(zero_network(32))
    with pytest.raises(BundleError, match=r"third\.onnx has") as altered:
        Bundle.open(bundle.folder)
    assert altered.value.code == "altered_bundle"
    (bundle.folder / "second.onnx").unlink()
    with pytest.raises(BundleError, match=r"holds no second\.onnx"):
        Bundle.open(bundle.folder)


def test_a_bundle_written_again_keeps_no_old_networks(tmp_path: Path) -> None:
    Bundle.write(tmp_path / "one", zero_network(), meta(), CARD, {"second": zero_network(32)})
    bundle = Bundle.write(tmp_path / "one", zero_network(), meta(), CARD)
    assert bundle.files == ("model.onnx", "meta.json", "card.md")
    assert not (bundle.folder / "second.onnx").exists()


def test_a_bundle_from_before_further_networks_opens(bundle: Bundle) -> None:
    path = bundle.folder / "meta.json"
    said = json.loads(path.read_text())
    assert said.pop("networks") == {}
    path.write_text(json.dumps(said))
    assert Bundle.open(bundle.folder).meta.networks == {}
