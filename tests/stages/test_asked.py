"""What people are asked beside pass and fail: scales, fields, versions side by side, criteria in dispute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from labelcore.errors import BadInput, LabelcoreError, NotFound
from labelcore.messages import sentence
from labelcore.models import Comparison, Criterion, Grade, Output, Project
from labelcore.stages import grading
from labelcore.stages.grading.comparing import first_is_left
from labelcore.stages.importing import Description, import_file
from labelcore.stages.importing.history import undo
from labelcore.store import Database, criteria as criterion_table
from labelcore.workspace import Workspace
from tests.stages.tables import written

Add = Callable[..., list[Output]]
NAMED = [("m1", ""), ("m2", "q1")]


def test_a_level_of_the_scale_is_a_pass_or_a_fail_and_agreement_weighs_its_distance(
    workspace: Workspace, add_outputs: Add
) -> None:
    made = add_outputs(*(f"text {i}" for i in range(6)))
    workspace = workspace.with_project(
        grading.set_rules(workspace, scale=["bad", "so so", "good", "great"], passing_from=3)
    )
    for output, ann, bo in zip(made, "134214", "134223", strict=True):
        grading.grade(workspace.by("ann"), output.id, ann)
        grading.grade(workspace.by("bo"), output.id, bo)
    first = grading.current_grades(workspace, "ann")[0]
    assert (first.value, first.level) == ("fail", 1)
    named = grading.grade(workspace.by("cy"), made[0].id, "good")
    assert (named.value, named.level) == ("pass", 3)
    found = grading.together(workspace)
    assert found.levels is not None and found.levels.alpha is not None
    assert 0.5 < found.levels.alpha < 1
    with pytest.raises(BadInput, match="not a grade"):
        grading.grade(workspace.by("ann"), made[0].id, "9")


def test_a_press_from_before_the_scale_was_changed_keeps_its_pass_or_fail_and_can_be_undone(
    workspace: Workspace, add_outputs: Add
) -> None:
    (output,) = add_outputs("text")
    workspace = workspace.with_project(grading.set_rules(workspace, scale=["bad", "good"]))
    stale = Grade(
        id="stale-press",
        project_id=workspace.project.id,
        output_id=output.id,
        annotator="ann",
        value="pass",
        level=4,
    )
    grading.record(workspace, [stale])
    (kept,) = grading.current_grades(workspace)
    assert (kept.value, kept.level) == ("pass", None)
    on_scale = grading.grade(workspace.by("bo"), output.id, "good")
    workspace = workspace.with_project(grading.set_rules(workspace, scale=[]))
    grading.undo(workspace.by("bo"), on_scale.id)
    assert [grade.annotator for grade in grading.current_grades(workspace)] == ["ann"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"scale": ["bad", "good"], "passing_from": 3},
        {"compare": ("v1", "v1")},
        {"compare": ("v1", "v9")},
        {"deadline": "soon"},
    ],
)
def test_rules_that_cannot_be_are_refused(
    workspace: Workspace, add_outputs: Add, wrong: dict[str, object]
) -> None:
    add_outputs("text", prompt_version="v1")
    with pytest.raises(BadInput):
        grading.set_rules(workspace, **wrong)


def test_fields_of_a_structured_output_are_graded_one_by_one(workspace: Workspace, add_outputs: Add) -> None:
    (output,) = add_outputs('{"price": 12, "tags": ["a", "b"], "who/what": {"~x": null}, "none": {}}')
    pointers = [field.pointer for field in grading.fields_of(output.text)]
    assert pointers == ["/price", "/tags/0", "/tags/1", "/who~1what/~0x", "/none"]
    grading.grade(workspace.by("ann"), output.id, "fail", field="/price")
    grading.grade(workspace.by("ann"), output.id, "pass", field="/tags/0")
    grading.grade(workspace.by("ann"), output.id, "pass", field="/price")
    found = grading.part_grades(workspace.by("ann"), [output.id])[output.id]
    assert {pointer: grade.value for pointer, grade in found.items()} == {"/price": "pass", "/tags/0": "pass"}
    assert grading.human_labels(workspace).value == {}
    assert len(grading.grading_queue(workspace.by("ann")).items) == 1
    with pytest.raises(NotFound, match="no field '/cost'"):
        grading.grade(workspace.by("ann"), output.id, "fail", field="/cost")


@pytest.mark.parametrize("text", ["plain", "{broken", "[" * 5_000, "12", '"a"'])
def test_other_texts_have_no_fields(text: str) -> None:
    assert grading.fields_of(text) == ()


@pytest.fixture
def two_versions(workspace: Workspace, add_outputs: Add) -> Project:
    for version in ("v1", "v2"):
        for n in range(6):
            add_outputs(f"{version} on {n}", input=f"question {n}", prompt_version=version)
    add_outputs("alone", input="another", prompt_version="v1")
    return grading.set_rules(workspace, compare=("v1", "v2"))


def test_pairs_stand_on_the_same_input_and_sides_are_shuffled(db: Database, two_versions: Project) -> None:
    queue = grading.comparing_queue(Workspace(db, two_versions, "ann"))
    assert (len(queue.items), queue.total, queue.done) == (6, 6, 0)
    assert all(pair.left.input == pair.right.input for pair in queue.items)
    sides = {first_is_left(who, pair.pair) for who in ("ann", "bo") for pair in queue.items}
    assert sides == {True, False}
    again = grading.comparing_queue(Workspace(db, two_versions, "ann"))
    assert [pair.left.id for pair in again.items] == [pair.left.id for pair in queue.items]


def test_what_was_compared_is_what_the_rules_named_and_needs_no_outputs(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [["question", "answer", "model", "version"]]
    rows += [[f"Q{n}", f"A{n} of {model}", model, version] for n in range(3) for model, version in NAMED]
    batch = import_file(
        workspace,
        written(tmp_path, rows),
        described=Description(columns={"model": "model", "prompt_version": "version"}),
    ).batch
    workspace = workspace.with_project(grading.set_rules(workspace, compare=("m2", "m1"))).by("ann")
    assert grading.compared_versions(workspace) == ("m1", "m2")
    pair = grading.comparing_queue(workspace).items[0]
    grading.set_rules(workspace, compare=None)
    ended = workspace.with_project(grading.set_rules(workspace, per_output=2))
    assert grading.compared_versions(ended) is None
    grading.prefer(workspace, pair.left.id, pair.right.id, "first")
    assert grading.compared_versions(ended) == ("m1", "m2")
    assert (grading.preferences(ended).first, grading.preferences(ended).compared) == ("m1", 1)
    grading.grade(ended, pair.left.id, "pass")
    with pytest.raises(BadInput, match=f"`labelcore imports undo {batch.id} --graded-too`"):
        undo(ended, batch.id)
    undo(ended, batch.id, graded_too=True)
    assert grading.compared_versions(ended) == ("m1", "m2")
    assert (grading.preferences(ended).pairs, grading.preferences(ended).compared) == (0, 0)


@pytest.mark.whole
def test_preferences_count_a_pair_once_and_say_when_nothing_is_shown(
    db: Database, two_versions: Project
) -> None:
    assert sentence(grading.preferences(Workspace(db, two_versions)).says).startswith(
        "Which version is better is not"
    )
    pairs = [
        pair.pair.split("~") for pair in grading.comparing_queue(Workspace(db, two_versions, "ann")).items
    ]
    for (first, second), ann, bo in zip(
        pairs, ["second"] * 4 + ["tie", "first"], ["second"] * 6, strict=True
    ):
        grading.prefer(Workspace(db, two_versions, "ann"), first, second, ann)
        last = grading.prefer(Workspace(db, two_versions, "bo"), first, second, bo)
    found = grading.preferences(Workspace(db, two_versions))
    assert (found.first_wins, found.second_wins, found.ties, found.compared) == (0, 5, 1, 6)
    assert sentence(found.says).endswith("v2 is the better one.")
    assert (found.same.value, found.same.n) == (4 / 6, 6)
    grading.undo(Workspace(db, two_versions, "bo"), last.id)
    assert grading.preferences(Workspace(db, two_versions)).first_wins == 1
    assert len(grading.comparing_queue(Workspace(db, two_versions, "bo")).items) == 1
    turned = grading.prefer(Workspace(db, two_versions, "bo"), second, first, "first")
    assert (turned.first_id, turned.value) == (first, "second")
    with pytest.raises(BadInput, match="no pair"):
        grading.prefer(Workspace(db, two_versions, "bo"), first, first, "tie")
    grading.undo(Workspace(db, two_versions, "bo"), turned.id)
    with pytest.raises(LabelcoreError):
        grading.undo(Workspace(db, two_versions, "ann"), last.id)


def test_a_pair_is_held_for_one_person_and_the_same_press_counts_once(
    db: Database, two_versions: Project
) -> None:
    project = grading.set_rules(Workspace(db, two_versions), per_output=1)
    ann = grading.comparing_queue(Workspace(db, project, "ann"), ahead=4).items
    bo = grading.comparing_queue(Workspace(db, project, "bo"), ahead=4).items
    assert not {pair.pair for pair in ann} & {pair.pair for pair in bo}
    first, second = ann[0].pair.split("~")
    event = Comparison(
        id="press-one",
        project_id=project.id,
        first_id=first,
        second_id=second,
        annotator="ann",
        value="tie",
        left_id=ann[0].left.id,
    )
    assert grading.compare(Workspace(db, project), [event]) == grading.compare(
        Workspace(db, project), [event]
    )
    assert grading.preferences(Workspace(db, project)).ties == 1
    assert grading.comparing_queue(Workspace(db, project, "ann")).done == 1


def test_people_may_disagree_on_one_criterion_and_a_ruling_can_be_withdrawn(
    workspace: Workspace, add_outputs: Add
) -> None:
    (output,) = add_outputs("text")
    short = Criterion(id="c1", project_id=workspace.project.id, version=1, name="Short", statement="Short.")
    criterion_table.save(workspace.db, [short])
    for who, value in (("ann", "pass"), ("bo", "fail")):
        grading.grade(workspace.by(who), output.id, value, criterion=short)
        grading.grade(workspace.by(who), output.id, "pass")
    (conflict,) = grading.conflicts(workspace)
    assert conflict.criterion is not None and conflict.criterion.name == "Short"
    grading.rule(workspace.by("lea"), output.id, "fail", reason="40 words", criterion=short)
    (conflict,) = grading.conflicts(workspace)
    assert conflict.ruling is not None and len(conflict.grades) == 2
    assert grading.human_labels(workspace).value == {output.id: True}
    with pytest.raises(BadInput, match="Only its author"):
        grading.rule(workspace.by("bo"), output.id, "withdrawn", reason="no", criterion=short)
    grading.rule(workspace.by("lea"), output.id, "withdrawn", reason="misread", criterion=short)
    (conflict,) = grading.conflicts(workspace)
    assert conflict.ruling is None
    with pytest.raises(NotFound):
        grading.rule(workspace.by("lea"), output.id, "withdrawn", reason="x", criterion=short)


def test_what_is_left_until_the_deadline_counts_what_others_have_done(
    workspace: Workspace, add_outputs: Add
) -> None:
    made = add_outputs(*(f"text {i}" for i in range(10)))
    workspace = workspace.with_project(grading.set_rules(workspace, per_output=1, deadline="2030-01-10"))
    for output in made[:6]:
        grading.grade(workspace.by("bo"), output.id, "pass")
    queue = grading.grading_queue(workspace.by("ann"), ahead=3)
    assert (queue.done, queue.total, queue.left) == (0, 4, 4)
    pace = grading.pace_of(workspace.project, left=queue.left, today=date(2030, 1, 9))
    assert pace is not None and (pace.days_left, pace.a_day) == (1, 2)
    for output in made[6:]:
        grading.grade(workspace.by("ann"), output.id, "pass")
    assert grading.grading_queue(workspace.by("ann")).left == 0
    grading.undo(workspace.by("bo"), grading.current_grades(workspace, "bo")[0].id)
    assert grading.grading_queue(workspace.by("ann")).left >= 1
