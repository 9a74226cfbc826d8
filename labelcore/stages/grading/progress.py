"""How far a team is: people, kinds of failure, what judges need, and what is left until the deadline."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from datetime import date
from typing import Annotated

import numpy as np
from pydantic import Field

from labelcore.models import Fact, Frozen, Project, Role, fact, now
from labelcore.operations import operation
from labelcore.stages.grading.labels import human_labels
from labelcore.stages.grading.suggesting import Anchoring, anchoring
from labelcore.stages.grading.together import Contribution, contributions
from labelcore.stats.counts import count
from labelcore.stats.rate import Rate, good_turing, more_needed, not_measurable, proportion
from labelcore.store import (
    codes as code_table,
    criteria as criterion_table,
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
    failed = human_labels(workspace).fails
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
    ids = list(labels.value)
    table = verdict_table.values(workspace.db, [version.id for version in versions], output_ids=ids)
    human = np.array(list(labels.value.values()), dtype=bool)
    needs = []
    for version in versions:
        verdicts = table[table["judge_version_id"] == version.id].set_index("output_id")["value"]
        passes = np.asarray(verdicts.reindex(ids).map(_AS_NUMBER), dtype=np.float64)
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
