"""A stage is keyed by the parameters and the code it reaches, and by nothing else."""

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tryon import recipe as module
from tryon.config import load_params
from tryon.recipe import STAGES, code_digest, recipe


@pytest.fixture
def params(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("TRYON_ROOT", str(tmp_path))
    return load_params(ROOT / "params.yaml")


@pytest.fixture
def edited(monkeypatch: pytest.MonkeyPatch):
    """Pretend one module of the library has one more line."""

    def edit(name: str) -> None:
        source = module._source
        monkeypatch.setattr(
            module, "_source", lambda m: source(m) + (b"\n# more" if m == name else b"")
        )
        code_digest.cache_clear()

    yield edit
    code_digest.cache_clear()


@pytest.mark.parametrize(
    ("changed", "reruns"),
    [
        ("tryon.vision.occlusion", {"preprocess"}),
        ("tryon.makeup.preparation", {"preprocess"}),
        ("tryon.gan.engine", {"train"}),
        ("tryon.makeup.networks", {"train"}),
        ("tryon.gates", {"gate"}),
        ("tryon.data.expectations", {"validate"}),
        ("tryon.cli", set()),
        ("tryon.makeup.config", set()),
    ],
)
def test_a_changed_module_reruns_the_stages_that_reach_it(params, edited, changed, reruns) -> None:
    before = {stage: keyed(params, stage) for stage in STAGES}
    edited(changed)
    after = {stage: keyed(params, stage) for stage in STAGES}
    moved = {stage for stage in STAGES if before[stage] != after[stage]}
    assert reruns <= moved
    if not reruns:
        assert not moved
    assert ("train" in moved) == (changed in {"tryon.gan.engine", "tryon.makeup.networks"})


def test_only_the_stages_that_read_a_parameter_see_it_change(params) -> None:
    task = params.tasks["makeup"]
    training = task.training.model_copy(update={"steps": 7})
    changed = params.model_copy(
        update={"tasks": {"makeup": task.model_copy(update={"training": training})}}
    )
    moved = {s for s in STAGES if keyed(params, s) != keyed(changed, s)}
    assert moved == {"train", "register"}  # the model card tells how it was trained


def test_a_candidate_sees_only_itself(params) -> None:
    names = list(params.tasks["makeup"].candidates)
    recipes = [recipe(params, "makeup", "train", name) for name in names]
    assert [list(one.config.candidates) for one in recipes] == [[name] for name in names]


def keyed(params, stage: str) -> str:
    candidate = "lsgan" if stage == "train" else None
    return recipe(params, "makeup", stage, candidate).model_dump_json()
