"""The program of the local model server: ``python -m labelcore.llm.serve_local --weights FILE --port N``.

Its key comes in the environment, because command lines can be read by everybody on a machine.
"""

from __future__ import annotations

import argparse
import os
import signal
from pathlib import Path

from labelcore.llm.local_server import KEY_VARIABLE

_CONTEXT = 8_192


def main() -> None:
    """Serve until the process is told to end."""
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
    print(server.listening_address, flush=True)  # noqa: T201 - the log of this program
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.pause()


if __name__ == "__main__":
    main()
