"""Several people on the same outputs: how far they agree, where they do not, and who did how much."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from labelcore.errors import BadInput, NotFound
from labelcore.models import OVERALL, Criterion, Frozen, Grade, Output, Role, Ruling, new_id
from labelcore.operations import Effect, Metavar, operation
from labelcore.stages import projects
from labelcore.stages.grading.labels import human_labels
from labelcore.stats.agreement import Agreement, agreement
from labelcore.stats.rate import Rate, proportion
from labelcore.store import (
    calibrations,
    criteria as criterion_table,
    grades as grade_table,
    outputs as output_table,
)
from labelcore.store.rulings import rulings
from labelcore.wording import Wording
from labelcore.workspace import Workspace

Votes = Mapping[str, Mapping[str, bool]]
_Subject = tuple[str, str | None]  # output id, criterion id (None: as a whole)


class Pair(Frozen):
    """Two people on the outputs that both of them passed or failed."""

    one: str
    other: str
    same: Rate
    agreement: Agreement


class Together(Frozen):
    """Agreement overall, by criterion and pair; ``levels``: on the scale, weighed by distance."""

    overall: Agreement
    levels: Agreement | None
    by_criterion: dict[str, Agreement]
    pairs: tuple[Pair, ...]


class Contribution(Frozen):
    """What one person did. ``steadiness``: the share of silent repeats graded as the first time."""

    annotator: str
    graded: int
    passes: int
    fails: int
    unsure: int
    notes: int
    seconds: float | None
    last: datetime
    with_others: Rate
    steadiness: Rate


class Conflict(Frozen):
    """An output that people passed and failed, with all that they said; ``criterion``: None is the whole."""

    output: Output
    criterion: Criterion | None
    grades: tuple[Grade, ...]
    ruling: Ruling | None

    def document(self) -> dict[str, Any]:
        """As an answer in JSON."""
        return self.model_dump(mode="json", include={"grades", "ruling"}) | {
            "output_id": self.output.id,
            "external_id": self.output.external_id,
            "criterion_id": self.criterion.id if self.criterion else None,
        }


@operation("team agreement", role=Role.LEAD)
def together(workspace: Workspace) -> Together:
    """Say how far people agree: overall, for each criterion, for each pair."""
    grades = grade_table.current(workspace.db, workspace.project.id)
    criteria = criterion_table.current(workspace.db, workspace.project.id)
    names = {criterion.id: criterion.name for criterion in criteria}
    by_criterion: dict[str, dict[str, dict[str, bool]]] = defaultdict(lambda: defaultdict(dict))
    for event in grades:
        if event.value in {"pass", "fail"} and event.field is None:
            word = names.get(event.criterion_id, event.criterion_id) if event.criterion_id else OVERALL
            by_criterion[word][event.annotator][event.output_id] = event.value == "pass"
    levels: dict[str, dict[str, int]] = defaultdict(dict)
    for event in grades:
        if event.level is not None:
            levels[event.annotator][event.output_id] = event.level
    overall = by_criterion.pop(OVERALL, {})
    return Together(
        overall=agreement(overall),
        levels=agreement(levels, ordinal=True) if workspace.project.rules.scale else None,
        by_criterion={word: agreement(votes) for word, votes in sorted(by_criterion.items())},
        pairs=tuple(_pairs(overall)),
    )


def _pairs(votes: Votes) -> list[Pair]:
    found = []
    for annotator, other in itertools.combinations(sorted(votes), 2):
        shared = votes[annotator].keys() & votes[other].keys()
        if shared:
            same = sum(votes[annotator][output_id] == votes[other][output_id] for output_id in shared)
            both = {
                who: {output_id: votes[who][output_id] for output_id in shared} for who in (annotator, other)
            }
            rate = proportion(same, len(shared), what="outputs that both graded")
            found.append(Pair(one=annotator, other=other, same=rate, agreement=agreement(both)))
    return found


def contributions(workspace: Workspace) -> list[Contribution]:
    """Who did how much, the most first."""
    votes = human_labels(workspace).by_annotator
    again: dict[str, list[bool]] = defaultdict(list)
    for event in grade_table.repeats(workspace.db, workspace.project.id):
        first = votes.get(event.annotator, {})
        if event.value in {"pass", "fail"} and event.output_id in first:
            again[event.annotator].append((event.value == "pass") == first[event.output_id])
    found = [
        Contribution(
            **tally._asdict() | {"seconds": None if tally.seconds is None else round(tally.seconds, 1)},
            with_others=_with_others(tally.annotator, votes),
            steadiness=_share(again[tally.annotator], Wording("silent repeats")),
        )
        for tally in grade_table.tallies(workspace.db, workspace.project.id)
    ]
    return sorted(found, key=lambda contribution: (-contribution.graded, contribution.annotator))


def _with_others(who: str, votes: Votes) -> Rate:
    """Share of this person's grades that another person's grade on the same output shares."""
    mine = votes.get(who, {})
    others = [theirs for other, theirs in votes.items() if other != who]
    same = [mine[output_id] == theirs[output_id] for theirs in others for output_id in mine.keys() & theirs]
    return _share(same, Wording("outputs that somebody else graded too"))


def _share(same: Sequence[bool], what: Wording) -> Rate:
    return proportion(sum(same), len(same), what=what)


@operation("team conflicts", role=Role.LEAD, listed_as="conflicts")
def conflicts(workspace: Workspace) -> list[Conflict]:
    """Show the outputs and criteria on which people disagree, with every grade and note.

    Unsettled ones come first; an open calibration round has none yet.
    """
    current = criterion_table.current(workspace.db, workspace.project.id)
    criteria = {criterion.id: criterion for criterion in current}
    given: dict[_Subject, list[Grade]] = defaultdict(list)
    for event in grade_table.current(workspace.db, workspace.project.id):
        if event.field is None:
            given[event.output_id, event.criterion_id].append(event)
    hidden = calibrations.unrevealed(workspace.db, workspace.project.id)
    split = [
        key
        for key, grades in given.items()
        if key[0] not in hidden and {"pass", "fail"} <= {grade.value for grade in grades}
    ]
    ruled = _in_force(workspace)
    outputs = output_table.many(workspace.db, sorted({output_id for output_id, _ in split}))
    found = [
        Conflict(
            output=outputs[key[0]],
            criterion=criteria.get(str(key[1])),
            grades=tuple(given[key]),
            ruling=ruled.get(key),
        )
        for key in split
        if key[0] in outputs and (key[1] is None or key[1] in criteria)
    ]
    return sorted(found, key=lambda conflict: conflict.ruling is not None)


@operation("team rule", role=Role.LEAD, effect=Effect.APPENDS)
def rule(
    workspace: Workspace,
    output: str,
    value: Annotated[str, Metavar("pass|fail|withdrawn")],
    *,
    reason: Annotated[str, Field(description="Why.")],
    criterion: Annotated[Criterion | None, Field(description="Settle this criterion only.")] = None,
) -> Ruling:
    """Settle a conflict, or withdraw your ruling; every single grade is kept.

    Raises:
        BadInput: the value is no ruling, the person or the reason is missing, or another person's
            ruling would be withdrawn.
        NotFound: there is no such output, or no ruling to withdraw.
    """
    if value not in {"pass", "fail", "withdrawn"}:
        raise BadInput("'{value}' is no ruling.", next_step="Use pass, fail or withdrawn.", value=value)
    if not workspace.person.strip() or not reason.strip():
        raise BadInput("A ruling needs a name and a reason.", next_step="Say who rules, and why.")
    output_id = projects.find_output(workspace, output).id
    criterion_id = criterion.id if criterion else None
    if value == "withdrawn":
        before = _in_force(workspace).get((output_id, criterion_id))
        if before is None:
            raise NotFound("There is no ruling to withdraw.")
        if before.author != workspace.person.strip():
            raise BadInput(
                "Only its author can withdraw a ruling.", next_step="Rule again, with your own reason."
            )
    ruling = Ruling(
        id=new_id("ruling"),
        project_id=workspace.project.id,
        output_id=output_id,
        reason=reason.strip(),
        value=value,
        author=workspace.person.strip(),
        criterion_id=criterion_id,
    )
    rulings.save(workspace.db, ruling)
    return ruling


def _in_force(workspace: Workspace) -> dict[_Subject, Ruling]:
    found = rulings.current(workspace.db, workspace.project.id)
    return {(ruling.output_id, ruling.criterion_id): ruling for ruling in found}
