"""A checkout with stores of its own: what a user has after cloning, in a temporary folder."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT

SMALL: dict[str, Any] = {
    "seed": 3,
    "workers": 2,
    "profile": "",
    "tasks": {
        "makeup": {
            "sample": {"identities": 40, "size": 192},
            "validation": {"max_quarantined_share": 0.05},
            "preprocess": {"size": 64},
            "network": {"width": 8, "discriminator_width": 8, "crop": 32},
            "training": {
                "batch_size": 4, "steps": 30, "warmup_steps": 5, "checkpoint_every": 10,
                "picture_every": 15, "log_every": 5, "workers": 0,
            },
            "candidates": {"lsgan": {"adversarial": "lsgan"}, "l1": {"adversarial": "none"}},
            # What thirty steps can reach; the rules are all there, only their limits are lower.
            "gate": {
                "min_psnr_over_shift": -20.0, "max_lip_delta_e": 60.0, "min_ssim": 0.5,
                "max_bin_loss": 30.0, "max_champion_loss": 20.0,
            },
        }
    },
}  # fmt: skip

FEW_STEPS = {
    "batch_size": 4, "steps": 8, "warmup_steps": 2, "checkpoint_every": 4, "picture_every": 4,
    "log_every": 2, "workers": 0,
}  # fmt: skip
# Every task, as small as it goes: what is made is no good, and everything has to be made.
EVERY: dict[str, Any] = {
    **SMALL,
    "tasks": {
        **SMALL["tasks"],
        "garment": {
            "sample": {
                "identities": 20, "height": 224, "validation_share": 0.25, "test_share": 0.25,
            },
            "validation": {"max_quarantined_share": 0.2},
            "network": {
                "width": 8, "warp_width": 8, "parser_width": 8, "discriminator_width": 8,
            },
            "training": FEW_STEPS,
            "candidates": {"lsgan": {"adversarial": "lsgan"}},
            "gate": {
                "min_psnr_over_paste": -20.0, "min_ssim_over_paste": -1.0,
                "min_inside_over_paste": -20.0, "min_psnr_over_behind": -20.0,
                "min_ssim_over_behind": -1.0, "min_paired_over_behind": -20.0,
                "max_colour_error": 99.0, "max_bin_loss": 30.0,
                "max_champion_loss": 20.0, "min_labels_right": 0.0, "min_mask_iou": 0.0,
                "min_landmarks_near": 0.0,
            },
        },
        "caption": {
            "sample": {"faces": 0, "persons": 4, "garments": 2},
            "validation": {"max_quarantined_share": 0.2},
            "preprocess": {"size": 48},
            "network": {
                "width": 8, "features": 16, "embedding": 16, "hidden": 32,
                "discriminator_width": 16,
            },
            "training": FEW_STEPS,
            "candidates": {"likelihood": {"adversarial": "none"}},
            "gate": {
                "min_bleu": 0.0, "min_bleu_over_prior": -1.0, "min_attributes_right": 0.0,
                "min_colours_right": 0.0, "max_repeats": 1.0, "min_unique": 0.0,
            },
        },
    },
}  # fmt: skip

STATUSES = """
import json
from zenml.client import Client
run = Client().list_pipeline_runs(sort_by="desc:created", size=1, hydrate=True).items[0]
print("STATUSES " + json.dumps({name: step.status.value for name, step in run.steps.items()}))
"""


class Checkout:
    """The project's files, copied, under version control, with isolated stores.

    ZenML's and BentoML's stores, MLflow's database and DVC's cache all lie below `folder`.
    """

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, check=True,
        ).stdout.decode().split("\0")  # fmt: skip
        for name in filter(None, listed):
            if (ROOT / name).is_file():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.root / name)
        (self.root / "dvc.lock").unlink(missing_ok=True)
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("TRYON_", "MLFLOW_"))},
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.root),
            "TRYON_ROOT": str(self.root),
            "ZENML_CONFIG_PATH": str(folder / "zenml"),
            "ZENML_ANALYTICS_OPT_IN": "false",
            "ZENML_LOGGING_VERBOSITY": "WARN",
            "ZENML_ENABLE_RICH_TRACEBACK": "false",
            "BENTOML_HOME": str(folder / "bentoml"),
            "BENTOML_DO_NOT_TRACK": "true",
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(folder / "dvc-site"),
            "DVC_GLOBAL_CONFIG_DIR": str(folder / "dvc-global"),
            "OMP_NUM_THREADS": "1",
            "GIT_AUTHOR_NAME": "test", "GIT_AUTHOR_EMAIL": "test@example.org",
            "GIT_COMMITTER_NAME": "test", "GIT_COMMITTER_EMAIL": "test@example.org",
        }  # fmt: skip
        self.params(EVERY)
        self.run("git", "init", "-q")
        self.commit()

    def params(self, values: dict[str, Any]) -> None:
        """Replace params.yaml."""
        (self.root / "params.yaml").write_text(yaml.safe_dump(values))

    def commit(self) -> None:
        """Commit everything."""
        self.run("git", "add", "-A")
        self.run("git", "commit", "-qm", "state", "--allow-empty")

    def run(self, *command: str, code: int | None = 0, timeout: int = 900) -> str:
        """Run a command in the checkout; its output, after checking the exit code."""
        done = subprocess.run(
            command, cwd=self.root, env=self.env, text=True, timeout=timeout, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        tail = done.stdout[-6000:]
        assert code is None or done.returncode == code, f"{command}: {done.returncode}\n{tail}"
        return done.stdout

    def train(self, code: int = 0) -> str:
        """`zenml pipeline run training`, as it is."""
        return self.run("zenml", "pipeline", "run", "training", code=code)

    def statuses(self) -> dict[str, str]:
        """Step → status of the newest pipeline run."""
        said = self.run(sys.executable, "-c", STATUSES)
        line = next(line for line in said.splitlines() if line.startswith("STATUSES "))
        return json.loads(line.removeprefix("STATUSES "))

    def python(self, code: str) -> str:
        """Run a few lines of Python in the checkout."""
        return self.run(sys.executable, "-c", code)
