"""The help of every command and option is said in Chinese too, and of English nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest
from babel.messages.pofile import read_po

from labelcore.cli import click_words
from labelcore.cli.help_words import CATALOGUE, said
from labelcore.cli.helps import every_help
from labelcore.cli.tree import Commands

_TYPED = re.compile(r"--[a-z][a-z-]*|`[^`]+`")


@pytest.fixture
def chinese() -> Iterator[None]:
    click_words.speak("zh")
    yield
    click_words.speak("en")


def test_the_catalogue_of_helps_is_that_of_the_commands_and_whole() -> None:
    with CATALOGUE.open("rb") as file:
        known = {str(entry.id): str(entry.string) for entry in read_po(file, locale="zh") if entry.id}
    assert known.keys() == every_help(), "python -m labelcore.cli.helps, then translate what it prints"
    assert [english for english, words in known.items() if not words] == []


def test_options_and_commands_in_a_help_stay_as_they_are_typed() -> None:
    with CATALOGUE.open("rb") as file:
        for entry in read_po(file, locale="zh"):
            typed = _TYPED.findall(str(entry.id))
            assert all(word in str(entry.string) for word in typed), entry.id


@pytest.mark.usefixtures("chinese")
def test_a_command_its_options_and_its_group_speak_chinese() -> None:
    root = Commands()
    group = root.get_command(click.Context(root), "judge")
    assert isinstance(group, Commands) and group.help == "自动判定，每个评判器只判定一条标准。"
    for word in ("run", "list"):
        command = group.get_command(click.Context(group), word)
        assert command is not None
        told = command.get_help(click.Context(command))
        assert "项目名称。" in told and "The project's name." not in told
    assert root.get_help(click.Context(root)).count("用备份替换数据库。") == 1


def test_english_is_as_it_was_once_chinese_was_spoken() -> None:
    click_words.speak("zh")
    root = Commands()
    assert said("The project's name.") == "项目名称。"
    click_words.speak("en")
    serve = root.get_command(click.Context(root), "serve")
    assert serve is not None and "Serve the app on this database." in str(serve.help)


def test_a_parameter_is_named_as_it_is_typed_in_the_list_of_commands() -> None:
    group = Commands("projects")
    assert "--task says what its outputs are for" in group.below()["begin"]


@pytest.mark.usefixtures("chinese")
def test_that_an_option_is_required_is_said_in_chinese_and_every_limit_has_its_help() -> None:
    command = Commands().get_command(click.Context(Commands()), "endpoints")
    assert isinstance(command, click.Group)
    add = command.get_command(click.Context(command), "add")
    assert add is not None
    words = add.get_help(click.Context(add))
    assert "[必填]" in words and "[required]" not in words
    assert "每分钟最多调用多少次" in words
