"""Presses of the card become grades one by one; and what the card is told and asks of the coming outputs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from labelcore.errors import LabelcoreError
from labelcore.models import Fact, Grade, Output, Project, Relook, Term
from labelcore.stages import projects
from labelcore.stages.grading.acts import fields_of, part_grades, record
from labelcore.stages.grading.alike import goes_along, with_copies
from labelcore.stages.grading.asked import in_order
from labelcore.stages.grading.card import (
    CardCriterion,
    CardEvent,
    CardEvents,
    CardExample,
    CardField,
    CardGrade,
    CardGuideline,
    CardItem,
    CardLevel,
    CardSetting,
    CardTerm,
    CardTurn,
    Language,
)
from labelcore.stages.grading.card_names import named, opened, output_of
from labelcore.stages.grading.gold import told_of_gold
from labelcore.stages.grading.guidelines import Guidelines, show_guidelines, version_told
from labelcore.stages.grading.mixing import gold_of_card
from labelcore.stages.grading.opinions import opinions_of
from labelcore.stages.grading.queueing import AGAIN, Queue, QueueItem, recent
from labelcore.stages.grading.relooking import hidden_from
from labelcore.stages.grading.rounds import of_card
from labelcore.stages.grading.suggesting import suggestions
from labelcore.store import criteria as criterion_table, grades as grade_table, outputs as output_table
from labelcore.store.grades import parts_of_card
from labelcore.store.lookups import remembered
from labelcore.text.terms import occurring
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_LOOK_BACK = 5
_BEGINNING = 60
"""Of a text, in characters: by it a person knows which one is meant."""


_Added = dict[str, Mapping[str, Any]]
"""What cards get beside their output: by the name of the field, then by the card's id."""


def card_items(
    workspace: Workspace, queue: Queue, *, first: bool = True, in_words: Callable[[str], str] = str
) -> list[CardItem]:
    """The coming outputs; on a first visit also the last few graded ones, for looking back.

    ``in_words``: says why an output was picked.
    """
    past = recent(workspace, queue, _LOOK_BACK) if first else []
    cards = [
        *(_card(seen.output, seen.position, seen.reason, seen.current) for seen in past),
        *(_again(workspace, item, row) if (row := item.relook) else _coming(item) for item in queue.items),
    ]
    added = _of_outputs(workspace, cards)
    rules = workspace.project.rules
    if rules.suggestions != "off":
        verdicts = suggestions(workspace, [output_of(card.output_id) for card in cards], queue.soon)
        added["suggestion"] = {
            card.output_id: verdict for card in cards if (verdict := verdicts.get(output_of(card.output_id)))
        }
    if rules.ask_criteria or rules.ask_fields:
        added["marks"] = _marks(workspace, queue, cards)
    return [
        _with(card, added, reason_for_pick=in_words(card.reason_for_pick), **named(workspace, card))
        for card in cards
    ]


def _with(card: CardItem, added: _Added, **changes: Any) -> CardItem:
    """One copy with all of it: a press makes ten cards."""
    fields = {name: values[card.output_id] for name, values in added.items() if card.output_id in values}
    return card.model_copy(update=fields | changes)


def _marks(workspace: Workspace, queue: Queue, cards: Sequence[CardItem]) -> dict[str, dict[str, CardGrade]]:
    """What the person gave criteria and fields."""
    asked_again = {row.output_id + item.ending: row for item in queue.items if (row := item.relook)}
    plain = [row.output_id for row in asked_again.values()]
    parts = part_grades(workspace, [*(card.output_id for card in cards), *plain])
    marks = {
        output_id: {part: _as_card(grade) for part, grade in grades.items()}
        for output_id, grades in parts.items()
    }
    for key, row in asked_again.items():  # what is not in question keeps its answer
        marks[key] = {
            part: mark for part, mark in marks.get(row.output_id, {}).items() if part != row.criterion_id
        }
    for card in cards:
        if apart := _kept_apart(workspace, card.output_id):
            shown_as = apart["output_id"], apart["source"], apart.get("sample_id")
            found = parts_of_card(workspace.db, workspace.project.id, workspace.person, shown_as)
            marks[card.output_id] = {part: _as_card(grade) for part, grade in found.items()}
    return marks


def _what_others_gave(workspace: Workspace, row: Relook) -> tuple[dict[str, Any], ...]:
    if not row.is_open or row.output_id in hidden_from(workspace):
        return ()
    criteria = criterion_table.current(workspace.db, workspace.project.id)
    names = {criterion.id: criterion.name for criterion in criteria}
    grades = grade_table.of_outputs(workspace.db, workspace.project.id, [row.output_id])
    return tuple(opinion.as_data(workspace.project.rules) for opinion in opinions_of(grades, names))


