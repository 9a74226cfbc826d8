"""Several people: nobody is handed what others hold, disagreements are settled and kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, strategies as st
from sklearn.metrics import cohen_kappa_score

from labelcore.errors import BadInput
from labelcore.messages import say, sentence, speaking
from labelcore.models import Decision, Grade, Output, Verdict, now
from labelcore.stages import grading, projects
from labelcore.stats.rate import good_turing
from labelcore.store import judges as judge_table, reservations, verdicts as verdict_table
from labelcore.workspace import Workspace
from tests.stages.measured import decides, tool

Add = Callable[..., list[Output]]


def give(workspace: Workspace, output: Output, who: str, value: str, **more: object) -> None:
    grading.record(
        workspace,
        [
            Grade(
                id=f"{who}-{output.id}-{more.get('source', '')}",
                project_id=workspace.project.id,
                output_id=output.id,
                annotator=who,
                value=value,
                **more,
            )
        ],
    )


def ids(queue: grading.Queue) -> list[str]:
    return [item.output.id for item in queue.items]


def test_without_a_target_everybody_gets_everything(workspace: Workspace, add_outputs: Add) -> None:
    made = add_outputs(*(f"text {i}" for i in range(5)))
    for who in ("ann", "ben"):
        assert ids(grading.grading_queue(workspace.by(who))) == [output.id for output in made]
    assert not reservations.held(workspace.db, workspace.project.id)


def test_people_are_handed_different_outputs_until_the_target_is_met(
    workspace: Workspace, add_outputs: Add
) -> None:
    made = add_outputs(*(f"text {i}" for i in range(6)))
    workspace = workspace.with_project(grading.set_rules(workspace, per_output=1))
    ann = ids(grading.grading_queue(workspace.by("ann"), ahead=4))
    ben = ids(grading.grading_queue(workspace.by("ben"), ahead=4))
    assert (len(ann), len(ben)) == (4, 2)
    assert not set(ann) & set(ben)
    assert ids(grading.grading_queue(workspace.by("ann"), ahead=4)) == ann
    give(workspace, made[0], "ann", "pass")
    assert made[0].id not in ids(grading.grading_queue(workspace.by("cho")))


def test_a_reservation_runs_out_and_frees_its_outputs(workspace: Workspace, add_outputs: Add) -> None:
    made = add_outputs("one", "two")
    workspace = workspace.with_project(grading.set_rules(workspace, per_output=1))
    assert len(ids(grading.grading_queue(workspace.by("ann")))) == 2
    assert ids(grading.grading_queue(workspace.by("ben"))) == []
    past = now() - timedelta(seconds=1)
    reservations.hold(workspace.db, workspace.project.id, "ann", [output.id for output in made], past)
    assert ids(grading.grading_queue(workspace.by("ben"))) == [output.id for output in made]


@pytest.mark.slow
def test_no_output_is_handed_out_twice_in_a_thousand_tries(workspace: Workspace, add_outputs: Add) -> None:
    add_outputs(*(f"text {i}" for i in range(1_000)))
    workspace = workspace.with_project(grading.set_rules(workspace, per_output=1))
    start = threading.Barrier(20)

    def grab(person: int) -> list[str]:
        start.wait()
        return ids(grading.grading_queue(workspace.by(f"p{person}"), ahead=50))

    with ThreadPoolExecutor(20) as people:
        handed = [output_id for found in people.map(grab, range(20)) for output_id in found]
    assert len(handed) == len(set(handed)) == 1_000


def test_who_is_at_work_is_held_a_few_along_and_writes_seldom(workspace: Workspace, add_outputs: Add) -> None:
    add_outputs(*(f"text {i}" for i in range(40)))
    workspace = workspace.with_project(grading.set_rules(workspace, per_output=1))
    graded = []
    for _ in range(12):
        graded.append(grading.grading_queue(workspace.by("ann"), ahead=5).items[0].output)
        give(workspace, graded[-1], "ann", "pass")
    written = int(workspace.db.rows("SELECT count(DISTINCT until) FROM reservation")[0][0])
    assert written <= 4
    assert len({output.id for output in graded}) == 12
    others = set(ids(grading.grading_queue(workspace.by("ben"), ahead=40)))
    ahead = set(ids(grading.grading_queue(workspace.by("ann"), ahead=5)))
    assert len(ahead) == 5 and not others & ahead and not others & {output.id for output in graded}


def test_review_lists_come_first_and_end(workspace: Workspace, add_outputs: Add) -> None:
    made = add_outputs("one", "two", "three")
    grading.review(workspace, [made[2].id, made[1].id[:12]])
    workspace = workspace.with_project(projects.open_project(workspace.db, workspace.project.name))
    queue = grading.grading_queue(workspace.by("ann"))
    assert ids(queue) == [made[2].id, made[1].id, made[0].id]
    assert [item.position for item in queue.items] == [1, 2, 3]
    assert queue.items[0].reason == "picked by hand for review"
    grading.review(workspace, [])
    workspace = workspace.with_project(projects.open_project(workspace.db, workspace.project.name))
    assert ids(grading.grading_queue(workspace.by("ann"))) == [output.id for output in made]
    with pytest.raises(BadInput, match="no output 'gone'"):
        grading.review(workspace, ["gone"])


@pytest.mark.whole
def test_silent_repeats_measure_steadiness_and_change_no_grade(
    workspace: Workspace, add_outputs: Add
) -> None:
    made = add_outputs(*(f"text {i}" for i in range(30)))
    workspace = workspace.with_project(grading.set_rules(workspace, repeat_share=0.1))
    for output in made[:20]:
        give(workspace, output, "ann", "pass")
    first, second, *_ = grading.grading_queue(workspace.by("ann")).items
    assert (first.unannounced, first.output.id) == (True, made[0].id)
    assert (second.unannounced, second.output.id) == (False, made[20].id)
    give(workspace, made[0], "ann", "fail", source="repeat")
    give(workspace, made[1], "ann", "pass", source="repeat")
    assert not grading.grading_queue(workspace.by("ann")).items[0].unannounced
    assert grading.human_labels(workspace).value[made[0].id] is True
    (ann,) = grading.contributions(workspace)
    assert (ann.graded, ann.steadiness.value, ann.steadiness.n) == (20, 0.5, 2)


def test_how_far_a_person_agrees_counts_each_output_once_by_what_most_others_say(
    workspace: Workspace, add_outputs: Add
) -> None:
    first, second, tied = add_outputs("a", "b", "c")
    votes = {"ann": "ppp", "ben": "ppp", "cho": "pff", "dan": "pf"}
    for who, values in votes.items():
        for output, value in zip((first, second, tied), values, strict=False):
            give(workspace, output, who, "pass" if value == "p" else "fail")
    rates = {row.annotator: row.with_others for row in grading.contributions(workspace)}
    assert (rates["ann"].value, rates["ann"].n) == (0.5, 2)  # of the third, one other each says so
    assert (rates["cho"].value, rates["cho"].n) == (1 / 3, 3)


def test_where_the_others_tie_on_all_that_a_person_graded_the_reason_says_so(
    workspace: Workspace, add_outputs: Add
) -> None:
    (tied,) = add_outputs("a")
    give(workspace, tied, "ann", "pass")
    reason = {row.annotator: row.with_others.why_not for row in grading.contributions(workspace)}
    assert reason["ann"] == "there are no outputs that somebody else graded too"
    give(workspace, tied, "ben", "pass")
    give(workspace, tied, "cho", "fail")
    reason = {row.annotator: row.with_others.why_not for row in grading.contributions(workspace)}
    assert reason["ann"] == "there are no outputs on which most of the others say the same"
    with speaking("zh"):
        assert say(reason["ann"]) == "没有其他人多数意见一致的输出"


def test_a_ruling_settles_a_conflict_and_keeps_every_grade(workspace: Workspace, add_outputs: Add) -> None:
    (output,) = add_outputs("disputed")
    give(workspace, output, "ann", "pass")
    give(workspace, output, "ben", "fail", note="invents a price")
    assert grading.human_labels(workspace).conflicts == (output.id,)
    (conflict,) = grading.conflicts(workspace)
    assert {grade.note for grade in conflict.grades} == {"", "invents a price"}
    with pytest.raises(BadInput, match="needs a name and a reason"):
        grading.rule(workspace.by("cho"), output.id, "fail", reason=" ")
    grading.rule(workspace.by("cho"), output.id, "fail", reason="the price is not in the source")
    labels = grading.human_labels(workspace)
    assert (labels.value, labels.conflicts) == ({output.id: False}, ())
    assert len(grading.current_grades(workspace)) == 2
    grading.rule(workspace.by("cho"), output.id, "pass", reason="it is, in the footnote")
    assert grading.human_labels(workspace).value == {output.id: True}
    (settled,) = grading.conflicts(workspace)
    assert settled.ruling is not None
    assert settled.ruling.reason == "it is, in the footnote"


def test_pairs_and_alpha_follow_the_grades(workspace: Workspace, add_outputs: Add) -> None:
    made = add_outputs(*(f"text {i}" for i in range(20)))
    ann = [i % 3 != 0 for i in range(20)]
    ben = [i % 3 != 0 if i % 5 else i % 2 == 0 for i in range(20)]
    for output, first, other in zip(made, ann, ben, strict=True):
        give(workspace, output, "ann", "pass" if first else "fail")
        give(workspace, output, "ben", "pass" if other else "fail")
    found = grading.together(workspace)
    (pair,) = found.pairs
    assert pair.same.value == np.mean(np.array(ann) == np.array(ben))
    assert found.overall.alpha is not None
    # With two people and no gaps alpha is close to kappa (it differs by the small-sample term).
    assert abs(found.overall.alpha - cohen_kappa_score(ann, ben)) < 0.05


@given(st.lists(st.integers(1, 9), min_size=1, max_size=30))
def test_good_turing_is_the_share_of_kinds_seen_once(counts: list[int]) -> None:
    found = good_turing(counts)
    if sum(counts) < 5:
        assert found.value is None
        return
    assert found.value == sum(count == 1 for count in counts) / sum(counts)
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_stopping_says_what_is_missing(workspace: Workspace, add_outputs: Add) -> None:
    assert "derive criteria" in sentence(grading.saturation(workspace).says)
    assert grading.label_budget(workspace) == []


@pytest.mark.whole
def test_anchoring_compares_blind_with_suggested_grades(workspace: Workspace, add_outputs: Add) -> None:
    assert "not measurable" in sentence(grading.anchoring(workspace).says)
    made = add_outputs(*(f"text {i}" for i in range(40)))
    spec = {"detector": "words", "side": "above", "threshold": 100, "parameters": {}, "guided": False}
    tool(workspace, "long", id="j", judge_id="j", kind="code", spec=spec)
    judge_table.save_choice(workspace.db, workspace.project.id, ["j"], {}, {}, "ann")
    decides(workspace, "j", ((output.id, "pass") for output in made), reason="short")
    assert grading.suggestions(workspace, [made[0].id])[made[0].id].value == "pass"
    for i, output in enumerate(made):
        shown = i % 2 == 0
        give(workspace, output, "ann", "pass" if shown or i % 4 == 1 else "fail", judge_shown=shown)
    found = grading.anchoring(workspace)
    assert (found.blind.value, found.suggested.value) == (0.5, 1.0)
    assert "+50 points, more than chance explains" in sentence(found.says)


def test_phrases_are_ones_own_and_the_criteria(workspace: Workspace, add_outputs: Add) -> None:
    made = add_outputs(*(f"text {i}" for i in range(4)))
    for output in made[:2]:
        give(workspace, output, "ann", "fail", note="too long")
        give(workspace, output, "ben", "fail", note="only ben saw this")
    give(workspace, made[2], "ann", "fail", note="said once")
    assert grading.phrases(workspace.by("ann")) == ["too long"]


def test_a_blind_grade_stays_blind_when_it_is_changed_after_the_verdict(
    workspace: Workspace, add_outputs: Add
) -> None:
    (output,) = add_outputs("text")
    tool(workspace, "long", id="j", judge_id="j", kind="code", spec={})
    judge_table.save_choice(workspace.db, workspace.project.id, ["j"], {}, {}, "ann")
    verdict_table.record(
        workspace.db,
        [
            Verdict(
                output_id=output.id,
                judge_version_id="j",
                project_id=workspace.project.id,
                run_id="r",
                decision=Decision(value="fail", reason="long"),
            )
        ],
    )
    give(workspace, output, "ann", "pass")
    give(workspace, output, "ann", "fail", source="suggestion", judge_shown=True)
    found = grading.anchoring(workspace)
    assert (found.blind.value, found.blind.n, found.suggested.n, found.changed) == (0.0, 1, 0, 1)


def test_only_its_author_takes_a_grade_back(workspace: Workspace, add_outputs: Add) -> None:
    (output,) = add_outputs("text")
    give(workspace, output, "ann", "pass")
    (grade,) = grading.current_grades(workspace)
    taken = grade.model_copy(
        update={"id": "undo", "annotator": "ben", "value": "undone", "supersedes": grade.id}
    )
    with pytest.raises(BadInput, match="Only its author"):
        grading.record(workspace, [taken])
    assert grading.current_grades(workspace) == [grade]
    grading.record(workspace, [taken.model_copy(update={"annotator": "ann"})])
    assert grading.current_grades(workspace) == []
