"""One worker process as the program sees it: asked over a pipe, and killed when it does not answer."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from labelcore.sandbox.limits import LONGEST_ANSWER

_ROOT = str(Path(__file__).parent.parent.parent)
_START = "import sys; sys.path.insert(0, sys.argv[1]); from labelcore.sandbox.worker import main; main()"
_START_SECONDS = 30.0


class WorkerGone(Exception):
    """The worker has ended or was killed. ``late``: because it did not answer in time."""

    def __init__(self, *, late: bool) -> None:
        super().__init__("the worker did not answer in time" if late else "the worker has ended")
        self.late = late


class Worker:
    """A started worker with an empty environment, no file of this process but two pipes, and a process group
    to itself, so that killing it takes its interpreter along.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our interpreter and our module
            [sys.executable, "-I", "-c", _START, _ROOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd=Path.cwd().anchor,
            start_new_session=True,
        )
        self._late = False
        self._greeting: dict[str, Any] | None = None
        self.batches = 0

    @property
    def pid(self) -> int:
        """Its process id, which is also its process group's."""
        return self._process.pid

    @property
    def no_network(self) -> bool:
        """Whether it has no network interface; WorkerGone where it could not start."""
        return bool(self._greet().get("no_network"))

    def ask(self, request: str, seconds: float) -> Any:
        """Its answer to a JSON document; WorkerGone: it ended, took over ``seconds`` or sent too much."""
        self._greet()
        self.batches += 1
        return self._exchange(request.encode("utf-8", "replace"), seconds)

    def kill(self) -> None:
        """End it and all it has started, at once; doing it twice does nothing more."""
        if self._process.returncode is not None:
            return  # it is waited for already, so its number may be another process's by now
        self._end()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()

    def _greet(self) -> dict[str, Any]:
        if self._greeting is None:
            greeting = self._exchange(b"", _START_SECONDS)
            self._greeting = greeting if isinstance(greeting, dict) else {}
        return self._greeting

    def _exchange(self, line: bytes, seconds: float) -> Any:
        clock = threading.Timer(seconds, self.interrupt)
        clock.daemon = True
        clock.start()
        try:
            return json.loads(self._converse(line))
        except (OSError, ValueError, RecursionError) as trouble:  # what is not JSON is no answer
            clock.cancel()
            self.kill()
            raise WorkerGone(late=self._late) from trouble
        finally:
            clock.cancel()

    def _converse(self, line: bytes) -> bytes:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise OSError("no pipes")
        if line:
            stdin.write(line + b"\n")
            stdin.flush()
        answer = stdout.readline(LONGEST_ANSWER)
        if not answer.endswith(b"\n"):
            raise OSError("ended, or sent too much")
        return answer

    def interrupt(self) -> None:
        """End it while another thread waits for its answer; the wait ends as if it were late."""
        if self._process.returncode is None:
            self._late = True
            self._end()

    def _end(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self.pid, signal.SIGKILL)
            else:
                self._process.kill()
