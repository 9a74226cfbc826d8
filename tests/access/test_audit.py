"""The acts of a project: who, what, when, from where; a change of one is found."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from labelcore.dispatch import Request, execute
from labelcore.errors import BadInput
from labelcore.models import EVERY_PROJECT, Role, Visitor
from labelcore.stages import auditing, people
from labelcore.store import audit
from labelcore.workspace import Workspace


def noted(workspace: Workspace, n: int) -> None:
    for number in range(n):
        audit.note(workspace.db, workspace.project.id, f"p{number % 2}", "choose", str(number), at=number)


def test_an_act_says_who_did_what_from_where(workspace: Workspace) -> None:
    request = Request(operation="projects hide", project="", arguments={"name": "test"}, author="Ada")
    with pytest.raises(Exception, match="only project"):
        execute(workspace.db, request)
    execute(
        workspace.db,
        Request(operation="people invite", project="test", arguments={"name": "Ana"}),
        visitor=Visitor(name="Ada", person_id="person_a", roles={EVERY_PROJECT: Role.ADMIN}),
    )
    [act] = auditing.read(workspace).acts  # what was refused is no act
    assert (act.person, act.act, act.origin) == ("Ada", "people invite", "command")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(n=st.integers(1, 8), data=st.data())
def test_a_changed_a_missing_and_a_swapped_act_break_the_chain(
    workspace: Workspace, n: int, data: st.DataObject
) -> None:
    workspace.db.run("TRUNCATE audit_event")
    workspace.db.run("TRUNCATE audit_seal")
    noted(workspace, n)
    whole = auditing.read(workspace)
    assert (whole.broken_at, whole.sealed, whole.exit_code) == (0, n, 0)
    at = data.draw(st.integers(1, n))
    [(event,)] = workspace.db.rows("SELECT event_id FROM audit_seal WHERE place = ?", [at])
    change = data.draw(
        st.sampled_from(
            [
                "UPDATE audit_event SET author = 'somebody else' WHERE event_id = ?",
                "UPDATE audit_event SET detail = '{}' WHERE event_id = ?",
                "DELETE FROM audit_event WHERE event_id = ?",
                "DELETE FROM audit_seal WHERE event_id = ? AND place < (SELECT max(place) FROM audit_seal)",
            ]
        )
    )
    workspace.db.run(change, [event])
    broken = auditing.read(workspace).broken_at
    if "DELETE FROM audit_seal" in change and at == n:
        assert broken == 0
    else:
        assert broken == at


def test_an_act_that_a_crash_left_unsealed_is_sealed_by_the_next(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "seal", lambda _db: None)
    noted(workspace, 2)
    monkeypatch.undo()
    noted(workspace, 1)
    assert auditing.read(workspace).sealed == 3


def test_what_is_taken_back_is_neither_stored_nor_sealed(workspace: Workspace) -> None:
    def undone() -> None:
        with workspace.db.transaction():
            noted(workspace, 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    noted(workspace, 1)
    assert auditing.read(workspace).sealed == 1


def test_acts_are_filtered_and_written_to_a_file(workspace: Workspace) -> None:
    noted(workspace, 4)
    found = auditing.read(workspace, person="p1")
    assert [act.subject for act in found.acts] == ["3", "1"]
    rows = list(csv.DictReader(io.StringIO(found.table().decode())))
    assert [row["person"] for row in rows] == ["p1", "p1"]


def test_a_removed_persons_acts_stay(workspace: Workspace) -> None:
    people.invite(workspace, "Ana")
    audit.note(workspace.db, workspace.project.id, "Ana", "choose", "")
    people.remove(workspace, "Ana")
    assert "Ana" in {act.person for act in auditing.read(workspace).acts}
    assert auditing.read(workspace).broken_at == 0


def test_acts_are_found_by_name_and_by_day(workspace: Workspace) -> None:
    noted(workspace, 2)
    audit.note(workspace.db, workspace.project.id, "Ana", "open test", "t")
    audit.note(workspace.db, "another", "Ana", "hidden act", "t")
    workspace.db.run("UPDATE audit_event SET made_at = TIMESTAMP '2026-03-05 23:59:59.5' WHERE subject = '0'")
    workspace.db.run("UPDATE audit_event SET made_at = TIMESTAMP '2026-03-07 00:00:00' WHERE subject = '1'")

    def found(**wanted: str) -> set[str]:
        request = Request(operation="audit", project="test", arguments=wanted)
        return {row["subject"] for row in execute(workspace.db, request).document["acts"]}

    assert found(act="choose") == {"0", "1"}
    assert found(until="2026-03-05") == {"0"}
    assert found(since="2026-03-05", until="2026-03-06") == {"0"}
    assert found(since="2026-03-06", act="choose") == {"1"}
    assert found(since="2026-03-08") == {"t"}
    assert auditing.act_names(workspace) == ("choose", "open test")
    with pytest.raises(BadInput, match="since"):
        found(since="yesterday")
