"""Names that an older labelcore kept in two forms are one person's afterwards, and nothing is lost."""

from collections.abc import Callable
from pathlib import Path

import pytest

from labelcore.errors import BadInput
from labelcore.models import Grade, Output, name_key
from labelcore.operations import find_operation
from labelcore.stages import auditing, grading, people, projects, signing
from labelcore.store import (
    Database,
    audit,
    close_database,
    grade_counts,
    grades as grade_table,
    open_database,
)
from labelcore.workspace import Workspace
from tests.databases import at_schema

_AT = "TIMESTAMP '2025-03-01 10:0{}:00'"
_BEFORE_PEOPLE, _WITH_PEOPLE = 21, 32


def old(path: Path, newest: int) -> Database:
    """A database as a labelcore left it that kept each name as it was written."""
    db = at_schema(path, newest)
    db.run(f"INSERT INTO project (project_id, name, made_at) VALUES ('p', 'old', {_AT.format(0)})")
    for output in ("o1", "o2", "o3"):
        db.run("INSERT INTO output (output_id, project_id, text) VALUES (?, 'p', 'x')", [output])
    given = [
        ("Anna", "o1", "pass"),
        ("anna", "o1", "fail"),
        ("ＡＮＮＡ ", "o2", "pass"),
        ("Rene\u0301", "o2", "pass"),
    ]
    given += [("Ren\u00e9", "o3", "fail"), ("Ben", "o3", "pass")]
    for at, (who, output, value) in enumerate(given):
        db.run(
            "INSERT INTO grade "
            "(grade_id, project_id, output_id, annotator, value, note, source, made_at, stored_at) "
            f"VALUES (?, 'p', ?, ?, ?, '', 'person', {_AT.format(at)}, {_AT.format(at)})",
            [f"g{at}", output, who, value],
        )
    db.run(
        "INSERT INTO ruling (ruling_id, project_id, output_id, value, author, made_at) "
        f"VALUES ('r', 'p', 'o1', 'pass', 'aNNa', {_AT.format(9)})"
    )
    return db


def given_by(db: Database) -> dict[tuple[str, str], str]:
    """What counts now, by person and output."""
    return {(grade.annotator, grade.output_id): grade.value for grade in grade_table.current(db, "p")}


@pytest.mark.whole
@pytest.mark.parametrize("schema", [_BEFORE_PEOPLE, _WITH_PEOPLE])
def test_an_old_databases_two_forms_of_a_name_are_one_person_once_it_is_opened(
    tmp_path: Path, schema: int
) -> None:
    path = tmp_path / "old.duckdb"
    before = old(path, schema)
    events = before.rows("SELECT * FROM grade ORDER BY grade_id")
    before.close()
    db = open_database(path)
    counted = {("Anna", "o1"): "fail", ("Anna", "o2"): "pass", ("Ben", "o3"): "pass"}
    assert given_by(db) == counted | {("Rene\u0301", "o2"): "pass", ("Rene\u0301", "o3"): "fail"}
    assert db.rows("SELECT author FROM ruling_current") == [("Anna",)]
    assert db.rows("SELECT * FROM grade ORDER BY grade_id") == events  # as they were given
    workspace = Workspace(db, projects.open_project(db, "old"))
    assert [(act.act, act.subject) for act in auditing.read(workspace, act="people merge").acts] == [
        ("people merge", "Rene\u0301"),
        ("people merge", "Anna"),
    ]
    assert audit.verify(db).broken_at == 0
    assert [tally.annotator for tally in grade_counts.tallies(db, "p")] == ["Anna", "Ben", "Rene\u0301"]
    people_before = db.rows("SELECT * FROM person")
    close_database(path)
    db = open_database(path)
    assert db.rows("SELECT * FROM person") == people_before
    close_database(path)


@pytest.mark.whole
def test_a_form_that_a_known_person_never_wrote_is_theirs(tmp_path: Path) -> None:
    path = tmp_path / "old.duckdb"
    before = old(path, _WITH_PEOPLE)
    for name, removed in (("ANNA", False), ("person 0815", True)):
        who = "gone" if removed else "known"
        before.run(f"INSERT INTO person VALUES (?, ?, '', ?, '', {_AT.format(8)}, '')", [who, name, removed])
    before.run(f"INSERT INTO person VALUES ('gone', 'ben', '', false, '', {_AT.format(1)}, '')")
    before.close()
    db = open_database(path)
    assert {who for who, _ in given_by(db)} == {"ANNA", "person 0815", "Rene\u0301"}
    close_database(path)


def test_who_graded_as_ana_before_they_were_invited_in_another_form_has_those_grades(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give: Callable[..., Grade]
) -> None:
    first, second = add_outputs("first", "second")
    give(first, "pass", annotator="ana")
    people.invite(workspace, "Ana")
    give(second, "fail", annotator=signing.known_as(workspace.db, workspace.project, "ana"))
    assert [grade.annotator for grade in grade_table.current(workspace.db, workspace.project.id)] == [
        "Ana"
    ] * 2


def test_people_merge_makes_two_forms_one_and_says_so(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give: Callable[..., Grade]
) -> None:
    first, second = add_outputs("first", "second")
    give(first, "pass", annotator="Anna")
    give(second, "fail", annotator="anna")
    merged = find_operation("people merge").call(workspace, {"name": "anna", "into": "Anna"})
    assert (merged.name, merged.did) == ("Anna", "merge")
    assert {grade.annotator for grade in grade_table.current(workspace.db, workspace.project.id)} == {"Anna"}
    assert workspace.db.rows("SELECT count(*) FROM grade") == [(2,)]
    with pytest.raises(BadInput, match="one person already"):
        people.merge(workspace, "anna", "Anna")


def test_a_pack_for_anna_is_the_annas_who_graded(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give: Callable[..., Grade]
) -> None:
    first, _ = add_outputs("first", "second")
    give(first, "pass", annotator="Anna")
    pack = grading.make_pack(workspace, "ANNA")
    assert pack.manifest.annotator == "Anna"
    assert name_key("ＡＮＮＡ") == name_key("Anna")
    assert first.id not in pack.manifest.outputs
