"""Between the grading card and the library: queue items as cards, presses as grades."""

from __future__ import annotations

from labelcore.errors import LabelcoreError
from labelcore.models import Grade, Output, Project
from labelcore.stages import grading
from labelcore.store import Database
from pages.widgets.grading_card import CardEvent, CardEvents, CardGrade, CardItem

_LOOK_BACK = 5
_AGAIN = "~2"
"""A silent repeat is another card to the browser: its id carries this ending."""


def store_events(
    db: Database, project: Project, annotator: str, events: CardEvents
) -> tuple[list[str], dict[str, str]]:
    """Store presses one by one. Returns the stored client ids, and why others can never be."""
    stored: list[str] = []
    refused: dict[str, str] = {}
    for event in events:
        try:
            stored += grading.record(db, project, [_grade(project, annotator, event)])
        except LabelcoreError as trouble:
            refused[event.client_id] = str(trouble)
    return stored, refused


def _grade(project: Project, annotator: str, event: CardEvent) -> Grade:
    again = event.output_id.endswith(_AGAIN)
    return Grade(
        id=event.client_id, project_id=project.id, output_id=event.output_id.removesuffix(_AGAIN),
        annotator=annotator, value=event.value, note=event.note, seconds=event.seconds,
        supersedes=event.supersedes, source="repeat" if again else "person",
    )  # fmt: skip


def card_items(
    db: Database, project: Project, annotator: str, queue: grading.Queue
) -> list[CardItem]:
    """The coming outputs, and the last few graded ones for looking back."""
    coming = [_coming(own) for own in queue.items]
    past = grading.recent(db, project, annotator, queue.sample_id, _LOOK_BACK)
    return [
        *(_card(own.output, own.position, own.reason, own.current) for own in past),
        *coming,
    ]


def _coming(own: grading.QueueItem) -> CardItem:
    card = _card(own.output, own.position, own.reason, None)
    if not own.repeat:
        return card
    # Between two places, so that the card shows it before the item that it takes the place of.
    return card.model_copy(
        update={"output_id": card.output_id + _AGAIN, "position": own.position - 0.5}
    )


def _card(output: Output, position: int, reason: str, grade: Grade | None) -> CardItem:
    current = None
    if grade and grade.value != "undone":
        current = CardGrade(value=grade.value, note=grade.note, client_id=grade.id)
    return CardItem(
        output_id=output.id, position=position, text=output.text, input=output.input,
        context=output.context, reason_for_pick=reason, current=current,
        conversation=tuple((turn.role, turn.content) for turn in output.conversation),
        metadata={str(k): str(v) for k, v in output.metadata.items()},
    )  # fmt: skip
