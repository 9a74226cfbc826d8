"""The README cannot lie: its commands exist and its loop runs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from labelcore.cli import command_tree
from labelcore.store.formats import every_format, every_tool

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BRING = (ROOT / "docs" / "bring-your-data.md").read_text("utf-8")


def loop() -> list[list[str]]:
    block = README.split("in five commands", 1)[1].split("```")[1]
    return [line.split() for line in block.strip().splitlines()]


def test_make_has_the_two_commands() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for command in re.findall(r"^make (\w+)", README, re.M):
        assert f"\n{command}:" in makefile


@pytest.mark.slow
def test_the_five_commands_run_on_a_file(tmp_path: Path) -> None:
    rows = ["question,answer,good,comment"]
    for i in range(30):
        long = i % 3 == 0
        text = " ".join(["word"] * (60 if long else 9)) + f" {i}"
        rows.append(f"q{i},{text},{'no' if long else 'yes'},{'too long' if long else ''}")
    (tmp_path / "answers.csv").write_text("\n".join(rows))
    commands = loop()
    assert len(commands) == 5
    for command in commands:
        assert command[0] == "labelcore"
        done = subprocess.run([sys.executable, "-m", *command], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def written_commands(page: str) -> list[str]:
    """Every command that a page writes; ``a b | c`` stands for ``a b`` and ``a c``."""
    inline = re.findall(r"`(labelcore [^`]+)`", " ".join(page.split()))
    fenced = re.findall(r"^(labelcore [^#\n]+)", "\n".join(page.split("```")[1::2]), re.M)
    indented = re.findall(r"^ {4}(?:- run: )?(labelcore [^#\n]+)", page, re.M)
    found = []
    for command in dict.fromkeys([*inline, *(line.strip() for line in (*fenced, *indented))]):
        first, *others = re.split(r" \| (?!-)", command)
        found += [first, *(" ".join([*first.split()[:-1], other]) for other in others)]
    return found


@pytest.mark.parametrize("line", [*written_commands(README), *written_commands(BRING)])
def test_every_command_and_option_that_it_names_exists(line: str) -> None:
    command: Any = command_tree()
    _, *words = shlex.split(line)
    while words and hasattr(command, "get_command"):
        below = command.get_command(click.Context(command), words[0])
        assert below is not None, f"{line}: no {words[0]}"
        command = below
        words.pop(0)
    known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
    asked = {word.split("=")[0] for word in words if word.startswith("--")}
    assert asked <= known | {"--help"}, line


def test_the_page_on_data_has_every_format_in_the_readers_words() -> None:
    page = " ".join(BRING.split())
    for tool in every_tool().values():
        assert f"## {tool.title} {tool.get} {tool.brings}" in page, tool.name
    for form in every_format().values():
        assert form.title in page, form.name
