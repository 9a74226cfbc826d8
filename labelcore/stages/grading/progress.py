"""How far a team is: people, kinds of failure, what judges need, and what is left until the deadline;
how many have graded each output, and how far those agree who graded the same ones.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated

import numpy as np
from pydantic import Field

from labelcore.models import OVERALL, Fact, Frozen, Project, Role, fact, now
from labelcore.operations import operation
from labelcore.stages.grading.dealing import outputs_of
from labelcore.stages.grading.labels import human_labels
from labelcore.stages.grading.queueing import whole_pool
from labelcore.stages.grading.settled import meant
from labelcore.stages.grading.suggesting import Anchoring, anchoring
from labelcore.stats.agreement import Agreement, agreement
from labelcore.stats.counts import count
from labelcore.stats.rate import Rate, good_turing, more_needed, not_measurable, proportion
from labelcore.store import (
    assignments as table,
    codes as code_table,
    criteria as criterion_table,
    grade_counts,
    grades as grade_table,
    judges as judge_table,
    verdicts as verdict_table,
)
from labelcore.store.live import live
from labelcore.wording import Wording
from labelcore.workspace import Workspace


class Pace(Frozen):
    """What one person has left until the project's deadline; ``a_day`` counts today as a day."""

    deadline: date
    days_left: int
    left: int
    a_day: int


def pace_of(project: Project, *, left: int, today: date | None = None) -> Pace | None:
    """What a person with so much left must do; None where the project has no deadline."""
    deadline = project.rules.deadline
    if deadline is None:
        return None
    days = (deadline - (today or now().date())).days
    return Pace(deadline=deadline, days_left=days, left=left, a_day=math.ceil(left / max(1, days + 1)))


def counts_by_person(workspace: Workspace) -> list[tuple[str, int]]:
    """(person, acts that count now), the most first: read from memory, so it can stand on a card."""
    counts = live(workspace.db, workspace.project.id).counts()
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


_ENOUGH = 0.05
_AS_NUMBER = {"pass": 1.0, "fail": 0.0}


class Saturation(Frozen):
    """Kinds of failure seen so far. ``curve`` has (failed outputs looked at, kinds seen)."""

    kinds: int
    failed: int
    unseen: Rate
    curve: tuple[tuple[int, int], ...]
    says: Fact


class Budget(Frozen):
    """What it takes to know one judge's rate within a width. None: not measurable yet, or enough."""

    judge: str
    rate: str
    now: Rate
    more: int | None
    says: Fact


def saturation(workspace: Workspace) -> Saturation:
    """How much of the failures is of a kind not seen yet, by Good and Turing."""
    failed = human_labels(workspace).failed
    place = (workspace.db, workspace.project.id)
    # Codes are finer than criteria, which would flatter.
    codes = {code.id for code in code_table.current(*place) if code.state != "dropped"}
    quotes = code_table.quotes(*place)
    _, counts = grade_table.states(workspace.db, [quote.grade_id for quote in quotes if quote.grade_id])
    kinds: dict[str, set[str]] = defaultdict(set)
    for quote in quotes:
        if quote.code_id in codes and quote.grade_id in counts:
            kinds[quote.output_id].add(str(quote.code_id))
    kinds_so_far: Counter[str] = Counter()
    curve = []
    for at, output_id in enumerate((output_id for output_id in failed if output_id in kinds), 1):
        kinds_so_far.update(kinds[output_id])
        curve.append((at, len(kinds_so_far)))
    if not kinds_so_far:
        why = Wording("no note carries a code yet: derive criteria from the notes first")
        return Saturation(
            kinds=0, failed=len(failed), unseen=not_measurable(why), curve=(), says=fact("because", why=why)
        )
    unseen = good_turing(list(kinds_so_far.values()))
    if unseen.value is None or unseen.high is None:
        says = fact("kinds_seen", kinds=len(kinds_so_far), why=unseen.why_not)
    else:
        code = "kinds_enough" if unseen.high <= _ENOUGH else "kinds_missing"
        says = fact(code, kinds=len(kinds_so_far), share=unseen.value, high=unseen.high)
    if accepted := sum(criterion.status == "accepted" for criterion in criterion_table.current(*place)):
        says = says.followed_by(fact("kinds_in_criteria", n=accepted))
    return Saturation(
        kinds=len(kinds_so_far), failed=len(failed), unseen=unseen, curve=tuple(curve), says=says
    )


def label_budget(workspace: Workspace, *, within: float = 0.08) -> list[Budget]:
    """How many more grades the chosen judges, or all, need for intervals of this half width (95 %)."""
    labels = human_labels(workspace)
    choice = judge_table.chosen(workspace.db, workspace.project.id)
    versions = judge_table.current(workspace.db, workspace.project.id)
    if choice and choice["judge_version_ids"]:
        versions = list(judge_table.many(workspace.db, choice["judge_version_ids"]).values())
    table = verdict_table.values(workspace.db, [version.id for version in versions], output_ids=labels.graded)
    needs = []
    for version in versions:
        values = labels.about(version.criterion_id).value
        human = np.array(list(values.values()), dtype=bool)
        verdicts = table[table["judge_version_id"] == version.id].set_index("output_id")["value"]
        passes = np.asarray(verdicts.reindex(list(values)).map(_AS_NUMBER), dtype=np.float64)
        counts = count(passes, human)
        needs += [
            _budget(version.name, "TNR", counts.true_fail, counts.human_fails, within),
            _budget(version.name, "TPR", counts.true_pass, counts.human_passes, within),
        ]
    return needs


