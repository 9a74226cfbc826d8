"""The headless front end. Exit codes: 0 done, 1 a check failed, 2 bad input (one line says what next)."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Collection, Sequence
from typing import Literal

import click

from labelcore.cli import stdout
from labelcore.cli.click_words import speak, speaks_chinese
from labelcore.cli.tree import GROUPS, Commands
from labelcore.errors import BadInput, LabelcoreError
from labelcore.settings import settings

_ALONE = {"--json"}
_WITH_VALUE = {"--db", "--project", "--annotator", "--author"}


def check_order(arguments: Sequence[str], groups: Collection[str]) -> None:
    """Refuse an option that stands before the command, and say how the line is meant."""
    head = 1 if arguments and arguments[0] in groups else 0
    rest = list(arguments[head:])
    if not rest or not rest[0].startswith("--") or rest[0] == "--help":
        return
    moved: list[str] = []
    while rest and rest[0].startswith("--"):
        count = 2 if rest[0] in _WITH_VALUE else 1
        if rest[0].split("=")[0] not in _ALONE | _WITH_VALUE:
            return  # an option that no command has gets the usual answer
        moved, rest = [*moved, *rest[:count]], rest[count:]
    command = ["labelcore", *arguments[:head], *(rest or ["COMMAND"]), *moved]
    raise BadInput(
        "{option} stands before the command; options come after it.",
        next_step="Write: {command}",
        option=moved[0].split("=")[0],
        command=shlex.join(command),
    )


def command_tree() -> Commands:
    """All commands, by name."""
    version = click.version_option(package_name="labelcore", message="%(prog)s %(version)s")
    return version(Commands())


def _words(trouble: LabelcoreError) -> str:
    tongue: Literal["zh", "en"] = "zh" if speaks_chinese() else "en"  # English where no setting is usable
    if tongue == "en" and not re.search(r"\b1 [a-z]", str(trouble)):
        return str(trouble)
    from labelcore.messages import trouble_words  # a command in English should not wait for it

    return trouble_words(trouble, tongue)


def main(arguments: list[str] | None = None) -> None:
    """Run a command and exit with its code; no traceback reaches a person."""
    given = sys.argv[1:] if arguments is None else arguments
    # Before numpy is loaded. Threads of its linear algebra wait for each other: on a busy machine the
    # sample project took two minutes with them and twenty-two seconds without.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with stdout.kept(until_exit=arguments is None):
        try:
            speak(settings().language)
            check_order(given, list(GROUPS))
            command_tree()(args=given, prog_name="labelcore")
        except LabelcoreError as trouble:
            print(f"labelcore: {_words(trouble)}", file=sys.stderr)
            sys.exit(2)
