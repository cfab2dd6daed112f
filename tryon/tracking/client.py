"""The tracking server of this checkout."""

import os

import mlflow
from mlflow import MlflowClient

from tryon.paths import project_root

os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")


def tracking_uri() -> str:
    """MLFLOW_TRACKING_URI where it is set, else the SQLite database of this checkout."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{project_root() / 'mlflow.db'}"


def client() -> MlflowClient:
    """A client on the tracking server. Sets the process-wide address too: a tracked pipeline step
    blanks it when it ends."""
    mlflow.set_tracking_uri(tracking_uri())
    return MlflowClient(tracking_uri=tracking_uri())
