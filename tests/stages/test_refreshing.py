"""Judges that were made before the glossary or their criterion changed are stale, and say why."""

from __future__ import annotations

import pytest

from labelcore.dispatch import Request, execute
from labelcore.errors import BadInput
from labelcore.judges.identity import version_id
from labelcore.judges.judge_prompt import AskingOptions, make_spec
from labelcore.models import Criterion, JudgeVersion
from labelcore.stages import judging, projects
from labelcore.stages.deriving import editing, glossary
from labelcore.store import judges as judge_table
from labelcore.workspace import Workspace


def add(workspace: Workspace, kind: str, spec: dict[str, object], name: str) -> JudgeVersion:
    version = JudgeVersion.model_validate(
        {
            "id": version_id(workspace.project.id, "c1", kind, spec),
            "judge_id": f"judge_{name}",
            "project_id": workspace.project.id,
            "name": name,
            "kind": kind,
            "version": 1,
            "criterion_id": "c1",
            "criterion_version": 1,
            "spec": spec,
            "description": "Asks m: No filler.",
        }
    )
    judge_table.save(workspace.db, [version])
    return version


@pytest.fixture
def asked(workspace: Workspace, criterion: Criterion) -> JudgeVersion:
    glossary.set_term(workspace.by("ann"), "杭分", "杭州分公司", scope={"city": "杭州"})
    terms = glossary.terms(projects.open_project(workspace.db, workspace.project.name))
    spec = make_spec(criterion.model_copy(update={"pass_examples": ("good",)}), AskingOptions("m"), terms)
    return add(workspace, "llm", spec, "asked")


@pytest.fixture
def fitted(workspace: Workspace, criterion: Criterion) -> JudgeVersion:
    return add(workspace, "code", {"detector": "words", "side": "above", "threshold": 60}, "fitted")


def because(workspace: Workspace) -> dict[str, tuple[str, ...]]:
    return {judge.name: judge.stale_because for judge in judging.list_judges(workspace)}


def test_a_changed_glossary_makes_llm_judges_stale_and_no_others(
    workspace: Workspace, asked: JudgeVersion, fitted: JudgeVersion
) -> None:
    assert because(workspace) == {"asked": (), "fitted": ()}
    glossary.set_term(workspace.by("ann"), "SLA", "service level agreement")
    assert because(workspace) == {"asked": ("the glossary changed (SLA)",), "fitted": ()}
    glossary.set_term(workspace.by("ann"), "杭分", "杭州分公司", scope={"city": "宁波"})
    assert because(workspace)["asked"] == ("the glossary changed (SLA, 杭分)",)


def test_a_change_of_meaning_makes_judges_stale_until_it_is_taken_back(
    workspace: Workspace, asked: JudgeVersion, fitted: JudgeVersion
) -> None:
    editing.edit(workspace, "c1", statement="Without filler.", wording_only=True)
    assert because(workspace) == {"asked": (), "fitted": ()}
    editing.edit(workspace, "c1", statement="At most two sentences.")
    changed = ("the criterion changed its meaning",)
    assert because(workspace) == {"asked": changed, "fitted": changed}
    editing.edit(workspace, "c1", statement="No filler.")
    assert because(workspace) == {"asked": (), "fitted": ()}


def test_refreshing_gives_the_next_version_with_the_present_glossary_and_wording(
    workspace: Workspace, asked: JudgeVersion, fitted: JudgeVersion
) -> None:
    glossary.set_term(workspace.by("ann"), "SLA", "service level agreement")
    editing.edit(workspace, "c1", statement="At most two sentences.")
    (made,) = judging.refresh_judges(workspace.by("ann"))
    assert (made.judge_id, made.version, made.criterion_version) == ("judge_asked", 2, 2)
    assert made.id != asked.id
    assert made.id == version_id(workspace.project.id, "c1", "llm", made.spec)
    assert made.spec["statement"] == "At most two sentences."
    assert {term["term"] for term in made.spec["glossary"]} == {"SLA", "杭分"}
    assert (made.spec["pass_examples"], made.spec["model"]) == (["good"], "m")
    assert made.description == "Asks m: At most two sentences."
    assert because(workspace)["asked"] == ()
    assert [version.id for version in judge_table.history(workspace.db, "judge_asked")] == [asked.id, made.id]
    assert judging.refresh_judges(workspace) == []


def test_a_glossary_that_was_changed_back_gives_a_newer_version_all_the_same(
    workspace: Workspace, asked: JudgeVersion
) -> None:
    for _ in range(2):
        glossary.set_term(workspace.by("ann"), "SLA", "service level agreement")
        judging.refresh_judges(workspace)
        glossary.drop_term(workspace.by("ann"), "SLA")
        (made,) = judging.refresh_judges(workspace)
        assert judge_table.current(workspace.db, workspace.project.id)[0].id == made.id
        assert because(workspace)["asked"] == ()
    ids = [version.id for version in judge_table.history(workspace.db, "judge_asked")]
    assert len(ids) == len(set(ids)) == 5


def test_each_member_of_a_panel_is_made_anew(workspace: Workspace, criterion: Criterion) -> None:
    member = make_spec(criterion, AskingOptions("m"), [])
    add(
        workspace,
        "llm",
        {"panel": [member, member | {"model": "n"}], "names": ["a", "b"], "rule": "majority"},
        "panel",
    )
    glossary.set_term(workspace.by("ann"), "SLA", "service level agreement")
    (made,) = judging.refresh_judges(workspace, judge="panel")
    assert [member["glossary"] for member in made.spec["panel"]] == [{"SLA": "service level agreement"}] * 2
    assert [member["model"] for member in made.spec["panel"]] == ["m", "n"]


def test_what_cannot_be_refreshed_says_why(
    workspace: Workspace, asked: JudgeVersion, fitted: JudgeVersion
) -> None:
    add(workspace, "imported", {"column": "x"}, "other")
    for name, why in (("asked", "up to date"), ("fitted", "fitted to grades"), ("other", "imported")):
        with pytest.raises(BadInput, match=why):
            judging.refresh_judges(workspace, judge=name)
    glossary.set_term(workspace.by("ann"), "SLA", "service level agreement")
    listed = execute(workspace.db, Request(operation="judge list", project="test"))
    assert any("[stale: the glossary changed (SLA)]" in line for line in listed.lines)
    done = execute(workspace.db, Request(operation="judge refresh", project="test", author="ann"))
    assert [judge["version"] for judge in done.document["judges"]] == [2]
    assert done.lines[0] == "1 judge is made anew; run it."
