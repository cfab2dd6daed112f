"""A real `bentoml serve` in a process of its own, with stores of its own."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import psutil

from tests.conftest import ROOT

START_SECONDS = 180


class Server:
    """`bentoml serve [target]` until the context ends.

    Args:
        folder: Where its stores and its log go.
        bundles: Served through TRYON_BUNDLES; None to serve from the model store.
        target: What to serve; nothing means the checkout's bentofile.yaml.
        python: The interpreter of the environment to serve with.
        environment: More variables.
    """

    def __init__(
        self,
        folder: Path,
        bundles: Path | None,
        *,
        target: str | None = None,
        python: Path = Path(sys.executable),
        cwd: Path = ROOT,
        environment: dict[str, str] | None = None,
    ) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"serve-{self.port}.log"
        self._command = [str(python), "-m", "bentoml", "serve", *([target] if target else [])]
        self._command += ["--host", "127.0.0.1", "--port", str(self.port)]
        self._cwd = cwd
        self._environment = isolated(folder) | (environment or {})
        if bundles is not None:
            self._environment["TRYON_BUNDLES"] = str(bundles)

    def __enter__(self) -> Self:
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                self._command,
                cwd=self._cwd,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            if self._ready():
                return self
            time.sleep(0.1)
        self.__exit__(None, None, None)
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()[-4000:]}")

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                for process in self.processes():
                    process.kill()
                self.process.wait(20)

    def processes(self) -> list[psutil.Process]:
        """The server and everything it started."""
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def memory(self) -> int:
        """Resident bytes of all of them."""
        return sum(process.memory_info().rss for process in self.processes())


def isolated(folder: Path) -> dict[str, str]:
    """This process's environment with BentoML's store in `folder` and no settings of ours."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("TRYON_")}
    store = folder / "bentoml"
    store.mkdir(exist_ok=True, parents=True)
    return kept | {
        "BENTOML_HOME": str(store),
        "BENTOML_DO_NOT_TRACK": "true",
        "PROMETHEUS_MULTIPROC_DIR": "",
    }
