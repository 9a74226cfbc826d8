"""A model server on this machine: llama.cpp's, from the package xllamacpp, on 127.0.0.1.

Its key is made for each start (without one its answers would be open to every page in a browser) and comes in
the environment: command lines can be read by everybody on a machine.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from labelcore.errors import BadInput, ModelTrouble
from labelcore.llm.blackout import black_out
from labelcore.settings import settings
from labelcore.wording import Wording

PLACE = Path.home() / ".labelcore" / "local-model.json"
PACKAGE = "xllamacpp"
KEY_VARIABLE = "LABELCORE_LOCAL_KEY"
_HOST = "127.0.0.1"
_PORTS = 20_000, 30_000
_LONGEST_STOP = 8.0


@dataclass(frozen=True)
class LocalServer:
    """A running server, with what a client needs to ask it."""

    pid: int
    port: int
    api_key: str
    model: str
    weights: str

    @property
    def base_url(self) -> str:
        """The address for LABELCORE_BASE_URL."""
        return f"http://{_HOST}:{self.port}/v1"

    def variables(self) -> dict[str, str]:
        """The settings that make labelcore use it, which answers one call after the other, in minutes."""
        return {
            "LABELCORE_BASE_URL": self.base_url,
            "LABELCORE_API_KEY": self.api_key,
            "LABELCORE_MODEL": self.model,
            "LABELCORE_CONCURRENCY": "1",
            "LABELCORE_CALL_TIMEOUT": "300",
        }


def installed() -> bool:
    """Whether the package that serves is installed."""
    return importlib.util.find_spec(PACKAGE) is not None


def weights_here() -> Path | None:
    """The weights that the settings name, if the file is there."""
    weights = settings().weights
    return weights if weights is not None and weights.is_file() else None


def start(
    weights: Path, *, place: Path = PLACE, command: Sequence[str] | None = None, longest: float = 180.0
) -> LocalServer:
    """Start a server on these weights and wait until it answers; one that runs already is kept.

    ``command``: another program, given ``--weights`` and ``--port``, and the key in its environment.

    Raises:
        BadInput: the weights or the package are not there, or another server runs.
        ModelTrouble: the server ends, or does not answer in ``longest`` seconds.
    """
    file = weights.expanduser().resolve()
    if running := status(place):
        if running.weights == str(file):
            return running
        raise BadInput(
            "A local model runs already, on {weights}.",
            next_step="`labelcore local-model stop` ends it.",
            weights=running.weights,
        )
    if not file.is_file():
        raise BadInput("There is no file {file}.", next_step="Name a GGUF file of weights.", file=file)
    if command is None and not installed():
        raise BadInput(
            "The package {package} is not installed.",
            next_step="`pip install {package}`, or use another server (Ollama, vLLM, llama.cpp).",
            package=PACKAGE,
        )
    server = LocalServer(0, _free_port(file), secrets.token_urlsafe(24), file.stem, str(file))
    process = _spawn(server, place, command or [sys.executable, "-m", "labelcore.llm.local_server"])
    server = replace(server, pid=process.pid)
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as kept:
        json.dump(asdict(server), kept)
    _wait(server, process, place, longest)
    return server


def _free_port(weights: Path) -> int:
    """The same for the same weights wherever it is free: judges are bound to the address that they ask."""
    usual = _PORTS[0] + zlib.crc32(str(weights).encode()) % (_PORTS[1] - _PORTS[0])
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # it may have ended just now
        try:
            listener.bind((_HOST, usual))
        except OSError:
            listener.bind((_HOST, 0))
        return int(listener.getsockname()[1])


def _spawn(server: LocalServer, place: Path, command: Sequence[str]) -> subprocess.Popen[bytes]:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    environment = os.environ | {KEY_VARIABLE: server.api_key, "OMP_WAIT_POLICY": "passive"}
    with _log(place).open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - our program, or the one that the caller names
            [*command, "--weights", server.weights, "--port", str(server.port)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )


def _log(place: Path) -> Path:
    return place.with_suffix(".log")


def _wait(server: LocalServer, process: subprocess.Popen[bytes], place: Path, longest: float) -> None:
    until = time.monotonic() + longest
    while time.monotonic() < until:
        if process.poll() is not None:
            place.unlink(missing_ok=True)
            lines = black_out(_log(place).read_text("utf-8", "replace"), server.api_key).strip().splitlines()
            last = lines[-1][:200] if lines else Wording("it said nothing.")
            raise _failure(Wording("The local model ended at once: {last}", last=last), place)
        if _answers(server):
            return
        time.sleep(0.1)
    stop(place)
    raise _failure(Wording("The local model gave no answer in {seconds:.0f} s.", seconds=longest), place)


def _failure(what: Wording, place: Path) -> ModelTrouble:
    return ModelTrouble(
        what, next_step="{place} says more.", kind="local server", fatal=True, place=_log(place)
    )


def _answers(server: LocalServer) -> bool:
    """Whether it is our server that listens: it takes our key."""
    request = urllib.request.Request(  # noqa: S310 - an address on this machine
        f"{server.base_url}/models", headers={"Authorization": f"Bearer {server.api_key}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=2) as answer:  # noqa: S310 - as above
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def status(place: Path = PLACE) -> LocalServer | None:
    """The server that runs, or None. A file left by one that has ended is taken away."""
    try:
        server = LocalServer(**json.loads(place.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    if not _is_alive(server.pid):
        place.unlink(missing_ok=True)
        return None
    return server


def stop(place: Path = PLACE) -> bool:
    """End the server. Returns whether one ran; BadInput where the process cannot be shown to be ours."""
    server = status(place)
    if server is None:
        return False
    # Started with our port and weights, where the system tells.
    command: list[bytes] = []
    with contextlib.suppress(OSError):
        command = Path(f"/proc/{server.pid}/cmdline").read_bytes().split(b"\0")
    is_ours = str(server.port).encode() in command and os.fsencode(server.weights) in command
    if not (is_ours or _answers(server)):
        raise BadInput(
            "Process {pid} does not answer as the local model, so it is left alone.",
            next_step="If it is gone or another program, delete {place}.",
            pid=server.pid,
            place=place,
        )
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(server.pid, sign)
        until = time.monotonic() + _LONGEST_STOP
        while (alive := _is_alive(server.pid)) and time.monotonic() < until:
            time.sleep(0.05)
        if not alive:
            break
    place.unlink(missing_ok=True)
    return True


def _is_alive(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG)[0] == pid:  # our child: else it would stay as a zombie
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's process has the number now
        return False
    return True


def use(server: LocalServer) -> None:
    """Make this process ask the local server from now on."""
    os.environ.update(server.variables())
    settings.cache_clear()


_CONTEXT = 8_192


def main() -> None:
    """The server's program: ``--weights FILE --port N``, until the process is told to end."""
    import xllamacpp

    parser = argparse.ArgumentParser()
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(given.weights)
    parameters.model_alias = [given.weights.stem]
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = given.port
    parameters.api_keys = [os.environ[KEY_VARIABLE]]
    parameters.n_ctx = _CONTEXT
    parameters.n_parallel = 1
    parameters.ui = False
    server = xllamacpp.Server(parameters)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.pause()


if __name__ == "__main__":
    main()
