"""params.yaml is typed and closed, and its errors name key, value and what is allowed."""

from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tryon.config import load_params
from tryon.errors import ConfigError

BAD = [
    ({"training": {"stepz": 3}}, ["tasks.makeup.training.stepz", "3", "batch_size, steps"]),
    (
        {"training": {"steps": 0}},
        ["tasks.makeup.training.steps", "0", "greater than or equal to 1"],
    ),
    ({"training": {"steps": "many"}}, ["tasks.makeup.training.steps", "'many'", "integer"]),
    ({"candidates": {"a": {"adversarial": "vae"}}}, ["candidates.a.adversarial", "'lsgan'"]),
    ({"gate": {"enabled": False}}, ["tasks.makeup.gate.enabled", "unknown key"]),
    ({"candidates": {}}, ["tasks.makeup.candidates", "none", "at least one"]),
    ({"preprocess": {"size": 100}}, ["tasks.makeup.preprocess.size", "100", "multiple of 16"]),
]


def write(folder: Path, task: dict[str, object], **top: object) -> Path:
    path = folder / "params.yaml"
    task = {"candidates": {"l1": {"adversarial": "none"}}} | task
    path.write_text(yaml.safe_dump({"tasks": {"makeup": task}, **top}))
    return path


@pytest.mark.parametrize(("section", "words"), BAD)
def test_a_wrong_value_is_named_with_what_is_allowed(
    tmp_path: Path, section: dict[str, object], words: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_params(write(tmp_path, section))
    for word in words:
        assert word in str(caught.value)


def test_an_unknown_task_is_named_with_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("tasks: {makup: {}}")
    with pytest.raises(ConfigError, match=r"makup.*allowed: .*makeup"):
        load_params(path)


def test_the_digest_follows_values_not_formatting(tmp_path: Path) -> None:
    first = load_params(write(tmp_path, {"training": {"steps": 7}}, seed=1)).digest()
    (tmp_path / "params.yaml").write_text(
        "seed: 1\ntasks:\n  makeup:\n    candidates: {l1: {adversarial: none}}\n"
        "    training:\n      steps: 7"
    )
    assert load_params(tmp_path / "params.yaml").digest() == first
    assert load_params(write(tmp_path, {"training": {"steps": 8}}, seed=1)).digest() != first


SIZES = {
    *("identities", "size", "looks_per_face", "width", "discriminator_width", "crop"),
    *("batch_size", "steps", "warmup_steps", "ema_decay", "workers", "threads"),
    *("height", "warp_width", "parser_width"),
    *("faces", "looks", "face_size", "persons", "person_height", "side"),
    *("words", "features", "embedding", "hidden"),
    *("precision", "compile", "checkpoint_every", "picture_every", "log_every"),
}


def test_the_gpu_profile_changes_sizes_only(tmp_path: Path) -> None:
    overlay = yaml.safe_load((ROOT / "params.gpu.yaml").read_text())
    assert set(leaves(overlay)) <= SIZES
    base = yaml.safe_load((ROOT / "params.yaml").read_text())
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(base | {"profile": "gpu"}))
    (tmp_path / "params.gpu.yaml").write_text((ROOT / "params.gpu.yaml").read_text())
    merged = load_params(tmp_path / "params.yaml").tasks["makeup"]
    assert merged.training.steps > load_params(ROOT / "params.yaml").tasks["makeup"].training.steps


def leaves(values: dict[str, object]) -> list[str]:
    found = []
    for key, value in values.items():
        found += leaves(value) if isinstance(value, dict) else [key]
    return found
