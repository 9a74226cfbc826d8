"""Assignment: people get what is theirs, shares add up, and no grade decides who gets what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from unittest.mock import Mock

import pytest
from hypothesis import given, settings, strategies as st

from labelcore.errors import BadInput, NotAllowed, NotFound
from labelcore.messages.lines.assigning import assignment_words, nobodys_words, which_words
from labelcore.models import Grade, Output, Role, now
from labelcore.stages import grading, people, projects, sampling
from labelcore.stages.grading import AssignedPart
from labelcore.store import assignments, outputs as output_table
from labelcore.text.reading import language_of
from labelcore.workspace import Workspace
from tests.databases import empty_database
from tests.examples import examples

Add = Callable[..., list[Output]]
PEOPLE = ("Ann", "Bo", "Cy")


def ids(workspace: Workspace, who: str, ahead: int = 100) -> list[str]:
    return [item.output.id for item in grading.grading_queue(workspace.by(who), ahead=ahead).items]


def in_two_languages(workspace: Workspace, n: int) -> list[str]:
    """So many outputs, every third one Chinese."""
    texts = ["这是一份中文合同，其中没有任何问题。" if at % 3 == 0 else "This is a text." for at in range(n)]
    made = [
        Output(
            id=f"o{at}",
            project_id=workspace.project.id,
            text=f"{text} {at}",
            metadata={"task": "contract" if at % 2 else "mail"},
        )
        for at, text in enumerate(texts)
    ]
    output_table.add(workspace.db, made)
    return [output.id for output in made]


def test_whoever_is_to_grade_is_listed_and_whoever_was_removed_is_not(workspace: Workspace) -> None:
    made = in_two_languages(workspace, 6)
    admin = workspace.by("Lena")
    for name in ("Ann", "Bo"):
        people.invite(admin, name, Role.EXPERT)
        grading.assign(admin, name, part=AssignedPart(where=("task=mail",)))
    people.invite(admin, "Cy", Role.EXPERT)
    assert [load.name for load in grading.assignments(admin).people] == ["Ann", "Bo", "Cy"]
    people.remove(admin, "Bo")
    found = grading.assignments(admin)
    assert [load.name for load in found.people] == ["Ann", "Cy"]
    assert [row.person for row in found.assignments] == ["Ann"]
    assert (found.nobodys, found.nobodys_left) == (3, 3)
    grading.grade(workspace.by("Ann"), made[1], "pass")
    assert grading.assignments(admin).nobodys_left == 2
    assert "2 outputs that lack grades" in nobodys_words(grading.assignments(admin))


def test_a_part_that_is_a_language_has_one_bar(workspace: Workspace) -> None:
    project = workspace.project.id
    made = [
        Output(id=f"o{at}", project_id=project, text=f"{at}", metadata={"language": tongue, "task": task})
        for at, (tongue, task) in enumerate([("en", "mail"), ("en", "note"), ("zh", "mail")])
    ]
    output_table.add(workspace.db, made)
    grading.assign(workspace, "Ann", part=AssignedPart(where=("language=zh",)))
    assert [which_words(row) for row in grading.completion(workspace)] == [
        "Everything to grade",
        "English",
        "Chinese",
    ]
    grading.assign(workspace, "Ann", part=AssignedPart(where=("task=mail",)))
    assert [which_words(row) for row in grading.completion(workspace)][3:] == ["task = mail"]
    assert assignment_words(grading.assignments(workspace).assignments[0]) == "Ann: Chinese; any of them"


def test_only_what_is_to_be_graded_is_looked_at_for_its_language_and_once(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_two_languages(workspace, 12)
    sampling.draw_sample(workspace, rule="random", n=4)
    look = Mock(side_effect=language_of)
    monkeypatch.setattr(assignments, "language_of", look)
    for _ in range(2):
        assert sum(row.outputs for row in grading.completion(workspace) if row.language) in {0, 4}
        assert look.call_count == 4


def test_who_is_assigned_outputs_gets_these_and_others_none(workspace: Workspace) -> None:
    made = in_two_languages(workspace, 12)
    grading.assign(workspace, "Ann", part=AssignedPart(where=("task=contract",), a_day=3))
    assert ids(workspace, "ann") == made[1::2]
    queue = grading.grading_queue(workspace.by("ann"))
    assert (queue.total, queue.left, queue.a_day, queue.assigned) == (6, 6, 3, True)
    waiting = grading.grading_queue(workspace.by("bo")).waiting
    assert waiting
    assert waiting.kind == "unassigned"
    found = grading.assignments(workspace)
    assert (found.outputs, found.nobodys) == (12, 6)
    grading.unassign(workspace, "ann")
    assert ids(workspace, "bo") == made
    with pytest.raises(NotFound):
        grading.unassign(workspace, "ann")


def test_people_get_only_what_they_read(workspace: Workspace) -> None:
    made = in_two_languages(workspace, 12)
    grading.describe_member(workspace, "Li", reads=("zh-CN",))
    assert ids(workspace, "li") == made[::3]
    assert ids(workspace, "ann") == made
    grading.assign(workspace, "Li", part=AssignedPart(share=50))
    grading.assign(workspace, "Ann", part=AssignedPart(share=50))
    li, ann = ids(workspace, "Li"), ids(workspace, "Ann")
    assert set(li) <= set(made[::3])
    assert len(li) == 2
    assert sorted(li + ann) == sorted(made)


def test_whoever_knows_a_subject_gets_its_outputs(workspace: Workspace) -> None:
    made = in_two_languages(workspace, 6)
    grading.describe_member(workspace, "Cy", knows=("Contracts",))
    grading.assign(workspace, part=AssignedPart(knows="contracts", where=("task=contract",)))
    assert ids(workspace, "cy") == made[1::2]
    with pytest.raises(BadInput):
        grading.assign(workspace, "ann", part=AssignedPart(knows="contracts"))
    with pytest.raises(BadInput, match="has a field 'nothing'"):
        grading.assign(workspace, "ann", part=AssignedPart(where=("nothing=1",)))
    with pytest.raises(NotAllowed):
        grading.assign(Workspace(workspace.db, workspace.project, "x", role=Role.EXPERT), "x")


def test_a_quota_ends_a_persons_work(workspace: Workspace) -> None:
    made = in_two_languages(workspace, 6)
    grading.assign(workspace, "ann", part=AssignedPart(quota=2))
    assert ids(workspace, "ann") == made[:2]
    for output_id in made[:2]:
        grading.grade(workspace.by("ann"), output_id, "pass")
    waiting = grading.grading_queue(workspace.by("ann")).waiting
    assert waiting == grading.Wait(kind="quota", n=2)


def test_who_will_be_late_is_said(workspace: Workspace) -> None:
    made = in_two_languages(workspace, 30)
    day = (now() + timedelta(days=2)).date()
    workspace = workspace.with_project(grading.set_rules(workspace, deadline=str(day)))
    for who in ("ann", "bo", "cy"):
        grading.assign(workspace, who, part=AssignedPart(share=1))
    for output_id in ids(workspace, "ann")[:5]:
        grading.grade(workspace.by("ann"), output_id, "pass")
    grading.grade(workspace.by("bo"), ids(workspace, "bo")[0], "pass")
    loads = {load.name: load for load in grading.assignments(workspace).people}
    assert {who: (load.left, load.today, load.late) for who, load in loads.items()} == {
        "ann": (5, 5, False),
        "bo": (9, 1, True),
        "cy": (10, 0, False),
    }
    assert loads["cy"].a_day == 4
    rows = {row.language: row for row in grading.completion(workspace)}
    assert (rows[None].outputs, rows[None].nobody, rows[None].one) == (len(made), 24, 6)
    assert rows["zh"].outputs + rows["en"].outputs == len(made)


def test_what_somebody_with_a_share_skips_comes_back_to_them_and_then_goes_to_others(
    workspace: Workspace,
) -> None:
    made = in_two_languages(workspace, 6)
    for who in ("Ann", "Bo"):
        grading.assign(workspace, who, part=AssignedPart(share=50))
    ann, bo = ids(workspace, "Ann"), ids(workspace, "Bo")
    for _ in range(2):
        assert made[0] in (ids(workspace, "Ann") if made[0] in ann else ids(workspace, "Bo"))
        first, other, theirs = ("Ann", "Bo", bo) if made[0] in ann else ("Bo", "Ann", ann)
        assert ids(workspace, other) == theirs
        grading.grade(workspace.by(first), made[0], "skipped")
    assert ids(workspace, other) == sorted([*theirs, made[0]])
    grading.look_again(workspace.by(first))
    assert ids(workspace, first)[-1] == made[0]
    assert ids(workspace, other) == theirs


@pytest.mark.parametrize("rules", [{}, {"per_output": 2, "pairs": True}])
def test_the_lead_gives_what_was_skipped_to_others_at_once(
    workspace: Workspace, rules: dict[str, int]
) -> None:
    (made,) = in_two_languages(workspace, 1)
    for who in PEOPLE:
        grading.assign(workspace, who, part=AssignedPart(share=1))
    workspace = workspace.with_project(grading.set_rules(workspace, **rules))
    theirs = [who for who in PEOPLE if ids(workspace, who)]
    grading.grade(workspace.by(theirs[0]), made, "skipped", note="no Dutch")
    assert grading.release(workspace, theirs[0]).n == len(theirs[2:])
    assert [who for who in PEOPLE if ids(workspace, who)] == theirs
    assert grading.release(workspace, theirs[0], skipped=True).people == (theirs[0],)
    [skip] = grading.skips(workspace)
    assert (skip.annotator, skip.why, skip.rests) == (theirs[0], "no Dutch", True)
    others = [who for who in PEOPLE if who != theirs[0] and ids(workspace, who)]
    assert len(others) == rules.get("per_output", 1)


def test_grades_from_a_file_are_no_work_of_today(workspace: Workspace) -> None:
    made = in_two_languages(workspace, 4)
    imported = Grade(
        id="g1",
        project_id=workspace.project.id,
        output_id=made[0],
        annotator="ann",
        value="pass",
        source="import",
    )
    grading.record(workspace, [imported])
    [load] = grading.assignments(workspace).people
    assert (load.name, load.done, load.today, load.ready_on) == ("ann", 1, 0, None)
    grading.grade(workspace.by("ann"), made[1], "pass")
    [load] = grading.assignments(workspace).people
    assert (load.done, load.today) == (2, 1)


@pytest.mark.slow
@settings(max_examples=examples(40))
@given(
    shares=st.lists(st.integers(1, 9), min_size=3, max_size=3),
    most=st.sampled_from([None, 1, 2]),
    reads=st.lists(st.sampled_from(["", "zh", "en"]), min_size=3, max_size=3),
    acts=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["pass", "fail", "skipped"])), max_size=30),
)
def test_shares_add_up_whatever_is_graded_and_nobody_gets_what_they_cannot_read(
    shares: list[int], most: int | None, reads: list[str], acts: list[tuple[int, str]]
) -> None:
    with empty_database() as db:
        workspace = Workspace(db, projects.open_project(db, "p"))
        made = in_two_languages(workspace, 18)
        workspace = workspace.with_project(grading.set_rules(workspace, per_output=most))
        for who, share, language in zip(PEOPLE, shares, reads, strict=True):
            grading.assign(workspace, who, part=AssignedPart(share=share))
            if language:
                grading.describe_member(workspace, who, reads=(language,))
        before = {who: ids(workspace, who) for who in PEOPLE}
        able = {
            language: [who for who, known in zip(PEOPLE, reads, strict=True) if known in {"", language}]
            for language in ("zh", "en")
        }
        counts = Counter(output_id for given_ in before.values() for output_id in given_)
        for at, output_id in enumerate(made):
            assert counts[output_id] == min(most or 1, len(able["en" if at % 3 else "zh"]))
        if not any(reads) and most != 2:  # close to the exact share
            exact = [18 * share / sum(shares) for share in shares]
            assert all(abs(len(before[who]) - n) <= 1.5 for who, n in zip(PEOPLE, exact, strict=True))
        for person, value in acts:  # what is graded, and how, changes nobody's part
            if found := ids(workspace, PEOPLE[person]):
                grading.grade(workspace.by(PEOPLE[person]), found[0], value)
        skips = [(skip.output_id, skip.annotator) for skip in grading.skips(workspace) if skip.rests]
        rested = {output_id for output_id, _ in skips}
        state = {who: set(before[who]) for who in PEOPLE}
        for grade in grading.current_grades(workspace):
            assert grade.output_id in state[grade.annotator] | rested
        for who in PEOPLE:
            graded = {g.output_id for g in grading.current_grades(workspace, who) if g.value != "skipped"}
            resting = {
                skip.output_id for skip in grading.skips(workspace) if skip.annotator == who and skip.rests
            }
            assert set(ids(workspace, who)) - rested == state[who] - graded - rested
            assert not set(ids(workspace, who)) & resting
        for output_id in rested:  # offered to as many as before, as far as somebody can read it
            done = [g for g in grading.current_grades(workspace) if g.output_id == output_id]
            who_did = {g.annotator for g in done if g.value != "skipped"}
            offered = {who for who in PEOPLE if output_id in ids(workspace, who)}
            at = made.index(output_id)
            left = [who for who in able["en" if at % 3 else "zh"] if (output_id, who) not in skips]
            assert len(who_did | offered) == min(most or 1, len(left))
