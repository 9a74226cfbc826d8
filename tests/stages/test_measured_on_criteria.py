"""What counts where people graded criteria: one answer in figures, splits, probes, cards and counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from labelcore.models import Criterion, Output, now
from labelcore.stages import aligning, grading, judging, projects
from labelcore.stages.aligning.evidence import truth_of
from labelcore.stages.aligning.side_by_side import judge_table
from labelcore.stages.deriving import editing
from labelcore.stages.grading.settling import rule
from labelcore.stages.judging.proposing import proposals
from labelcore.stages.judging.testing import probe_cases
from labelcore.stages.reporting.card import make_card
from labelcore.stages.reporting.digest import digest
from labelcore.store import grade_counts
from labelcore.workspace import Workspace
from tests.stages.lengths import graded_on_length, is_long, planting
from tests.stages.measured import accepted

pytestmark = pytest.mark.usefixtures("no_embeddings")


def say(workspace: Workspace, outputs: list[Output], criterion: Criterion | None = None) -> None:
    for output in outputs:
        value = "fail" if is_long(output) else "pass"
        grading.grade(workspace.by("ann"), output.id, value, criterion=criterion)


def test_what_was_ruled_failed_on_the_criterion_is_no_source_of_probes(workspace: Workspace) -> None:
    brief, made = graded_on_length(workspace, 8)
    good = [output.id for output in made if not is_long(output)]
    rule(workspace.by("lea"), good[0], "fail", reason="Too long all the same.", criterion=brief)
    assert probe_cases._passed(workspace, [brief.id])[brief.id] == set(good[1:])
    grading.grade(workspace.by("ann"), good[0], "pass")
    assert good[0] not in probe_cases._passed(workspace, [brief.id])[brief.id]


def test_what_was_ruled_unclear_as_a_whole_is_neither_passed_nor_failed(workspace: Workspace) -> None:
    _, made = graded_on_length(workspace, 8)
    long = next(output for output in made if is_long(output))
    grading.grade(workspace.by("ann"), long.id, "fail")
    rule(workspace.by("lea"), long.id, "unclear", reason="Nobody knows.")
    labels = grading.human_labels(workspace)
    assert long.id in labels.conflicts and long.id in labels.graded
    assert long.id not in {*labels.failed, *labels.passed}
    sizes = grading.split_report(workspace).sizes
    assert [sum(getattr(size, name) for size in sizes) for name in ("graded", "passes", "fails")] == [7, 6, 1]


def test_grades_that_no_shown_judge_is_measured_on_are_no_other_look(workspace: Workspace) -> None:
    _, made = graded_on_length(workspace, 150)
    proposals.propose(workspace, proposals.OFFLINE)
    judging.run_judges(workspace)
    ann = workspace.by("ann")
    first = aligning.align(ann, split="test")
    polite = accepted(workspace, "Polite", "It is polite.", id="c2")
    say(workspace, made, polite)
    again = aligning.align(ann, split="test")
    assert again.judges == first.judges and grading.looks_at_test(workspace) == 1


def test_what_judges_are_measured_on_is_one_for_all_splits(workspace: Workspace) -> None:
    brief, made = graded_on_length(workspace, 12)
    more = planting(workspace)(100, 60, 0)
    say(workspace, more)
    proposals.propose(workspace, proposals.OFFLINE)
    judging.run_judges(workspace)
    labels = grading.human_labels(workspace)
    assert labels.measured == {brief.id} and labels.only([made[0].id]).measured == {brief.id}
    for split in ("train", "dev"):
        report = aligning.align(workspace, split=split)
        assert {judge.against for judge in report.judges if judge.criterion == "Brief"} == {"Brief"}
    judge = next(judge for judge in aligning.align(workspace).judges if judge.criterion == "Brief")
    assert make_card(workspace, judge.judge).labels.n == 12


def test_one_grade_of_a_whole_takes_no_judge_from_the_grades_of_its_criterion(workspace: Workspace) -> None:
    brief, made = graded_on_length(workspace, 8)
    more = planting(workspace)(100, 12, 0)
    proposals.propose(workspace, proposals.OFFLINE)
    judging.run_judges(workspace)
    say(workspace, more[:1])
    assert {judge.counts.n for judge in aligning.align(workspace).judges} == {8}
    assert {row.against.code for row in judge_table(workspace).rows} == {"against_criterion"}
    say(workspace, more[1:9])  # nine wholes are more than the criterion's eight
    truth = truth_of(brief, grading.human_labels(workspace))
    assert truth.against.code == "against_evidence" and truth.fails.keys() >= {output.id for output in made}


def test_grades_under_an_earlier_meaning_count_nowhere(workspace: Workspace) -> None:
    brief, made = graded_on_length(workspace, 12)
    editing.edit(workspace, brief.id, statement="It says no more than it must.")
    counts = projects.overview(workspace)
    assert counts.graded == aligning.align(workspace).n_grades == 0
    assert (counts.only_on_criteria, counts.left) == (0, 12)
    say(workspace, made[:3], editing.list_criteria(workspace)[0])
    counts = projects.overview(workspace)
    assert counts.graded == aligning.align(workspace).n_grades == counts.only_on_criteria == 3


def test_grades_of_criteria_are_counted_for_who_gave_them(workspace: Workspace) -> None:
    place = workspace.db, workspace.project.id
    made = planting(workspace)(0, 8, 0)
    brief, polite = accepted(workspace, "Brief", "Short."), accepted(workspace, "Polite", "Polite.", id="c2")
    say(workspace, made, brief)
    for output in made:
        grading.grade(workspace.by("ann"), output.id, "pass", criterion=polite, note="kind")
    (tally,) = grade_counts.tallies(*place)
    assert (tally.graded, tally.passes, tally.fails, tally.notes) == (8, 6, 2, 8)
    found = digest(workspace)
    assert (found.graded, found.people, found.notes) == (8, (("ann", 8),), 8)
    days = grade_counts.recent_days(*place, now() - timedelta(days=1))
    assert [len(moments) for moments in days.values()] == [8]
    long = next(output for output in made if is_long(output))
    grading.grade(workspace.by("ann"), long.id, "pass")  # as a whole it is good enough
    (tally,) = grade_counts.tallies(*place)
    assert (tally.graded, tally.passes, tally.fails) == (8, 7, 1)
