"""Between the grading card and the library where two versions are compared: pairs as cards."""

from __future__ import annotations

from labelcore.messages import Language
from labelcore.models import Comparison, Preference, Project
from labelcore.stages import grading
from labelcore.stages.grading.card import (
    CardEvent,
    CardEvents,
    CardItem,
    CardSetting,
    Receipt,
    store_each,
    terms_of_pair,
    turns_of,
)
from labelcore.workspace import Workspace


def pair_setting(workspace: Workspace, language: Language) -> CardSetting:
    """What the card asks where two outputs stand side by side."""
    project = f"{workspace.project.id}/compare"
    return CardSetting(annotator=workspace.person, project=project, language=language, compare=True)


def pair_items(project: Project, queue: grading.PairQueue) -> list[CardItem]:
    """The coming pairs, blind: no version, no model, no metadata."""
    return [
        CardItem(
            output_id=item.pair,
            position=item.position,
            text=item.left.text,
            other=item.right.text,
            input=item.left.input,
            context=item.left.context,
            reason_for_pick=item.reason,
            conversation=turns_of(item.left),
            terms=terms_of_pair(project, item.left, item.right),
        )
        for item in queue.items
    ]


def store_pairs(workspace: Workspace, events: CardEvents) -> Receipt:
    """Store this person's presses one by one."""
    return store_each(events, lambda event: grading.compare(workspace, [_comparison(workspace, event)]))


def _comparison(workspace: Workspace, event: CardEvent) -> Comparison:
    first, _, second = event.output_id.partition("~")
    is_first_left = grading.first_is_left(workspace.person, event.output_id)
    return Comparison(
        id=event.client_id,
        project_id=workspace.project.id,
        first_id=first,
        second_id=second,
        annotator=workspace.person,
        value=_preferred(event.value, is_first_left=is_first_left),
        note=event.note,
        seconds=event.seconds,
        left_id=first if is_first_left else second,
        supersedes=event.supersedes,
    )


def _preferred(side: str, *, is_first_left: bool) -> Preference:
    match side:
        case "tie" | "skipped" | "undone":
            return side
        case "left" | "right":
            return "first" if (side == "left") == is_first_left else "second"
    raise ValueError(side)
