"""Planned pairs: everybody meets everybody, nobody gets what they may not see, nothing waits for ever."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings, strategies as st

from labelcore.errors import BadInput
from labelcore.models import name_key
from labelcore.stages import grading, projects
from labelcore.workspace import Workspace
from tests.databases import empty_database
from tests.examples import examples
from tests.stages.test_assignment import ids, in_two_languages

FIVE = ("Ann", "Bo", "Cy", "Di", "Eve")


def in_pairs(workspace: Workspace, *people: str, reads: dict[str, str] | None = None) -> Workspace:
    for who in people:
        grading.assign(workspace, who)
        if language := (reads or {}).get(who):
            grading.describe_member(workspace, who, reads=(language,))
    return workspace.with_project(grading.set_rules(workspace, per_output=2, pairs=True))


def met(workspace: Workspace, *people: str) -> Counter[tuple[str, str]]:
    """On how many outputs two people are to meet."""
    parts = {who: set(ids(workspace, who)) for who in people}
    return Counter({pair: len(parts[pair[0]] & parts[pair[1]]) for pair in combinations(sorted(people), 2)})


def test_everybody_meets_everybody(workspace: Workspace) -> None:
    in_two_languages(workspace, 30)
    workspace = in_pairs(workspace, *FIVE)
    assert set(met(workspace, *FIVE).values()) == {3}
    found = grading.assignments(workspace)
    assert [(pair.planned, pair.may, pair.chance) for pair in found.pairs] == [(3, 30, 0.1)] * 10
    assert (found.alone, found.nobodys) == (0, 0)
    assert {load.total for load in found.people} == {12}


def test_people_meet_on_what_both_read_and_who_reads_it_alone_is_said(workspace: Workspace) -> None:
    made = in_two_languages(workspace, 30)
    workspace = in_pairs(workspace, "Ann", "Bo", "Li", reads={"Ann": "en", "Bo": "en", "Li": "zh"})
    assert met(workspace, "Ann", "Bo", "Li") == {("Ann", "Bo"): 20, ("Ann", "Li"): 0, ("Bo", "Li"): 0}
    assert ids(workspace, "Li") == made[::3]
    assert grading.assignments(workspace).alone == 10
    grading.describe_member(workspace, "Bo", reads=("en", "zh"))
    assert met(workspace, "Bo", "Li")["Bo", "Li"] == 10


def test_who_joins_meets_those_who_have_begun_and_what_is_begun_stays(workspace: Workspace) -> None:
    in_two_languages(workspace, 24)
    workspace = in_pairs(workspace, "Ann", "Bo", "Cy")
    for who in ("Ann", "Bo"):
        for output_id in ids(workspace, who)[:6]:
            grading.grade(workspace.by(who), output_id, "fail")
    begun = {grade.output_id: grade.annotator for grade in grading.current_grades(workspace)}
    grading.assign(workspace, "Di")
    for output_id, who in begun.items():
        assert output_id in ids(workspace, who) or output_id in {
            grade.output_id for grade in grading.current_grades(workspace, who)
        }
    pairs = {(pair.one, pair.other): pair.planned for pair in grading.assignments(workspace).pairs}
    assert max(pairs.values()) - min(pairs.values()) <= 1
    assert sum(pairs.values()) == 24


def test_who_leaves_leaves_their_pairs_to_others(workspace: Workspace) -> None:
    made = in_two_languages(workspace, 12)
    workspace = in_pairs(workspace, "Ann", "Bo", "Cy")
    grading.unassign(workspace, "Bo")
    assert ids(workspace, "Ann") == ids(workspace, "Cy") == made


def test_who_left_and_takes_a_grade_back_is_not_asked_for_it_again(workspace: Workspace) -> None:
    (made,) = in_two_languages(workspace, 1)
    workspace = in_pairs(workspace, "Ann", "Bo", "Cy")
    ann = next(who for who in ("Ann", "Bo", "Cy") if ids(workspace, who))
    given = grading.grade(workspace.by(ann), made, "pass")
    grading.unassign(workspace, ann)
    others = [who for who in ("Ann", "Bo", "Cy") if who != ann]
    assert sum(map(len, (ids(workspace, who) for who in others))) == 1
    grading.undo(workspace.by(ann), given.id)
    assert not ids(workspace, ann) and all(ids(workspace, who) == [made] for who in others)


def test_what_somebody_skips_for_good_is_planned_for_another(workspace: Workspace) -> None:
    made = in_two_languages(workspace, 1)
    workspace = in_pairs(workspace, "Ann", "Bo", "Cy")
    first = [who for who in ("Ann", "Bo", "Cy") if ids(workspace, who)]
    for _ in range(2):
        grading.grade(workspace.by(first[0]), made[0], "skipped")
    assert [who for who in ("Ann", "Bo", "Cy") if ids(workspace, who)] == sorted(
        {"Ann", "Bo", "Cy"} - {first[0]}
    )


def test_pairs_need_two_people_on_each_output_and_two_to_whom_something_is_assigned(
    workspace: Workspace,
) -> None:
    in_two_languages(workspace, 3)
    with pytest.raises(BadInput, match="fewer than two"):
        grading.set_rules(workspace, per_output=2, pairs=True)
    workspace = in_pairs(workspace, "Ann", "Bo")
    with pytest.raises(BadInput, match="2 people grade each output"):
        grading.set_rules(workspace, per_output=3)
    workspace = workspace.with_project(grading.set_rules(workspace, per_output=3, pairs=False))
    assert len(ids(workspace, "Ann")) == 3


@pytest.mark.slow
@settings(max_examples=examples(40), deadline=None)
@given(data=st.data())
def test_over_random_teams_pairs_are_even_and_nobody_waits_for_ever(data: st.DataObject) -> None:
    people = FIVE[: data.draw(st.integers(2, 5))]
    reads = {who: data.draw(st.sampled_from(["", "", "en", "zh"])) for who in people}
    n = data.draw(st.integers(1, 24))
    with empty_database() as db:
        workspace = Workspace(db, projects.open_project(db, "p"))
        made = in_two_languages(workspace, n)
        workspace = in_pairs(workspace, *people, reads=reads)
        language = {output_id: "en" if at % 3 else "zh" for at, output_id in enumerate(made)}
        able = {key: [who for who in people if reads[who] in {"", language[key]}] for key in made}
        parts = {who: set(ids(workspace, who)) for who in people}
        holders = {key: sorted(who for who in people if key in parts[who]) for key in made}
        for key in made:
            assert len(holders[key]) == min(2, len(able[key]))
            assert set(holders[key]) <= set(able[key])
        counts = Counter((pair[0], pair[1]) for pair in holders.values() if len(pair) == 2)
        for key, pair in holders.items():  # no output could go to a pair that meets two times less
            others = combinations(sorted(able[key]), 2) if len(pair) == 2 else ()
            assert all(counts[pair[0], pair[1]] - counts[other] <= 1 for other in others)
        acts = data.draw(st.lists(st.tuples(st.sampled_from(people), st.sampled_from(["pass", "skipped"]))))
        for who, value in acts:
            if coming := ids(workspace, who):
                grading.grade(workspace.by(who), coming[0], value)
        while any(waiting := [ids(workspace, who) for who in people]):
            for who, outputs in zip(people, waiting, strict=True):
                for output_id in outputs:
                    assert who in able[output_id]
                    grading.grade(workspace.by(who), output_id, "fail")
        done = Counter(
            grade.output_id for grade in grading.current_grades(workspace) if grade.value != "skipped"
        )
        resting = {
            (skip.output_id, name_key(skip.annotator)) for skip in grading.skips(workspace) if skip.rests
        }
        for key in made:
            left = [who for who in able[key] if (key, name_key(who)) not in resting]
            assert done[key] == min(2, len(left))
