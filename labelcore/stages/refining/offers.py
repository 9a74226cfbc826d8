"""Suggestions are accepted or rejected one by one, and that is remembered: what was rejected stays away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from labelcore.errors import BadInput, NotFound
from labelcore.models import JudgeVersion, Role, new_id
from labelcore.operations import Effect, Metavar, Why, operation
from labelcore.stages.refining.keeping import in_use, keep
from labelcore.stages.refining.looks import looks_at_dev
from labelcore.stages.refining.suggestions import ChangeSuggestion, Rejected, SuggestionKept
from labelcore.store import suggestions as suggestion_table
from labelcore.store.suggestions import State, SuggestionEvent
from labelcore.workspace import Workspace

Named = Annotated[str, Metavar("SUGGESTION")]


def offer(workspace: Workspace, judge: JudgeVersion, suggestions: Sequence[ChangeSuggestion]) -> None:
    """Remember what was offered, so that it can be accepted or rejected later."""
    events = [
        SuggestionEvent(
            id=new_id("suggestion"),
            project_id=workspace.project.id,
            judge_id=judge.judge_id,
            suggestion_id=suggestion.id,
            state="offered",
            kind=suggestion.kind,
            words=suggestion.candidate.words,
            against_id=judge.id,
            judge_version_id=suggestion.candidate.version.id,
            spec=suggestion.candidate.version.spec,
            figures=suggestion.figures,
            author=workspace.person,
        )
        for suggestion in suggestions
    ]
    suggestion_table.record(workspace.db, events)


def rejected_before(workspace: Workspace, judge: JudgeVersion) -> dict[str, str]:
    """The words of a judge's suggestions that were rejected, by their ids."""
    events = suggestion_table.of_judge(workspace.db, workspace.project.id, judge.judge_id)
    return {key: event.words for key, event in events.items() if event.state == "rejected"}


@operation("judge prompt accept", role=Role.ENGINEER, effect=Effect.WRITES, signed=True)
def accept(workspace: Workspace, judge: JudgeVersion, suggestion: Named, *, why: Why = "") -> SuggestionKept:
    """Keep a suggestion as the next version of a judge, and put it in use.

    Raises:
        NotFound: nothing of that name was suggested for this judge.
        BadInput: it was decided already, or another version is in use since.
    """
    event = _open(workspace, judge, suggestion)
    present = in_use(workspace, judge.judge_id)
    if present.id != event.against_id:
        raise BadInput(
            "Another version of '{name}' is in use since this was suggested.",
            next_step="`labelcore judge prompt suggest '{name}'` tries again.",
            name=judge.name,
        )
    version = keep(workspace, present, event.spec, why=why.strip() or f"suggested: {event.kind}")
    _decide(workspace, event, "accepted", why)
    return SuggestionKept(
        suggestion=suggestion,
        kind=event.kind,
        kept=version,
        figures=event.figures,
        looks=looks_at_dev(workspace, present),
    )


@operation("judge prompt reject", role=Role.ENGINEER, effect=Effect.WRITES, signed=True)
def reject(workspace: Workspace, judge: JudgeVersion, suggestion: Named, *, why: Why = "") -> Rejected:
    """Reject a suggestion: it is not offered for this judge again.

    Raises:
        NotFound: nothing of that name was suggested for this judge.
        BadInput: it was decided already.
    """
    event = _open(workspace, judge, suggestion)
    _decide(workspace, event, "rejected", why)
    return Rejected(suggestion=suggestion, kind=event.kind, judge=judge.name)


def _open(workspace: Workspace, judge: JudgeVersion, suggestion: str) -> SuggestionEvent:
    event = suggestion_table.of_judge(workspace.db, workspace.project.id, judge.judge_id).get(suggestion)
    if event is None:
        raise NotFound(
            "No suggestion '{suggestion}' was made for '{name}'.",
            next_step="`labelcore judge prompt suggest '{name}'` makes some.",
            suggestion=suggestion,
            name=judge.name,
        )
    if event.state != "offered":
        raise BadInput(
            "It was decided already, by {who}.",
            next_step="`labelcore judge prompt history '{name}'` tells the versions.",
            who=event.author,
            name=judge.name,
        )
    return event


def _decide(workspace: Workspace, event: SuggestionEvent, state: State, why: str) -> None:
    updates = {"id": new_id("suggestion"), "state": state, "why": why.strip(), "author": workspace.person}
    rest = {name: value for name, value in event if name not in {"at", *updates}}
    suggestion_table.record(workspace.db, [SuggestionEvent(**rest, **updates)])
