"""A project that was graded criterion by criterion, never as a whole: each step of the loop works on it, and
nothing is said of the whole that nobody said.
"""

from __future__ import annotations

import pytest

from labelcore.errors import BadInput
from labelcore.messages import sentence, sentences
from labelcore.stages import aligning, grading, judging, projects, selecting
from labelcore.stages.aligning.choosing_set import choose
from labelcore.stages.aligning.refereeing import race
from labelcore.stages.aligning.side_by_side import judge_table
from labelcore.stages.deriving import drift, editing
from labelcore.stages.grading import talking
from labelcore.stages.judging.proposing import proposals, retraining, teaching
from labelcore.stages.judging.proposing.subjects import note_of, subject_of, train_ids
from labelcore.stages.reporting.card import make_card
from labelcore.stages.reporting.failing import failures
from labelcore.stages.reporting.trust import trust
from labelcore.store import judges as judge_store
from labelcore.store.filters import GradeFilter
from labelcore.workspace import Workspace
from tests.stages.lengths import graded_on_length, is_long, planting
from tests.stages.measured import accepted

pytestmark = pytest.mark.usefixtures("no_embeddings")


def proposed_and_run(workspace: Workspace) -> None:
    proposals.propose(workspace, proposals.OFFLINE)
    judging.run_judges(workspace)


def test_the_loop_goes_from_grades_of_a_criterion_to_measured_judges(workspace: Workspace) -> None:
    brief, _ = graded_on_length(workspace, 60)
    counts = projects.overview(workspace)
    assert (counts.graded, counts.only_on_criteria, counts.annotators, counts.left) == (60, 60, 1, 60)
    assert sum(subject_of(brief, grading.fitting_labels(workspace)).fails.values()) == 15
    assert trust(workspace).action.kind == "propose"
    proposed_and_run(workspace)
    report = aligning.align(workspace)
    assert report.n_grades == report.basis.grades == 60
    assert report.judges and {judge.criterion for judge in report.judges} == {"Brief"}
    assert {(judge.against, judge.counts.human_fails, judge.tnr.n) for judge in report.judges} == {
        ("Brief", 15, 15)
    }
    table = judge_table(workspace)
    assert table.n == 60 and not table.choosable
    assert {row.against.code for row in table.rows} == {"against_criterion"}
    assert race(workspace, criterion=brief.id).n == 60
    labels = make_card(workspace, report.judges[0].judge).labels
    assert (labels.n, labels.fails, labels.annotators) == (60, 15, 1)


def test_nothing_of_the_whole_is_guessed_and_it_is_said_why(workspace: Workspace) -> None:
    graded_on_length(workspace, 60)
    proposed_and_run(workspace)
    report = aligning.align(workspace)
    assert report.pass_rate.human.value is None
    assert "outputs graded on criteria: 60" in str(report.pass_rate.human.why_not)
    told = sentences(report.warnings)
    assert any("60 are graded on criteria" in says for says in told)
    assert not any("grade some" in says or "choose" in says for says in told)
    answer = trust(workspace)
    assert "outputs graded on criteria: 60" in sentence(answer.headline)
    assert answer.action.kind == "grade" and "whole" in sentence(answer.enough)
    assert not answer.reasons and not answer.rests_on
    with pytest.raises(BadInput, match="grades of the whole"):
        choose(workspace)


def test_what_fails_most_counts_fails_on_a_criterion(workspace: Workspace) -> None:
    graded_on_length(workspace, 30)
    found = failures(workspace)
    assert (found.fails, found.unexplained) == (7, 0)
    assert [(row.criterion, row.outputs, row.share.value) for row in found.rows] == [("Brief", 7, 1.0)]


def test_grades_of_a_criterion_seal_the_test_and_stay_unseen_there(workspace: Workspace) -> None:
    brief, made = graded_on_length(workspace, 150)
    everything = grading.human_labels(workspace)
    assert grading.sealed_splits(workspace) == {"test"}
    visible = grading.fitting_labels(workspace)
    test = set(everything.graded) - set(visible.graded)
    dealt = {size.split: size for size in grading.split_report(workspace).sizes}
    assert len(test) == dealt["test"].graded > 0 and dealt["test"].fails >= 8
    assert not test & subject_of(brief, visible).fails.keys()
    assert not test & set(visible.failed)
    editing.edit(workspace, brief.id, statement="It says no more than it must.")
    stale = drift.ledger(workspace, brief.id).stale
    assert stale and not test & stale.keys()
    assert made


