"""Options stand behind the command: a word about those that stand before it."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Sequence

from labelcore.errors import BadInput

_ALONE = {"--json"}
_WITH_VALUE = {"--db", "--project", "--annotator", "--author"}
_HELP = {"--help"}


def check_order(arguments: Sequence[str], groups: Collection[str]) -> None:
    """Refuse an option before the command, and say how the line is meant.

    Raises:
        BadInput: the first word, or the first one after the name of a group, is an option.
    """
    head = 1 if arguments and arguments[0] in groups else 0
    rest = list(arguments[head:])
    if not rest or not rest[0].startswith("--") or rest[0] in _HELP:
        return
    moved: list[str] = []
    while rest and rest[0].startswith("--"):
        count = 2 if rest[0] in _WITH_VALUE else 1
        if rest[0].split("=")[0] not in _ALONE | _WITH_VALUE:
            return  # an option that no command has gets the usual answer
        moved, rest = [*moved, *rest[:count]], rest[count:]
    command = ["labelcore", *arguments[:head], *(rest or ["COMMAND"]), *moved]
    raise BadInput(
        f"{moved[0].split('=')[0]} stands before the command; options come after it.",
        next_step=f"Say: {shlex.join(command)}",
    )
