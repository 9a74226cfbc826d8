"""Two names become one person: what either did, has to do and may do, and what ends."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from labelcore.errors import LabelcoreError, NotAllowed
from labelcore.models import Output, Role
from labelcore.stages import auditing, grading, people, projects, signing
from labelcore.store import assignments, grades as grade_table
from labelcore.workspace import Workspace

GOOD = "seven green kettles sing"


def joined(workspace: Workspace, name: str, role: Role = Role.EXPERT) -> str:
    return signing.join(workspace.db, people.invite(workspace, name, role).path.partition("=")[2], GOOD)


def test_of_two_names_one_person_is_left_with_all_that_both_had_to_do(
    workspace: Workspace, add_outputs: Callable[..., list[Output]]
) -> None:
    db, outputs = workspace.db, add_outputs("first", "second", "third")
    other = workspace.with_project(projects.open_project(db, "other"))
    old, kept = joined(workspace, "A. Berg", Role.LEAD), joined(workspace, "Anna")
    people.set_role(other, "A. Berg", "engineer")
    token = people.make_token(replace(workspace, person="A. Berg"), "CI").token
    grading.grade(workspace.by("A. Berg"), outputs[0].id, "fail", note="no price")
    grading.grade(workspace.by("Anna"), outputs[0].id, "pass")
    grading.grade(workspace.by("A. Berg"), outputs[1].id, "pass")
    grading.assign(workspace, "A. Berg")
    grading.comment(workspace.by("A. Berg"), outputs[1].id, "see the price")
    invitation = people.reset(workspace, "A. Berg").path.partition("=")[2]

    people.merge(workspace.by("Ada"), "A. Berg", "Anna")

    anna = signing.visitor_of_session(db, kept)
    assert anna is not None and anna.name == "Anna"
    assert anna.roles == {workspace.project.id: Role.EXPERT, other.project.id: Role.ENGINEER}
    assert signing.visitor_of_session(db, old) is None, "the other name's session has ended"
    with pytest.raises(NotAllowed):
        signing.join(db, invitation, GOOD)
    assert signing.find_person(db, "A. Berg").name == "Anna"
    assert signing.visitor_of_token(db, token) is None, "who made it is an expert here now"
    people.set_role(workspace, "Anna", "lead")
    assert signing.visitor_of_token(db, token) is not None, "a token is a program's, and ends by itself"
    found = grade_table.current(db, workspace.project.id)
    assert {(grade.output_id, grade.annotator, grade.value) for grade in found} == {
        (outputs[0].id, "Anna", "pass"),
        (outputs[1].id, "Anna", "pass"),
    }
    assert [row.person for row in assignments.current(db, workspace.project.id)] == ["Anna"]
    [act] = auditing.read(workspace, act="people merge").acts
    assert (act.person, act.detail) == ("Ada", {"name": "A. Berg", "into": "Anna"})
    report = auditing.read(workspace)
    assert not report.broken_at
    with pytest.raises(LabelcoreError, match="one person already"):
        people.merge(workspace, "A. Berg", "Anna")


def test_a_role_in_every_project_is_not_handed_over(workspace: Workspace) -> None:
    joined(workspace, "Anna")
    for name in ("Ada", "Bea"):
        signing.join(
            workspace.db,
            people.invite(workspace, name, Role.ADMIN, everywhere=True).path.partition("=")[2],
            GOOD,
        )
    people.merge(workspace, "Ada", "Anna")
    assert signing.as_visitor(workspace.db, signing.find_person(workspace.db, "Anna")).roles == {
        workspace.project.id: Role.EXPERT
    }
