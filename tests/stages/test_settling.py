"""Conflicts are settled: rulings count, another look is kept, talk reaches whom it means."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from labelcore.errors import BadInput, NotAllowed, NotFound
from labelcore.models import Criterion, Grade, Output, Role, new_id
from labelcore.stages import grading, people
from labelcore.stages.grading.card import CardEvent, CardItem, read_events
from labelcore.stages.grading.presses import card_items, store_events
from labelcore.stages.notifying import NoticeChange, set_notices
from labelcore.stages.reporting.effort import progress
from labelcore.stats.agreement import agreement
from labelcore.store import criteria as criterion_table
from labelcore.workspace import Workspace

Add = Callable[..., list[Output]]


def by(workspace: Workspace, who: str, role: Role = Role.EXPERT) -> Workspace:
    return replace(workspace, person=who, role=role)


def disputed(workspace: Workspace, output: Output, *, criterion: Criterion | None = None) -> None:
    grading.grade(by(workspace, "ann"), output.id, "pass", criterion=criterion)
    grading.grade(by(workspace, "ben"), output.id, "fail", criterion=criterion, note="no price")


def a_criterion(workspace: Workspace, name: str = "Price", version: int = 1, **more: object) -> Criterion:
    fields = {"id": f"c-{name}", "project_id": workspace.project.id, "version": version, "name": name}
    made = Criterion(**fields | {"statement": f"{name} is right.", "status": "accepted"} | more)
    criterion_table.save(workspace.db, [made])
    return made


def coming(workspace: Workspace) -> list[CardItem]:
    return card_items(workspace, grading.grading_queue(workspace), first=False)


def press(workspace: Workspace, card: CardItem, value: str, **more: object) -> str:
    event = CardEvent(client_id=new_id("press"), output_id=card.output_id, value=value, **more)
    stored, refused = store_events(workspace, (event,))
    assert not refused
    return stored[0]


@pytest.mark.whole
def test_who_is_renamed_or_merged_stays_one_person(workspace: Workspace, add_outputs: Add) -> None:
    first, second = add_outputs("text", "other")
    lead = by(workspace, "lea", Role.LEAD)
    disputed(workspace, first)
    grading.grade(lead, second.id, "pass")
    grading.rule(lead, first.id, "pass", reason="clear")
    grading.send_back(lead, first.id, people=["ben"])
    names = ["ann", "ben", "cy"]
    grading.start_round(lead, [first.id, second.id], people=names)
    for who in names:
        grading.grade(by(workspace, who), second.id, "pass")
    admin = by(workspace, "adm", Role.ADMIN)
    people.merge(admin, "cy", "ben")
    [ann, ben] = grading.reveal_round(lead).people
    assert (ann.name, ben.name) == ("ann", "ben")
    people.rename(admin, "lea", "Lea Ott")
    people.rename(admin, "ben", "Ben Ott")
    conflict = next(row for row in grading.conflicts(lead) if row.output.id == first.id)
    assert conflict.ruling and conflict.ruling.author == conflict.relooks[0].author == "Lea Ott"
    assert conflict.relooks[0].people == ("Ben Ott",)
    grading.rule(by(workspace, "Lea Ott", Role.LEAD), first.id, "withdrawn", reason="was too fast")


@pytest.mark.whole
def test_gold_and_another_look_hide_a_comment_that_was_announced(
    workspace: Workspace, add_outputs: Add
) -> None:
    outputs = add_outputs("text", "other", "third")
    set_notices(by(workspace, "lea", Role.LEAD), changed=NoticeChange(texts=True))
    lead, ann = by(workspace, "lea", Role.LEAD), by(workspace, "ann")
    for output in outputs[:2]:
        disputed(workspace, output)
    grading.comment(lead, outputs[0].id, "@ann it fails")
    assert [notice.words for notice in progress(ann).notices] == ["@ann it fails"]
    grading.send_back(lead, outputs[0].id, people=["ann"])
    grading.set_gold(lead, outputs[1].id, "fail", reason="no price")
    grading.comment(lead, outputs[1].id, "@ann gold fails")
    assert [notice.words for notice in progress(ann).notices] == ["", ""]
    assert grading.mentions(ann) == grading.Mentions(open=2, hidden=2)
    with pytest.raises(BadInput, match="UTF-8"):
        grading.comment(lead, outputs[0].id, "half \ud800")


def test_conflicts_are_found_by_criterion_person_language_and_state(
    workspace: Workspace, add_outputs: Add
) -> None:
    english, chinese, on_price = add_outputs(
        "We open at nine in the morning.", "我们早上九点开门营业。", "text"
    )
    price = a_criterion(workspace)
    disputed(workspace, english)
    grading.grade(by(workspace, "cho"), chinese.id, "pass")
    grading.grade(by(workspace, "ben"), chinese.id, "fail")
    disputed(workspace, on_price, criterion=price)
    lead = by(workspace, "lea", Role.LEAD)
    grading.rule(lead, english.id, "fail", reason="closed")

    def found(**wanted: object) -> list[str]:
        filters = grading.ConflictFilters(**wanted)
        return [conflict.output.id for conflict in grading.conflicts(lead, filters=filters)]

    assert found() == [chinese.id, on_price.id, english.id]
    assert found(state="open") == [chinese.id, on_price.id]
    assert found(state="settled") == [english.id]
    assert found(language="zh") == [chinese.id]
    assert found(who=("Ann",), state="open") == [on_price.id]
    assert found(criterion="Price") == [on_price.id]
    assert found(criterion="overall", who=("cho", "ben")) == [chinese.id]


def test_a_conflict_carries_notes_marks_and_grades_of_criteria(
    workspace: Workspace, add_outputs: Add
) -> None:
    (output,) = add_outputs("It costs 5.")
    price = a_criterion(workspace)
    disputed(workspace, output)
    span = {"part": "output", "text": "costs 5", "start": 3, "end": 10}
    marked = {"annotator": "ben", "value": "fail", "note": "no", "spans": (span,)}
    place = {"project_id": workspace.project.id, "output_id": output.id}
    of_part = marked | {"criterion_id": price.id, "criterion_version": 1}
    grading.record(workspace, [Grade(id="b1", **place, **marked), Grade(id="b2", **place, **of_part)])
    (conflict,) = grading.conflicts(workspace)
    ann, ben = conflict.opinions
    assert (ann.person, ann.whole and ann.whole.value, ann.parts) == ("ann", "pass", ())
    assert ben.whole and ben.whole.spans == (span,)
    assert [(name, grade.note) for name, grade in ben.parts] == [("Price", "no")]
    data = ben.as_data(workspace.project.rules)
    assert data["whole"]["spans"] == [{"part": "output", "text": "costs 5"}]


def test_unclear_counts_nowhere_and_goes_to_the_criterion(workspace: Workspace, add_outputs: Add) -> None:
    (output,) = add_outputs("text")
    price = a_criterion(workspace)
    disputed(workspace, output)
    grading.grade(by(workspace, "cho"), output.id, "fail")
    assert grading.human_labels(workspace).value == {output.id: False}
    ruling = grading.rule(
        by(workspace, "lea", Role.LEAD), output.id, "unclear", reason="with tax?", about=price
    )
    labels = grading.human_labels(workspace)
    assert (ruling.about, labels.value, labels.conflicts) == (price.id, {}, (output.id,))


@pytest.mark.whole
def test_another_look_comes_first_and_its_events_are_kept(workspace: Workspace, add_outputs: Add) -> None:
    output, _fresh = add_outputs("disputed", "fresh")
    disputed(workspace, output)
    lead = by(workspace, "lea", Role.LEAD)
    grading.send_back(lead, output.id, reason="see the footnote")
    assert [conflict.state for conflict in grading.conflicts(lead)] == ["waiting"]
    ben = by(workspace, "ben")
    again, fresh, *_ = coming(ben)
    assert (again.text, fresh.text, again.current, again.opinions) == ("disputed", "fresh", None, ())
    assert "see the footnote" in again.reason_for_pick
    assert again.position < fresh.position
    press(ben, again, "pass")
    assert [card.text for card in coming(ben)] == ["fresh"]
    assert coming(by(workspace, "ann"))[0].text == "disputed"
    events = [(event.annotator, event.value, event.source) for event in grading.grade_history(workspace)]
    assert events == [("ann", "pass", "person"), ("ben", "fail", "person"), ("ben", "pass", "relook")]
    press(by(workspace, "ann"), coming(by(workspace, "ann"))[0], "pass")
    (conflict,) = grading.conflicts(lead)
    assert (conflict.state, conflict.due) == ("agreed", ())
    ((_, before),) = conflict.opinions[1].earlier
    assert (before.value, before.note) == ("fail", "no price")
    assert grading.human_labels(workspace).value == {output.id: True}


def test_who_passes_over_another_look_keeps_the_grade(workspace: Workspace, add_outputs: Add) -> None:
    (output,) = add_outputs("disputed")
    disputed(workspace, output)
    grading.send_back(by(workspace, "lea", Role.LEAD), output.id)
    ben = by(workspace, "ben")
    press(ben, coming(ben)[0], "skipped")
    assert coming(ben) == []
    assert {grade.annotator: grade.value for grade in grading.current_grades(workspace)} == {
        "ann": "pass",
        "ben": "fail",
    }


def test_a_look_that_is_taken_back_is_due_again(workspace: Workspace, add_outputs: Add) -> None:
    (output,) = add_outputs("disputed")
    disputed(workspace, output)
    grading.send_back(by(workspace, "lea", Role.LEAD), output.id, people=["ben"])
    ben = by(workspace, "ben")
    (card,) = coming(ben)
    given = press(ben, card, "pass")
    press(ben, card, "undone", supersedes=given)
    assert [again.output_id for again in coming(ben)] == [card.output_id]
    assert not grading.due_for(by(workspace, "ann"))
    assert {grade.value for grade in grading.current_grades(workspace)} == {"pass", "fail"}


def test_who_took_their_grade_back_is_not_asked_to_look_again(workspace: Workspace, add_outputs: Add) -> None:
    (output,) = add_outputs("disputed")
    lead, ben = by(workspace, "lea", Role.LEAD), by(workspace, "ben")
    grading.grade(by(workspace, "ann"), output.id, "pass", note="it says the price")
    given = press(ben, coming(ben)[0], "fail")
    grading.send_back(lead, output.id, is_open=True)
    grading.undo(ben, given)
    [card] = coming(ben)
    assert (card.output_id, card.opinions) == (output.id, ())  # to be graded blind, as by anybody
    assert [due.id for due in grading.due_for(by(workspace, "ann"))]
    press(ben, card, "fail")
    assert grading.due_for(ben)  # who has graded it again is asked again


@pytest.mark.whole
def test_an_open_look_shows_what_the_others_gave_and_a_blind_one_hides_it(
    workspace: Workspace, add_outputs: Add
) -> None:
    seen, hidden = add_outputs("open", "blind")
    lead, ben = by(workspace, "lea", Role.LEAD), by(workspace, "ben")
    for output in (seen, hidden):
        disputed(workspace, output)
        grading.comment(by(workspace, "ann"), output.id, "@ben the footnote says it")
    assert len(grading.talk(ben)) == 2
    grading.send_back(lead, seen.id, is_open=True)
    grading.send_back(lead, hidden.id)
    cards = {card.text: card for card in coming(ben)}
    assert {opinion["person"] for opinion in cards["open"].opinions} == {"ann", "ben"}
    assert cards["blind"].opinions == ()
    assert [found.output.id for found in grading.talk(ben)] == [seen.id]
    assert grading.mentions(ben) == grading.Mentions(open=2, hidden=1)
    with pytest.raises(NotAllowed, match="by yourself"):
        grading.comment(ben, hidden.id, "what?")
    press(ben, cards["blind"], "fail")
    assert len(grading.talk(ben)) == 2


def test_another_look_at_a_criterion_asks_that_one_anew(workspace: Workspace, add_outputs: Add) -> None:
    (output,) = add_outputs("text")
    price, tone = a_criterion(workspace), a_criterion(workspace, "Tone")
    workspace = workspace.with_project(grading.set_rules(workspace, ask_criteria=True))
    disputed(workspace, output, criterion=price)
    disputed(workspace, output)
    grading.grade(by(workspace, "ben"), output.id, "pass", criterion=tone)
    grading.send_back(by(workspace, "lea", Role.LEAD), output.id, criterion=price)
    ben = by(workspace, "ben")
    (card,) = coming(ben)
    assert set(card.marks) == {tone.id}
    press(ben, card, "pass", criterion_id=price.id, criterion_version=1)
    assert coming(ben), "the whole is not answered yet"
    press(ben, card, "pass")
    assert coming(ben) == []


def test_nobody_reads_or_writes_of_what_they_have_not_graded(workspace: Workspace, add_outputs: Add) -> None:
    (output,) = add_outputs("text")
    disputed(workspace, output)
    grading.comment(by(workspace, "ann"), output.id, "what does @cho say?")
    cho = by(workspace, "cho")
    assert grading.talk(cho) == []
    with pytest.raises(NotAllowed, match="not graded"):
        grading.comment(cho, output.id, "let me see")
    with pytest.raises(NotAllowed, match="role lead"):
        grading.conflicts(cho)
    grading.grade(cho, output.id, "fail")
    assert [found.comments[0].text for found in grading.talk(cho)] == ["what does @cho say?"]


def test_a_mention_stands_until_it_is_answered_or_read(workspace: Workspace, add_outputs: Add) -> None:
    (output,) = add_outputs("text")
    disputed(workspace, output)
    ann, ben = by(workspace, "ann"), by(workspace, "Ben Li")
    grading.grade(ben, output.id, "fail")
    said = grading.comment(ann, output.id, "why, @ben li? mail x@ann.example")
    assert said.mentions == ("Ben Li",)
    assert grading.mentions(ben).open == 1 and grading.mentions(ann).open == 0
    assert [found.output.id for found in grading.talk(ben, to_me=True)] == [output.id]
    grading.comment(ben, output.id, "no price in the source, @ann")
    assert (grading.mentions(ben).open, grading.mentions(ann).open) == (0, 1)
    grading.mark_seen(ann, output.id)
    assert grading.mentions(ann).open == 0
    (talked,) = grading.talk(ann)
    assert [row.author for row in talked.comments] == ["ann", "Ben Li"]
    with pytest.raises(BadInput, match="characters"):
        grading.comment(ann, output.id, "  ")


def test_what_was_settled_is_shown_to_those_who_graded_it(workspace: Workspace, add_outputs: Add) -> None:
    (output,) = add_outputs("text")
    disputed(workspace, output)
    ann = by(workspace, "ann")
    assert grading.talk(ann) == []
    grading.rule(by(workspace, "lea", Role.LEAD), output.id, "fail", reason="no price")
    (settled,) = grading.talk(ann)
    assert settled.ruling and settled.ruling.reason == "no price"
    assert [opinion.whole and opinion.whole.note for opinion in settled.opinions] == ["", "no price"]


def test_a_reason_is_no_document(workspace: Workspace, add_outputs: Add) -> None:
    (output,) = add_outputs("text")
    disputed(workspace, output)
    with pytest.raises(BadInput, match="at most 2,000"):
        grading.rule(by(workspace, "lea", Role.LEAD), output.id, "fail", reason="x" * 2_001)


def test_only_people_who_graded_it_are_sent_back(workspace: Workspace, add_outputs: Add) -> None:
    output, fresh = add_outputs("text", "fresh")
    disputed(workspace, output)
    lead = by(workspace, "lea", Role.LEAD)
    with pytest.raises(BadInput, match="cho has not graded"):
        grading.send_back(lead, output.id, people=["cho"])
    with pytest.raises(BadInput, match="Nobody has graded"):
        grading.send_back(lead, fresh.id)
    assert grading.send_back(lead, output.id, people=["ANN"]).people == ("ann",)
    grading.rule(lead, output.id, "pass", reason="clear")
    assert coming(by(workspace, "ann"))[0].text == "fresh", "a ruling ends it"
    with pytest.raises(NotFound):
        grading.rule(lead, fresh.id, "withdrawn", reason="x")


@pytest.mark.whole
def test_agreement_counts_what_people_gave_apart(workspace: Workspace, add_outputs: Add) -> None:
    made = add_outputs(*(f"text {i}" for i in range(12)))
    for at, output in enumerate(made):
        grading.grade(by(workspace, "ann"), output.id, "pass" if at % 2 else "fail")
        grading.grade(by(workspace, "ben"), output.id, "pass" if at % 3 else "fail")
    before = grading.together(workspace)
    for conflict in grading.conflicts(workspace):
        grading.send_back(by(workspace, "lea", Role.LEAD), conflict.output.id, is_open=True)
    ben = by(workspace, "ben")
    ann = {grade.output_id: grade.value for grade in grading.current_grades(workspace, "ann")}
    while (card := coming(ben)) and card[0].output_id.count("~"):
        press(ben, card[0], ann[card[0].output_id.partition("~")[0]])
    assert not [
        conflict for conflict in grading.conflicts(workspace) if len({g.value for g in conflict.grades}) > 1
    ]
    assert grading.together(workspace) == before
    assert agreement(grading.human_labels(workspace).by_annotator) == before.overall, "one answer everywhere"


@pytest.mark.whole
@pytest.mark.parametrize("seed", [1, 2])
def test_settled_labels_equal_rulings(workspace: Workspace, add_outputs: Add, seed: int) -> None:
    chance, lead = random.Random(seed), by(workspace, "lea", Role.LEAD)
    ids = [output.id for output in add_outputs(*(f"text {n}" for n in range(24)))]
    given: dict[str, list[str]] = {output_id: [] for output_id in ids}
    for who, output_id in itertools.product(("ann", "ben"), ids):
        if value := chance.choice(["pass", "fail", "unsure", ""]):
            grading.grade(by(workspace, who), output_id, value)
            given[output_id].append(value)
    ruled: dict[str, str] = {}
    for _ in range(60):
        output_id, value = chance.choice(ids), chance.choice(["pass", "fail", "unclear", "withdrawn"])
        if value != "withdrawn":
            ruled[output_id] = value
        elif not ruled.pop(output_id, ""):
            continue
        grading.rule(lead, output_id, value, reason="so it is")
    labels = grading.human_labels(workspace)
    told = {key: "pass" if value else "fail" for key, value in labels.value.items()}
    told |= dict.fromkeys(labels.conflicts, "unclear")
    people = {key: set(values) & {"pass", "fail"} for key, values in given.items()}
    unanimous = {key: next(iter(values)) for key, values in people.items() if len(values) == 1}
    split = {key: "unclear" for key, values in people.items() if len(values) == 2}
    assert told == unanimous | split | {key: value for key, value in ruled.items() if any(given[key])}


def test_nobody_looks_again_who_was_not_asked_to(workspace: Workspace, add_outputs: Add) -> None:
    (output,) = add_outputs("disputed")
    disputed(workspace, output)
    unasked = {"client_id": "unasked-1", "output_id": f"{output.id}~relook_x", "value": "pass"}
    events, _ = read_events({"events": [unasked]})
    stored, refused = store_events(by(workspace, "ben"), events)
    assert not stored and "Nobody asked" in str(refused["unasked-1"])


def test_whoever_is_to_look_again_is_named_as_they_write_themselves(
    workspace: Workspace, add_outputs: Add
) -> None:
    (output,) = add_outputs("disputed")
    for who, value in (("Ann Lee", "pass"), ("李雷", "fail")):
        grading.grade(by(workspace, who), output.id, value)
    grading.send_back(by(workspace, "lea", Role.LEAD), output.id)
    assert set(grading.conflicts(by(workspace, "lea", Role.LEAD))[0].due) == {"Ann Lee", "李雷"}
