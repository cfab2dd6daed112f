"""The whole pipeline on a small sample, through the plain commands, with the real tools.

The tests of this module build on each other, in the order of the file: each is a thing a user does
next in the same checkout.
"""

import copy
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.checkout import SMALL, Checkout

TRAINED = {"train_makeup_lsgan", "train_makeup_l1"}
AFTER = {"evaluate_makeup_lsgan", "evaluate_makeup_l1", "gate_makeup", "register_makeup", "package"}
BEFORE = {"ingest_makeup", "validate_makeup", "preprocess_makeup", "augment_makeup"}
OTHERS = {
    f"{stage}_{candidate}"
    for candidate in ("garment_lsgan", "caption_likelihood")
    for stage in ("train", "evaluate")
} | {
    f"{stage}_{task}"
    for task in ("garment", "caption")
    for stage in ("ingest", "validate", "preprocess", "augment", "gate", "register")
}
CHAMPION = """
from tryon.tracking.registry import version_at
found = {alias: getattr(version_at("makeup", alias), "version", None)
         for alias in ("champion", "previous")}
import json; print("ALIASES " + json.dumps(found))
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return Checkout(tmp_path_factory.mktemp("e2e"))


def changed(**sections: dict[str, Any]) -> dict[str, Any]:
    """SMALL with some makeup sections updated."""
    values = copy.deepcopy(SMALL)
    for name, section in sections.items():
        values["tasks"]["makeup"][name] |= section
    return values


def aliases(checkout: Checkout) -> dict[str, str | None]:
    said = checkout.python(CHAMPION)
    line = next(line for line in said.splitlines() if line.startswith("ALIASES "))
    return json.loads(line.removeprefix("ALIASES "))


def rerun(statuses: dict[str, str]) -> set[str]:
    return {name for name, status in statuses.items() if status != "cached"}


def test_one_command_goes_from_nothing_to_packed_champions(checkout: Checkout) -> None:
    checkout.run("dvc", "repro")
    assert set(checkout.statuses()) == BEFORE | TRAINED | AFTER | OTHERS
    assert aliases(checkout) == {"champion": "1", "previous": None}
    figures = json.loads((checkout.root / "metrics" / "champions.json").read_text())
    assert figures["makeup"]["psnr_regions"] > 10
    assert figures["garment"]["psnr"] > 10
    assert 0 <= figures["caption"]["bleu_4"] <= 1
    assert (checkout.root / "metrics" / "curves.csv").read_text().count("\n") > 3
    record = checkout.run("tryon", "lineage", "makeup")
    for word in (
        "version 1",
        "champion",
        "lineage.git_commit",
        "lineage.dataset_digest",
        "promote",
    ):
        assert word in record
    assert checkout.run("tryon", "summary").count("version 1 serves") == 3
    (packed,) = (Path(checkout.env["BENTOML_HOME"]) / "models" / "tryon").glob("*/makeup")
    assert {path.name for path in packed.parent.iterdir()} >= {"makeup", "garment", "caption"}


def test_nothing_changed_costs_nothing(checkout: Checkout) -> None:
    checkout.train()
    assert rerun(checkout.statuses()) == set()
    assert "up to date" in checkout.run("dvc", "repro")


CANDIDATES = """
import mlflow
from tryon.tracking.client import client
api = client()
found = mlflow.search_runs(
    experiment_names=["makeup"], filter_string="tags.candidate != ''", output_format="list"
)
for run in found:
    kept = {artifact.path for artifact in api.list_artifacts(run.info.run_id)}
    print(
        "RUN", run.data.params["candidate"], "test/psnr_regions" in run.data.metrics,
        "lineage.git_commit" in run.data.tags, {"images", "data", "evaluation"} <= kept,
        len(run.inputs.dataset_inputs) == 1, len(api.get_metric_history(
            run.info.run_id, "generator/pixels")) > 2,
    )
