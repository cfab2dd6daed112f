"""A real MLflow store of a test's own."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from mlflow import MlflowClient


def use(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make `folder` the project's root, with an empty tracking database; returns it."""
    monkeypatch.setenv("TRYON_ROOT", str(folder))
    monkeypatch.setenv("TRYON_USER", "ada")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (folder / "mlflow.db").write_bytes(_empty_database())
    return folder


@cache
def _empty_database() -> bytes:
    """Made once: setting up its tables takes seconds."""
    file = Path(mkdtemp()) / "mlflow.db"
    MlflowClient(tracking_uri=f"sqlite:///{file}").search_experiments()
    return file.read_bytes()