def _of_outputs(workspace: Workspace, cards: Sequence[CardItem]) -> _Added:
    """The texts of what goes along with each card, its terms and its fields, where the rules ask for them."""
    added: _Added = {}
    rules = workspace.project.rules
    if rules.alike:
        along = {card.output_id: goes_along(workspace, card.output_id) for card in cards}
        outputs = output_table.many(workspace.db, [key for keys in along.values() for key in keys])
        added["alike"] = {
            name: tuple(outputs[key].text for key in keys if key in outputs) for name, keys in along.items()
        }
    if projects.has_terms(workspace.project):
        added["terms"] = _terms(workspace.project, cards)
    if rules.ask_fields:
        added["fields"] = {
            card.output_id: tuple(CardField(**dict(field)) for field in fields_of(card.text))
            for card in cards
        }
    return added


def coming_items(workspace: Workspace, items: Sequence[QueueItem]) -> list[CardItem]:
    """Outputs that have no grade yet, as a pack carries them: without suggestions, one after the other."""
    cards = [_coming(item) for item in items]
    added = _of_outputs(workspace, cards)
    return [_with(card, added, position=at) for at, card in enumerate(cards, 1)]


def setting_of(
    workspace: Workspace,
    language: Language,
    phrases: Sequence[str] | None,
    in_words: Callable[[str], str] = str,
) -> CardSetting:
    """What the card asks this person in this project; ``in_words`` says criteria and phrases."""
    rules = workspace.project.rules
    return CardSetting(
        annotator=workspace.person,
        project=workspace.project.id,
        language=language,
        criteria=_asked_criteria(workspace, in_words),
        scale=tuple(CardLevel(name=name, value=rules.value_of(at)) for at, name in enumerate(rules.scale, 1)),
        suggest_first=rules.suggestions == "first",
        phrases=None if phrases is None else tuple(map(in_words, phrases)),
        guideline=_guideline(workspace),
        guideline_seen=0 if phrases is None else version_told(workspace),
    )


def _guideline(workspace: Workspace) -> CardGuideline:
    """Put together once for each change of the guidelines, not at each press."""
    question = ("card", workspace.project.id)
    return remembered(workspace.db, "guideline", question, lambda: card_guideline(show_guidelines(workspace)))


def card_guideline(guidelines: Guidelines) -> CardGuideline:
    """The guidelines as the card shows them."""
    return CardGuideline(
        texts={text.language: text.text for text in guidelines.texts},
        versions={text.language: text.version for text in guidelines.texts},
        examples=tuple(
            CardExample(value=example.value, why=example.why, text=guidelines.outputs[example.output_id].text)
            for example in guidelines.examples
            if example.value != "withdrawn"
        ),
    )


def _terms(project: Project, cards: Sequence[CardItem]) -> dict[str, tuple[CardTerm, ...]]:
    """Each output is searched for terms once, not at each press."""
    terms_of = _terms_found(project.id, project.at)
    if fresh := [card for card in cards if card.output_id not in terms_of]:
        terms = projects.terms(project)
        for card in fresh:
            turns = (turn.content for turn in card.conversation)
            text = "\n".join((card.text, card.input, card.context, *turns))
            terms_of[card.output_id] = _terms_in(text, terms, card.metadata)
    return terms_of


@lru_cache(maxsize=16)
def _terms_found(project_id: str, at: datetime) -> dict[str, tuple[CardTerm, ...]]:  # noqa: ARG001 - the key
    """Output id -> its terms, in one state of a project; every change of the glossary is a new one."""
    return {}


def terms_of_pair(project: Project, left: Output, right: Output) -> tuple[CardTerm, ...]:
    """The terms that mean the same for both outputs: another would tell which version stands where."""
    if not projects.has_terms(project):
        return ()
    terms_of = _terms_found(f"{project.id}/pairs", project.at)
    key = "~".join(sorted((left.id, right.id)))
    if key not in terms_of:
        turns = (turn.content for turn in left.conversation)
        text = "\n".join((left.text, right.text, left.input, left.context, *turns))
        terms = projects.terms(project)
        on_left, on_right = (_terms_in(text, terms, side.metadata) for side in (left, right))
        terms_of[key] = tuple(term for term in on_left if term in on_right)
    return terms_of[key]


def _terms_in(text: str, terms: Sequence[Term], metadata: Mapping[str, Any]) -> tuple[CardTerm, ...]:
    here = occurring(terms, text, metadata)
    return tuple(CardTerm(term=term.term, meaning=term.meaning) for term in here)


def _asked_criteria(workspace: Workspace, in_words: Callable[[str], str]) -> tuple[CardCriterion, ...]:
    """The accepted criteria in their order, where the project asks for them."""
    rules = workspace.project.rules
    return tuple(
        CardCriterion(
            id=criterion.id,
            version=criterion.version,
            name=in_words(criterion.name),
            severity=criterion.severity,
            statement=in_words(criterion.statement),
            required=criterion.id in rules.required,
        )
        for criterion in (in_order(workspace) if rules.ask_criteria else ())
    )


def _as_card(grade: Grade) -> CardGrade:
    names = set(CardGrade.model_fields) & set(Grade.model_fields)
    return CardGrade(client_id=grade.id, **{name: getattr(grade, name) for name in names})


