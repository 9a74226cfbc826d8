"""One person's part: what they graded, what the team did, and what their notes led to."""

from __future__ import annotations

from labelcore.models import Criterion, Frozen, Role
from labelcore.operations import operation
from labelcore.stages.aligning.measuring import chosen_judges
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.grading import Waiting, contributions, grading_queue
from labelcore.store import grades as grade_table, verdicts as verdict_table
from labelcore.store.live import live
from labelcore.workspace import Workspace


class NoteEffect(Frozen):
    """A criterion that quotes a person. ``notes``: grades of theirs that it rests on; ``caught``: outputs
    that the judge in use fails for it, None where no judge is in use.
    """

    criterion_id: str
    criterion: str
    quote: str
    notes: int
    judge: str | None
    caught: int | None


class PersonProgress(Frozen):
    """``left``: about how many outputs are still to grade; ``skipped``: so many were skipped before.
    ``team``: (person, graded), the most first. ``waiting``: why there is nothing to grade now.
    """

    person: str
    graded: int
    passes: int
    fails: int
    unsure: int
    notes: int
    left: int
    skipped: int
    waiting: Waiting | None
    team: tuple[tuple[str, int], ...]
    effects: tuple[NoteEffect, ...]


@operation("progress", role=Role.EXPERT)
def progress(workspace: Workspace) -> PersonProgress:
    """Say what a person graded, what the team did, and what came of the person's notes."""
    people = contributions(workspace)
    mine = next((found for found in people if found.annotator == workspace.person), None)
    queue = grading_queue(workspace)
    return PersonProgress(
        person=workspace.person,
        graded=mine.graded if mine else 0,
        passes=mine.passes if mine else 0,
        fails=mine.fails if mine else 0,
        unsure=mine.unsure if mine else 0,
        notes=mine.notes if mine else 0,
        left=queue.left,
        skipped=len(live(workspace.db, workspace.project.id).skipped(workspace.person)),
        waiting=queue.waiting,
        team=tuple((found.annotator, found.graded) for found in people),
        effects=tuple(_effects(workspace)),
    )


def _effects(workspace: Workspace) -> list[NoteEffect]:
    """Accepted criteria that quote the person: what catches most first."""
    place = (workspace.db, workspace.project.id)
    theirs = {grade.id for grade in grade_table.current(*place, annotator=workspace.person)}
    counts = verdict_table.counts(*place)
    judges = {judge.criterion_id: judge for judge in chosen_judges(workspace)}
    effects = []
    for criterion in list_criteria(workspace, status="accepted"):
        quotes = _quotes(criterion, theirs)
        if quotes:
            judge = judges.get(criterion.id)
            effects.append(
                NoteEffect(
                    criterion_id=criterion.id,
                    criterion=criterion.name,
                    quote=next(iter(quotes.values())),
                    notes=len(quotes),
                    judge=judge.name if judge else None,
                    caught=counts.get(judge.id, {}).get("fail", 0) if judge else None,
                )
            )
    return sorted(effects, key=lambda effect: (-(effect.caught or 0), -effect.notes, effect.criterion))


def _quotes(criterion: Criterion, grade_ids: set[str]) -> dict[str, str]:
    """By grade, of those grades: the words of the note."""
    return {
        quote.grade_id: quote.quote
        for quote in criterion.evidence
        if quote.grade_id in grade_ids and not quote.marked
    }
