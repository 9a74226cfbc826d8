"""Several people on the same outputs: how far they agree, where they do not, and who did how much."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from labelcore.models import OVERALL, Frozen, Role
from labelcore.operations import operation
from labelcore.stages.grading.labels import human_labels
from labelcore.stats.agreement import Agreement, agreement
from labelcore.stats.rate import Rate, proportion
from labelcore.store import criteria as criterion_table, grade_counts, grades as grade_table
from labelcore.wording import Wording
from labelcore.workspace import Workspace

Votes = Mapping[str, Mapping[str, bool]]


class Pair(Frozen):
    """Two people on the outputs that both of them passed or failed."""

    one: str
    other: str
    same: Rate
    agreement: Agreement


class AgreementReport(Frozen):
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


@operation("team agreement", role=Role.LEAD)
def together(workspace: Workspace) -> AgreementReport:
    """Say how far people agree: overall, for each criterion, for each pair.

    Of outputs that were sent back for another look, the grades before it count: they were given apart.
    """
    grades = grade_table.independent(workspace.db, workspace.project.id)
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
    return AgreementReport(
        overall=agreement(overall),
        levels=agreement(levels, ordinal=True) if workspace.project.rules.scale else None,
        by_criterion={word: agreement(votes) for word, votes in sorted(by_criterion.items())},
        pairs=tuple(_pairs(overall)),
    )


def _pairs(votes: Votes) -> list[Pair]:
    pairs = []
    for annotator, other in itertools.combinations(sorted(votes), 2):
        shared = votes[annotator].keys() & votes[other].keys()
        if shared:
            same = sum(votes[annotator][output_id] == votes[other][output_id] for output_id in shared)
            both = {
                who: {output_id: votes[who][output_id] for output_id in shared} for who in (annotator, other)
            }
            rate = proportion(same, len(shared), what="outputs that both graded")
            pairs.append(Pair(one=annotator, other=other, same=rate, agreement=agreement(both)))
    return pairs


def contributions(workspace: Workspace) -> list[Contribution]:
    """Who did how much, the most first."""
    votes = human_labels(workspace).by_annotator
    again: dict[str, list[bool]] = defaultdict(list)
    for event in grade_table.repeats(workspace.db, workspace.project.id):
        first = votes.get(event.annotator, {})
        if event.value in {"pass", "fail"} and event.output_id in first:
            again[event.annotator].append((event.value == "pass") == first[event.output_id])
    rows = [
        Contribution(
            **tally._asdict() | {"seconds": None if tally.seconds is None else round(tally.seconds, 1)},
            with_others=_with_others(tally.annotator, votes),
            steadiness=_share(again[tally.annotator], Wording("silent repeats")),
        )
        for tally in grade_counts.tallies(workspace.db, workspace.project.id)
    ]
    return sorted(rows, key=lambda contribution: (-contribution.graded, contribution.annotator))


def _with_others(who: str, votes: Votes) -> Rate:
    """Share of the outputs on which most others say what this person says; where they tie, it counts not."""
    mine = votes.get(who, {})
    majority: dict[str, int] = defaultdict(int)
    for other, theirs in votes.items():
        for output_id in mine.keys() & theirs.keys() if other != who else ():
            majority[output_id] += 1 if theirs[output_id] == mine[output_id] else -1
    same = [balance > 0 for balance in majority.values() if balance]
    return _share(same, Wording("outputs that somebody else graded too"))


def _share(same: Sequence[bool], what: Wording) -> Rate:
    return proportion(sum(same), len(same), what=what)
