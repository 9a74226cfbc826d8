"""Gold outputs and training: unannounced, apart from every figure, and honest on how sure somebody is."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from labelcore.errors import BadInput, NotAllowed, NotFound
from labelcore.messages import sentence
from labelcore.messages.lines.calibrating import training_words
from labelcore.models import Output, Role
from labelcore.stages import grading, projects, sampling
from labelcore.stages.aligning.evidence import evidence_of
from labelcore.stages.grading.card import CardEvent, CardItem
from labelcore.stages.grading.card_names import opened
from labelcore.stages.grading.gold import told_of_gold
from labelcore.stages.grading.mixing import gold_of_card
from labelcore.stages.grading.presses import card_items, store_events
from labelcore.stats.prevalence import people_only
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace
from tests.databases import empty_database
from tests.stages.measured import accepted
from tests.stages.test_assignment import in_two_languages

Add = Callable[..., list[Output]]
_presses = iter(range(10**9))


def press(workspace: Workspace, card: str, value: str) -> None:
    event = CardEvent(client_id=f"press-{next(_presses):08}", output_id=card, value=value)
    stored, refused = store_events(workspace, (event,))
    assert stored and not refused, refused


def first_card(workspace: Workspace) -> str | None:
    """The id of the card that the person sees."""
    cards = card_items(workspace, grading.grading_queue(workspace), first=False)
    return min(cards, key=lambda card: card.position).output_id if cards else None


@pytest.mark.whole
def test_gold_comes_unannounced_at_its_share_and_counts_in_nothing(
    workspace: Workspace, add_outputs: Add
) -> None:
    made = add_outputs(*(f"text {i}" for i in range(60)))
    lead, ann = workspace.by("lead"), workspace.by("ann")
    for output, value in ((made[50], "fail"), (made[51], "pass")):
        grading.grade(lead, output.id, "pass")
        grading.set_gold(lead, output.id, value, reason="names the clause")
    labels = grading.human_labels(workspace)
    assert gold_cards(ann, 5) == []
    ann = ann.with_project(grading.set_rules(workspace, gold_share=0.2))
    seen = gold_cards(ann, 30)
    assert len(seen) == len(set(seen)) == 2  # each comes back only after many others
    assert {gold_of_card(opened(ann, card)) for card in seen} == {made[50].id, made[51].id}
    kept = grading.human_labels(workspace)
    assert {key: kept.value[key] for key in labels.value} == labels.value and len(kept.value) == 35
    assert not [card for card in gold_cards(lead.with_project(ann.project), 12) if card]  # who settled them
    [person] = grading.show_gold(workspace).people
    assert (person.name, person.right.n, person.right.value) == ("ann", 2, 0.5)
    assert person.right.low is not None and person.let_through == 1
    workspace.db.memory.clear()
    assert grading.show_gold(workspace).people == (person,)
    press(ann, seen[0], "pass")
    assert grading.show_gold(workspace).people[0].right.n == 2  # counted once, as first seen
    with pytest.raises(NotAllowed):
        grading.show_gold(replace(ann, role=Role.EXPERT))
    with pytest.raises(BadInput, match="not settled"):
        grading.set_gold(lead, made[0].id)
    grading.end_gold(lead, made[50].id)
    with pytest.raises(NotFound):
        grading.end_gold(lead, made[50].id)


def gold_cards(workspace: Workspace, n: int) -> list[str]:
    """Those of the next n cards that are gold; all are passed."""
    found = []
    for _ in range(n):
        card = first_card(workspace)
        assert card
        press(workspace, card, "pass")
        found += [card] if gold_of_card(opened(workspace, card)) else []
    return found


@pytest.mark.whole
def test_what_somebody_gives_an_output_again_that_they_had_as_gold_tells_nothing_of_agreement(
    workspace: Workspace, add_outputs: Add
) -> None:
    made = add_outputs(*(f"text {i}" for i in range(12)))
    ann = workspace.by("ann")
    for output in made:
        grading.grade(workspace.by("ben"), output.id, "fail" if output in made[:3] else "pass")
    grading.set_gold(workspace.by("lead"), made[-1].id, "pass", reason="names the clause")
    ann = ann.with_project(grading.set_rules(workspace, gold_share=0.5))
    assert len(gold_cards(ann, 13)) == 1
    assert made[-1].id in {grade.output_id for grade in grading.current_grades(ann, "ann")}
    votes = grading.human_labels(ann).by_annotator
    assert made[-1].id not in votes["ann"] and made[-1].id in votes["ben"] and len(votes["ann"]) == 11
    assert grading.together(ann).pairs[0].same.n == 11


@pytest.mark.whole
def test_a_browser_is_sent_nothing_that_tells_gold_or_a_repeat_from_an_ordinary_output(
    workspace: Workspace, add_outputs: Add
) -> None:
    made = add_outputs(*(f"text {i}" for i in range(60)))
    for output in made[50:52]:
        grading.set_gold(workspace.by("lead"), output.id, "fail", reason="names the clause")
    ann = workspace.by("ann")
    ann = ann.with_project(
        grading.set_rules(workspace, gold_share=0.2, repeat_share=0.2, suggestions="first")
    )
    kinds: dict[str, list[CardItem]] = {}
    for _ in range(40):
        cards = card_items(ann, grading.grading_queue(ann), first=True)
        coming = sorted((card for card in cards if card.current is None), key=lambda card: card.position)
        ending = opened(ann, coming[0].output_id).partition("~")[2]
        kinds.setdefault(ending[:2], []).append(coming[0])
        assert all(re.fullmatch(r"[^~]+~[0-9a-f]{16}", card.output_id) for card in cards)
        assert len({card.position for card in cards}) == len(cards)
        press(ann, coming[0].output_id, "pass")
    ordinary, gold, again = kinds[""], kinds["2-"], kinds["2"]
    assert len(gold) == 2 and again
    shape = [{name: type(value) for name, value in card.as_data().items()} for card in ordinary]
    for card in (*gold, *again):
        sent = card.as_data()
        assert {name: type(value) for name, value in sent.items()} in shape
        assert 0.01 < math.ceil(card.position) - card.position < 0.999
        assert str(sent["reason_for_pick"]) in {str(other.reason_for_pick) for other in ordinary}
    halves = {round(math.ceil(card.position) - card.position, 3) for card in (*ordinary, *gold, *again)}
    assert len(halves) > 20  # no place within a place is one kind's
    with pytest.raises(ValueError, match=r"~0{16}"):
        opened(ann, f"{made[0].id}~{'0' * 16}")


def test_gold_that_nobody_graded_enters_no_rate(workspace: Workspace, add_outputs: Add) -> None:
    graded, gold = add_outputs("graded", "gold")
    grading.grade(workspace.by("ann"), graded.id, "pass")
    grading.set_gold(workspace.by("lead"), gold.id, "fail", reason="no")
    assert evidence_of(workspace, {graded.id: True, gold.id: False}).ids == [graded.id]


def test_who_is_told_of_gold_is_a_rule(workspace: Workspace, add_outputs: Add) -> None:
    (made,) = add_outputs("text")
    grading.set_gold(workspace.by("lead"), made.id, "fail", reason="promises a refund")
    assert told_of_gold(workspace, made.id, "pass") is None
    workspace = workspace.with_project(grading.set_rules(workspace, gold_feedback="person"))
    told = told_of_gold(workspace, made.id, "pass")
    assert told and sentence(told) == "The last one was settled as a fail: promises a refund"


@pytest.mark.whole
def test_newcomers_pass_the_training_before_they_are_dealt_other_outputs(
    workspace: Workspace, add_outputs: Add
) -> None:
    made = add_outputs(*(f"text {i}" for i in range(8)))
    lead, ann, old = workspace.by("lead"), workspace.by("ann"), workspace.by("old")
    grading.grade(old, made[7].id, "pass")
    for output in made[:4]:
        grading.set_gold(lead, output.id, "fail", reason="no", training=True)
    project = grading.set_rules(workspace, training=0.75)
    ann, old = ann.with_project(project), old.with_project(project)
    assert not grading.grading_queue(old).training
    with pytest.raises(BadInput, match="4 training outputs"):
        grading.grade(ann, made[6].id, "pass")
    queue = grading.grading_queue(ann)
    assert (queue.training, queue.done, queue.total, len(queue.items)) == (0.75, 0, 4, 4)
    for value in ("fail", "pass", "unsure", "fail"):  # two of four
        press(ann, str(first_card(ann)), value)
    queue = grading.grading_queue(ann)
    assert (queue.left, queue.fell_short) == (4, 2)
    assert training_words(queue).startswith("Training again (2 of 4 right): 0 of 4")
    for value in ("fail", "pass", "fail", "fail"):  # three of four
        press(ann, str(first_card(ann)), value)
    assert grading.grading_queue(ann).training is None
    assert {item.output.id for item in grading.grading_queue(ann).items} >= {made[4].id, made[0].id}
    assert grading.human_labels(workspace).by_annotator.keys() == {"old"}
    report = {person.name: person.training for person in grading.show_gold(lead.with_project(project)).people}
    assert report == {"ann": "passed", "old": "let through"}
    grading.set_gold(lead, made[5].id, "fail", reason="no", training=True)
    assert grading.grading_queue(ann).training is None  # who has passed has passed
    workspace.db.memory.clear()
    assert grading.grading_queue(ann).training is None
    grading.train(lead.with_project(project), "ann", "send-back")
    assert grading.grading_queue(ann).left == 5
    grading.train(lead.with_project(project), "ann", "let-through")
    assert grading.grading_queue(ann).training is None


def test_gold_and_training_come_only_in_what_a_person_reads(workspace: Workspace) -> None:
    made = in_two_languages(workspace, 12)
    lead, ann = workspace.by("lead"), workspace.by("ann")
    grading.describe_member(workspace, "ann", reads=("en",))
    grading.set_gold(lead, made[0], "fail", reason="no")  # Chinese
    project = grading.set_rules(workspace, gold_share=0.5, training=0.5)
    assert gold_cards(ann.with_project(project), 8) == []
    for output_id in made[2:4]:  # English and Chinese
        grading.set_gold(lead, output_id, "fail", reason="no", training=True)
    new = workspace.by("Bo").with_project(project)
    grading.describe_member(workspace, "Bo", reads=("en",))
    assert [item.output.id for item in grading.grading_queue(new).items] == [made[2]]
    grading.describe_member(workspace, "Bo", reads=("fr",))
    assert grading.grading_queue(new).training is None


def test_what_one_is_told_changes_no_answer(workspace: Workspace, add_outputs: Add) -> None:
    made = add_outputs(*(f"text {i}" for i in range(4)))
    lead, ann = workspace.by("lead"), workspace.by("ann")
    for output in made[:3]:
        grading.set_gold(lead, output.id, "fail", reason="no", training=True)
    ann = ann.with_project(grading.set_rules(workspace, training=1.0))
    for _ in range(3):
        card = str(first_card(ann))
        press(ann, card, "pass")
        newest = grading.grade_history(ann, gold_of_card(card))[-1]
        with pytest.raises(BadInput, match="first grade stands"):
            grading.undo(ann, newest.id)
        press(ann, card, "fail")  # right, once it was told
    queue = grading.grading_queue(ann)
    assert (queue.training, queue.left) == (1.0, 3)
    assert grading.show_gold(lead.with_project(ann.project)).people[0].right.value == 0
    for _ in range(3):
        press(ann, str(first_card(ann)), "fail")
    assert grading.grading_queue(ann).training is None


_week = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bo", "cy"]),
        st.sampled_from(["pass", "fail", "skipped", "start", "chosen", "reveal", "end", "gold"]),
    ),
    max_size=30,
)


@pytest.mark.slow
@settings(max_examples=8)
@given(acts=_week, most=st.sampled_from([None, 1, 2]), seed=st.integers(0, 5))
def test_in_random_weeks_nobody_sees_the_others_and_no_rate_moves_with_gold(
    acts: list[tuple[str, str]], most: int | None, seed: int
) -> None:
    with empty_database() as db:
        workspace = Workspace(db, projects.open_project(db, "p"))
        made = [Output(id=f"o{n}", project_id=workspace.project.id, text=f"text {n}") for n in range(12)]
        output_table.add(db, made)
        sampling.draw_sample(workspace, rule="random", n=8, seed=seed)
        project = grading.set_rules(workspace, per_output=most, gold_share=0.3, repeat_share=0.2)
        workspace = workspace.with_project(project)
        for who, act in acts:
            place = workspace.by(who)
            open_ = next((row for row in grading.list_rounds(workspace).rounds if row.state == "open"), None)
            try:
                if act == "start":
                    grading.start_round(place, n=3)
                elif act == "chosen":
                    grading.start_round(place, ["o1", "o2", "o11"])
                elif act == "reveal":
                    grading.reveal_round(place)
                elif act == "end":
                    grading.end_round(place)
                elif act == "gold":
                    grading.set_gold(workspace.by("lead"), "o3", "fail", reason="no")
                elif card := first_card(place):
                    press(place, card, act)
            except (BadInput, NotFound):
                continue
            if open_ and act not in {"reveal", "end"}:
                hidden = set(open_.outputs)
                assert not grading.show_round(place).outputs
                assert not {found.output.id for found in grading.conflicts(place)} & hidden
                acts_seen = grading.latest_acts(place)
                assert all(
                    found.grade.annotator == who for found in acts_seen if found.grade.output_id in hidden
                )
        if any(row.state == "open" for row in grading.list_rounds(workspace).rounds):
            grading.end_round(workspace)
        finish(workspace)
        labels = grading.human_labels(workspace).value
        evidence = evidence_of(workspace, labels)
        assert evidence.weights is not None and set(evidence.weights) <= {1.5}
        assert people_only(evidence.graded(np.full(len(labels), np.nan))).n == len(labels)


def finish(workspace: Workspace) -> None:
    """Everybody grades what is left: nothing is held for ever, the whole sample is graded."""
    for who in ("ann", "bo", "cy") * 2:
        grading.look_again(workspace.by(who))
        for _ in range(30):
            if (card := first_card(workspace.by(who))) is None:
                break
            press(workspace.by(who), card, "pass")
        grading.release(workspace, who)
    labels = grading.human_labels(workspace)
    graded = {*labels.value, *labels.conflicts}
    assert {pick.output_id for pick in sampling.samples(workspace)[0].picks} == graded


def test_gold_on_criteria_is_held_against_people_as_gold_on_the_whole_is(
    workspace: Workspace, add_outputs: Add
) -> None:
    made = add_outputs(*(f"text {i}" for i in range(12)))
    lead, ann = workspace.by("lead"), workspace.by("ann")
    rule = accepted(workspace, "Short", "No filler.")
    with pytest.raises(BadInput, match="not settled"):
        grading.set_gold(lead, made[10].id, "pass", criterion=rule, reason="short")
    grading.set_gold(lead, made[10].id, "fail", reason="wrong price")
    assert len(grading.set_gold(lead, made[10].id, "pass", criterion=rule, reason="short").criteria) == 1
    ann = ann.with_project(grading.set_rules(workspace, gold_share=0.5, gold_feedback="person"))
    while (card := first_card(ann)) and not gold_of_card(opened(ann, card)):
        press(ann, card, "pass")
    assert card
    part = CardEvent(
        client_id="on-the-part", output_id=card, value="fail", criterion_id=rule.id, criterion_version=1
    )
    store_events(ann, (part,))
    press(ann, card, "fail")
    told = told_of_gold(ann, made[10].id, "fail")
    assert told
    assert sentence(told) == "The last one was right: wrong price (on Short it passes: short)"
    (person,) = grading.show_gold(workspace).people
    assert (person.right.n, person.right.value) == (1, 1.0)
    answers = person.criteria["Short"]
    assert (answers.right.n, answers.right.value, answers.too_strict) == (1, 0.0, 1)
    assert not grading.current_grades(workspace, criteria_only=True)
