"""Presses of the card become durable one by one, as grades, whichever way they came."""

from __future__ import annotations

from collections.abc import Callable

from labelcore.errors import LabelcoreError
from labelcore.models import Grade
from labelcore.stages.grading.acts import record
from labelcore.stages.grading.card.contract import CardEvent, CardEvents
from labelcore.stages.grading.card.items import AGAIN
from labelcore.workspace import Workspace

_GIVEN = set(CardEvent.model_fields) & set(Grade.model_fields)
"""What a press says of a grade: every field that both have."""

Receipt = tuple[list[str], dict[str, str]]
"""Client ids that are stored durably, and why others can never be."""


def store_each(events: CardEvents, store: Callable[[CardEvent], list[str]]) -> Receipt:
    """The client ids that are stored durably, and why others can never be (a press never costs
    another one).
    """
    stored: list[str] = []
    refused: dict[str, str] = {}
    for event in events:
        try:
            stored += store(event)
        except LabelcoreError as trouble:
            refused[event.client_id] = str(trouble)
        except ValueError:  # the browser is not trusted: a press may not fit the question
            refused[event.client_id] = "it does not fit what is asked"
    return stored, refused


def store_events(workspace: Workspace, events: CardEvents) -> Receipt:
    """Store this person's presses one by one."""
    return store_each(events, lambda event: record(workspace, [grade_of(workspace, event)]))


def grade_of(workspace: Workspace, event: CardEvent) -> Grade:
    """The grade that a press of this person amounts to.

    Raises:
        ValueError: the press is no grade (a side, where two outputs are compared).
    """
    again = event.output_id.endswith(AGAIN)
    source = "repeat" if again else "suggestion" if event.agreed else "person"
    given = event.model_dump(include=_GIVEN) | {"output_id": event.output_id.removesuffix(AGAIN)}
    # A side is no grade's value and raises ValueError.
    return Grade(
        id=event.client_id,
        project_id=workspace.project.id,
        annotator=workspace.person,
        source=source,
        **given,
    )
