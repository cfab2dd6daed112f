"""From a bundle to a bento that runs in an environment of the serving requirements alone."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import yaml

from tests.bento.pictures import face, read, save
from tests.bento.served import SERVED, write_bundles
from tests.bento.server import Server, isolated
from tests.conftest import ROOT
from tests.serving.networks import CARD, meta, zero_network
from tryon.registry import TASKS
from tryon.serving.bundle import Bundle

OFFLINE = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
FORBIDDEN = ("torch", "zenml", "mlflow", "dvc", "pandas", "scipy", "skimage", "lightning", "onnx",
             "albumentations", "great_expectations", "datasets", "jax", "sklearn")  # fmt: skip


def run(*command: str, folder: Path, **environment: str) -> str:
    """A command in the checkout with stores of its own; its output."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=isolated(folder) | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def packed(folder: Path, version: str) -> str:
    """Pack a bundle of every task, of that version, into the store of `folder`; the model's tag."""
    bundles = write_bundles(folder / f"bundles-{version}")
    named = []
    for served in SERVED:
        bundle = Bundle.open(bundles / served.task).versioned(version)
        named.append(f"{served.task}={bundle.folder}")
    tags = json.loads(run("bento.packaging", *named, folder=folder))
    (tag,) = set(tags.values())
    return str(tag)


def modules_name(path: Path, root: Path) -> str:
    """The dotted name of a module's file."""
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def imported_by_serving(folder: Path) -> set[str]:
    """The project's modules that the service and its predictors load in the checkout."""
    code = (
        "import sys, bento.service, tryon.registry\n"
        "[task.predictor for task in tryon.registry.TASKS.values()]\n"
        "print(*(name for name in sys.modules if name.split('.')[0] in ('tryon', 'bento')))"
    )
    return set(run_code(code, folder).split())


def run_code(code: str, folder: Path) -> str:
    """What a line of Python prints in the checkout."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=isolated(folder),
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stores that hold a bento built with version 7 and, packed after that, a model version 8."""
    folder = tmp_path_factory.mktemp("store")
    packed(folder, "7")
    run("bentoml", "build", folder=folder, **OFFLINE)
    packed(folder, "8")
    return folder


@pytest.fixture(scope="module")
def serving_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment with nothing but `requirements.serve.lock`."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    python = folder / "bin" / "python"
    lock = str(ROOT / "requirements.serve.lock")
    for command in (
        ["venv", "--quiet", "--python", sys.executable, str(folder)],
        ["pip", "install", "--quiet", "--python", str(python), "-r", lock],
    ):
        subprocess.run([sys.executable, "-m", "uv", *command], check=True)
    return python


def test_a_bento_holds_what_serving_needs_and_no_more(store: Path) -> None:
    (bento,) = [path for path in (store / "bentoml/bentos/tryon").iterdir() if path.is_dir()]
    source = {path.relative_to(bento / "src").parts[0] for path in (bento / "src").rglob("*.*")}
    assert source <= {"bento", "tryon", "requirements.serve.lock", "bentofile.yaml"}
    packed_modules = {modules_name(path, bento / "src") for path in (bento / "src").rglob("*.py")}
    unused = {"bento.packaging"}
    assert packed_modules - unused == imported_by_serving(store), "bentofile.yaml: include"
    described = yaml.safe_load((bento / "bento.yaml").read_text())
    assert len(described["models"]) == 1
    assert "torch" not in described["image"]["python_requirements"]
    written = (bento / "env/python/requirements.txt").read_text().split()
    assert set((ROOT / "requirements.serve.lock").read_text().split()) <= set(written)


def test_the_serving_environment_is_small_and_enough(store: Path, serving_python: Path) -> None:
    import_torch = subprocess.run([serving_python, "-c", "import torch"], check=False)
    assert import_torch.returncode != 0
    # Another folder, so that nothing of the checkout is at hand; the newer model is left alone.
    with (
        Server(
            store,
            None,
            target="tryon:latest",
            python=serving_python,
            cwd=store,
            environment=OFFLINE,
        ) as server,
        httpx.Client(base_url=server.url, timeout=60) as client,
    ):
        models = client.get("/models").json()["models"]
        assert {model["task"]: model["version"] for model in models} == dict.fromkeys(TASKS, "7")
        for ask in (ask for served in SERVED for ask in served.sound([save(face())])):
            response = client.post(**ask.arguments())
            assert response.status_code == 200, (ask.path, response.text)
        response = client.post(
            "/makeup", data={"look": "classic red"}, files={"photo": ("a.png", save(face()))}
        )
        assert (read(response.content) != face()).any()
        assert response.headers["x-model-version"] == "7"


def test_the_checkout_serves_the_model_packed_last(store: Path) -> None:
    code = "from bento.service import backend; print(backend.bundles['makeup'].meta.version)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=isolated(store), capture_output=True, text=True
    )
    assert done.stdout.split() == ["8"], done.stderr


def test_an_empty_store_says_how_to_fill_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import bento.service"],
        cwd=ROOT,
        env=isolated(tmp_path),
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "make run" in done.stderr


def test_packing_refuses_a_bundle_of_another_task(tmp_path: Path) -> None:
    bundle = Bundle.write(tmp_path / "bundle", zero_network(), meta(), CARD)
    done = subprocess.run(
        [sys.executable, "-m", "bento.packaging", f"garment={bundle.folder}"],
        cwd=ROOT,
        env=isolated(tmp_path),
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "'makeup', not of 'garment'" in done.stderr


def test_serving_imports_nothing_of_training(bundles: Path, tmp_path: Path) -> None:
    code = (
        "import sys, bento.service, tryon.registry\n"
        "[task.predictor for task in tryon.registry.TASKS.values()]\n"
        f"print(sorted(name for name in {FORBIDDEN} if name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=isolated(tmp_path) | {"TRYON_BUNDLES": str(bundles)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[]", done.stderr[-2000:]


def test_the_serving_lock_is_part_of_the_whole_lock() -> None:
    serving = (ROOT / "requirements.serve.lock").read_text().split("\n")
    whole = (ROOT / "requirements.lock").read_text().split("\n")
    pinned = [line for line in serving if line and not line.startswith("#")]
    assert set(pinned) <= set(whole)
    assert all("==" in line for line in pinned)
    names = {line.split("==")[0] for line in pinned}
    assert not names & {"torch", "zenml", "mlflow", "dvc", "pandas", "lightning"}
