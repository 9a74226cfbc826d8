"""Bring the Chinese of all helps up to the commands: ``python -m labelcore.cli.helps``, in a checkout.

Helps that no command has any more go, new ones come without Chinese, and those are printed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click
from babel.messages.pofile import read_po, write_po

from labelcore.cli.help_words import CATALOGUE, paragraphs
from labelcore.cli.tree import ABOUT, GROUPS, Commands, summaries
from labelcore.messages.__main__ import HEADER, updated


def every_help() -> set[str]:
    """Each paragraph of the help of every command, group and option, in English."""
    texts = {ABOUT, *GROUPS.values(), *summaries().values()}
    for command in _commands(Commands()):
        options = (option.help for option in command.params if isinstance(option, click.Option))
        texts |= {text for text in (command.help, *options) if text}
    return {part for text in texts for part in paragraphs(text)}


def _commands(group: Commands) -> Iterator[click.Command]:
    for word in group.below():
        command = group.get_command(click.Context(group), word)
        if isinstance(command, Commands):
            yield from _commands(command)
        elif command:
            yield command


def main() -> int:
    """Write the catalogue anew; 1 where Chinese is missing."""
    with CATALOGUE.open("rb") as file:
        fresh = updated(read_po(file, locale="zh"), set(every_help()))
    with CATALOGUE.open("wb") as file:
        file.write(HEADER.encode())
        write_po(file, fresh, width=110, omit_header=True)
    missing = [str(entry.id) for entry in fresh if entry.id and not entry.string]
    sys.stdout.writelines(f"{help_}\n" for help_ in missing)
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