def test_a_look_at_the_test_of_criterion_grades_counts_and_can_be_read_again(workspace: Workspace) -> None:
    brief, made = graded_on_length(workspace, 150)
    proposed_and_run(workspace)
    ann = workspace.by("ann")
    first = aligning.align(ann, split="test")
    assert first.judges[0].against == "Brief" and first.judges[0].counts.n == first.n_grades
    aligning.align(ann, split="test")
    assert grading.looks_at_test(workspace) == 1
    seen = aligning.last_look(workspace)
    assert seen is not None and seen.report.judges == first.judges
    in_test = set(grading.human_labels(workspace).graded) - set(grading.fitting_labels(workspace).graded)
    changed = next(output for output in made if output.id in in_test)
    grading.grade(ann, changed.id, "pass" if is_long(changed) else "fail", criterion=brief)
    aligning.align(ann, split="test")
    assert grading.looks_at_test(workspace) == 2


def test_beside_grades_of_the_whole_those_of_a_criterion_count_for_it_alone(workspace: Workspace) -> None:
    brief, made = graded_on_length(workspace, 30)
    for output in made[:12]:
        grading.grade(workspace.by("ann"), output.id, "pass")
    labels = grading.human_labels(workspace)
    assert len(labels.value) == 12 and not labels.fails and len(labels.graded) == 30
    assert len(labels.failed) == 4  # what passed as a whole is not failed for a part
    assert subject_of(None, labels).fails == dict.fromkeys(labels.value, False)
    proposed_and_run(workspace)
    report = aligning.align(workspace)
    assert {(judge.criterion, judge.against, judge.counts.n) for judge in report.judges} == {
        ("Brief", "Brief", 30)
    }
    assert (report.pass_rate.human.value, report.pass_rate.human.n) == (1.0, 12)
    counts = projects.overview(workspace)
    assert (counts.graded, counts.passes, counts.only_on_criteria, counts.left) == (30, 12, 18, 18)
    assert brief.id in labels.on


def test_what_is_tied_as_a_whole_is_in_no_split_graded(workspace: Workspace) -> None:
    _, made = graded_on_length(workspace, 12)
    for who, value in (("bo", "pass"), ("cy", "fail")):
        grading.grade(workspace.by(who), made[0].id, value)
    sizes = grading.split_report(workspace).sizes
    assert sum(size.graded for size in sizes) == 11
    assert all(size.graded == size.passes + size.fails for size in sizes)


def test_grades_of_an_earlier_meaning_are_in_no_figure_of_the_present_one(workspace: Workspace) -> None:
    brief, made = graded_on_length(workspace, 8)
    grading.grade(workspace.by("bo"), made[0].id, "fail", criterion=brief)
    assert [row.state for row in grading.conflicts(workspace)] == ["open"]
    grading.rule(workspace.by("lena"), made[0].id, "fail", reason="r", criterion=brief)
    later = editing.edit(workspace, brief.id, statement="It says no more than it must.")
    grading.grade(workspace.by("cy"), made[0].id, "pass", criterion=later)
    grading.grade(workspace.by("di"), made[0].id, "fail", criterion=later)
    assert [(row.state, row.ruling, len(row.grades)) for row in grading.conflicts(workspace)] == [
        ("open", None, 2)
    ]
    assert grading.together(workspace).by_criterion["Brief"].n_annotators == 2
    graded = {row.annotator: (row.graded, row.fails) for row in grading.contributions(workspace)}
    assert graded == {"ann": (0, 0), "bo": (0, 0), "cy": (1, 0), "di": (1, 1)}
    assert projects.overview(workspace).graded == 1
    assert aligning.align(workspace).basis.grades == 2
    assert talking.mentioned(workspace, "@ann, look") == ("ann",)


