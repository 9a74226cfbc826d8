"""Two moments of one project, and two versions of the pipeline on the same inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import numpy as np

from labelcore.errors import BadInput
from labelcore.models import NOTHING, Fact, Frozen, Role, fact
from labelcore.operations import Metavar, operation
from labelcore.stages.aligning import align, chosen_set
from labelcore.stages.aligning.evidence import evidence_of, sources_of
from labelcore.stages.aligning.measuring import chosen_judges, set_words, words_on
from labelcore.stages.aligning.moments import Moment
from labelcore.stages.aligning.report import AlignmentReport
from labelcore.stages.grading import human_labels, versions
from labelcore.stages.reporting.trend import trend
from labelcore.stats.paired import PairedDifference, compare
from labelcore.stats.rate import Rate
from labelcore.stats.subsamples import Subsample
from labelcore.store import Database, comparisons, outputs as output_table
from labelcore.workspace import Workspace, remembered


class FigureChange(Frozen):
    """One figure at two moments. They share most of their grades, so no test is made of them."""

    name: str
    before: Rate
    after: Rate


class MomentComparison(Frozen):
    """Two moments; ``changes`` says what differs in what the figures rest on."""

    figures: tuple[FigureChange, ...]
    changes: tuple[Fact, ...]


class GradedVersions(Frozen):
    """Two pipeline versions on the same inputs, by people's labels: what can be said of them in short.

    ``difference``: the second's pass rate less the first's. ``first_rate`` and ``second_rate``: of all that
    people graded of each. ``beside``: what else differs.
    """

    first: str
    second: str
    by_people: PairedDifference
    first_rate: Rate
    second_rate: Rate
    beside: Fact = NOTHING


class VersionComparison(GradedVersions):
    """The same by the chosen set too, on all inputs that both answered: so many ``pairs``. The judges'
    difference is not corrected for their errors.
    """

    pairs: int
    by_judges: PairedDifference | None


@operation("compare moments", role=Role.MANAGER)
def compare_moments(
    workspace: Workspace,
    before: Annotated[Moment, Metavar("BEFORE")],
    after: Annotated[Moment | None, Metavar("[AFTER]")] = None,
) -> MomentComparison:
    """Put the figures of two moments side by side, with what changed; the second is now if it is left out.

    Raises:
        NotFound: the project did not exist yet.
        BadInput: a moment is still to come.
    """
    then = align(workspace, as_of=before)
    now = align(workspace, as_of=after)
    return MomentComparison(figures=tuple(_figures(then, now)), changes=tuple(_changes(then, now)))


def _figures(then: AlignmentReport, now: AlignmentReport) -> list[FigureChange]:
    pairs = {
        "Pass rate by people": (then.pass_rate.human, now.pass_rate.human),
        "Pass rate, corrected": (then.pass_rate.corrected, now.pass_rate.corrected),
    }
    if then.chosen and now.chosen:
        pairs["Coverage of the set"] = then.chosen.coverage, now.chosen.coverage
        wrong = then.chosen.false_failure_rate, now.chosen.false_failure_rate
        pairs["False failures of the set"] = wrong
    return [FigureChange(name=name, before=before, after=after) for name, (before, after) in pairs.items()]


def _changes(then: AlignmentReport, now: AlignmentReport) -> Iterator[Fact]:
    if then.n_grades != now.n_grades:
        yield fact("labels_then_now", then=then.n_grades, now=now.n_grades)
    old = {used.name: used.version for used in then.basis.criteria}
    new = {used.name: used.version for used in now.basis.criteria}
    for name in old:
        if name in new and old[name] != new[name]:
            yield fact("went_on", name=name, then=old[name], now=new[name])
    yield from (fact("came", name=name) for name in new if name not in old)
    yield from (fact("went", name=name) for name in old if name not in new)
    before = set(then.chosen.judges) if then.chosen else set()
    after = set(now.chosen.judges) if now.chosen else set()
    yield from (fact("joined", judge=name) for name in sorted(after - before))
    yield from (fact("left", judge=name) for name in sorted(before - after))


@operation("compare versions", role=Role.MANAGER)
def compare_versions(workspace: Workspace, first: str, second: str) -> VersionComparison:
    """Compare two pipeline versions (prompt versions or models) on the inputs that both answered.

    Raises:
        BadInput: no output is of one of them, or they share no input.
    """
    all_versions = versions(workspace)
    for version in (first, second):
        if version not in all_versions:
            names = ", ".join(sorted(all_versions)) or "none yet"
            raise BadInput(
                "No output is of the version '{version}'.",
                next_step="The versions are: {names}.",
                version=version,
                names=names,
            )
    pairs = comparisons.pairs(workspace.db, workspace.project.id, first, second)
    if not pairs:
        raise BadInput(
            "'{first}' and '{second}' share no input.",
            next_step="Run both on the same inputs, then import both.",
            first=first,
            second=second,
        )
    known = dict(_graded(workspace, first, second, pairs))
    return VersionComparison(**known, pairs=len(pairs), by_judges=_by_judges(workspace, pairs))


@remembered
def newest_versions(workspace: Workspace) -> GradedVersions | None:
    """The newest version that people graded against the one before it, by the dates of the trend. Only the
    inputs of graded outputs are looked at.

    None where there is one only, or where there are more than two and no dates tell which is the newest.
    """
    over_time = trend(workspace)
    names = over_time.versions
    if len(names) < 2 or (len(names) > 2 and not over_time.field):
        return None
    first, second = names[-2:]
    ids = list(human_labels(workspace).value)
    pairs = comparisons.pairs_among(workspace.db, workspace.project.id, (first, second), ids)
    return _graded(workspace, first, second, pairs)


def _graded(
    workspace: Workspace, first: str, second: str, pairs: Sequence[tuple[str, str]]
) -> GradedVersions:
    labels = human_labels(workspace).value
    return GradedVersions(
        first=first,
        second=second,
        by_people=_paired(workspace.db, pairs, labels),
        first_rate=_rate(workspace, first, labels),
        second_rate=_rate(workspace, second, labels),
        beside=_models(workspace, first, second, labels),
    )


def _models(workspace: Workspace, first: str, second: str, labels: dict[str, bool]) -> Fact:
    """That two prompt versions were answered by other models too, where no model is of both."""
    outputs = output_table.many(workspace.db, list(labels)).values()
    models = [
        sorted({output.model for output in outputs if output.prompt_version == version} - {""})
        for version in (first, second)
    ]
    if not all(models) or {*models[0]} & {*models[1]}:
        return NOTHING
    return fact("other_models", first=first, second=second, models=models[0], others=models[1])


def _rate(workspace: Workspace, version: str, labels: dict[str, bool]) -> Rate:
    """Of all outputs of a version that people graded."""
    evidence = evidence_of(workspace, labels)
    outputs = output_table.many(workspace.db, evidence.ids)
    names = {key: (output.prompt_version, output.model) for key, output in outputs.items()}
    inside = np.array([version in names[key] for key in evidence.ids], dtype=bool)
    return Subsample(evidence.graded(np.full(len(inside), np.nan)), inside).rate()


def _paired(db: Database, pairs: Sequence[tuple[str, str]], passed: dict[str, bool]) -> PairedDifference:
    both = [(a, b) for a, b in pairs if a in passed and b in passed]
    first, other = (np.array([passed[pair[k]] for pair in both], dtype=bool) for k in (0, 1))
    return compare(first, other, sources_of(db, [a for a, _ in both]))


def _by_judges(workspace: Workspace, pairs: Sequence[tuple[str, str]]) -> PairedDifference | None:
    if chosen_set(workspace) is None:
        return None
    members = chosen_judges(workspace)
    outputs = sorted({output_id for pair in pairs for output_id in pair})
    words = set_words(words_on(workspace.db, members, outputs), [judge.id for judge in members])
    passed = {str(key): word == "pass" for key, word in words.items() if word != "abstain"}
    return _paired(workspace.db, pairs, passed)
