"""The headless front end: everything that the app does, as commands.

Exit codes: 0 done, 1 a check failed, 2 bad input or usage (one line says what and what next).
With ``--json`` stdout carries exactly one JSON document and people's text goes to stderr.
"""

from __future__ import annotations

import os
import sys

from labelcore.cli import stdout
from labelcore.cli.order import check_order
from labelcore.cli.tree import GROUPS, Commands
from labelcore.errors import LabelcoreError

_HELP = "Turn an expert's judgement into automatic evaluation that can be trusted."


def command_tree() -> Commands:
    """All commands, by name."""
    return Commands(help=_HELP)


def main(arguments: list[str] | None = None) -> None:
    """Run a command and exit with its code; no traceback reaches a person."""
    with stdout.kept(until_exit=arguments is None):
        _run(sys.argv[1:] if arguments is None else arguments)


def _run(arguments: list[str]) -> None:
    # Before numpy is loaded. Threads of its linear algebra wait for each other: on a busy machine the
    # sample project took two minutes with them and twenty-two seconds without.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

    try:
        check_order(arguments, list(GROUPS))
        command_tree()(args=arguments, prog_name="labelcore")
    except LabelcoreError as trouble:
        print(f"labelcore: {trouble}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("labelcore: stopped; what was saved stays saved.", file=sys.stderr)
        sys.exit(130)
