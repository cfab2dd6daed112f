"""Fixtures every room shares."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def real_photos() -> Path:
    """The folder of real photographs (`portraits/`, `busts/` …), never part of the project."""
    folder = Path(os.environ.get("TRYON_REAL", ROOT.parent / "shared" / "real"))
    if not folder.is_dir():
        pytest.skip(f"no real photographs at {folder}: set TRYON_REAL to a folder that has them")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The whole pipeline first: it takes longest, and one process runs a file's tests."""
    items.sort(key=lambda item: "e2e" not in item.path.parts)
