"""The ONNX file says the same as the network, whatever the batch."""

import logging
from pathlib import Path

import onnx
import pytest
import torch

from tryon.makeup import export
from tryon.makeup.networks import Generator


@pytest.fixture(scope="module")
def trained() -> Generator:
    """A generator whose every part speaks."""
    generator = Generator(width=8, condition_width=16)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        for parameter in generator.parameters():
            parameter.data.add_(0.1 * torch.randn_like(parameter))
    return generator


@pytest.fixture(scope="module")
def exported(trained: Generator, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    path = tmp_path_factory.mktemp("onnx") / "model.onnx"
    return path, export.to_onnx(trained, 32, path)


def test_parity(exported: tuple[Path, float]) -> None:
    path, parity = exported
    assert 0 < parity < 1e-4
    assert sorted(p.name for p in path.parent.iterdir()) == ["model.onnx"], "one file, no leftovers"


def test_parity_notices_another_network(exported: tuple[Path, float]) -> None:
    assert export.parity(Generator(width=8, condition_width=16), exported[0], 32) > 1e-2


def test_contract(exported: tuple[Path, float]) -> None:
    model = onnx.load(exported[0])
    onnx.checker.check_model(model)
    assert {entry.domain: entry.version for entry in model.opset_import}[""] == export.OPSET

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
        "affine": ["batch", 36, 8, 8],
    }


def test_says_nothing(trained: Generator, tmp_path: Path, caplog: pytest.LogCaptureFixture,
                      capfd: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    with caplog.at_level(logging.INFO):
        export.to_onnx(trained, 16, tmp_path / "model.onnx")
    assert not [record for record in caplog.records if record.name.startswith("onnx")]
    assert not capfd.readouterr().out
