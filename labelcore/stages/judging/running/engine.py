"""An engine that runs work on other processes and machines: Dask, where it is installed.

It tries again by itself what a dying worker had. Whoever reaches a Dask scheduler can run code on its
workers, so it belongs in a trusted network or behind TLS (``tls://``). What is sent holds no keys: each
worker reads the settings of its machine.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from labelcore.errors import BadInput
from labelcore.settings import ENGINE

_CONNECT_SECONDS = 20
Tell = Callable[["WorkOutcome"], None]


@dataclass(frozen=True)
class WorkOutcome:
    """How one piece of work ended: with a text, with the trouble of it alone, or with the engine."""

    text: str = ""
    trouble: str = ""
    lost: bool = False


class Engine:
    """A connection to a cluster; every method may wait for the network."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def workers(self) -> list[str]:
        """The addresses of the workers that are there now. Raises OSError without the scheduler."""
        return sorted(self._client.nthreads())

    def submit(self, function: Callable[[str], str], text: str, worker: str, tell: Tell) -> Any:
        """Run a function on a worker, or on another one once that dies; ``tell`` hears of the end."""
        future = self._client.submit(function, text, workers=[worker], allow_other_workers=True, pure=False)
        future.add_done_callback(lambda ended: tell(_outcome(ended)))
        return future

    def everywhere(self, function: Callable[[str], object], text: str) -> None:
        """Run a small function on every worker at once, as far as they can be reached."""
        with contextlib.suppress(Exception):  # it only tells; who does not hear it ends by itself
            self._client.run(function, text, on_error="ignore")

    def greet(self) -> None:
        """Wait for the first worker, and see that all have this labelcore; BadInput where one has not."""
        try:
            self._client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
        except TimeoutError:
            raise BadInput(
                "The engine has no workers.", next_step="Start some: dask worker SCHEDULER:PORT."
            ) from None
        for worker, version in self._client.run(version_here, on_error="return").items():
            if version != version_here():
                raise BadInput(
                    "The engine's worker {worker} has no labelcore {here}: {version}.",
                    next_step="Install the same version on every worker.",
                    worker=worker,
                    here=version_here(),
                    version=version,
                )


def version_here() -> str:
    """The version of labelcore on the worker that runs this."""
    try:
        return importlib.metadata.version("labelcore")
    except importlib.metadata.PackageNotFoundError:  # run from its source
        return "of no version"


@contextlib.contextmanager
def opened(name: str) -> Iterator[Engine]:
    """The engine of a setting: "dask" starts worker processes here, an address connects to others.

    Raises:
        BadInput: it is not installed, has no such address, or has no worker that fits.
    """
    check_name(name)
    if importlib.util.find_spec("distributed") is None:
        raise BadInput(
            "The engine Dask is not installed.", next_step='Install it: pip install "labelcore[dask]".'
        )
    from distributed import Client

    with contextlib.ExitStack() as open_:
        where: Any = re.sub(r"^dask://", "tcp://", name)
        if name == "dask":
            where = open_.enter_context(local_cluster(max(2, os.cpu_count() or 2)))
        try:
            client = open_.enter_context(Client(where, timeout=_CONNECT_SECONDS, set_as_default=False))
        except (OSError, ValueError) as trouble:
            raise BadInput(
                "No Dask scheduler answers at {where}: {trouble}.",
                next_step="Start one (dask scheduler), or run here: without --engine and LABELCORE_ENGINE.",
                where=where,
                trouble=str(trouble),
            ) from trouble
        engine = Engine(client)
        engine.greet()
        yield engine


def check_name(name: str) -> str:
    """The name of an engine, or ""; BadInput where it names none."""
    if not re.fullmatch(ENGINE, name):
        raise BadInput(
            "'{name}' is not an engine.",
            next_step='Say "dask", or "dask://HOST:PORT" of a scheduler.',
            name=name,
        )
    return name


def local_cluster(workers: int) -> Any:
    """So many worker processes on this machine, reachable from nowhere else."""
    from distributed.deploy.subprocess import SubprocessCluster

    # By separate commands: a spawned process would first run its parent's main file, in the app a page.
    return SubprocessCluster(
        n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0", silence_logs=50
    )


def _outcome(future: Any) -> WorkOutcome:
    """What a future ended with; called in a thread of Dask's."""
    try:
        return WorkOutcome(text=future.result())
    except BaseException as trouble:  # noqa: BLE001 - Dask cancels by BaseException
        if future.status in {"cancelled", "lost"}:
            return WorkOutcome(lost=True)
        died = type(trouble).__name__ == "KilledWorker"
        reason = f"{type(trouble).__name__}: {trouble}".splitlines()[0][:300]
        return WorkOutcome(trouble="Workers died again and again while they had it." if died else reason)
