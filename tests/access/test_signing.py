"""Passwords, invitations, sessions and tokens: what proves who somebody is, and until when."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from labelcore.errors import BadInput, LabelcoreError, NotAllowed
from labelcore.models import EVERY_PROJECT, Grade, Membership, Output, Role, Visitor, name_key
from labelcore.stages import grading, importing, people, signing
from labelcore.store import grades as grade_table, people as people_table
from labelcore.workspace import Workspace

GOOD = "seven green kettles sing"


def invited(workspace: Workspace, name: str = "Ana", role: Role = Role.EXPERT) -> str:
    return people.invite(workspace, name, role).path.partition("=")[2]


def test_an_invitation_is_good_for_once_and_gives_its_role(workspace: Workspace) -> None:
    secret = invited(workspace)
    session = signing.join(workspace.db, secret, GOOD)
    found = signing.visitor_of_session(workspace.db, session)
    assert found is not None
    assert (found.name, found.role_in(workspace.project.id)) == ("Ana", Role.EXPERT)
    with pytest.raises(NotAllowed, match="unknown, already used"):
        signing.join(workspace.db, secret, GOOD)
    assert signing.sign_in(workspace.db, " ANA ", GOOD)


@pytest.mark.parametrize(
    "password",
    [
        *("", "short", "a" * 20, "password12345678", "ana" * 100, "Ana Ana Ana Ana"),
        *("a      b      c", "1q2w3e4r5t6y", "1Q2W3E4R5T6Y", "zaq12wsxcde3", "seven green " * 11),
        "friend of emily",
    ],
)
def test_a_password_that_is_easy_to_guess_is_not_taken(workspace: Workspace, password: str) -> None:
    secret = invited(workspace)
    with pytest.raises(BadInput):
        signing.join(workspace.db, secret, password)
    assert signing.join(workspace.db, secret, GOOD)  # and the invitation is still good


@pytest.mark.parametrize(
    "password",
    [
        "five bright kites " * 7,
        "纸鹤 飞过 七座 桥 和 一片 海",
        "🎈🧭🪁🧵🪴🎲🧩🪜🎹🪞🧶🥁",
        " seven green kettles  sing ",
        "abcdefg hijklmn",
    ],
)
def test_a_password_may_be_of_any_characters_and_counts_whole(workspace: Workspace, password: str) -> None:
    signing.join(workspace.db, invited(workspace), password)
    assert signing.sign_in(workspace.db, "Ana", password)
    for other in (password[:-1], password.strip() + "x", password.swapcase() + " "):
        with pytest.raises(NotAllowed):
            signing.sign_in(workspace.db, "Ana", other, f"for {other}")


def test_guesses_are_slowed_down_and_tell_nothing(workspace: Workspace) -> None:
    signing.join(workspace.db, invited(workspace), GOOD)
    told = set()
    for name in ("Nobody", "Ana"):
        for _ in range(5):
            with pytest.raises(NotAllowed) as refused:
                signing.sign_in(workspace.db, name, "wrong wrong wrong", f"address of {name}")
            told.add(str(refused.value))
    assert len(told) == 1
    with pytest.raises(NotAllowed, match="Too many attempts"):
        signing.sign_in(workspace.db, "Ana", GOOD, "address of Ana")
    assert signing.sign_in(workspace.db, "Ana", GOOD, "her address")  # nobody keeps her out by failing as her


def test_no_secret_stands_in_the_database(workspace: Workspace) -> None:
    secret = invited(workspace)
    session = signing.join(workspace.db, secret, GOOD)
    token = people.make_token(workspace, "CI").token
    rows = str(workspace.db.rows("SELECT * FROM credential")) + str(
        workspace.db.rows("SELECT * FROM audit_event")
    )
    assert not [text for text in (secret, session, token, GOOD) if text in rows]


def test_sessions_end_with_a_sign_out_a_reset_and_a_removal(workspace: Workspace) -> None:
    for ends in (people.sign_out, people.reset, people.remove):
        name = f"Ana {ends.__name__}"
        session = signing.join(workspace.db, invited(workspace, name), GOOD)
        assert signing.visitor_of_session(workspace.db, session)
        ends(workspace, name)
        assert signing.visitor_of_session(workspace.db, session) is None


def test_a_session_and_a_token_run_out(workspace: Workspace) -> None:
    session = signing.issue(workspace.db, "session", hours=-1, person_id="person_x")
    token = signing.issue(
        workspace.db, "token", hours=-1, label="CI", project_id=workspace.project.id, role=Role.ADMIN
    )
    assert signing.visitor_of_session(workspace.db, session) is None
    assert signing.visitor_of_token(workspace.db, token) is None


def test_a_token_is_no_more_than_who_made_it_may_do_by_now(workspace: Workspace) -> None:
    people.invite(workspace, "Ada", Role.ADMIN)
    ada = signing.as_visitor(workspace.db, signing.find_person(workspace.db, "Ada"))
    place = signing.enter(workspace.db, workspace.project, ada, here=False)
    tokens = {role: people.make_token(place, role, role).token for role in (Role.ADMIN, Role.EXPERT)}
    server = people.make_token(workspace, "server", Role.ADMIN).token

    def living() -> list[Role]:
        return [role for role, token in tokens.items() if signing.visitor_of_token(workspace.db, token)]

    assert living() == [Role.ADMIN, Role.EXPERT]
    people.rename(workspace, "Ada", "Ada Lo")
    assert living() == [Role.ADMIN, Role.EXPERT]
    people.set_role(workspace, "Ada Lo", "lead")
    assert living() == [Role.EXPERT]
    people.remove(workspace, "Ada Lo")
    assert living() == []
    assert signing.visitor_of_token(workspace.db, server), "made at the server, by nobody who signs in"


def test_a_token_is_no_session_and_a_session_no_token(workspace: Workspace) -> None:
    session = signing.join(workspace.db, invited(workspace), GOOD)
    token = people.make_token(workspace, "CI", Role.MANAGER).token
    assert signing.visitor_of_token(workspace.db, session) is None
    assert signing.visitor_of_session(workspace.db, token) is None
    found = signing.visitor_of_token(workspace.db, token)
    assert found is not None
    assert found.roles == {workspace.project.id: Role.MANAGER}
    people.end_token(workspace, "CI")
    assert signing.visitor_of_token(workspace.db, token) is None


def test_nobody_gives_more_than_they_have(workspace: Workspace) -> None:
    lead = signing.enter(
        workspace.db,
        workspace.project,
        Visitor(name="Lea", roles={workspace.project.id: Role.LEAD}),
        here=False,
    )
    assert people.invite(lead, "Ana", Role.EXPERT)
    for role in (Role.ENGINEER, Role.ADMIN):
        with pytest.raises(NotAllowed, match="cannot make somebody"):
            people.invite(lead, "Eve", role)
    with pytest.raises(NotAllowed, match="concerns other projects"):
        people.invite(lead, "Eve", Role.EXPERT, everywhere=True)


def test_an_invitation_of_somebody_known_cannot_take_their_account_over(workspace: Workspace) -> None:
    signing.join(workspace.db, invited(workspace), GOOD)
    assert people.invite(workspace, "ana", Role.LEAD).expires_at is None
    assert signing.sign_in(workspace.db, "Ana", GOOD)


def test_the_last_admin_stays(workspace: Workspace) -> None:
    people.invite(workspace, "Ada", Role.ADMIN, everywhere=True)
    far = signing.enter(
        workspace.db, workspace.project, Visitor(name="Ada", roles={EVERY_PROJECT: Role.ADMIN}), here=False
    )
    with pytest.raises(BadInput, match="last admin"):
        people.remove(far, "Ada")
    with pytest.raises(BadInput, match="last admin"):
        people.set_role(far, "Ada", "none", everywhere=True)


def test_somebody_whom_a_provider_vouches_for_takes_up_what_they_were_invited_to(
    workspace: Workspace,
) -> None:
    people.invite(workspace, "ana@example.org", Role.LEAD)
    person = signing.from_outside(workspace.db, "https://id.example 17", "ana@example.org")
    assert signing.as_visitor(workspace.db, person).role_in(workspace.project.id) is Role.LEAD
    again = signing.from_outside(workspace.db, "https://id.example 17", "other@example.org")
    assert again.person_id == person.person_id
    stranger = signing.from_outside(workspace.db, "https://id.example 18")
    assert not signing.as_visitor(workspace.db, stranger).roles


def test_a_provider_takes_no_account_over_by_its_name(workspace: Workspace) -> None:
    signing.join(workspace.db, invited(workspace, "ana@example.org"), GOOD)
    with pytest.raises(NotAllowed, match="signs in in another way"):
        signing.from_outside(workspace.db, "https://evil.example 1", "ana@example.org")


@given(st.text(max_size=30))
def test_a_name_has_one_key_however_it_is_written(name: str) -> None:
    assert name_key(name) == name_key(f"  {name} ") == name_key(name_key(name))


def test_a_renamed_person_keeps_their_grades(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give: Callable[..., Grade]
) -> None:
    [first] = add_outputs("first")
    give(first, "pass", annotator="Anna")
    people.rename(workspace, "anna", "Anna Berg")
    [grade] = grade_table.current(workspace.db, workspace.project.id)
    assert grade.annotator == "Anna Berg"
    give(first, "fail", annotator="Anna Berg")
    assert [grade.value for grade in grade_table.current(workspace.db, workspace.project.id)] == ["fail"]
    with pytest.raises(BadInput):  # her old name is nobody else's
        signing.add_person(workspace.db, "anna")
    assert signing.known_as(workspace.db, workspace.project, "ANNA") == "Anna Berg"


def test_two_names_become_one_person(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give: Callable[..., Grade]
) -> None:
    first, second = add_outputs("first", "second")
    give(first, "pass", annotator="Anna")
    give(second, "fail", annotator="A. Berg")
    people.merge(workspace, "A. Berg", "Anna")
    assert {grade.annotator for grade in grade_table.current(workspace.db, workspace.project.id)} == {"Anna"}
    people.remove(workspace, "Anna")
    [who] = {grade.annotator for grade in grade_table.current(workspace.db, workspace.project.id)}
    assert who.startswith("person ")
    with pytest.raises(LabelcoreError):
        signing.find_person(workspace.db, "Anna")


def test_anna_is_the_anna_who_graded_first(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give: Callable[..., Grade]
) -> None:
    [first] = add_outputs("first")
    give(first, "pass", annotator="Anna")
    assert signing.known_as(workspace.db, workspace.project, " ANNA") == "Anna"
    assert signing.known_as(workspace.db, workspace.project, "ben") == "ben"


def test_imported_grades_of_one_person_are_of_one_name(workspace: Workspace, tmp_path: Path) -> None:
    signing.add_person(workspace.db, "Ben")
    file = tmp_path / "grades.csv"
    mapping = importing.Mapping(output="answer", grade="grade", annotator="annotator")
    rows = ["a1,pass,Anna", "a2,fail,anna", "a3,pass,ＡＮＮＡ", "a4,pass,BEN", "a5,pass,Cleo"]
    file.write_text("answer,grade,annotator\n" + "\n".join(rows), "utf-8")
    importing.import_file(workspace, str(file), mapping)
    file.write_text("answer,grade,annotator\na6,fail, ANNA \na1,pass,aNNa\n")
    importing.import_file(workspace, str(file), mapping)
    names = [grade.annotator for grade in grade_table.current(workspace.db, workspace.project.id)]
    assert sorted(names) == ["Anna"] * 4 + ["Ben", "Cleo"]


def test_what_is_taken_back_gives_nobody_a_role(workspace: Workspace) -> None:
    ana = signing.add_person(workspace.db, "Ana")
    admin = Membership(project_id=EVERY_PROJECT, person_id=ana.person_id, role=Role.ADMIN)

    def fail() -> None:
        with workspace.db.transaction():
            people_table.save(workspace.db, admin)
            assert signing.as_visitor(workspace.db, ana).role_in("any") is Role.ADMIN
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert signing.as_visitor(workspace.db, ana).role_in("any") is None


def test_an_assignment_goes_on_under_a_new_name_and_ends_with_who_is_removed(
    workspace: Workspace, add_outputs: Callable[..., list[Output]]
) -> None:
    add_outputs("first", "second")
    signing.add_person(workspace.db, "Ana")
    grading.assign(workspace, "ana", part=grading.AssignedPart(quota=1))
    people.rename(workspace, "Ana", "Anna Berg")
    queue = grading.grading_queue(workspace.by("Anna Berg"))
    assert (queue.total, queue.assigned) == (1, True)
    people.remove(workspace, "Anna Berg")
    after = grading.assignments(workspace)
    assert (after.assignments, after.people) == ((), ())
    assert grading.grading_queue(workspace.by("Ben")).total == 2
