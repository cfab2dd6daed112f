"""Chatter is dropped, everything else reaches standard error."""

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tryon.vision.hush import hushed

CHATTER = [
    b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n",
    b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n",
    b"W0000 00:00:1795374463.02   21421 inference_feedback_manager.cc:114] Feedback manager\n",
    b"I0000 00:00:1795374463.02   21421 gl_context_egl.cc:85] Successfully initialized EGL\n",
]
OURS = [
    b"E0000 00:00:1795374463.02   21421 calculator_graph.cc:914] INVALID_ARGUMENT\n",
    b"W0000 00:00:1795374463.02   21421 calculator_graph.cc:914] out of memory soon\n",
    b"no_face: no face was found\n",
]
FIND = """
import sys
from tests.vision.drawn import picture
from tryon.vision.face import FaceFinder
with FaceFinder() as finder:
    finder.find(picture())
print("ours", file=sys.stderr)
"""


def test_only_known_chatter_is_dropped(capfd: pytest.CaptureFixture[str]) -> None:
    with hushed():
        for line in CHATTER + OURS:
            os.write(2, line)
    assert capfd.readouterr().err.encode() == b"".join(OURS)


def fail() -> None:
    os.write(2, b"half a line")
    raise OSError("the disk is full")


def test_what_was_said_before_an_error_is_passed_on(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError, match="full"), hushed():
        fail()
    print("after", file=sys.stderr)
    assert capfd.readouterr().err == "half a lineafter\n"


def test_a_fresh_process_finds_a_face_in_silence() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIND], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr == "ours\n"
