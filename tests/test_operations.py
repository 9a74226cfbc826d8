"""Which project an operation works in."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, get_origin, get_type_hints

import pytest

from labelcore.catalogue import catalogue
from labelcore.dispatch import Request, execute
from labelcore.errors import BadInput, NotAllowed, NotFound
from labelcore.models import Criterion, Role
from labelcore.operations import Effect, find_operation, operation
from labelcore.stages import finding, grading, projects
from labelcore.stages.deriving import editing
from labelcore.stages.judging import running
from labelcore.store import audit, criteria as criterion_table
from labelcore.workspace import Workspace


def test_a_mistyped_project_is_refused_and_not_made(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match=f"no project 'tset' \\(there are: {workspace.project.name}\\)"):
        execute(workspace.db, Request(operation="status", project="tset"))
    assert projects.list_projects(workspace.db) == [workspace.project]


@pytest.mark.whole
def test_the_only_project_of_a_file_is_meant_if_none_is_named(workspace: Workspace, tmp_path: Path) -> None:
    def asked(operation: str, **arguments: object) -> dict[str, Any]:
        return execute(workspace.db, Request(operation=operation, arguments=arguments)).document

    assert asked("status")["project"] == workspace.project.name
    file = tmp_path / "a.csv"
    file.write_text("answer,good\none,yes\ntwo,no\n")
    columns = {"output": "answer"}
    asked("import", file=str(file), mapping=columns)
    assert [project.name for project in projects.list_projects(workspace.db)] == [workspace.project.name]
    projects.update_project(workspace, settings={"sample": True})
    file.write_text("answer,good\nthree,yes\n")
    asked("import", file=str(file), mapping=columns)  # what people bring goes into no sample by itself
    assert {project.name for project in projects.list_projects(workspace.db)} == {
        workspace.project.name,
        "default",
    }
    projects.begin(workspace, "other")
    assert asked("status")["project"] == "default"


def test_an_operation_on_the_whole_database_needs_no_project(workspace: Workspace) -> None:
    assert execute(workspace.db, Request(operation="doctor", project="tset")).document["healthy"]
    assert projects.list_projects(workspace.db) == [workspace.project]


def test_a_preview_or_a_refused_import_begins_no_project(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("answer,good\none,yes\ntwo,no\n")
    execute(workspace.db, Request(operation="preview", project="other", arguments={"file": str(file)}))
    with pytest.raises(BadInput):
        execute(
            workspace.db,
            Request(
                operation="import",
                project="other",
                arguments={"file": str(file), "columns": {"output": "nowhere"}},
            ),
        )
    assert projects.list_projects(workspace.db) == [workspace.project]


def test_an_import_says_what_it_read_as_what_and_that_it_began_a_project(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("answer,good,comment\none,yes,short\ntwo,no,late\n")
    lines = execute(
        workspace.db, Request(operation="import", project="other", arguments={"file": str(file)})
    ).lines
    assert lines[0] == f"'other' is a new project (there are also: {workspace.project.name})."
    assert lines[-1].startswith(
        "Read: output from 'answer', grade from 'good' (no is fail, yes is pass), note from"
    )


def test_a_table_with_columns_of_many_meanings_says_what_it_read_and_a_tools_file_does_not(
    workspace: Workspace, tmp_path: Path
) -> None:
    columns = (
        "output",
        "input",
        "context",
        "conversation",
        "id",
        "group",
        "model",
        "prompt_version",
        "grade",
    )
    table, traces = tmp_path / "a.csv", tmp_path / "azure.jsonl"
    chat = '"[{""role"": ""user"", ""content"": ""b""}]"'
    table.write_text(f"{','.join(columns)}\na,b,c,{chat},1,g,m,v1,pass\n")
    traces.write_text('{"inputs.query": "Rain?", "inputs.response": "Yes.", "outputs.fit.fit": 4}\n')
    told = {}
    for file in (table, traces):
        for name in ("preview", "import"):
            request = Request(operation=name, project="other", arguments={"file": str(file)})
            lines = execute(workspace.db, request).lines
            told[file.name, name] = any(line.startswith("Read: output from 'output', ") for line in lines)
    assert [name for name, is_told in told.items() if is_told] == [("a.csv", "preview"), ("a.csv", "import")]


@pytest.mark.whole
def test_a_hundred_people_are_counted_and_not_listed(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    rows = [
        f"one,{'pass' if k % 3 else 'fail'},p{k}\ntwo,{'pass' if k % 2 else 'fail'},p{k}" for k in range(30)
    ]
    file.write_text("\n".join(["answer,good,annotator", *rows]))
    execute(
        workspace.db,
        Request(operation="import", project=workspace.project.name, arguments={"file": str(file)}),
    )
    conflicts = execute(
        workspace.db, Request(operation="team conflicts", project=workspace.project.name)
    ).lines
    assert sorted(line.split(": ")[1] for line in conflicts) == ["15 fail, 15 pass", "20 pass, 10 fail"]
    agreement = execute(workspace.db, Request(operation="team agreement", project=workspace.project.name))
    assert len(agreement.document["pairs"]) == 435
    assert len(agreement.lines) == 22
    assert "415 pairs" in agreement.lines[-1]


def test_an_operation_inside_long_work_is_still_stored_whole_or_not_at_all(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = criterion_of(workspace, "first")

    @operation(role=Role.ENGINEER, effect=Effect.GRADUAL)
    def work(workspace: Workspace) -> None:
        """Long work with a short change inside."""
        editing.accept(workspace, first)

    def failing(*_given: object, **_named: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(audit, "note", failing)
    with pytest.raises(OSError, match="full"):
        work(workspace)
    monkeypatch.undo()
    assert finding.find_criterion(workspace, first.id).status == "proposed"
    work(workspace)
    assert finding.find_criterion(workspace, first.id).status == "accepted"


def test_writers_go_one_after_the_other_so_that_none_overwrites_another(workspace: Workspace) -> None:
    barrier = threading.Barrier(6)

    @operation(role=Role.ENGINEER, effect=Effect.WRITES)
    def keep(workspace: Workspace, name: str) -> None:
        """Keep a setting."""
        projects.update_project(workspace, settings={name: 1})

    def work(name: str) -> None:
        barrier.wait()
        keep(workspace, name)

    threads = [threading.Thread(target=work, args=(f"s{at}",)) for at in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = projects.open_project(workspace.db, workspace.project.name).settings.stored()
    assert {f"s{at}" for at in range(6)} <= kept.keys()


def criterion_of(workspace: Workspace, name: str) -> Criterion:
    made = Criterion(
        id=name, project_id=workspace.project.id, version=1, name=name, statement=f"It is {name}."
    )
    criterion_table.save(workspace.db, [made])
    return made


def test_people_are_told_in_their_language_and_the_document_stays_english(workspace: Workspace) -> None:
    name = workspace.project.name
    english, chinese = (
        execute(workspace.db, Request(operation="trust", project=name, language=language))
        for language in ("en", "zh")
    )
    assert english.lines[0].startswith("It is too early to say how many outputs are good")
    assert chinese.lines[0].startswith("还说不出有多少输出是好的")
    assert chinese.document == english.document
    assert english.document["headline"] == english.lines[0]


def test_what_a_command_gives_is_an_object_in_json(workspace: Workspace) -> None:
    gives = {name: get_type_hints(find_operation(name).function)["return"] for name in catalogue()}
    lists = {name for name, kind in gives.items() if get_origin(kind) in {list, tuple}}
    assert len(lists) > 5
    assert {name for name in lists if not find_operation(name).listed_as} == set()


def test_a_call_of_a_page_without_a_command_passes_the_gate_and_has_no_name(workspace: Workspace) -> None:
    with pytest.raises(NotAllowed, match="'record' needs the role expert"):
        grading.record(replace(workspace, role=Role.MANAGER), [])
    with pytest.raises(NotAllowed, match="'stop run' needs the role engineer"):
        running.stop_run(replace(workspace, role=Role.MANAGER), "run_1")
    assert grading.record(replace(workspace, role=Role.EXPERT), []) == []
    with pytest.raises(BadInput, match="no operation 'record'"):
        find_operation("record")