"""


def test_mlflow_shows_the_candidates_side_by_side(checkout: Checkout) -> None:
    said = checkout.python(CANDIDATES)
    lines = sorted(line for line in said.splitlines() if line.startswith("RUN"))
    assert [line.split()[1] for line in lines] == ["l1", "lsgan"]
    assert all(line.split()[2:] == ["True"] * 5 for line in lines), lines


def test_a_model_that_fails_the_gate_never_ships(checkout: Checkout) -> None:
    checkout.params(changed(gate={"min_psnr_over_shift": 50.0}, training={"steps": 4}))
    assert "beats_mean_shift" in checkout.train(code=1)
    assert checkout.statuses()["gate_makeup"] == "failed"
    assert aliases(checkout) == {"champion": "1", "previous": None}
    record = json.loads((checkout.root / "var/reports/makeup/gate.json").read_text())
    assert record["winner"] is None
    assert not any(verdict["passed"] for verdict in record["candidates"].values())


def test_a_training_parameter_reruns_from_training(checkout: Checkout) -> None:
    checkout.params(changed(training={"generator_lr": 0.0004}))
    checkout.train()
    assert rerun(checkout.statuses()) == TRAINED | AFTER
    assert aliases(checkout) == {"champion": "2", "previous": "1"}


def test_rolling_back_serves_the_previous_model(checkout: Checkout) -> None:
    assert "would serve" in checkout.run("tryon", "rollback", "makeup", "--dry-run")
    assert aliases(checkout)["champion"] == "2"
    said = checkout.run("tryon", "rollback", "makeup", "--why", "shade complaints")
    assert aliases(checkout) == {"champion": "1", "previous": "2"}
    tag = said.split("packed as ")[1].split(",")[0].strip()
    folder = Path(checkout.env["BENTOML_HOME"]) / "models" / tag.replace(":", "/") / "makeup"
    assert json.loads((folder / "meta.json").read_text())["version"] == "1"
    assert "shade complaints" in checkout.run("tryon", "lineage", "makeup")


def test_a_line_of_the_preprocessing_reruns_it_and_all_after(checkout: Checkout) -> None:
    checkout.params(SMALL)
    checkout.train()
    module = checkout.root / "tryon" / "makeup" / "preparation.py"
    module.write_text(module.read_text() + "\n\nTOUCHED = True\n")
    checkout.train()
    # The line changes no number, so the same model comes out and is packed already.
    assert rerun(checkout.statuses()) >= {"preprocess_makeup"} | TRAINED | AFTER - {"package"}
    assert not rerun(checkout.statuses()) & {"ingest_makeup", "validate_makeup"}


def test_killed_in_mid_training_it_resumes_to_the_same_weights(checkout: Checkout) -> None:
    values = changed(training={"steps": 60, "generator_lr": 0.0003})
    values["tasks"]["makeup"]["candidates"] = {"lsgan": {"adversarial": "lsgan"}}
    checkout.params(values)
    runs = checkout.root / "var" / "runs" / "makeup"
    before = set(runs.iterdir())
    process = subprocess.Popen(
        ["zenml", "pipeline", "run", "training"], cwd=checkout.root, env=checkout.env,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    wait_for(
        lambda: any(list(run.glob("checkpoints/*")) for run in set(runs.iterdir()) - before),
        process,
    )
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (folder,) = set(runs.iterdir()) - before
    assert not (folder / "generator.safetensors").exists()
    checkout.train()
    resumed = (folder / "generator.safetensors").read_bytes()
    folder.rename(folder.with_name("resumed"))
    checkout.python("from zenml.client import Client; Client().delete_pipeline('training')")
    checkout.train()  # nothing is cached now: the same training, uninterrupted
    assert (folder / "generator.safetensors").read_bytes() == resumed


def wait_for(condition: Any, process: "subprocess.Popen[bytes]", seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, "the pipeline ended before it could be killed"
        assert time.monotonic() < end, "no checkpoint appeared"
        time.sleep(0.02)
