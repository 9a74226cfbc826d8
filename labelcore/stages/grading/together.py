"""Several people on the same outputs: how far they agree, where they do not, and who did how much."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import median

from labelcore.errors import BadInput, NotFound
from labelcore.models import OVERALL, Frozen, Grade, Output, Project, Ruling, new_id
from labelcore.stages.grading.labels import human_labels
from labelcore.stats.agreement import Agreement, agreement
from labelcore.stats.rate import Rate, wilson
from labelcore.store import Database, rulings
from labelcore.store import criteria as criterion_table
from labelcore.store import grades as grade_table
from labelcore.store import outputs as output_table

Votes = Mapping[str, Mapping[str, bool]]


class Pair(Frozen):
    """Two people on the outputs that both of them passed or failed."""

    one: str
    other: str
    same: Rate
    agreement: Agreement


class Together(Frozen):
    """Agreement overall, for each criterion, and for each pair of people."""

    overall: Agreement
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
    """An output that people passed and failed, with everything that they said of it."""

    output: Output
    grades: tuple[Grade, ...]
    ruling: Ruling | None


def together(db: Database, project: Project) -> Together:
    """How far people agree, on their current grades."""
    grades = grade_table.current(db, project.id)
    names = {own.id: own.name for own in criterion_table.current(db, project.id)}
    by_criterion: dict[str, dict[str, dict[str, bool]]] = defaultdict(lambda: defaultdict(dict))
    for event in grades:
        if event.value in {"pass", "fail"}:
            word = names.get(event.criterion_id, event.criterion_id) if event.criterion_id else OVERALL  # fmt: skip
            by_criterion[word][event.annotator][event.output_id] = event.value == "pass"
    overall = by_criterion.pop(OVERALL, {})
    return Together(
        overall=agreement(overall),
        by_criterion={word: agreement(votes) for word, votes in sorted(by_criterion.items())},
        pairs=tuple(_pairs(overall)),
    )


def _pairs(votes: Votes) -> list[Pair]:
    found = []
    for one, other in itertools.combinations(sorted(votes), 2):
        shared = votes[one].keys() & votes[other].keys()
        if shared:
            same = sum(votes[one][own] == votes[other][own] for own in shared)
            both = {who: {own: votes[who][own] for own in shared} for who in (one, other)}
            rate = wilson(same, len(shared), what="outputs that both graded")
            found.append(Pair(one=one, other=other, same=rate, agreement=agreement(both)))
    return found


def contributions(db: Database, project: Project) -> list[Contribution]:
    """Who did how much, the most first."""
    by_person: dict[str, list[Grade]] = defaultdict(list)
    for event in grade_table.current(db, project.id, overall_only=True):
        by_person[event.annotator].append(event)
    votes = human_labels(db, project).by_annotator
    again: dict[str, list[Grade]] = defaultdict(list)
    for event in grade_table.repeats(db, project.id):
        again[event.annotator].append(event)
    found = [
        Contribution(
            annotator=who, graded=sum(own.value != "skipped" for own in events),
            passes=sum(own.value == "pass" for own in events),
            fails=sum(own.value == "fail" for own in events),
            unsure=sum(own.value == "unsure" for own in events),
            notes=sum(bool(own.note.strip()) for own in events),
            seconds=_typical([own.seconds for own in events if own.seconds is not None]),
            last=max(own.at for own in events), with_others=_with_others(who, votes),
            steadiness=_steadiness(again[who], votes.get(who, {})),
        )
        for who, events in by_person.items()
    ]  # fmt: skip
    return sorted(found, key=lambda own: (-own.graded, own.annotator))


def _typical(seconds: Sequence[float]) -> float | None:
    return round(median(seconds), 1) if seconds else None


def _with_others(who: str, votes: Votes) -> Rate:
    """Share of this person's grades that another person's grade on the same output shares."""
    same = total = 0
    for other, theirs in votes.items():
        if other != who:
            shared = votes.get(who, {}).keys() & theirs.keys()
            total += len(shared)
            same += sum(votes[who][own] == theirs[own] for own in shared)
    return wilson(same, total, what="outputs that somebody else graded too")


def _steadiness(again: Sequence[Grade], first: Mapping[str, bool]) -> Rate:
    known = [own for own in again if own.value in {"pass", "fail"} and own.output_id in first]
    same = sum((own.value == "pass") == first[own.output_id] for own in known)
    return wilson(same, len(known), what="silent repeats")


def conflicts(db: Database, project: Project) -> list[Conflict]:
    """Outputs on which people disagree, unsettled ones first."""
    by_output: dict[str, list[Grade]] = defaultdict(list)
    for event in grade_table.current(db, project.id, overall_only=True):
        by_output[event.output_id].append(event)
    split = [
        own
        for own, events in by_output.items()
        if {"pass", "fail"} <= {event.value for event in events}
    ]
    ruled = {
        own.output_id: own for own in rulings.current(db, project.id) if own.criterion_id is None
    }
    outputs = output_table.many(db, split)
    found = [
        Conflict(output=outputs[own], grades=tuple(by_output[own]), ruling=ruled.get(own))
        for own in split
        if own in outputs
    ]
    return sorted(found, key=lambda own: own.ruling is not None)


def rule(
    db: Database, project: Project, output_id: str, value: str, *, reason: str, author: str
) -> Ruling:
    """Settle an output: the ruling counts from now on, and every single grade is kept.

    Raises:
        BadInput: the value is no pass or fail, or the author or the reason is missing.
        NotFound: there is no such output.
    """
    if value not in {"pass", "fail"}:
        raise BadInput(f"'{value}' is no ruling.", next_step="Use pass or fail.")
    if not author.strip() or not reason.strip():
        raise BadInput("A ruling needs a name and a reason.", next_step="Say who rules, and why.")
    output = output_table.get(db, output_id)
    if output is None:
        raise NotFound(f"There is no output '{output_id}'.", next_step="Check the id.")
    ruling = Ruling(
        id=new_id("ruling"), project_id=project.id, output_id=output.id, reason=reason.strip(),
        value="pass" if value == "pass" else "fail", author=author.strip(),
    )  # fmt: skip
    rulings.save(db, ruling)
    return ruling
