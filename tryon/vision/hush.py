"""MediaPipe's start-up chatter, kept out of the log.

Its C++ parts write to the process's standard error and heed none of the variables that are said to
quiet them (GLOG_minloglevel, TF_CPP_MIN_LOG_LEVEL; mediapipe 0.10.21).
"""

import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

CHATTER = re.compile(
    rb"INFO: Created TensorFlow Lite"
    rb"|WARNING: All log messages before absl::InitializeLog"
    rb"|I0000 .*\.cc:\d+\]"
    rb"|W0000 .*(inference_feedback_manager|landmark_projection_calculator|gl_context\w*)\.cc:\d+\]"
)
STDERR = 2
_one_at_a_time = threading.Lock()


@contextmanager
def hushed() -> Iterator[None]:
    """Hold back standard error inside; afterwards pass on every line that is not known chatter."""
    with _one_at_a_time, tempfile.TemporaryFile() as held:
        _flush()
        real = os.dup(STDERR)
        os.dup2(held.fileno(), STDERR)
        try:
            yield
        finally:
            _flush()
            os.dup2(real, STDERR)
            os.close(real)
            held.seek(0)
            said = b"".join(line for line in held if not CHATTER.match(line))
            while said:
                said = said[os.write(STDERR, said) :]


def _flush() -> None:
    if sys.stderr is not None:  # as in a process without a console
        sys.stderr.flush()
