"""The real app (`labelcore serve`) as a separate process, for tests, journeys and benches."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def start_app(db: Path, project: str, annotator: str = "") -> tuple[subprocess.Popen[bytes], str]:
    """The process and its address, once it answers."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "labelcore",
        "serve",
        "--db",
        str(db),
        "--project",
        project,
        "--port",
        str(port),
        "--no-browser",
    ]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LABELCORE_ANNOTATOR": annotator}
    process = subprocess.Popen(
        command, cwd=db.parent, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    for _ in range(400):
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return process, url
    process.kill()
    raise RuntimeError("the app did not answer within forty seconds")


@contextmanager
def serving(db: Path, project: str, annotator: str = "") -> Iterator[str]:
    """The app's address while the block runs."""
    process, url = start_app(db, project, annotator)
    try:
        yield url
    finally:
        process.terminate()
        process.wait(20)
