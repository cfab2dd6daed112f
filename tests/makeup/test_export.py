"""The ONNX file says the same as the network, whatever the batch."""

import logging
from pathlib import Path

import onnx
import pytest
import torch
from safetensors.torch import save_file

from tryon import shipping
from tryon.errors import TrainingError
from tryon.makeup import export
from tryon.makeup.config import Config
from tryon.makeup.look import REGIONS
from tryon.makeup.networks import Generator

CONFIG = Config.model_validate(
    {"preprocess": {"size": 32}, "network": {"width": 8, "condition_width": 16}}
)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of a generator whose every part speaks."""
    generator = Generator(width=8, condition_width=16)
    random = torch.Generator().manual_seed(0)
    for parameter in generator.parameters():
        parameter.data.add_(0.1 * torch.randn(parameter.shape, generator=random))
    path = tmp_path_factory.mktemp("run") / "generator.safetensors"
    save_file(generator.state_dict(), path)
    return path


@pytest.fixture(scope="module")
def exported(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    path = tmp_path_factory.mktemp("onnx") / "model.onnx"
    return path, export.ship(weights, CONFIG, path)


def test_parity(exported: tuple[Path, float]) -> None:
    path, parity = exported
    assert 0 < parity < 1e-4
    assert sorted(p.name for p in path.parent.iterdir()) == ["model.onnx"], "one file, no leftovers"


def test_parity_notices_another_network(exported: tuple[Path, float]) -> None:
    assert export.parity(Generator(width=8, condition_width=16), exported[0], 32) > 1e-2


def test_a_second_network_of_one_structure_ships_its_own_weights(
    weights: Path, exported: tuple[Path, float], tmp_path: Path
) -> None:
    other = Generator(width=8, condition_width=16)
    other.load_state_dict(
        {k: v * 1.1 for k, v in export.load(weights, CONFIG).state_dict().items()}
    )
    save_file(other.state_dict(), tmp_path / "other.safetensors")
    path = tmp_path / "model.onnx"
    assert export.ship(tmp_path / "other.safetensors", CONFIG, path) < 1e-4
    assert export.parity(other, exported[0], 32) > 1e-3, "the first is another network"
    again = tmp_path / "again.onnx"
    export.ship(weights, CONFIG, again)
    assert again.read_bytes() == exported[0].read_bytes()


def test_contract(exported: tuple[Path, float]) -> None:
    model = onnx.load(exported[0])
    onnx.checker.check_model(model)
    assert {entry.domain: entry.version for entry in model.opset_import}[""] == shipping.OPSET

    def shape(value: onnx.ValueInfoProto) -> list[str | int]:
        sides = value.type.tensor_type.shape.dim
        return [side.dim_param or side.dim_value for side in sides]

    assert {value.name: shape(value) for value in model.graph.input} == {
        "image": ["batch", 3, 32, 32],
        "masks": ["batch", 6, 32, 32],
        "condition": ["batch", 6, 5],
    }
    assert {value.name: shape(value) for value in model.graph.output} == {
        "gain": ["batch", 1, 32, 32],
        "residual": ["batch", 3, 32, 32],
    }


def test_says_nothing(
    weights: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.INFO):
        export.ship(weights, CONFIG, tmp_path / "model.onnx")
    assert not [record for record in caplog.records if record.name.startswith("onnx")]
    assert not capfd.readouterr().out


def test_weights_of_another_network_are_refused(weights: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"network\.width"):
        export.ship(weights, Config(), tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())


def test_settings_say_what_a_predictor_needs() -> None:
    assert export.settings(CONFIG) == {"size": 32, "margin": 1.55, "regions": list(REGIONS)}