def _again(workspace: Workspace, item: QueueItem, row: Relook) -> CardItem:
    card = _coming(item)
    changes = {"position": card.position - 0.5, "opinions": _what_others_gave(workspace, row)}
    return card.model_copy(update=changes)


def _coming(item: QueueItem) -> CardItem:
    # Between two places, so that the card shows it before the item that it takes the place of.
    position = item.position - 0.5 if item.unannounced else item.position
    card = _card(item.output, position, item.reason, None)
    return card.model_copy(update={"output_id": card.output_id + item.ending}) if item.ending else card


def turns_of(output: Output) -> tuple[CardTurn, ...]:
    """The conversation as the card shows it."""
    return tuple(
        CardTurn(
            role=turn.role,
            content=turn.content,
            name=turn.name,
            calls=tuple((call.name, call.arguments) for call in turn.tool_calls),
        )
        for turn in output.conversation
    )


def shown(output: Output) -> CardItem:
    """An output as experts will see it, before it is stored."""
    return _card(output, 1, "", None)


def _card(output: Output, position: float, reason: str, grade: Grade | None) -> CardItem:
    return CardItem(
        output_id=output.id,
        position=position,
        text=output.text,
        input=output.input,
        context=output.context,
        reason_for_pick=reason,
        current=_as_card(grade) if grade and grade.value != "undone" else None,
        conversation=turns_of(output),
        reference=output.reference,
        metadata={str(name): str(value) for name, value in output.metadata.items()},
    )


_GIVEN = set(CardEvent.model_fields) & set(Grade.model_fields)
"""What a press says of a grade: every field that both have."""

Receipt = tuple[list[str], dict[str, Wording]]
"""Client ids that are stored durably, and why others can never be."""


def store_each(events: CardEvents, store: Callable[[CardEvent], list[str]]) -> Receipt:
    """Store presses one by one: a press never costs another one."""
    ids: list[str] = []
    refused: dict[str, Wording] = {}
    for event in events:
        try:
            ids += store(event)
        except LabelcoreError as trouble:
            refused[event.client_id] = Wording("{trouble}", trouble=trouble)
        except ValueError:  # the browser is not trusted: a press may not fit the question
            refused[event.client_id] = Wording("it does not fit what is asked")
    return ids, refused


def store_events(workspace: Workspace, events: CardEvents) -> Receipt:
    """Store this person's presses one by one, each with its copies on what goes along."""
    return store_each(events, lambda event: store_grade(workspace, grade_of(workspace, event)))


def told_of_presses(workspace: Workspace, events: CardEvents, stored: Collection[str]) -> list[Fact]:
    """What this person is told at once of each gold output among these presses, once they are ``stored``."""
    wholes = [event for event in events if event.client_id in stored and event.is_overall]
    cards = ((gold_of_card(opened(workspace, event.output_id)), event) for event in wholes)
    newest = {key: event for key, event in cards if key}
    outputs = output_table.many(workspace.db, list(newest))
    names = {key: "" if gold is wholes[-1] else outputs[key].text for key, gold in newest.items()}
    facts = (
        told_of_gold(workspace, key, gold.value, named=names[key][:_BEGINNING])
        for key, gold in newest.items()
    )
    return list(filter(None, facts))


def store_grade(workspace: Workspace, grade: Grade) -> list[str]:
    """Store a grade that a press amounts to, with its copies; returns its id."""
    return [key for key in record(workspace, with_copies(workspace, grade)) if key == grade.id]


def grade_of(workspace: Workspace, event: CardEvent) -> Grade:
    """The grade that a press of this person amounts to; ValueError where it is none (a side of a pair)."""
    card_id = opened(workspace, event.output_id)
    fields = event.model_dump(include=_GIVEN) | {"output_id": card_id} | _shown_as(workspace, event, card_id)
    place = {"project_id": workspace.project.id, "annotator": workspace.person}
    return Grade(id=event.client_id, **place, **fields)


def _shown_as(workspace: Workspace, event: CardEvent, card_id: str) -> dict[str, Any]:
    """Which output the card of a press showed, and for what."""
    if apart := _kept_apart(workspace, card_id):
        return apart
    output_id, _, again = card_id.partition("~")
    if again.startswith("relook_"):
        # Who skips another look keeps the grade that they gave: as a silent repeat, it replaces nothing.
        is_skip = event.value == "skipped" and not event.criterion_id and not event.field
        return {"output_id": output_id, "source": "repeat" if is_skip else "relook"}
    return {"source": "suggestion" if event.agreed else "person"}


def _kept_apart(workspace: Workspace, card_id: str) -> dict[str, Any]:
    """What a grade on this card is of and for, where it counts in no label; else {}."""
    if card_id.endswith(AGAIN):
        return {"output_id": card_id.removesuffix(AGAIN), "source": "repeat"}
    if gold := gold_of_card(card_id):
        return {"output_id": gold, "source": "gold"}
    if found := of_card(workspace, card_id):
        return {"output_id": found[0], "source": "calibration", "sample_id": found[1].id}
    return {}
