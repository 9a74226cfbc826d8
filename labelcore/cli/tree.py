"""The commands by name: those of operations are made when they are called, a few are written by hand."""

from __future__ import annotations

import re
import sys
from functools import cache

import click
from typing_extensions import override

from labelcore.catalogue import catalogue
from labelcore.cli.click_words import translated
from labelcore.cli.help_words import said, with_help_said

ABOUT = "Turn an expert's judgement into automatic evaluation that can be trusted."
GROUPS = {
    "calibration": "Everybody grades the same few outputs blind; then the grades are shown side by side.",
    "codes": "What the notes say, in a few words each.",
    "compare": "What differs between two versions of a pipeline, or between two moments.",
    "criteria": "What makes an output good, with its evidence.",
    "endpoints": "Where model calls go.",
    "glossary": "Words of the domain, for experts and judges.",
    "gold": "Outputs with a settled grade, mixed in unannounced to see how people grade.",
    "guidelines": "What people read before they grade, and its examples.",
    "imports": "What was imported and how it was read; take an import back.",
    "judge": "Automatic decisions on one criterion each.",
    "judge limit": "The value past which a judge that measures fails an output: try another, set it.",
    "judge prompt": "What an LLM judge asks: read it, try a change, keep it, go back.",
    "library": "Rubrics that travel by file.",
    "local-model": "A small model on this machine.",
    "migrate": "What a move to another model changes.",
    "notices": "Invitations, reminders and news by link, e-mail or webhook.",
    "outputs": "All outputs: filtered, sorted, counted, and one with all that is known of it.",
    "people": "Who signs in, and what they are in each project.",
    "probe": "Made-up outputs that show where a criterion ends.",
    "projects": "Show or hide projects, begin one, and say what an output is called.",
    "redact": "What points at a person: what would be found, and what stood there.",
    "refine": "What to do where judges and people disagree.",
    "schema": "What a JSON output must look like.",
    "splits": "Which outputs are for fitting, for choosing, and for reporting.",
    "team": "How a team grades: rules, agreement, conflicts, packs.",
}
BY_HAND = {
    "demo": ("demo", "Make the sample project, and open the app on it."),
    "judge cascade": (
        "cascade",
        "Ask a cheap judge first, another where it is not sure, a person where neither is.",
    ),
    "restore": ("restore", "Put a backup in the place of the database."),
    "serve": ("serve", "Serve the app on this database."),
}
"""Commands that are more, or less, than one operation: their name in `by_hand`, and what they do."""
FLAGS = {
    "import": {
        "preview": ("preview", "Only show how it would be read."),
        "undo": ("imports undo", "FILE is the batch of an import to take back."),
    },
    "judge run": {
        "estimate": ("judge estimate", "Only say what it will take."),
        "batch": (
            "judge batch",
            "Hand LLM judges' questions to the provider's batches; say it again to collect.",
        ),
    },
}
"""Flags with which a command calls another operation, and what they say in the help: the other takes what
stands in the same place, and those of the options that it has too."""


_HIDDEN = {"preview", "judge batch", "judge cascade report", "judge estimate"}
"""Operations that a command calls by a flag, or one by hand."""


_PARAMETER = re.compile(r"``(\w+)``")


@cache
def summaries() -> dict[str, str]:
    """Every command that is made here, and what it does in a line."""
    lines = {
        name: _PARAMETER.sub(lambda word: f"--{word[1].replace('_', '-')}", place.summary)
        for name, place in catalogue().items()
        if name not in _HIDDEN
    }
    return lines | {name: summary for name, (_, summary) in BY_HAND.items()}


_ALONE = {"endpoints": "list"}
"""Groups that are a command by themselves, and which."""


class Commands(click.Group):
    """The commands whose names begin with these words."""

    def __init__(self, words: str = "", help: str = "") -> None:  # noqa: A002 - click's word
        super().__init__(
            words or "labelcore", help=said(help or GROUPS.get(words, ABOUT)), no_args_is_help=True
        )
        self.words = words

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """A group that shows something by itself takes its options without a further word."""
        if self.words in _ALONE and not {"--help", *self.below()} & set(args):
            args = [_ALONE[self.words], *args]
        return super().parse_args(ctx, args)

    @override
    def invoke(self, ctx: click.Context) -> object:
        """Who stops a command is told what became of it, where click would say "Aborted!"."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            print("labelcore: stopped; what was saved stays saved.", file=sys.stderr)
            ctx.exit(130)

    def below(self) -> dict[str, str]:
        """The next word of each command, and what it does."""
        begin = self.words.split()
        below = {}
        for name, summary in summaries().items():
            words = name.split()
            if words[: len(begin)] == begin and len(words) > len(begin):
                upto = " ".join(words[: len(begin) + 1])
                below[words[len(begin)]] = summary if upto == name else GROUPS.get(upto, "")
        return below

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        """All next words, in the order of the alphabet."""
        return sorted(self.below())

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of the help, made without importing what the commands work with."""
        with formatter.section(translated("Commands")):
            formatter.write_dl([(word, said(summary)) for word, summary in sorted(self.below().items())])

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or the group of commands, with this next word."""
        full = f"{self.words} {cmd_name}".strip()
        if full in BY_HAND:
            from labelcore.cli import by_hand

            command: click.Command = getattr(by_hand, BY_HAND[full][0])
            return with_help_said(command)
        if full in summaries():
            from labelcore.cli.building import command_of  # brings what the command works with

            return with_help_said(command_of(full, FLAGS.get(full, {})))
        return Commands(full) if cmd_name in self.below() else None
