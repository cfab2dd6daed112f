"""One record of where a model comes from: code, data, parameters, packages."""

import subprocess
from importlib.metadata import version
from pathlib import Path

from tryon.errors import DataError
from tryon.paths import project_root, relative
from tryon.types import Lineage

PACKAGES = (
    "torch",
    "lightning",
    "albumentations",
    "mediapipe",
    "onnx",
    "onnxruntime",
    "zenml",
    "mlflow",
    "dvc",
)


def current(dataset_digest: str, params_digest: str) -> Lineage:
    """The lineage of a run made now, in this checkout."""
    return Lineage(
        git_commit=_git("rev-parse", "HEAD") or "none",
        git_dirty=bool(_git("status", "--porcelain", "--untracked-files=no", "--", ":!dvc.lock")),
        dataset_digest=dataset_digest,
        params_digest=params_digest,
        packages={name: version(name) for name in PACKAGES},
    )


def dataset_digest(path: str) -> str:
    """DVC's hash of a dataset folder, as versioned, after checking that the files still match it.

    Args:
        path: Folder relative to the project's root, e.g. `data/raw/makeup`.

    Raises:
        DataError: `unversioned` or `modified`, with the command that mends it.
    """
    import dvc.repo

    with dvc.repo.Repo(str(project_root())) as repo:
        outs = {relative(Path(out.fs_path)): out for out in repo.index.outs if out.is_in_repo}
        if path not in outs or not outs[path].hash_info:
            raise DataError(
                f"DVC knows no dataset {path}",
                code="unversioned",
                hint=f"`dvc repro` renders the sample; `dvc add {path}` versions your own",
            )
        out = outs[path]
        if out.changed_checksum():
            raise DataError(
                f"the files of {path} are not the version DVC has on record",
                code="modified",
                hint=f"`dvc commit {path}` records them, `dvc checkout {path}` restores them",
            )
        return str(out.hash_info.value)


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=project_root(), capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else ""
