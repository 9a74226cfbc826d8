"""Between the grading card and the library: queue items as cards, presses as grades."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from labelcore.models import Grade, Output, Project, Term
from labelcore.stages import deriving, grading
from labelcore.stages.deriving import glossary
from labelcore.store import Database
from pages.widgets.grading_card import (
    CardCriterion,
    CardEvent,
    CardEvents,
    CardField,
    CardGrade,
    CardItem,
    CardLevel,
    CardSetting,
    CardSuggestion,
    CardTerm,
    CardTurn,
)
from pages.widgets.language import Language
from pages.widgets.storing import store_each

_LOOK_BACK = 5
_AGAIN = "~2"
"""A silent repeat is another card to the browser: its id carries this ending."""


def store_events(
    db: Database, project: Project, annotator: str, events: CardEvents
) -> tuple[list[str], dict[str, str]]:
    """Store presses one by one. Returns the stored client ids, and why others can never be."""
    return store_each(events, lambda own: grading.record(db, project, [_grade(project, annotator, own)]))


def _grade(project: Project, annotator: str, event: CardEvent) -> Grade:
    again = event.output_id.endswith(_AGAIN)
    source = "repeat" if again else "suggestion" if event.agreed else "person"
    return Grade(
        id=event.client_id,
        project_id=project.id,
        output_id=event.output_id.removesuffix(_AGAIN),
        annotator=annotator,
        value=event.value,  # type: ignore[arg-type]  # a side raises ValueError
        note=event.note,
        seconds=event.seconds,
        supersedes=event.supersedes,
        source=source,  # type: ignore[arg-type]  # literals above
        criterion_id=event.criterion_id,
        criterion_version=event.criterion_version,
        field=event.field,
        level=event.level,
        spans=tuple(span.model_dump() for span in event.spans),
        corrected_text=event.corrected_text,
        judge_shown=event.judge_shown,
    )


def card_items(
    db: Database, project: Project, annotator: str, queue: grading.Queue, *, first: bool = True
) -> list[CardItem]:
    """The coming outputs; on a first visit also the last few graded ones, for looking back."""
    past = grading.recent(db, project, annotator, queue.sample_id, _LOOK_BACK) if first else []
    cards = [
        *(_card(own.output, own.position, own.reason, own.current) for own in past),
        *(_coming(own) for own in queue.items),
    ]
    if glossary.has_terms(project):
        cards = _with_terms(cards, project)
    rules = grading.rules_of(project)
    if rules.suggestions != "off":
        ids = [own.output_id for own in cards]
        said = grading.suggestions(db, project, ids, queue.soon)
        cards = [_with_suggestion(own, said.get(own.output_id)) for own in cards]
    if rules.ask_fields:
        cards = [_with_fields(own) for own in cards]
    if not rules.ask_criteria and not rules.ask_fields:
        return cards
    given = grading.part_grades(db, project, annotator, [own.output_id for own in cards])
    marks = {
        output_id: {criterion: _as_card(grade) for criterion, grade in own.items()}
        for output_id, own in given.items()
    }
    return [own.model_copy(update={"marks": marks.get(own.output_id, {})}) for own in cards]


def setting_of(
    db: Database, project: Project, annotator: str, language: Language, phrases: Sequence[str] | None
) -> CardSetting:
    """What the card asks this person in this project."""
    rules = grading.rules_of(project)
    return CardSetting(
        annotator=annotator,
        project=project.id,
        language=language,
        criteria=asked_criteria(db, project),
        scale=tuple(CardLevel(name=name, value=rules.value_of(at)) for at, name in enumerate(rules.scale, 1)),
        suggest_first=rules.suggestions == "first",
        phrases=None if phrases is None else tuple(phrases),
    )


def _with_terms(cards: Sequence[CardItem], project: Project) -> list[CardItem]:
    """The cards with the terms that occur on them; each output is searched once, not at each press."""
    found = _terms_found(project.id, project.at)
    if fresh := [own for own in cards if own.output_id not in found]:
        known = glossary.terms(project)
        found.update({own.output_id: _terms_of(own, known) for own in fresh})
    return [own.model_copy(update={"terms": found[own.output_id]}) for own in cards]


@lru_cache(maxsize=16)
def _terms_found(project_id: str, at: datetime) -> dict[str, tuple[CardTerm, ...]]:  # noqa: ARG001 - the key
    """Output id -> its terms, in one state of a project; every change of the glossary is a new one."""
    return {}


def terms_of_pair(project: Project, left: Output, right: Output) -> tuple[CardTerm, ...]:
    """The terms on a pair's card: those that mean the same for both outputs.

    One that holds for one of them only would tell which version stands where.
    """
    if not glossary.has_terms(project):
        return ()
    found = _terms_found(f"{project.id}/pairs", project.at)
    key = "~".join(sorted((left.id, right.id)))
    if key not in found:
        turns = (own.content for own in left.conversation)
        text = "\n".join((left.text, right.text, left.input, left.context, *turns))
        known = glossary.terms(project)
        one, other = (glossary.occurring(known, text, own.metadata) for own in (left, right))
        both = {(own.term, own.meaning) for own in other}
        found[key] = tuple(
            CardTerm(term=own.term, meaning=own.meaning) for own in one if (own.term, own.meaning) in both
        )
    return found[key]


def _terms_of(card: CardItem, known: Sequence[Term]) -> tuple[CardTerm, ...]:
    turns = (own.content for own in card.conversation)
    text = "\n".join((card.text, card.input, card.context, *turns))
    found = glossary.occurring(known, text, card.metadata)
    return tuple(CardTerm(term=own.term, meaning=own.meaning) for own in found)


def _with_fields(card: CardItem) -> CardItem:
    fields = tuple(CardField(**own.model_dump()) for own in grading.fields_of(card.text))
    return card.model_copy(update={"fields": fields})


def asked_criteria(db: Database, project: Project) -> tuple[CardCriterion, ...]:
    """The accepted criteria, must before should, where the project asks for them."""
    if not grading.rules_of(project).ask_criteria:
        return ()
    accepted = deriving.list_criteria(db, project, status="accepted")
    return tuple(
        CardCriterion(
            id=own.id, version=own.version, name=own.name, severity=own.severity, statement=own.statement
        )
        for own in sorted(accepted, key=lambda own: (own.severity != "must", own.name))
    )


def _with_suggestion(card: CardItem, said: grading.Suggestion | None) -> CardItem:
    if said is None:
        return card
    suggestion = CardSuggestion.model_validate(said.model_dump())
    return card.model_copy(update={"suggestion": suggestion})


def _as_card(grade: Grade) -> CardGrade:
    return CardGrade(
        value=grade.value,
        level=grade.level,
        note=grade.note,
        client_id=grade.id,
        spans=grade.spans,
        corrected_text=grade.corrected_text,
    )


def _coming(own: grading.QueueItem) -> CardItem:
    card = _card(own.output, own.position, own.reason, None)
    if not own.repeat:
        return card
    # Between two places, so that the card shows it before the item that it takes the place of.
    return card.model_copy(update={"output_id": card.output_id + _AGAIN, "position": own.position - 0.5})


def turns_of(output: Output) -> tuple[CardTurn, ...]:
    """The conversation as the card shows it."""
    return tuple(
        CardTurn(
            role=own.role,
            content=own.content,
            name=own.name,
            calls=tuple((call.name, call.arguments) for call in own.tool_calls),
        )
        for own in output.conversation
    )


def _card(output: Output, position: int, reason: str, grade: Grade | None) -> CardItem:
    current = None
    if grade and grade.value != "undone":
        current = _as_card(grade)
    return CardItem(
        output_id=output.id,
        position=position,
        text=output.text,
        input=output.input,
        context=output.context,
        reason_for_pick=reason,
        current=current,
        conversation=turns_of(output),
        reference=output.reference,
        metadata={str(k): str(v) for k, v in output.metadata.items()},
    )
