"""Can this machine run the project? One line per thing that matters."""

import ctypes.util
import os
import shutil
import sys
from importlib import import_module

from tryon.errors import ConfigError
from tryon.paths import project_root

NEEDED = ("mediapipe", "cv2", "torch", "onnxruntime")


def examine() -> list[str]:
    """Check Python, native libraries, disk and cores.

    Raises:
        ConfigError: something is missing, with the command that installs it.
    """
    if sys.version_info[:2] != (3, 11):
        raise ConfigError(
            f"Python {sys.version.split()[0]}; expected 3.11",
            hint="make PYTHON=/path/to/python3.11 install",
        )
    if sys.platform == "linux" and ctypes.util.find_library("GL") is None:
        raise ConfigError(
            "the system library libGL is missing: MediaPipe and OpenCV load it",
            hint="apt-get install -y libgl1 libglib2.0-0",
        )
    lines = [
        f"python {sys.version.split()[0]}, {os.cpu_count()} cores, "
        f"{shutil.disk_usage(project_root()).free / 2**30:.0f} GiB free"
    ]
    for name in NEEDED:
        module = import_module(name)
        lines.append(f"{name} {getattr(module, '__version__', '')}".strip())
    return lines
