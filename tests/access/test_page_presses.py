"""What pages call of the stages is refused to a role that is too little: made from the pages' sources."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from labelcore.errors import NotAllowed
from labelcore.models import Output, Role, Visitor
from labelcore.operations import Operation
from labelcore.stages import importing, signing
from labelcore.stages.aligning import evidence
from labelcore.workspace import Workspace

_PAGES = Path(__file__).parents[2] / "pages"


def called(source: str) -> Iterator[Any]:
    """Functions of the stages that a page's source names."""
    tree = ast.parse(source)
    names: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("labelcore.stages"):
            module = importlib.import_module(str(node.module))
            for alias in node.names:
                found = getattr(module, alias.name, None)
                if found is None or inspect.ismodule(found):
                    found = importlib.import_module(f"{node.module}.{alias.name}")
                names[alias.asname or alias.name] = found
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
            yield getattr(names[node.value.id], node.attr, None)
        elif isinstance(node, ast.Name) and node.id in names:
            yield names[node.id]


def marked(function: Any) -> Operation | None:
    """The operation behind a gate."""
    inside = inspect.getclosurevars(function).nonlocals if hasattr(function, "__wrapped__") else {}
    found = inside.get("marked")
    return found if isinstance(found, Operation) else None


def on_workspaces() -> dict[str, Callable[..., Any]]:
    """By place, the functions that pages call with a workspace."""
    found: dict[str, Callable[..., Any]] = {}
    for file in _PAGES.rglob("*.py"):
        for function in called(file.read_text("utf-8")):
            if not inspect.isfunction(function):
                continue
            first = next(iter(inspect.signature(function).parameters.values()), None)
            if first is not None and first.annotation in {"Workspace", Workspace}:
                found[f"{function.__module__}.{function.__qualname__}".removeprefix("labelcore.stages.")] = (
                    function
                )
    return found


FUNCTIONS = on_workspaces()
READS = frozenset(
    """
    aligning.behind aligning.by_version.outputs_of deriving.coding.find_code deriving.coding.is_done
    deriving.coding.last_change deriving.derivation.may_be_reread deriving.derivation.uncovered_fails
    deriving.derivation.unnamed_codes
    deriving.drift.regrade_items deriving.editing.criterion_names
    deriving.editing.live_criteria deriving.prompting.prompt_rules
    deriving.same.likest grading.settled.unclear_on grading.talking.beside_rounds grading.talking.mentions
    grading.talking.open_mentions
    grading.acts.current_grades grading.acts.latest_acts grading.asked.in_order
    grading.comparing.compared_versions grading.comparing.comparing_queue grading.labels.fitting_labels
    grading.presses.card_items grading.presses.setting_of grading.presses.told_of_presses
    grading.progress.counts_by_person
    grading.rules.versions grading.suggesting.phrases importing.keys.place
    importing.previewing.preview_bytes judging.keeping.versions.active_judges
    judging.keeping.versions.signals_of_users judging.proposing.retraining.freshness
    judging.running.orders.is_anything_left judging.running.orders.runs refining.drafts.lint_draft
    reporting.comparing.newest_versions
    reporting.gathering.gather reporting.gathering.timeline reporting.slicing.fields
    reporting.slicing.fields_beside sampling.samples
    selecting.known_fields
    """.split()
)
"""What only reads; a new function that is no operation says so here, or is marked as one."""
WITHIN = {"aligning.evidence.ask_next", "grading.presses.store_events", "importing.import_bytes"}
"""What stores by an operation within it."""


def test_what_a_page_calls_is_an_operation_or_only_reads() -> None:
    unmarked = {name for name, function in FUNCTIONS.items() if marked(function) is None}
    assert unmarked <= READS | WITHIN


def needed(function: Callable[..., Any]) -> dict[str, None]:
    """Its arguments behind the workspace that have no default: the role is looked at before them."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    kinds = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    return {
        told.name: None
        for told in parameters
        if told.default is inspect.Parameter.empty and told.kind not in kinds
    }


@pytest.mark.parametrize("role", Role)
def test_a_press_is_refused_to_a_role_that_is_too_little(workspace: Workspace, role: Role) -> None:
    visitor = Visitor(name="Vera", roles={workspace.project.id: role})
    entered = signing.enter(workspace.db, workspace.project, visitor, here=False)
    tried = [f for f in FUNCTIONS.values() if (held := marked(f)) and not role.includes(held.role)]
    assert tried or role is Role.ADMIN
    for function in tried:
        with pytest.raises(NotAllowed, match=r"needs the role|about every project"):
            function(entered, **needed(function))


def acted_before_the_page_runs() -> Iterator[tuple[str, ast.AST]]:
    """What a button does by itself with a workspace: the functions that are named behind ``on_click``."""
    for file in _PAGES.rglob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        named = {
            keyword.value.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            for keyword in node.keywords
            if keyword.arg and keyword.arg.startswith("on_") and isinstance(keyword.value, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name in named:
                yield f"{file.name}: {node.name}", node


def test_what_a_press_does_before_its_page_runs_looks_at_who_the_person_is_now() -> None:
    found = dict(acted_before_the_page_runs())
    assert {"models.py: _save", "beginning.py: _begin", "home.py: _switch"} <= found.keys()
    for name, function in found.items():
        words = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
        used = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
        assert not words & {"workspace", "place"} or "as_now" in used, name


def test_a_press_that_acts_before_its_page_runs_is_a_function_of_the_page() -> None:
    pressed = (
        keyword.value
        for file in _PAGES.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg and keyword.arg.startswith("on_")
    )
    assert [ast.unparse(what) for what in pressed if isinstance(what, ast.Attribute)] == []


def test_a_download_made_once_it_is_asked_for_looks_at_who_the_person_is_then() -> None:
    given = [
        (file.name, node.args[1])
        for file in _PAGES.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "download_button"
    ]
    made = [(name, what) for name, what in given if "once_asked" in ast.unparse(what)]
    assert len(made) >= 3
    for name, what in given:
        is_a_value = isinstance(what, ast.Name) or (isinstance(what, ast.Call) and (name, what) not in made)
        assert is_a_value or ast.unparse(what).startswith("once_asked("), (name, ast.unparse(what))


def test_what_stores_by_an_operation_within_it_is_no_way_around(
    workspace: Workspace, add_outputs: Callable[..., list[Output]]
) -> None:
    add_outputs("text")
    visitor = Visitor(name="Vera", roles={workspace.project.id: Role.EXPERT})
    entered = signing.enter(workspace.db, workspace.project, visitor, here=False)
    with pytest.raises(NotAllowed, match="needs the role"):
        importing.import_bytes(entered, "a.csv", b"answer\nyes\n")
    with pytest.raises(NotAllowed, match="needs the role"):
        evidence.ask_next(entered, 1)
    assert workspace.db.rows("SELECT count(*) FROM output") == [(1,)]
    assert workspace.db.rows("SELECT count(*) FROM sample") == [(0,)]
