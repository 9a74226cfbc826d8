"""What a person said of criteria on a card that is kept apart stands on it until they grade the whole."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from labelcore.models import Output
from labelcore.stages import grading
from labelcore.stages.grading.asked import ask
from labelcore.stages.grading.card import CardEvent, CardItem
from labelcore.stages.grading.card_names import opened
from labelcore.stages.grading.presses import card_items, store_events
from labelcore.workspace import Workspace
from tests.stages.measured import accepted

Add = Callable[..., list[Output]]
_numbers = itertools.count()


def first(place: Workspace) -> CardItem:
    cards = card_items(place, grading.grading_queue(place), first=False)
    return min(cards, key=lambda card: card.position)


def press(place: Workspace, card: CardItem, value: str, **more: object) -> str:
    name = f"press-{next(_numbers):08}"
    event = CardEvent(client_id=name, output_id=card.output_id, value=value, **more)
    stored, refused = store_events(place, (event,))
    assert stored == [name] and not refused, refused
    return name


def until(place: Workspace, marked: str) -> CardItem:
    """Pass cards until one comes whose ending begins so."""
    for _ in range(40):
        card = first(place)
        if marked in opened(place, card.output_id):
            return card
        press(place, card, "pass")
    raise AssertionError(marked)


@pytest.mark.parametrize("kind", ["gold", "training", "repeat", "round"])
def test_an_answer_on_a_criterion_stays_on_the_card_until_the_whole_is_graded(
    workspace: Workspace, add_outputs: Add, kind: str
) -> None:
    made = add_outputs(*(f"text {at}" for at in range(30)))
    short, kind_ = accepted(workspace, "Short", "No filler."), accepted(workspace, "Kind", "Is kind.")
    ask(workspace, [short, kind_], required=True)
    lead = workspace.by("lead")
    if kind == "round":
        grading.grade(workspace.by("bo"), made[3].id, "pass")
        grading.start_round(lead, [made[3].id, made[4].id])
    elif kind == "repeat":
        grading.set_rules(workspace, repeat_share=0.5)
    else:
        grading.set_gold(lead, made[20].id, "fail", reason="no", training=kind == "training")
        grading.set_rules(workspace, gold_share=0.5, training=0.9 if kind == "training" else None)
    project = grading.set_rules(workspace)
    ann = workspace.with_project(project).by("ann")
    card = until(ann, "~c-1" if kind == "round" else "~2")
    assert not card.marks
    press(ann, card, "fail", criterion_id=short.id, criterion_version=1)
    press(ann, card, "fail", criterion_id=short.id, criterion_version=1, note="a note")
    taken = press(ann, card, "pass", criterion_id=kind_.id, criterion_version=1)
    ann.db.memory.clear()
    again = first(ann)
    assert again.output_id == card.output_id
    assert {key: (mark.value, mark.note) for key, mark in again.marks.items()} == {
        short.id: ("fail", "a note"),
        kind_.id: ("pass", ""),
    }
    press(ann, card, "undone", criterion_id=kind_.id, criterion_version=1, supersedes=taken)
    assert set(first(ann).marks) == {short.id}
    press(ann, card, "pass")
    if kind == "training":  # too few were right: it comes back, as if it had never been seen
        later = until(ann, "~2-2")
        assert later.output_id.partition("~")[0] == made[20].id and not later.marks
    assert not grading.current_grades(workspace, criteria_only=True)
