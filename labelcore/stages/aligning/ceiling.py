"""What no judge can beat, and what each must: people with each other, with themselves, a constant."""

from __future__ import annotations

import itertools
from collections import defaultdict
from statistics import mean

import numpy as np

from labelcore.models import Fact, Frozen, fact
from labelcore.stages.grading import Labels
from labelcore.stats.agreement import table_of, weighted_kappa
from labelcore.stats.prevalence import Graded, people_only
from labelcore.stats.rate import Rate, not_measurable, proportion
from labelcore.store import grades as grade_table
from labelcore.workspace import Workspace


class Ceiling(Frozen):
    """Shares of equal answers. ``constant``: accuracy of always giving the more frequent grade.

    ``level_kappa``: mean quadratic weighted kappa of pairs of people on the project's scale.
    """

    between_people: Rate
    with_themselves: Rate
    constant: float | None
    level_kappa: float | None
    says: Fact


def ceiling(workspace: Workspace, labels: Labels) -> Ceiling:
    """On the labelled outputs; silent repeats give what people say of the same output twice."""
    between = _between(labels)
    repeated = _with_themselves(workspace, labels)
    constant = max(len(labels.passes), len(labels.fails)) / len(labels.value) if labels.value else None
    says = fact("ceiling", between=_share(between), themselves=_share(repeated), constant=constant)
    return Ceiling(
        between_people=between,
        with_themselves=repeated,
        constant=constant,
        level_kappa=_on_levels(workspace, labels),
        says=fact("no_ceiling_of_whole" if labels.graded else "no_ceiling") if constant is None else says,
    )


def _between(labels: Labels) -> Rate:
    """Pairs of grades on one output that agree; the pairs of an output are one group."""
    votes: dict[str, list[bool]] = defaultdict(list)
    for values in labels.by_annotator.values():
        for output_id, passed in values.items():
            votes[output_id].append(passed)
    pairs = [
        (at, first == other)
        for at, ballots in enumerate(v for v in votes.values() if len(v) > 1)
        for first, other in itertools.combinations(ballots, 2)
    ]
    if not pairs:
        return not_measurable("no output was graded by two people")
    groups, same = np.array([at for at, _ in pairs]), np.array([agree for _, agree in pairs])
    if len(np.unique(groups)) == len(groups):
        return proportion(int(same.sum()), len(same))
    return people_only(Graded(same, np.full(len(same), np.nan), None, groups))


def _with_themselves(workspace: Workspace, labels: Labels) -> Rate:
    pairs = [
        (event.value == "pass") == labels.by_annotator[event.annotator][event.output_id]
        for event in grade_table.repeats(workspace.db, workspace.project.id)
        if event.value in {"pass", "fail"}
        and event.criterion_id is None
        and event.output_id in labels.by_annotator.get(event.annotator, {})
    ]
    return proportion(sum(pairs), len(pairs), what="silent repeats")


def _on_levels(workspace: Workspace, labels: Labels) -> float | None:
    """On the outputs of these labels; an output on which people tie is theirs too."""
    ids = {*labels.value, *labels.conflicts}
    levels = list(range(1, len(workspace.project.rules.scale) + 1))
    if not levels:
        return None
    levels_of: dict[str, dict[str, int]] = defaultdict(dict)
    for event in grade_table.independent(workspace.db, workspace.project.id):
        whole = event.criterion_id is None and event.field is None
        if event.level is not None and whole and event.output_id in ids:
            levels_of[event.annotator][event.output_id] = event.level
    kappas = []
    for first, other in itertools.combinations(levels_of.values(), 2):
        shared = sorted(first.keys() & other.keys())
        kappa = weighted_kappa(table_of([first[k] for k in shared], [other[k] for k in shared], levels))
        kappas += [] if kappa is None else [kappa]
    return mean(kappas) if kappas else None


def _share(rate: Rate) -> Fact:
    return fact("no_share", why=rate.why_not) if rate.value is None else fact("share", share=rate.value)