def test_what_people_write_on_a_criterion_teaches_its_judges(workspace: Workspace) -> None:
    brief, made = graded_on_length(workspace, 60)
    proposed_and_run(workspace)
    judges = judge_store.current(workspace.db, workspace.project.id)
    assert not any(row.changed for row in retraining.freshness(workspace, judges))
    train = train_ids(workspace, [output.id for output in made])
    long = next(output for output in made if is_long(output) and output.id in train)
    grading.grade(workspace.by("bo"), long.id, "fail", note="twice as long as asked", criterion=brief)
    labels = grading.human_labels(workspace)
    assert labels.noted(brief.id).notes == labels.noted(None).notes == {long.id: ("twice as long as asked",)}
    assert not labels.notes and not labels.noted("another").notes
    assert any(row.changed for row in retraining.freshness(workspace, judges))
    behind = [row for judge in judges for row in aligning.behind(workspace, judge.id, "true_fail")]
    assert {row.notes for row in behind if row.output.id == long.id} == {("twice as long as asked",)}
    subject = subject_of(brief, labels)
    examples = teaching.teaching_examples(workspace, subject, labels.noted(brief.id).notes)
    assert [example.note for example in examples if example.verdict == "fail"] == ["twice as long as asked"]


def test_fails_of_an_earlier_meaning_account_for_nothing(workspace: Workspace) -> None:
    brief, _ = graded_on_length(workspace, 8)
    (other,) = planting(workspace)(9, 1, 0)
    grading.grade(workspace.by("ann"), other.id, "fail")
    of_brief = selecting.Filters(criterion="Brief")
    assert failures(workspace).rows[0].outputs == selecting.list_outputs(workspace, filters=of_brief).n == 2
    editing.edit(workspace, brief.id, statement="It says no more than it must.")
    found = failures(workspace)
    assert (found.fails, found.unexplained, found.rows) == (1, 1, ())
    assert selecting.list_outputs(workspace, filters=of_brief).n == 0


def test_outputs_are_found_by_what_people_say_of_a_criterion(workspace: Workspace) -> None:
    brief, made = graded_on_length(workspace, 6)
    (other,) = planting(workspace)(9, 1, 0)
    grading.grade(workspace.by("ann"), other.id, "unsure", criterion=brief)

    def found(grade: GradeFilter) -> set[str]:
        filters = selecting.Filters(criterion="Brief", criterion_grade=grade)
        return {row.output.id for row in selecting.list_outputs(workspace, filters=filters).rows}

    short = {output.id for output in made if not is_long(output)}
    assert (found("pass"), found("fail")) == (short, {output.id for output in made} - short)
    assert (found("unsure"), found("none")) == ({other.id}, set())
    with pytest.raises(BadInput, match="on which criterion"):
        selecting.list_outputs(workspace, filters=selecting.Filters(criterion_grade="pass"))
    editing.edit(workspace, brief.id, statement="It says no more than it must.")
    assert (found("pass"), found("unsure")) == (set(), set())
    assert found("none") == {other.id, *(output.id for output in made)}


def test_a_ruling_on_an_earlier_meaning_makes_no_conflict(workspace: Workspace) -> None:
    brief, made = graded_on_length(workspace, 8)
    lead = workspace.by("lena")
    grading.rule(lead, made[0].id, "fail", reason="r", criterion=brief)
    assert [row.state for row in grading.conflicts(workspace)] == ["settled"]
    later = editing.edit(workspace, brief.id, statement="It says no more than it must.")
    grading.grade(workspace.by("ann"), made[0].id, "pass", criterion=later)
    assert grading.conflicts(workspace) == []


def test_a_note_on_one_criterion_changes_no_judge_of_another(workspace: Workspace) -> None:
    brief, made = graded_on_length(workspace, 60)
    proposed_and_run(workspace)
    judges = judge_store.current(workspace.db, workspace.project.id)
    tone = accepted(workspace, "Tone", "It is kind.", id="c2")
    long = next(output for output in made if is_long(output))
    grading.grade(workspace.by("bo"), long.id, "fail", note="so rude", criterion=tone)
    assert judges and not any(row.changed for row in retraining.freshness(workspace, judges))
    proposed_and_run(workspace)
    judges = judge_store.current(workspace.db, workspace.project.id)
    assert not any(row.changed for row in retraining.freshness(workspace, judges))
    labels = grading.human_labels(workspace)
    assert [note_of(labels, long.id, key) for key in (brief.id, tone.id, None)] == ["", "so rude", "so rude"]
