"""The real app (`labelcore serve`) as a separate process, for tests, journeys and benches."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_PORTS = range(20_000, 32_000)
"""Beneath those that a system gives to connections: none takes that of a server that starts anew."""


def free_port() -> int:
    """A port that nobody listens on just now."""
    for port in random.SystemRandom().sample(_PORTS, len(_PORTS)):
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("every port is taken")


def start_app(
    db: Path, project: str, annotator: str = "", sign_in: str = "", log: Path | None = None
) -> tuple[subprocess.Popen[bytes], str]:
    """The process and its address, once it answers; ``log``: where it writes its log, as JSON."""
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
    if sign_in:
        env["LABELCORE_SIGN_IN"] = sign_in
    if log:
        env["LABELCORE_LOG"] = "json"
    with (log or Path(os.devnull)).open("wb") as told:
        process = subprocess.Popen(command, cwd=db.parent, env=env, stdout=told, stderr=told)
    url = f"http://127.0.0.1:{port}"
    for _ in range(2_400):
        if process.poll() is not None:
            raise RuntimeError(f"the app stopped with {process.returncode}")
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return process, url
    process.kill()
    raise RuntimeError("the app did not answer within four minutes")


@contextmanager
def serving(
    db: Path, project: str, annotator: str = "", sign_in: str = "", log: Path | None = None
) -> Iterator[str]:
    """The app's address while the block runs."""
    process, url = start_app(db, project, annotator, sign_in, log)
    try:
        yield url
    finally:
        process.terminate()
        try:
            process.wait(240)  # a loaded machine takes its time
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
