"""Where things lie: one root, everything else relative to it."""

import os
from pathlib import Path


def project_root() -> Path:
    """The project in use: TRYON_ROOT, else the nearest folder upward that holds params.yaml."""
    if named := os.environ.get("TRYON_ROOT"):
        return Path(named).resolve()
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if (folder / "params.yaml").is_file():
            return folder
    return here


def workspace() -> Path:
    """`var/`: prepared arrays, runs, reports, bundles. Git-ignored, safe to delete."""
    return project_root() / "var"


def relative(path: Path) -> str:
    """`path` as written into references: relative to the root, so that they travel."""
    return path.resolve().relative_to(project_root()).as_posix()


def absolute(path: str) -> Path:
    """The inverse of `relative`."""
    return project_root() / path
