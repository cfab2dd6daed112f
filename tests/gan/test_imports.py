"""A machine with torch and Lightning alone can train: nothing else is imported on the way."""

import subprocess
import sys

ABSENT = (
    "zenml", "mlflow", "dvc", "bentoml", "mediapipe", "cv2", "albumentations", "pandas",
    "datasets", "onnx", "onnxruntime", "great_expectations",
)  # fmt: skip

SCRIPT = f"""
import sys
for name in {ABSENT!r}:
    sys.modules[name] = None  # as if not installed
try:
    import cv2
except ModuleNotFoundError:
    pass
else:
    raise SystemExit("the test itself is broken: cv2 could be imported")
import tryon.gan.engine
from tryon.config import CandidateConfig
from tryon.makeup.config import Config
from tryon.makeup.objective import build
objective = build(Config(), CandidateConfig(adversarial="hinge"))
print(type(objective).__name__)
"""


def test_engine_networks_and_objective_need_torch_and_lightning_only() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("MakeupObjective")
