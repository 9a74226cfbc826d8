"""Each role's menu and Home, an unknown project, invitations, and what became of a person's notes."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.access import sessions
from labelcore.models import Grade, Role, Visitor
from labelcore.settings import settings
from labelcore.stages import grading, importing, judging, projects
from labelcore.stages.deriving import derivation
from labelcore.stages.reporting.effort import progress
from labelcore.store import judges as judge_table, verdicts as verdict_table
from labelcore.workspace import Workspace
from pages.widgets import keys, menu
from tests.pages.opening import ROOT, SECONDS, opened, press, shown


@pytest.fixture
def graded(place: Workspace, tmp_path: Path) -> Workspace:
    file = tmp_path / "outputs.csv"
    rows = (f"question {n},{'a very long reply ' * 60 if n % 2 else 'short'} {n}" for n in range(24))
    file.write_text("\n".join(["input,output", *rows]) + "\n", encoding="utf-8")
    importing.import_file(place, str(file))
    for n, item in enumerate(grading.grading_queue(place, ahead=24).items):
        output = item.output
        long = "very long" in output.text
        grade = Grade(
            id=f"grade-{n:04}",
            project_id=place.project.id,
            output_id=output.id,
            annotator="ann",
            value="fail" if long else "pass",
            note="far too long for a reply" if long else "",
        )
        grading.record(place, [grade])
    derivation.derive(place, offline=True, accept_all=True)
    judging.propose(place)
    judging.run_judges(place)
    counts = verdict_table.counts(place.db, place.project.id)
    known = [judge for judge in judge_table.current(place.db, place.project.id) if judge.criterion_id]
    exact = next(judge for judge in known if counts.get(judge.id, {}).get("fail") == 12)
    judge_table.save_choice(place.db, place.project.id, [exact.id], {}, {}, "ann")
    return place


def home(**given: str) -> AppTest:
    app = AppTest.from_file(ROOT / "pages" / "widgets" / "navigation.py", default_timeout=SECONDS)
    for key, value in given.items():
        app.query_params[f"labelcore-{key}"] = value
    return app.run()


def signs_in(place: Workspace, role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    """Vera, who is this and nothing else in the project."""
    monkeypatch.setenv("LABELCORE_SIGN_IN", "accounts")
    settings.cache_clear()
    visitor = Visitor(name="Vera", roles={place.project.id: role})
    monkeypatch.setattr(sessions, "visitor", lambda *_: visitor)


def test_an_expert_has_two_pages_a_manager_three_an_engineer_all() -> None:
    seen = {role: [menu.address(file) for file, _, _ in menu.menu_for(role)] for role in menu.ROLES}
    assert seen[Role.EXPERT] == ["grading", "progress"]
    assert sorted(seen[Role.MANAGER]) == ["home", "outputs", "results"]
    assert len(seen[Role.ENGINEER]) == len(menu.menu())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_home_says_to_each_role_what_is_next(place: Workspace, language: str) -> None:
    buttons = {
        role: [
            button.key
            for button in home(role=role, language=language).main.button
            if "Form" not in button.key
        ]
        for role in menu.ROLES
    }
    assert buttons[Role.ENGINEER] == ["next-step"]
    assert buttons[Role.MANAGER] == buttons[Role.EXPERT] == []  # nothing is imported: not theirs to do


def test_a_project_that_is_not_there_is_said_and_not_made(place: Workspace) -> None:
    app = home(project="shpo")
    assert "There is no project “shpo” here" in app.error[0].value.replace("\\", "")
    assert [project.name for project in projects.list_projects(place.db)] == ["shop"]


def test_an_invitation_keeps_project_person_and_role_and_leaves_the_language_to_the_receiver(
    place: Workspace,
) -> None:
    app = home(project="shop", language="zh")
    app.text_input(key=keys.INVITED).set_value("李 明").run()
    link = urlsplit(app.code[0].value)
    assert link.path == "/grading"
    assert parse_qs(link.query) == {keys.PROJECT: ["shop"], keys.ANNOTATOR: ["李 明"], keys.ROLE: ["expert"]}


def test_a_person_sees_what_became_of_the_notes(graded: Workspace) -> None:
    found = progress(graded)
    assert (found.graded, found.passes, found.fails, found.notes, found.left) == (24, 12, 12, 12, 0)
    assert found.team == (("ann", 24),)
    assert found.effort.effects[0].notes > 1
    assert "too long" in found.effort.effects[0].quote
    assert found.effort.effects[0].caught == 12
    stranger = progress(Workspace(graded.db, graded.project, "bo"))
    assert (stranger.graded, stranger.effort.effects) == (0, ())


def test_the_page_tells_it_in_both_languages(graded: Workspace) -> None:
    app = opened("3_progress.py")
    assert "Its judge now finds 12 outputs" in shown(app)
    app.selectbox(key=keys.LANGUAGE).set_value("zh").run()
    assert "它的评判器现在找出 12 条" in shown(app)


@pytest.mark.parametrize(
    ("role", "language", "words"),
    [
        (Role.EXPERT, "zh", "评前十五条"),
        (Role.MANAGER, "zh", "有人质疑时"),
        (Role.ENGINEER, "en", "What holds for every command"),
    ],
)
def test_help_is_the_docs_page_of_the_role(place: Workspace, role: Role, language: str, words: str) -> None:
    app = press(
        opened("3_progress.py", labelcore_role=role, labelcore_language=language),
        {"zh": "帮助", "en": "Help"}[language],
    )
    assert words in shown(app) and "](" not in shown(app)


def test_nobody_is_led_to_a_page_that_their_role_does_not_open() -> None:
    assert not menu.may_open_file(Role.EXPERT, "4_deriving.py")
    assert menu.may_open_file(Role.EXPERT, "3_progress.py")
    assert not menu.may_open_file(Role.LEAD, "4_deriving.py")
    assert menu.may_open_file(Role.LEAD, "1_outputs.py")
    assert menu.may_open_file(Role.ADMIN, "4_deriving.py")
    assert not menu.may_open_file(Role.ENGINEER, "3_team.py")  # a lead's: every part asks for that role
    assert menu.may_open_file(Role.ADMIN, "3_team.py")


@pytest.mark.parametrize("role", [Role.EXPERT, Role.MANAGER, Role.LEAD, Role.ENGINEER])
def test_every_page_of_a_role_opens_for_somebody_who_has_only_that_role(
    worked: Workspace, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    signs_in(worked, role, monkeypatch)
    for file, _, _ in menu.menu_for(role, role):
        app = opened(file.name)
        for tab in app.tabs:
            opened(file.name, **{f"{keys.TEAM}-en": tab.label})


@pytest.mark.parametrize("role", [Role.MANAGER, Role.LEAD, Role.ENGINEER])
def test_nobody_is_offered_what_their_role_may_not_do(
    worked: Workspace, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    signs_in(worked, role, monkeypatch)
    for file in ("0_home.py", "1_outputs.py"):
        for button in opened(file).main.button:
            assert "needs the role" not in shown(press(opened(file), button.label)), button.label


def test_a_lead_reads_on_home_what_is_next_for_others_of_the_team(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    signs_in(place, Role.LEAD, monkeypatch)
    app = opened("0_home.py")
    assert "Next for the team: Import" in shown(app)
    assert not [button for button in app.main.button if button.key == "next-step"]
