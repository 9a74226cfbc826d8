"""The commands by name: those of operations are made when they are called, a few are written by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import click

from labelcore.operations import catalogue, find_operation

GROUPS = {
    "codes": "What the notes say, in a few words each.",
    "criteria": "What makes an output good, with its evidence.",
    "endpoints": "Where model calls go.",
    "glossary": "Words of the domain, for experts and judges.",
    "judge": "Automatic decisions on one criterion each.",
    "library": "Rubrics that travel by file.",
    "local-model": "A small model on this machine.",
    "probe": "Made-up outputs that show where a criterion ends.",
    "refine": "What to do where judges and people disagree.",
    "schema": "What a JSON output must look like.",
    "splits": "Which outputs are for fitting, for choosing, and for reporting.",
    "team": "How a team grades: rules, agreement, conflicts, packs.",
}
BY_HAND: dict[str, str] = {}
"""Commands that are no operation, by name, and the module whose ``command`` it is."""
Fallback = Callable[[], Any]


class Commands(click.Group):
    """The commands whose names begin with these words."""

    def __init__(self, words: str = "", fallback: Fallback | None = None, help: str = "") -> None:  # noqa: A002 - click's word
        super().__init__(words or "labelcore", help=help or GROUPS.get(words, ""), no_args_is_help=True)
        self.words = words
        self.fallback = fallback

    def _names(self) -> dict[str, str]:
        """The next word of each command below, and what it does in a line."""
        found = {}
        for name, place in catalogue().items():
            if name.startswith(f"{self.words} ") or not self.words:
                word = name.removeprefix(self.words).split()[0]
                full = f"{self.words} {word}".strip()
                found[word] = place.summary if name == full else GROUPS.get(full, "")
        below = {
            name.removeprefix(self.words).strip(): name for name in BY_HAND if name.startswith(self.words)
        }
        return found | {word: "" for word in below if word and " " not in word}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All next words, in the order of the alphabet."""
        older = self.fallback().list_commands(ctx) if self.fallback else []
        return sorted({*self._names(), *older})

    def knows(self, arguments: Sequence[str]) -> bool:
        """Whether a line calls a command that is made here, or asks what there is."""
        words = [word for word in arguments[:2] if not word.startswith("-")]
        begins = {" ".join(name.split()[:at]) for name in catalogue() for at in (1, 2)}
        return " ".join(words) in {*begins, ""} or words[0] in catalogue()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or the group of commands, with this next word."""
        full = f"{self.words} {cmd_name}".strip()
        if full in BY_HAND:
            command: click.Command = import_module(BY_HAND[full]).command
            return command
        if full in catalogue():
            from labelcore.cli.building import command_of

            return command_of(find_operation(full))
        older = self.fallback().get_command(ctx, cmd_name) if self.fallback else None
        if cmd_name in self._names():
            return Commands(full, (lambda: older) if older is not None else None)
        return older
