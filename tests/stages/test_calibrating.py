"""Calibration rounds: blind until they are revealed, first in the queue, and apart from what counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from labelcore.errors import BadInput, NotAllowed, NotFound
from labelcore.messages import sentences
from labelcore.messages.lines.calibrating import figure_lines, language_words
from labelcore.models import Criterion, Output, Role
from labelcore.stages import grading, selecting
from labelcore.stages.grading.card import CardEvent
from labelcore.stages.grading.presses import card_items, store_events
from labelcore.stages.notifying import notices_for
from labelcore.store import criteria as criterion_table
from labelcore.workspace import Workspace

Add = Callable[..., list[Output]]


def ids(workspace: Workspace, who: str) -> list[str]:
    return [item.output.id for item in grading.grading_queue(workspace.by(who)).items]


def found(workspace: Workspace, **filters: object) -> list[str]:
    rows = selecting.list_outputs(workspace, filters=selecting.Filters.model_validate(filters)).rows
    return sorted(row.output.id for row in rows)


def press(workspace: Workspace, card: str, value: str, **more: object) -> None:
    event = CardEvent(
        client_id=f"{workspace.person}-{card[:12]}-{value}".replace("~", "_"),
        output_id=card,
        value=value,
        **more,
    )
    stored, refused = store_events(workspace, (event,))
    assert stored and not refused


def test_a_drawn_round_comes_first_for_everybody_and_its_grades_count(
    workspace: Workspace, add_outputs: Add
) -> None:
    made = add_outputs(*(f"text {i}" for i in range(12)))
    workspace = workspace.with_project(grading.set_rules(workspace, per_output=1))
    grading.grade(workspace.by("ann"), made[0].id, "pass")
    found = grading.start_round(workspace, n=4)
    outputs = list(found.calibration.outputs)
    assert found.calibration.counts and found.calibration.pool == 11 and made[0].id not in outputs
    for who in ("ann", "bo"):
        assert ids(workspace, who)[:4] == outputs
        queue = grading.grading_queue(workspace.by(who))
        assert [item.position for item in queue.items][:2] == [queue.done + 1, queue.done + 2]
        for output_id in outputs:
            press(workspace.by(who), output_id, "pass")
        assert not set(ids(workspace, who)) & set(outputs)
    assert grading.human_labels(workspace).value.keys() >= set(outputs)
    with pytest.raises(BadInput, match="is open"):
        grading.start_round(workspace)


@pytest.mark.whole
def test_chosen_outputs_are_graded_once_more_and_their_grades_stay_apart(
    workspace: Workspace, add_outputs: Add
) -> None:
    made = add_outputs(*(f"text {i}" for i in range(5)))
    for output in made:
        grading.grade(workspace.by("ann"), output.id, "pass")
    before = grading.human_labels(workspace)
    found = grading.start_round(workspace, [made[1].id, made[2].id, made[2].id], people=("Ann", "bo"))
    assert not found.calibration.counts and len(found.calibration.outputs) == 2
    ann, bo = workspace.by("ann"), workspace.by("bo")
    for place in (ann, bo):
        cards = [card for card in card_items(place, grading.grading_queue(place)) if "~" in card.output_id]
        assert [card.output_id for card in cards] == [f"{made[1].id}~c-1", f"{made[2].id}~c-1"]
        for card in cards:
            press(place, card.output_id, "fail", note="no")
    grading.grade(bo, made[1].id, "pass")  # by command, too, it is the round that it counts in
    assert grading.human_labels(workspace) == before
    assert (ids(workspace, "ann"), ids(workspace, "cy")[:2]) == ([], [made[0].id, made[1].id])
    shown = grading.reveal_round(workspace.by("lead"))
    given = {(row.output.id, grade.annotator): grade.value for row in shown.outputs for grade in row.grades}
    assert given == {
        (made[1].id, "ann"): "fail",
        (made[2].id, "ann"): "fail",
        (made[1].id, "bo"): "pass",
        (made[2].id, "bo"): "fail",
    }
    assert shown.outputs[0].output.id == made[1].id and shown.outputs[0].differ
    press(bo, f"{made[2].id}~c-1", "pass")  # on its way when the round was revealed: kept, and not blind
    assert grading.show_round(workspace).outputs == shown.outputs
    workspace.db.memory.clear()
    assert grading.show_round(workspace).outputs == shown.outputs
    expert = replace(bo, role=Role.EXPERT)
    assert grading.talk(expert) == [] and grading.rounds_of(expert) == {1: {made[1].id, made[2].id}}
    grading.comment(replace(ann, role=Role.EXPERT), made[2].id, "why, @bo?")
    assert grading.mentions(expert) == grading.Mentions(open=1, hidden=0)
    assert [notice.kind for notice in notices_for(expert)] == ["mention"]
    with pytest.raises(NotAllowed, match="not graded"):
        grading.comment(expert, made[0].id, "and this?")
    grading.mark_seen(expert, made[2].id)
    assert grading.mentions(expert).open == 0
    with pytest.raises(BadInput, match="does not ask"):
        grading.record(
            workspace, [grading.grade_history(workspace)[-1].model_copy(update={"id": "x", "sample_id": "y"})]
        )


@pytest.mark.whole
def test_nobody_sees_what_others_said_before_the_reveal(workspace: Workspace, add_outputs: Add) -> None:
    made = add_outputs(*(f"text {i}" for i in range(6)))
    grading.start_round(workspace, n=3)
    ann, bo = workspace.by("ann"), workspace.by("bo")
    first, second, third = ids(workspace, "ann")[:3]
    with pytest.raises(BadInput, match="Fewer than two"):
        grading.reveal_round(workspace)
    grading.grade(ann, first, "pass")
    grading.grade(bo, first, "fail", note="wrong city")
    grading.grade(bo, second, "fail")
    assert not grading.conflicts(ann)
    assert {act.grade.annotator for act in grading.latest_acts(ann)} == {"ann"}
    assert [grade.annotator for grade in selecting.visible_grades(ann, [first])] == ["ann"]
    assert found(ann, grade="fail") == found(ann, search="wrong city") == found(ann, graded_by="bo") == []
    assert (found(ann, grade="pass"), found(bo, grade="fail")) == ([first], sorted([first, second]))
    assert found(ann, search="text") == sorted(output.id for output in made)
    for place in (ann, replace(ann, role=Role.EXPERT), workspace):
        told = grading.show_round(place)
        assert not told.outputs and not told.subjects
        assert "wrong city" not in told.model_dump_json()
        assert [(who.name, who.done, who.asked) for who in told.people] == [("ann", 1, 3), ("bo", 2, 3)]
    with pytest.raises(BadInput, match="not revealed"):
        grading.comment(ann, first, "which city?")
    tone = {"id": "criterion_tone", "version": 1, "name": "Tone", "statement": "Kind.", "status": "accepted"}
    criterion_table.save(workspace.db, [Criterion(project_id=workspace.project.id, **tone)])
    for who, output_id in ((ann, first), (bo, second)):
        grading.grade(who, output_id, "fail", criterion=Criterion(project_id=workspace.project.id, **tone))
    assert (found(ann, criterion="Tone"), found(bo, criterion="Tone")) == ([first], [second])
    grading.reveal_round(workspace)
    assert found(ann, search="wrong city") == [first]
    with pytest.raises(NotAllowed, match="not graded"):
        grading.comment(replace(ann, role=Role.EXPERT), second, "and here?")
    grading.comment(replace(ann, role=Role.EXPERT), first, " which city? ")
    grading.comment(bo, first, "Lyon")
    with pytest.raises(BadInput, match="characters"):
        grading.comment(bo, first, " ")
    expert = grading.show_round(replace(ann, role=Role.EXPERT))
    assert [(said.author, said.text) for said in expert.outputs[0].comments] == [
        ("ann", "which city?"),
        ("bo", "Lyon"),
    ]
    assert [row.output.id for row in expert.outputs] == [first]
    assert len(grading.show_round(workspace).outputs) == 3
    assert len(grading.conflicts(ann)) == 1
    assert third in {output.id for output in made}
    with pytest.raises(NotAllowed):
        grading.start_round(replace(ann, role=Role.EXPERT))
    with pytest.raises(NotFound):
        grading.end_round(workspace)


@pytest.mark.whole
def test_agreement_stands_beside_what_it_was_and_is_honest_where_little_is_known(
    workspace: Workspace, add_outputs: Add
) -> None:
    made = add_outputs(*(f"text {i}" for i in range(30)))
    for at, output in enumerate(made[:10]):  # before: they agree on four of ten
        grading.grade(workspace.by("ann"), output.id, "pass" if at % 2 else "fail")
        grading.grade(workspace.by("bo"), output.id, "pass" if at < 6 else "fail")
    assert any("never compared" in words for words in sentences(grading.list_rounds(workspace).suggested))
    tone = Criterion(
        id="criterion_tone",
        project_id=workspace.project.id,
        version=1,
        name="Tone",
        statement="Kind.",
        status="accepted",
    )
    criterion_table.save(workspace.db, [tone])
    grading.start_round(workspace, n=10)
    for at, output_id in enumerate(grading.show_round(workspace).calibration.outputs):
        for who in ("ann", "bo"):
            grading.grade(workspace.by(who), output_id, "pass" if at % 2 else "fail")
            grading.grade(workspace.by(who), output_id, "pass", criterion=tone)
    shown = grading.reveal_round(workspace)
    whole, kind = shown.subjects
    assert (whole.now.alpha, whole.same.n, shown.against) == (1.0, 10, None)
    assert whole.before.n_outputs == 10 and whole.before.alpha is not None and whole.before.alpha < 0.5
    assert whole.change.low is not None and whole.change.low > 0
    assert kind.now.alpha is None and kind.same.value == 1.0 and kind.change.value is None
    told = "\n".join(figure_lines(shown))
    assert "say little" in told and "not measurable" in told
    assert not grading.list_rounds(workspace).suggested
    criterion_table.save(workspace.db, [tone.model_copy(update={"version": 2, "at": shown.calibration.at})])
    grading.grade(workspace.by("cy"), made[0].id, "pass")
    suggested = " ".join(sentences(grading.list_rounds(workspace).suggested))
    assert "Tone" in suggested and "cy" in suggested
    second = grading.start_round(workspace, n=5, people=("cy", "ann"))
    for output_id in second.calibration.outputs:
        grading.grade(workspace.by("ann"), output_id, "pass")
        grading.grade(workspace.by("cy"), output_id, "fail")
        grading.grade(workspace.by("bo"), output_id, "fail")  # takes no part
    shown = grading.reveal_round(workspace)
    assert shown.against == 1
    assert {grade.annotator for row in shown.outputs for grade in row.grades} == {"ann", "cy"}


def test_what_is_graded_on_a_criterion_in_a_round_is_found_by_who_graded_it_in_its_present_meaning(
    workspace: Workspace, add_outputs: Add, criterion: Criterion
) -> None:
    add_outputs("text 1", "text 2")
    criterion_table.save(workspace.db, [criterion])
    first, second = grading.start_round(workspace, n=2).calibration.outputs
    ann, bo = workspace.by("ann"), workspace.by("bo")
    grading.grade(ann, first, "fail", criterion=criterion)
    grading.grade(bo, second, "unsure", criterion=criterion)
    asked = {"criterion": criterion.id}
    unsure, nobody = (asked | {"criterion_grade": grade} for grade in ("unsure", "none"))
    assert [found(who, **asked) for who in (ann, bo)] == [[first], []]
    assert [found(who, **unsure) for who in (ann, bo)] == [[], [second]]
    assert [found(who, **nobody) for who in (ann, bo)] == [[second], [first]]
    criterion_table.save(workspace.db, [criterion.model_copy(update={"version": 2, "statement": "Another."})])
    assert (found(ann, **asked), found(bo, **unsure)) == ([], [])


def test_people_are_asked_only_for_what_they_read(workspace: Workspace, add_outputs: Add) -> None:
    texts = ["这是一份中文合同，其中没有任何问题。", "This is a text of a contract."]
    made = add_outputs(*texts)
    grading.describe_member(workspace, "Li", reads=("zh",))
    grading.start_round(workspace, [output.id for output in made])
    assert ids(workspace, "Li")[0] == made[0].id
    assert len([card for card in grading.grading_queue(workspace.by("Li")).items if card.ending]) == 1
    grading.end_round(workspace)
    assert not [card for card in grading.grading_queue(workspace.by("Li")).items if card.ending]


def test_a_round_of_named_people_draws_what_two_of_them_read(workspace: Workspace, add_outputs: Add) -> None:
    chinese = add_outputs(*(f"第{n}份中文合同，其中没有任何问题。" for n in "一二三"))
    add_outputs(*(f"This is the text of contract number {n}." for n in range(9)))
    for name in ("Li", "Wang"):
        grading.describe_member(workspace, name, reads=("zh",))
    found = grading.start_round(workspace, n=3, people=("Li", "Wang"))
    assert set(found.calibration.outputs) == {output.id for output in chinese}
    assert found.calibration.pool == 3


def test_what_was_graded_in_a_round_stays_in_the_count_of_ones_work_where_pairs_are_planned(
    workspace: Workspace, add_outputs: Add
) -> None:
    add_outputs(*(f"text {i}" for i in range(12)))
    people = ("ann", "bo", "cy")
    for who in people:
        grading.assign(workspace, who)
    workspace = workspace.with_project(grading.set_rules(workspace, per_output=2, pairs=True))
    outputs = grading.start_round(workspace, n=4).calibration.outputs
    for who in people:
        for output_id in outputs:
            press(workspace.by(who), output_id, "pass")
    grading.reveal_round(workspace)
    for who in people:
        queue = grading.grading_queue(workspace.by(who))
        assert (queue.done, queue.items[0].position) == (4, 5)


CHINESE = [f"第{n}份中文合同，其中没有任何问题。" for n in "一二三四五六七八九"]
ENGLISH = [f"This is the text of contract number {n}." for n in range(40)]


def reads(workspace: Workspace, **languages: tuple[str, ...]) -> None:
    for who, known in languages.items():
        grading.describe_member(workspace, who, reads=known)


def test_each_language_has_its_part_of_a_round_where_nobody_reads_all(
    workspace: Workspace, add_outputs: Add
) -> None:
    chinese = {output.id for output in add_outputs(*CHINESE)}
    add_outputs(*ENGLISH)
    reads(workspace, Ana=("en",), Ben=("en",), Li=("zh",), Mei=("zh",), Cem=("fr",))
    told = " ".join(language_words(grading.list_rounds(workspace).languages))
    assert "English for Ana, Ben; 中文 for Li, Mei" in told and "nothing for Cem" in told
    found = grading.start_round(workspace, n=8)
    assert len(chinese & set(found.calibration.outputs)) == 4 and found.calibration.pool == 49
    asked = {person.name: person.asked for person in found.people}
    assert asked == {"Ana": 4, "Ben": 4, "Cem": 0, "Li": 4, "Mei": 4}
    assert not grading.list_rounds(workspace).languages.parts


def test_a_round_takes_what_everybody_reads_where_that_is_enough(
    workspace: Workspace, add_outputs: Add
) -> None:
    chinese = {output.id for output in add_outputs(*CHINESE)}
    add_outputs(*ENGLISH)
    assert not grading.list_rounds(workspace).languages.parts
    reads(workspace, Ana=("en", "zh"), Li=("zh",), Mei=("zh",))
    (told,) = language_words(grading.list_rounds(workspace).languages)
    assert "Everybody reads 中文" in told
    assert set(grading.start_round(workspace, n=9).calibration.outputs) == chinese
    grading.end_round(workspace)
    assert not chinese >= set(grading.start_round(workspace, n=9, people=("bo", "cy")).calibration.outputs)
    grading.end_round(workspace)
    reads(workspace, Ana=("en",))
    with pytest.raises(BadInput, match="two people read"):
        grading.start_round(workspace, n=4, people=("Ana", "Li"))


def test_what_a_round_said_of_an_earlier_meaning_is_on_neither_side_of_a_change(
    workspace: Workspace, add_outputs: Add, criterion: Criterion
) -> None:
    add_outputs(*(f"text {i}" for i in range(20)))
    criterion_table.save(workspace.db, [criterion])

    def round_of(asked: Criterion) -> None:
        for output_id in grading.start_round(workspace, n=5).calibration.outputs:
            for who in ("ann", "bo"):
                grading.grade(workspace.by(who), output_id, "pass")
                grading.grade(workspace.by(who), output_id, "pass", criterion=asked)
        grading.reveal_round(workspace)

    round_of(criterion)
    assert len(grading.show_round(workspace).subjects) == 2
    edited = criterion.model_copy(update={"version": 2, "statement": "It says something else."})
    criterion_table.save(workspace.db, [edited])
    assert len(grading.show_round(workspace).subjects) == 1
    round_of(edited)
    whole, part = grading.show_round(workspace).subjects
    assert (whole.now.n_outputs, whole.before.n_outputs) == (5, 5)
    assert (part.now.n_outputs, part.before.n_outputs) == (5, 0)
