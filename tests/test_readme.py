"""README and docs cannot lie: their commands, links, pages and pictures exist, and the loop runs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from labelcore.cli import command_tree, main
from labelcore.messages import say, speaking
from labelcore.messages.catalogue import chinese
from labelcore.store.formats import every_format, every_tool
from pages.widgets.menu import menu

ROOT = Path(__file__).parent.parent
FILES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXTS = {str(file.relative_to(ROOT)): file.read_text("utf-8") for file in FILES}
README = TEXTS["README.md"]
BRING = TEXTS["docs/bring-your-data.md"]
SCREEN = 75  # lines
LARGEST = 150_000  # bytes of a picture


def loop() -> list[list[str]]:
    block = README.split("in five commands", 1)[1].split("```")[1]
    return [line.split() for line in block.strip().splitlines()]


def test_make_has_the_two_commands() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for command in re.findall(r"^(?:`| {4})?make (\w+)", "\n".join(TEXTS.values()), re.M):
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


EVERY_COMMAND = list(dict.fromkeys(line for text in TEXTS.values() for line in written_commands(text)))


@pytest.mark.parametrize("line", EVERY_COMMAND)
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


NOT_RUN = (
    "import",  # of files that are not here; test_the_five_commands and tests/store read some
    "check --card",
    "criteria from-prompt",
    "judge try",
    "schema set",
    "align --as-of",  # of moments at which there was no sample project
    "compare moments",
    "card grounded",  # of a judge that the sample project does not have
    "codes propose",  # by a model
    "codes undo",  # where there is nothing to undo
    "demo --no-serve",  # what all of this runs on
    "judge propose",  # by a model, or for minutes
    "judge run --batch",
    "judge run --repeats",
    "judge run --engine",
    "choose --seconds",
    "endpoints add",  # then every command that follows would ask it
    "endpoints test",
    "local-model",
    "calibration reveal",  # where no round is open
    "calibration show",
    "criteria stop",  # where nothing is under way
    "gold train",  # of somebody whom the sample project does not have
    "guidelines set",  # from files that are not here
    "guidelines example",
    "judge run --max-cost",  # where no model has a price
    "notices test",  # where nothing is sent
    "people address",  # of somebody whom another page's command removes
    "team rules --per-output 2 --pairs",  # among people to whom outputs are assigned
    "team assign --",  # by fields and people that the sample project does not have
    "team assign anna",
    "team unassign",
    "team member",
    "team take-over",
    "team rule ",  # of outputs that the sample project does not have
    "team relook",
    "team comment",
    "team release",
    "serve",  # until it is stopped
    "demo",
)


def can_run(line: str) -> bool:
    """Whether it names nothing that readers must put in, and all that the command asks for; `derive` asks a
    model unless it is offline.
    """
    words = shlex.split(line)[1:]
    if (
        (words[0] == "derive" and "--offline" not in words)
        or " ".join(words).startswith(NOT_RUN)
        or any(re.fullmatch(r"[A-Z_]+(\.\w+)?", word) for word in words)
    ):
        return False
    command: Any = command_tree()
    while words and hasattr(command, "get_command"):
        command = command.get_command(click.Context(command), words.pop(0))
    missing = [param for param in command.params if param.required]
    given = [word for word in words if not word.startswith("--")]
    return not hasattr(command, "get_command") and len(missing) <= len(given)


@pytest.mark.slow
def test_what_can_run_runs_on_the_sample_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert exit_code("demo", "--no-serve") == 0
    lines = [line for line in EVERY_COMMAND if can_run(line)]
    assert len(lines) > 50
    for line in lines:
        words = shlex.split(line)[1:]
        project = [] if "--project" in words else ["--project", "sample"]
        assert exit_code(*words, *project) == 0, line


def exit_code(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    return int(ended.value.code or 0)


def test_the_page_on_data_says_of_every_format_what_it_says_of_itself() -> None:
    """`python -m labelcore.messages` writes what came later."""
    begun, *sections = re.split("^## ", BRING, flags=re.M)
    said = {f"{tool.title} {tool.get} {tool.brings}" for tool in every_tool().values()}
    assert {" ".join(section.split()) for section in sections} == said
    named = re.findall(r"Tables and lists of objects: ([^.]*)", " ".join(begun.split()))[0].split(", ")
    assert set(named) == {form.title for form in every_format().values()} - {
        tool.title for tool in every_tool().values()
    }


def test_the_chinese_page_on_data_has_every_tool_as_the_app_says_it_in_chinese() -> None:
    page = (ROOT / "docs" / "zh" / "bring-your-data.md").read_text("utf-8")
    with speaking("zh"):
        for tool in every_tool().values():
            assert f"## {say(tool.title)}\n\n{say(tool.get)}\n\n{say(tool.brings)}" in page, tool.name


def anchors(text: str) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    heads = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def links(text: str) -> list[str]:
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:", link)]


@pytest.mark.parametrize("name", TEXTS)
def test_every_link_leads_to_a_file_and_a_heading_that_exist(name: str) -> None:
    for link in links(TEXTS[name]):
        path, _, anchor = link.partition("#")
        target = ((ROOT / name).parent / path).resolve() if path else ROOT / name
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.read_text("utf-8")), link


def test_the_readme_is_one_screen_from_which_every_page_of_docs_is_a_click_away() -> None:
    assert len(README.splitlines()) <= SCREEN
    assert {name for name in TEXTS if name.startswith("docs/")} <= {
        link.split("#")[0] for link in links(README)
    }
    assert "## How it is built" in README


PAGE = re.compile(r"\bpages? ((?:[A-Z][a-z]+(?:, | and )?)+)|\b([A-Z][a-z]+)(?:'s)? page\b")
NO_NAMES = {"A", "Each", "Every", "No", "That", "The", "This"}


@pytest.mark.parametrize("name", TEXTS)
def test_no_page_is_named_that_is_not_in_the_menu(name: str) -> None:
    titles = {title for _, title, _ in menu()}
    for several, single in PAGE.findall(" ".join(TEXTS[name].split())):
        named = set(re.findall(r"[A-Z][a-z]+", several or single)) - NO_NAMES
        assert named <= titles, f"{several or single}: not in the menu"


@pytest.mark.parametrize("file", sorted((ROOT / "docs" / "zh").iterdir()), ids=lambda file: file.name)
def test_a_chinese_page_names_pages_as_the_menu_does_and_says_what_the_english_one_says(file: Path) -> None:
    page, english = file.read_text("utf-8"), (ROOT / "docs" / file.name).read_text("utf-8")
    assert set(re.findall("“([^”]+)”页", page)) <= {chinese()[title] for _, title, _ in menu()}
    assert set(written_commands(page)) <= set(written_commands(english))
    pictures = [re.findall(r"pictures/(\w+)", text) for text in (page, english)]
    assert pictures[0] == pictures[1]


def test_pictures_are_small_and_all_of_them_shown() -> None:
    shown = {((ROOT / name).parent / link).resolve() for name, text in TEXTS.items() for link in links(text)}
    for file in (ROOT / "docs" / "pictures").iterdir():
        assert file.stat().st_size <= LARGEST, file.name
        assert file in shown, f"{file.name} stands on no page"
