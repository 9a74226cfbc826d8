"""A Streamlit server on a free port, as a process that a test may stop and start again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from tests.app_server import ROOT, free_port


class Server:
    """One page or app under ``streamlit run``, with the project's configuration."""

    def __init__(self, script: Path, env: Mapping[str, str], *options: str) -> None:
        self.script = script
        self.env = {**os.environ, "PYTHONPATH": str(ROOT), **env}
        self.options = options
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> Server:
        command = [sys.executable, "-m", "streamlit", "run", str(self.script)]
        command += [f"--server.port={self.port}", "--server.headless=true", *self.options]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.wait_until_healthy()
        return self

    def wait_until_healthy(self, seconds: float = 240) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process is not None and self.process.poll() is not None:
                raise RuntimeError(f"{self.script.name} stopped with {self.process.returncode}")
            try:
                urllib.request.urlopen(f"{self.url}_stcore/health", timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError(f"{self.script.name} was not healthy after {seconds} seconds")

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
