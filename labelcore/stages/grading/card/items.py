"""What the card is told of the coming outputs, and what it asks of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from labelcore.models import Grade, Output, Project, Term
from labelcore.stages import projects
from labelcore.stages.grading.acts import part_grades
from labelcore.stages.grading.card.contract import (
    CardCriterion,
    CardField,
    CardGrade,
    CardItem,
    CardLevel,
    CardSetting,
    CardSuggestion,
    CardTerm,
    CardTurn,
    Language,
)
from labelcore.stages.grading.fields import fields_of
from labelcore.stages.grading.queueing import Queue, QueueItem, recent
from labelcore.stages.grading.suggesting import Suggestion, suggestions
from labelcore.store import criteria as criterion_table
from labelcore.text.terms import occurring
from labelcore.workspace import Workspace

_LOOK_BACK = 5
AGAIN = "~2"
"""A silent repeat is another card to the browser: its id carries this ending."""


def card_items(workspace: Workspace, queue: Queue, *, first: bool = True) -> list[CardItem]:
    """The coming outputs; on a first visit also the last few graded ones, for looking back."""
    past = recent(workspace, queue.sample_id, _LOOK_BACK) if first else []
    cards = [
        *(_card(seen.output, seen.position, seen.reason, seen.current) for seen in past),
        *(_coming(item) for item in queue.items),
    ]
    cards = _with_terms_and_fields(workspace.project, cards)
    rules = workspace.project.rules
    if rules.suggestions != "off":
        verdicts = suggestions(workspace, [card.output_id for card in cards], queue.soon)
        cards = [_with_suggestion(card, verdicts.get(card.output_id)) for card in cards]
    if not rules.ask_criteria and not rules.ask_fields:
        return cards
    parts = part_grades(workspace, [card.output_id for card in cards])
    marks = {
        output_id: {part: _as_card(grade) for part, grade in grades.items()}
        for output_id, grades in parts.items()
    }
    return [card.model_copy(update={"marks": marks.get(card.output_id, {})}) for card in cards]


def coming_items(project: Project, items: Sequence[QueueItem]) -> list[CardItem]:
    """Outputs that have no grade yet, as a pack carries them: without suggestions."""
    return _with_terms_and_fields(project, [_coming(item) for item in items])


def setting_of(workspace: Workspace, language: Language, phrases: Sequence[str] | None) -> CardSetting:
    """What the card asks this person in this project."""
    rules = workspace.project.rules
    return CardSetting(
        annotator=workspace.person,
        project=workspace.project.id,
        language=language,
        criteria=_asked_criteria(workspace),
        scale=tuple(CardLevel(name=name, value=rules.value_of(at)) for at, name in enumerate(rules.scale, 1)),
        suggest_first=rules.suggestions == "first",
        phrases=None if phrases is None else tuple(phrases),
    )


def _with_terms_and_fields(project: Project, cards: Sequence[CardItem]) -> list[CardItem]:
    if projects.has_terms(project):
        cards = _with_terms(cards, project)
    return [_with_fields(card) for card in cards] if project.rules.ask_fields else list(cards)


def _with_terms(cards: Sequence[CardItem], project: Project) -> list[CardItem]:
    """The cards with the terms that occur on them; each output is searched once, not at each press."""
    found = _terms_found(project.id, project.at)
    if fresh := [card for card in cards if card.output_id not in found]:
        terms = projects.terms(project)
        found.update({card.output_id: _terms_of(card, terms) for card in fresh})
    return [card.model_copy(update={"terms": found[card.output_id]}) for card in cards]


@lru_cache(maxsize=16)
def _terms_found(project_id: str, at: datetime) -> dict[str, tuple[CardTerm, ...]]:  # noqa: ARG001 - the key
    """Output id -> its terms, in one state of a project; every change of the glossary is a new one."""
    return {}


def terms_of_pair(project: Project, left: Output, right: Output) -> tuple[CardTerm, ...]:
    """The terms on a pair's card: those that mean the same for both outputs.

    One that holds for one of them only would tell which version stands where.
    """
    if not projects.has_terms(project):
        return ()
    found = _terms_found(f"{project.id}/pairs", project.at)
    key = "~".join(sorted((left.id, right.id)))
    if key not in found:
        turns = (turn.content for turn in left.conversation)
        text = "\n".join((left.text, right.text, left.input, left.context, *turns))
        terms = projects.terms(project)
        on_left, on_right = (occurring(terms, text, output.metadata) for output in (left, right))
        shared = {(term.term, term.meaning) for term in on_right}
        found[key] = tuple(
            CardTerm(term=term.term, meaning=term.meaning)
            for term in on_left
            if (term.term, term.meaning) in shared
        )
    return found[key]


def _terms_of(card: CardItem, terms: Sequence[Term]) -> tuple[CardTerm, ...]:
    turns = (turn.content for turn in card.conversation)
    text = "\n".join((card.text, card.input, card.context, *turns))
    found = occurring(terms, text, card.metadata)
    return tuple(CardTerm(term=term.term, meaning=term.meaning) for term in found)


def _with_fields(card: CardItem) -> CardItem:
    fields = tuple(CardField(**field.model_dump()) for field in fields_of(card.text))
    return card.model_copy(update={"fields": fields})


def _asked_criteria(workspace: Workspace) -> tuple[CardCriterion, ...]:
    """The accepted criteria, must before should, where the project asks for them."""
    if not workspace.project.rules.ask_criteria:
        return ()
    accepted = [
        criterion
        for criterion in criterion_table.current(workspace.db, workspace.project.id)
        if criterion.status == "accepted"
    ]
    names = set(CardCriterion.model_fields)
    return tuple(
        CardCriterion(**criterion.model_dump(include=names))
        for criterion in sorted(
            accepted, key=lambda criterion: (criterion.severity != "must", criterion.name)
        )
    )


def _with_suggestion(card: CardItem, verdict: Suggestion | None) -> CardItem:
    if verdict is None:
        return card
    return card.model_copy(update={"suggestion": CardSuggestion.model_validate(verdict.model_dump())})


def _as_card(grade: Grade) -> CardGrade:
    given = set(CardGrade.model_fields) & set(Grade.model_fields)
    return CardGrade(client_id=grade.id, **{name: getattr(grade, name) for name in given})


def _coming(item: QueueItem) -> CardItem:
    card = _card(item.output, item.position, item.reason, None)
    if not item.repeat:
        return card
    # Between two places, so that the card shows it before the item that it takes the place of.
    return card.model_copy(update={"output_id": card.output_id + AGAIN, "position": item.position - 0.5})


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


def _card(output: Output, position: int, reason: str, grade: Grade | None) -> CardItem:
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
