"""One person's part beside the team's: what they graded, what rests on their notes, what of it was settled.

Others' grades count only on what the person graded too, and never while a calibration round hides them.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from labelcore.models import OVERALL, Criterion, Fact, Frozen, Notice, Role, Ruling, fact
from labelcore.operations import operation
from labelcore.stages.aligning.measuring import chosen_judges
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.grading import Wait, contributions, grading_queue
from labelcore.stages.grading.settled import in_force
from labelcore.stages.grading.talking import readable
from labelcore.stages.notifying import notices_for
from labelcore.stats.paired import compare
from labelcore.stats.rate import Rate, not_measurable, proportion
from labelcore.store import (
    calibrations,
    golds,
    grade_counts,
    grades as grade_table,
    outputs as output_table,
    verdicts as verdict_table,
)
from labelcore.store.grade_counts import VerdictShares
from labelcore.store.live import live
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_FEWEST = 10
_MILESTONES = (10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000)


class NoteEffect(Frozen):
    """A criterion that quotes a person. ``notes``: grades of theirs that it rests on; ``caught``: outputs
    that the judge in use fails for it, None where no judge is in use; ``rulings``: so many settled a conflict
    on it where they had graded.
    """

    criterion_id: str
    criterion: str
    statement: str
    quote: str
    notes: int
    judge: str | None
    caught: int | None
    rulings: int


class GradingDifference(Frozen):
    """How much more of the same outputs a person fails than the others, as a share; ``says``: what that may
    mean. ``criterion``: a name, or "overall".
    """

    criterion: str
    stricter: Rate
    says: Fact


class Effort(Frozen):
    """``settled``: the share of what was settled, where others said otherwise, that went the person's way;
    ``milestone``: the last one reached, 0 before the first or where the project says no thanks; ``coming``:
    outputs until the next.
    """

    effects: tuple[NoteEffect, ...]
    differences: tuple[GradingDifference, ...]
    settled: Rate
    milestone: int
    coming: int


def effort_of(workspace: Workspace, graded: int) -> Effort:
    """What came of a person's work, of which ``graded`` outputs count."""
    rows = _beside(workspace)
    all_rulings = list(in_force(workspace).values())
    mine = {(row.output_id, row.criterion_id): row.passes for row in rows}
    differing = {(row.output_id, row.criterion_id) for row in rows if row.others_differ}
    untold = _untold(workspace)
    settled = [
        ruling
        for ruling in all_rulings
        if (ruling.output_id, ruling.criterion_id) in differing
        and ruling.output_id not in untold
        and ruling.value != "unclear"
    ]
    same = [(ruling.value == "pass") == mine[ruling.output_id, ruling.criterion_id] for ruling in settled]
    reached = max((n for n in _MILESTONES if n <= graded), default=0)
    following = min((n for n in _MILESTONES if n > graded), default=graded)
    is_thanked = workspace.project.rules.thanks
    return Effort(
        effects=tuple(_effects(workspace, all_rulings)),
        differences=tuple(_differences(workspace, rows)),
        settled=proportion(
            sum(same), len(same), what=Wording("rulings on what you and others graded otherwise")
        ),
        milestone=reached if is_thanked else 0,
        coming=following - graded if is_thanked else 0,
    )


def _beside(workspace: Workspace) -> list[VerdictShares]:
    """The person's grades that others gave too, without what is still graded blind."""
    hidden = calibrations.unrevealed(workspace.db, workspace.project.id)
    rows = grade_counts.beside(workspace.db, workspace.project.id, workspace.person)
    return [row for row in rows if row.output_id not in hidden]


def _untold(workspace: Workspace) -> set[str]:
    """Gold outputs of which a person is not told how they did."""
    if workspace.project.rules.gold_feedback == "person":
        return set()
    golds_now = golds.current(workspace.db, workspace.project.id)
    return {output_id for output_id, gold in golds_now.items() if not gold.training}


