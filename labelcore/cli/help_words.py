"""The help of commands and options in the language that is spoken: English is the key, by paragraphs."""

from __future__ import annotations

import copy
import re
from functools import cache
from pathlib import Path

import click

from labelcore.cli.click_words import speaks_chinese

CATALOGUE = Path(__file__).parents[1] / "messages" / "locale" / "helps_zh.po"
_APART = re.compile(r"\n\s*\n")


def paragraphs(text: str | None) -> list[str]:
    """A help's paragraphs, each on one line."""
    return [" ".join(part.split()) for part in _APART.split(text or "") if part.strip()]


def said(text: str) -> str:
    """A help in the language spoken here; as it is where nobody has said it yet."""
    if not speaks_chinese():
        return text
    return "\n\n".join(_chinese().get(part, part) for part in paragraphs(text))


def with_help_said(command: click.Command) -> click.Command:
    """The command with its help, and that of its options, in the language spoken here."""
    if not speaks_chinese():
        return command
    spoken = copy.copy(command)
    spoken.help, spoken.short_help = said(command.help or ""), said(command.short_help or "")
    spoken.params = [copy.copy(option) for option in command.params]
    for option in spoken.params:
        if isinstance(option, click.Option):
            option.help = said(option.help or "")
    return spoken


@cache
def _chinese() -> dict[str, str]:
    from babel.messages.pofile import read_po  # a command in English should not wait for it

    with CATALOGUE.open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file, locale="zh") if entry.id}
