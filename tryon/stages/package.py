"""Hand the champions to the service: their bundles go into BentoML's model store.

The service's room is reached by its command, not by an import: nothing in the library depends on
the serving framework.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from tryon.errors import BundleError
from tryon.paths import absolute, project_root, workspace


def package(bundles: dict[str, str]) -> dict[str, str]:
    """Pack bundles (task → folder relative to the root) into the model store.

    Returns:
        Task → tag of the packed model.

    Raises:
        BundleError: the packing command failed; its last words are in the message.
    """
    named = [f"{task}={absolute(folder)}" for task, folder in sorted(bundles.items())]
    done = subprocess.run(
        [sys.executable, "-m", "bento.packaging", *named],
        cwd=project_root(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BundleError(f"packing failed: {done.stderr.strip().splitlines()[-1:]}")
    tags: dict[str, str] = json.loads(done.stdout.strip().splitlines()[-1])
    record = workspace() / "packed.json"
    record.write_text(json.dumps(tags, indent=2))
    return tags


def packed_state() -> str:
    """ "present" while every model packed last is still in the store, else which one is missing."""
    record = workspace() / "packed.json"
    tags: dict[str, str] = json.loads(record.read_text()) if record.is_file() else {}
    store = Path(os.environ.get("BENTOML_HOME", Path.home() / "bentoml")) / "models"
    missing = [tag for tag in tags.values() if not store.joinpath(*tag.split(":")).is_dir()]
    return f"missing {', '.join(missing)} at {record.stat().st_mtime_ns}" if missing else "present"
