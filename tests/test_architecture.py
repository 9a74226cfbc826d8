"""The import contracts, and their run-time twin: static graphs miss late imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.databases import empty_file

ROOT = Path(__file__).parent.parent
EVERY_MODULE = """
import importlib, pkgutil, sys
import labelcore
for module in pkgutil.walk_packages(labelcore.__path__, "labelcore."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(sorted(name for name in ("streamlit", "plotly", "openai") if name in sys.modules))
"""


@pytest.mark.whole
def test_the_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_importing_all_of_labelcore_loads_no_ui_and_no_provider() -> None:
    done = subprocess.run(
        [sys.executable, "-c", EVERY_MODULE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


HEAVY = ("numpy", "pandas", "scipy", "sklearn", "pyarrow", "openai", "aiohttp", "babel")
LOADED = f"""
import sys
from labelcore.cli import main
try:
    main(sys.argv[1:])
finally:
    print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)
"""


@pytest.mark.slow
@pytest.mark.parametrize("line", [["--help"], ["criteria", "--help"], ["status"]])
def test_a_command_that_counts_nothing_waits_for_no_numbers(line: list[str], tmp_path: Path) -> None:
    where = ["--db", str(empty_file(tmp_path / "a.duckdb"))] if line == ["status"] else []
    command = [sys.executable, "-c", LOADED, *line, *where]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]", done.stderr


def test_every_operation_is_found_without_importing_it_and_says_what_came_of_it() -> None:
    from labelcore.catalogue import catalogue
    from labelcore.messages import results
    from labelcore.operations import OPERATIONS, find_operation

    for name, place in catalogue().items():
        marked = find_operation(name)
        assert marked.function.__module__ == place.module
        assert marked.summary == place.summary, name
        results.lines_for(marked)
    assert set(OPERATIONS) == set(catalogue())


def test_files_functions_and_lines_are_short() -> None:
    long = []
    for path in [*(ROOT / "labelcore").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "app.py"]:
        text = path.read_text("utf-8")
        long += [path.name] * (text.count("\n") > 400)
        long += [f"{path.name}: {line}" for line in text.splitlines() if len(line) > 110]
        for part in ast.walk(ast.parse(text)):
            if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (part.end_lineno or 0) - part.lineno + 1
                long += [f"{path.name}: {part.name}"] * (lines > 45)
    assert not long


def test_no_name_of_a_module_is_given_to_two_things() -> None:
    """A second constant of a name would stand for the first one too."""
    for path in (*(ROOT / "labelcore").rglob("*.py"), *(ROOT / "pages").rglob("*.py")):
        statements = ast.parse(path.read_text("utf-8")).body
        targets = [target for node in statements if isinstance(node, ast.Assign) for target in node.targets]
        parts = [part for target in targets for part in getattr(target, "elts", [target])]
        names = [part.id for part in parts if isinstance(part, ast.Name)]
        assert sorted(names) == sorted(set(names)), path


def test_only_the_store_writes_sql() -> None:
    for path in (ROOT / "labelcore").rglob("*.py"):
        if "store" in path.relative_to(ROOT).parts:
            continue
        text = path.read_text("utf-8")
        for word in ("SELECT ", "INSERT INTO", "import duckdb"):
            assert word not in text, f"{path.relative_to(ROOT)} has '{word}'"


def test_pages_are_thin() -> None:
    for page in (ROOT / "pages").glob("*.py"):
        lines = len(page.read_text("utf-8").splitlines())
        assert lines <= 130, f"{page.name} has {lines} lines"


def test_no_text_on_a_page_scrolls_in_a_box_that_no_key_reaches() -> None:
    for path in (ROOT / "pages").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("st.code"):
                names = {keyword.arg for keyword in call.keywords}
                assert "wrap_lines" in names and "height" not in names, f"{path.name} {call.lineno}"


@pytest.mark.slow
def test_no_command_has_an_option_twice() -> None:
    import click

    from labelcore.cli import command_tree
    from labelcore.cli.tree import summaries

    for name in summaries():
        command: click.Command | None = command_tree()
        for word in name.split():
            assert isinstance(command, click.Group)
            command = command.get_command(click.Context(command), word)
        assert command is not None
        options = [option for parameter in command.params for option in parameter.opts]
        assert len(set(options)) == len(options), name