def _budget(judge: str, rate: str, good: int, n: int, within: float) -> Budget:
    kind = "failing" if rate == "TNR" else "passing"
    now = proportion(
        good, n, what="failing outputs with a verdict" if rate == "TNR" else "passing outputs with a verdict"
    )
    more = more_needed(good, n, within)
    figures = {"judge": judge, "points": within * 100}
    if more:
        says = fact(f"budget_{kind}", n=more, **figures)
    else:
        says = fact(f"budget_{'reached' if more == 0 else 'unknown'}_{kind}", **figures)
    return Budget(judge=judge, rate=rate, now=now, more=more, says=says)


class TeamProgress(Frozen):
    """Who did how much, the most first; the rest says whether it is enough."""

    people: tuple[Contribution, ...]
    saturation: Saturation
    anchoring: Anchoring
    budget: tuple[Budget, ...]


@operation("team progress", role=Role.MANAGER)
def team_progress(
    workspace: Workspace,
    *,
    within: Annotated[
        float, Field(gt=0, lt=0.5, description="Wanted half width of a judge's interval.")
    ] = 0.08,
) -> TeamProgress:
    """Say who did how much, whether new kinds of failure still turn up, what judges still need."""
    return TeamProgress(
        people=tuple(contributions(workspace)),
        saturation=saturation(workspace),
        anchoring=anchoring(workspace),
        budget=tuple(label_budget(workspace, within=within)),
    )


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


class Contribution(grade_counts.Tally):
    """What one person did. ``steadiness``: the share of silent repeats graded as the first time."""

    with_others: Rate
    steadiness: Rate


@operation("team agreement", role=Role.LEAD)
def together(workspace: Workspace) -> AgreementReport:
    """Say how far people agree: overall, for each criterion, for each pair.

    Of outputs that were sent back for another look, the grades before it count: they were given apart.
    """
    grades = meant(workspace, grade_table.independent(workspace.db, workspace.project.id))
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
            **dict(tally) | {"seconds": None if tally.seconds is None else round(tally.seconds, 1)},
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
    tied = Wording("outputs on which most of the others say the same")
    return _share(same, tied if majority else Wording("outputs that somebody else graded too"))


def _share(same: Sequence[bool], what: Wording) -> Rate:
    return proportion(sum(same), len(same), what=what)


class Completion(Frozen):
    """Outputs of one kind by how many people graded each. ``complete``: as many as the rules ask for.

    ``language`` or the ``fields`` and ``batch`` of an assignment say which; without them all are meant.
    """

    outputs: int
    nobody: int
    one: int
    more: int
    complete: int
    language: str | None = None
    fields: Mapping[str, tuple[str, ...]] = {}
    batch: str | None = None


@operation("team completion", role=Role.MANAGER, listed_as="completion")
def completion(workspace: Workspace) -> list[Completion]:
    """Say how many outputs have 0, 1, 2 or more grades: of all, by language, by assignment."""
    ids = [output_id for output_id, _, _ in whole_pool(workspace).places]
    languages = table.languages(workspace.db, workspace.project.id, ids)
    by_language: dict[str, list[str]] = {}
    for output_id in ids:
        by_language.setdefault(languages[output_id], []).append(output_id)
    rows = [_row(workspace, ids)]
    if len(by_language) > 1:
        largest = sorted(by_language.items(), key=lambda item: (-len(item[1]), item[0]))
        rows += [_row(workspace, some, language=name) for name, some in largest]
    shown = [*map(set, by_language.values())]
    for row in table.current(workspace.db, workspace.project.id):
        among = outputs_of(workspace, row)
        some = [output_id for output_id in ids if among is None or output_id in among]
        if among is not None and set(some) not in shown:
            shown.append(set(some))
            rows.append(_row(workspace, some, fields=row.fields, batch=row.batch))
    return rows


def is_complete(workspace: Workspace, output_id: str) -> bool:
    """Whether as many people graded an output as the rules ask for."""
    people = live(workspace.db, workspace.project.id).graders(output_id)
    return len(people) >= _needed(workspace)


def _needed(workspace: Workspace) -> int:
    return workspace.project.rules.per_output or 1


def _row(workspace: Workspace, ids: Iterable[str], **which: object) -> Completion:
    state, needed = live(workspace.db, workspace.project.id), _needed(workspace)
    counts = Counter(len(state.graders(output_id)) for output_id in ids)
    return Completion.model_validate(
        {
            "outputs": counts.total(),
            "nobody": counts[0],
            "one": counts[1],
            "more": counts.total() - counts[0] - counts[1],
            "complete": sum(n for people, n in counts.items() if people >= needed),
            **which,
        }
    )