def _effects(workspace: Workspace, all_rulings: list[Ruling]) -> list[NoteEffect]:
    """Accepted criteria that quote the person: what catches most first."""
    place = (workspace.db, workspace.project.id)
    theirs = {grade.id: grade for grade in grade_table.current(*place, annotator=workspace.person)}
    ids = {grade.output_id for grade in theirs.values()}
    counts = verdict_table.counts(*place)
    judges = {judge.criterion_id: judge for judge in chosen_judges(workspace)}
    effects = []
    for criterion in list_criteria(workspace, status="accepted"):
        if quotes := _quotes(criterion, set(theirs)):
            judge = judges.get(criterion.id)
            on_it = [row for row in all_rulings if row.criterion_id == criterion.id and row.output_id in ids]
            effects.append(
                NoteEffect(
                    criterion_id=criterion.id,
                    criterion=criterion.name,
                    statement=criterion.statement,
                    quote=next(iter(quotes.values())),
                    notes=len(quotes),
                    judge=judge.name if judge else None,
                    caught=counts.get(judge.id, {}).get("fail", 0) if judge else None,
                    rulings=len(on_it),
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


def _differences(workspace: Workspace, rows: list[VerdictShares]) -> list[GradingDifference]:
    """As a whole first, then the accepted criteria by name."""
    by_subject: dict[str | None, list[VerdictShares]] = defaultdict(list)
    for row in rows:
        if not row.is_tie:
            by_subject[row.criterion_id].append(row)
    accepted = sorted(list_criteria(workspace, status="accepted"), key=lambda criterion: criterion.name)
    criteria = [criterion for criterion in accepted if by_subject[criterion.id]]
    names = [(None, OVERALL), *((criterion.id, criterion.name) for criterion in criteria)]
    return [_difference(workspace, name, by_subject[subject]) for subject, name in names]


def _difference(workspace: Workspace, name: str, rows: list[VerdictShares]) -> GradingDifference:
    """By how much the person fails more than most others on the same outputs, over their sources."""
    if len(rows) < _FEWEST:
        why = Wording(
            "it takes at least {fewest} outputs that others graded too; so far: {n}",
            fewest=_FEWEST,
            n=len(rows),
        )
        return GradingDifference(
            criterion=name, stricter=not_measurable(why, len(rows)), says=fact("differs_unknown")
        )
    groups = output_table.groups_of(workspace.db, [row.output_id for row in rows])
    numbers = {group: number for number, group in enumerate(dict.fromkeys(groups.values()))}
    rate = compare(
        np.array([row.others_fail for row in rows]),
        np.array([not row.passes for row in rows]),
        np.array([numbers[groups[row.output_id]] for row in rows]),
    ).difference
    if rate.low is None or rate.high is None:
        return GradingDifference(criterion=name, stricter=rate, says=fact("differs_unknown"))
    code = "stricter" if rate.low > 0 else "milder" if rate.high < 0 else "alike"
    return GradingDifference(criterion=name, stricter=rate, says=fact(f"differs_{code}"))


class PersonProgress(Frozen):
    """``left``: about how many outputs are still to grade; ``skipped``: so many were skipped before.
    ``team``: (person, graded), the most first. ``waiting``: why there is nothing to grade now.
    ``steadiness``: the share of silent repeats graded as the first time. ``notices``: the newest first.
    """

    person: str
    graded: int
    passes: int
    fails: int
    unsure: int
    notes: int
    left: int
    skipped: int
    waiting: Wait | None
    team: tuple[tuple[str, int], ...]
    steadiness: Rate
    effort: Effort
    notices: tuple[Notice, ...]

    def document(self) -> dict[str, Any]:
        """As an answer in JSON: what came of the work stands beside the counts."""
        return self.model_dump(exclude={"effort"}) | self.effort.model_dump()


@operation("progress", role=Role.EXPERT)
def progress(workspace: Workspace) -> PersonProgress:
    """Say what a person graded, what the team did, and what came of the person's notes."""
    people = contributions(workspace)
    mine = next((row for row in people if row.annotator == workspace.person), None)
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
        team=tuple((row.annotator, row.graded) for row in people),
        steadiness=mine.steadiness if mine else proportion(0, 0, what=Wording("silent repeats")),
        effort=effort_of(workspace, mine.graded if mine else 0),
        notices=tuple(readable(workspace, notices_for(workspace))),
    )
