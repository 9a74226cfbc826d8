"""Judges that are not worth their place, said with their counts; and the flip of an inverted one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, Field

from labelcore.arrays import Floats, Ints
from labelcore.errors import BadInput
from labelcore.judges.fitted_proposals import HeldOutCounts
from labelcore.judges.identity import version_id
from labelcore.judges.kinds import kind_of, known_word, of_kind
from labelcore.models import Decision, Fact, Frozen, JudgeVersion, Role, Verdict, fact, new_id
from labelcore.operations import Effect, NotAnOption, operation
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.grading import fitting_labels
from labelcore.stages.judging.keeping.binding import renamed
from labelcore.stages.judging.keeping.summaries import JudgeSummary, list_judges
from labelcore.stages.judging.keeping.versions import active_judges, judge_key
from labelcore.stages.judging.proposing.proposals import EVERY_CRITERION, ProposalOrder, propose_all
from labelcore.stages.judging.proposing.retraining import Freshness, freshness
from labelcore.stages.judging.proposing.subjects import subject_of
from labelcore.stages.judging.running.deciding import decide
from labelcore.store import (
    Database,
    judges as judge_table,
    outputs as output_table,
    verdicts as verdict_table,
)
from labelcore.wording import Wording
from labelcore.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

Weakness = Literal["duplicate", "constant", "inverted", "abstaining", "erroring"]

ENOUGH = 20
"""So many decided outputs make a constant or a duplicate more than chance."""
_SAME = 0.95
_FEWEST_SHARED = 3
_SILENT = 0.5
_BROKEN = 0.05
_CHANCE = 0.001  # many judges are looked at


class Suspicion(Frozen):
    """What is wrong with one judge, with the counts that show it.

    ``other``: the earlier judge that it repeats. ``evidence``: counts by name.
    """

    judge: int
    fault: Weakness
    evidence: dict[str, int]
    other: int | None = None


def find(
    votes: Floats, truth: Floats, abstains: Ints, errors: Ints, tried: Ints | None = None
) -> list[Suspicion]:
    """Every fault of every judge, judge by judge.

    Args:
        votes: shape (n, d); 1 passes, 0 fails, nan says nothing.
        truth: shape (n, d); what people say of that output on the judge's question, or nan.
        abstains: shape (d,), outputs on which the judge abstained.
        errors: shape (d,), outputs on which it failed to decide.
        tried: shape (d,), outputs among which these errors are; None where they are those of
            ``votes``.
    """
    suspicions: list[Suspicion] = []
    originals: list[int] = []
    all_tried = (~np.isnan(votes)).sum(axis=0) + abstains + errors if tried is None else tried
    for j in range(votes.shape[1]):
        suspicions += _silence(j, int((~np.isnan(votes[:, j])).sum()), int(abstains[j]))
        suspicions += _brokenness(j, int(all_tried[j]), int(errors[j]))
        suspicions += _inversion(j, votes[:, j], truth[:, j])
        constant = list(_constancy(j, votes[~np.isnan(votes[:, j]), j]))
        again = (
            []
            if constant
            else [copy for i in originals for copy in _likeness(j, votes[:, j], i, votes[:, i])]
        )
        suspicions += constant + again[:1]  # the earliest of several alike is kept
        originals += [] if constant or again else [j]
    return sorted(suspicions, key=lambda suspicion: (suspicion.judge, suspicion.fault))


def _brokenness(j: int, tried: int, errors: int) -> Iterator[Suspicion]:
    if errors and errors >= _BROKEN * tried:
        yield Suspicion(judge=j, fault="erroring", evidence={"errors": errors, "tried": tried})


def _silence(j: int, decided: int, abstains: int) -> Iterator[Suspicion]:
    n = decided + abstains
    if n >= ENOUGH and abstains >= _SILENT * n:
        yield Suspicion(judge=j, fault="abstaining", evidence={"abstains": abstains, "outputs": n})


def _constancy(j: int, votes: Floats) -> Iterator[Suspicion]:
    n, fails = len(votes), int((votes == 0).sum())
    if n >= ENOUGH and fails in {0, n}:
        yield Suspicion(judge=j, fault="constant", evidence={"passes": n - fails, "fails": fails})


def _inversion(j: int, votes: Floats, truth: Floats) -> Iterator[Suspicion]:
    """Fails good outputs more often than bad ones, beyond chance (Fisher's exact test, one-sided)."""
    from scipy.stats import fisher_exact

    both = ~np.isnan(votes) & ~np.isnan(truth)
    failed, bad = votes[both] == 0, truth[both] == 0
    caught, wrong = int((failed & bad).sum()), int((failed & ~bad).sum())
    n_bad, n_good = int(bad.sum()), int((~bad).sum())
    if not n_bad or not n_good or caught * n_good >= wrong * n_bad:
        return
    table = np.array([[wrong, n_good - wrong], [caught, n_bad - caught]])
    if float(fisher_exact(table, alternative="greater").pvalue) <= _CHANCE:
        counts = {"fails_of_passed": wrong, "passed": n_good, "fails_of_failed": caught, "failed": n_bad}
        yield Suspicion(judge=j, fault="inverted", evidence=counts)


def _likeness(j: int, votes: Floats, i: int, earlier: Floats) -> Iterator[Suspicion]:
    both = ~np.isnan(votes) & ~np.isnan(earlier)
    these, those, n = votes[both] == 0, earlier[both] == 0, int(both.sum())
    shared, either = int((these & those).sum()), int((these | those).sum())
    if n >= ENOUGH and shared >= _FEWEST_SHARED and shared >= _SAME * either:
        counts = {"both_fail": shared, "either_fails": either, "compared": n}
        yield Suspicion(judge=j, fault="duplicate", evidence=counts, other=i)


LOOKED_AT = 2_000
"""At most so many outputs are looked at, the graded ones first."""
_TRIED = 200
_WORDS = {"pass": 1.0, "fail": 0.0}
_OPPOSITE = {"pass": "fail", "fail": "pass", "abstain": "abstain"}


class Suspect(Frozen):
    """A judge with what is wrong with it, the counts that show it, and what to do."""

    judge: str
    judge_version_id: str
    name: str
    fault: Weakness
    says: Fact
    evidence: dict[str, int]
    advice: Fact
    other: str | None = None


@operation(role=Role.MANAGER)
def suspicious(workspace: Workspace, versions: Sequence[JudgeVersion] | None = None) -> list[Suspect]:
    """What is wrong with the project's judges, or with some of them, by their votes.

    A code or learned judge that has not run is tried on some graded outputs; nothing is stored.
    """
    judges = judge_table.current(workspace.db, workspace.project.id) if versions is None else list(versions)
    labels = fitting_labels(workspace)
    every = dict.fromkeys([*labels.graded, *output_table.ids(workspace.db, workspace.project.id)])
    ids = list(every)[:LOOKED_AT]
    if not judges or not ids:
        return []
    words = _words(workspace.db, judges, ids, labels.graded[:_TRIED])
    criteria = {criterion.id: criterion for criterion in list_criteria(workspace)}
    truth = np.full((len(ids), len(judges)), np.nan)
    for j, version in enumerate(judges):
        fails = subject_of(criteria.get(version.criterion_id or ""), labels).fails
        truth[:, j] = [1.0 - fails[i] if i in fails else np.nan for i in ids]
    counts = verdict_table.counts(workspace.db, workspace.project.id)
    suspicions = find(
        np.asarray(words.map(lambda word: _WORDS.get(word, np.nan)), dtype=np.float64),
        truth,
        np.asarray((words == "abstain").sum(axis=0), dtype=np.int64),
        np.array([counts.get(version.id, {}).get("error", 0) for version in judges]),
        np.array([sum(counts.get(version.id, {}).values()) for version in judges]),
    )
    return [_suspect(suspicion, judges) for suspicion in suspicions if not _usual(suspicion, judges)]


def _usual(suspicion: Suspicion, versions: Sequence[JudgeVersion]) -> bool:
    """Users say something of few outputs, and often only that they are bad."""
    users = kind_of(versions[suspicion.judge]).chosen_by_users
    return users and suspicion.fault in {"abstaining", "constant"}


def _suspect(suspicion: Suspicion, versions: Sequence[JudgeVersion]) -> Suspect:
    version = versions[suspicion.judge]
    other = None if suspicion.other is None else versions[suspicion.other]
    apart = other is not None and len({version.criterion_id, other.criterion_id, None}) == 3
    fault, evidence = suspicion.fault, suspicion.evidence
    values = {"judge": version.name, "twin": other.name if other else "", **evidence}
    constant = fact("fails_all" if evidence.get("fails") else "passes_all", **values)
    return Suspect(
        judge=version.judge_id,
        judge_version_id=version.id,
        name=version.name,
        fault=fault,
        says=constant if fault == "constant" else fact(f"is_{fault}", **values),
        evidence=evidence,
        advice=fact("other_criteria" if apart else f"suspected_{fault}"),
        other=other.judge_id if other else None,
    )


def _words(
    db: Database, versions: Sequence[JudgeVersion], ids: list[str], ids_tried: list[str]
) -> pd.DataFrame:
    """pass, fail, abstain or nothing: one row an output, one column a judge version."""
    names = [version.id for version in versions]
    table = verdict_table.values(db, names, output_ids=ids)
    wide = table.pivot(index="output_id", columns="judge_version_id", values="value")
    words: pd.DataFrame = wide.reindex(index=ids, columns=names).astype(object)
    fresh = [
        version for version in versions if kind_of(version).decides_here and words[version.id].isna().all()
    ]
    outputs = list(output_table.many(db, ids_tried).values()) if fresh and ids_tried else []
    for version_key, answers in decide(db, fresh, outputs).items():
        for output_id, answer in answers.items():
            if isinstance(answer, Decision):
                words.loc[output_id, version_key] = answer.value
    return words


@operation("judge flip", role=Role.ENGINEER, effect=Effect.WRITES)
def flip(workspace: Workspace, judge: JudgeVersion) -> JudgeVersion:
    """Make a judge that says the opposite of an inverted one.

    Its abstentions stay; doing it twice gives the same judge. Imported verdicts are
    turned round at once; a code judge has to be run.

    Raises:
        BadInput: the judge is of a kind that is not flipped.
    """
    kind = kind_of(judge)
    turned = kind.flipped(judge.id, judge.name)
    if turned is None:
        why, advice = kind.no_flip
        raise BadInput(why, next_step=advice, kind=judge.kind)
    spec, description = turned
    reverse = judge.model_copy(
        update={
            "id": version_id(judge.project_id, judge.criterion_id, judge.kind, spec),
            "judge_id": judge_key(f"{judge.judge_id}|flipped"),
            "name": f"{judge.name} · flipped",
            "spec": spec,
            "description": description,
            "author": workspace.person,
        }
    )
    same = judge_table.many(workspace.db, [reverse.id])
    judge_table.save(workspace.db, [reverse])
    if kind.turns_verdicts and not same:
        _turn_round(workspace, judge, reverse)
    return same.get(reverse.id, reverse)


def _turn_round(workspace: Workspace, version: JudgeVersion, turned: JudgeVersion) -> None:
    run_id = new_id("run")
    for value, opposite in _OPPOSITE.items():
        start = 0
        while page := verdict_table.page(workspace.db, version.id, value, LOOKED_AT, start):
            start += len(page)
            verdicts = [
                Verdict(
                    output_id=verdict.output_id,
                    judge_version_id=turned.id,
                    project_id=workspace.project.id,
                    run_id=run_id,
                    decision=_turned(verdict.decision, opposite),
                )
                for verdict in page
            ]
            verdict_table.record(workspace.db, verdicts)


def _turned(decision: Decision, opposite: str) -> Decision:
    passing = decision.probability
    turned = {
        "value": opposite,
        "reason": f"Flipped. {decision.reason}".strip(),
        "probability": None if passing is None else round(1 - passing, 6),
    }
    return decision.model_copy(update=turned)


class ProposedJudges(Frozen):
    """New judges, what is wrong with them already, and why some could not be made.

    ``held_out``: what each does on grades that it was not fitted on, by judge. ``nothing``: for which
    criteria nothing beats a constant answer or nobody can tell yet, and what would help.
    """

    judges: tuple[JudgeVersion, ...]
    suspects: tuple[Suspect, ...]
    warnings: tuple[Wording, ...]
    held_out: dict[str, HeldOutCounts]
    nothing: tuple[Fact, ...]

    def document(self) -> dict[str, Any]:
        """Its JSON form: each judge with what it does on held-out grades."""
        judges = [
            judge.document() | {"held_out": counts.model_dump() if counts else None}
            for judge in self.judges
            for counts in [self.held_out.get(judge.judge_id)]
        ]
        return {name: value for name, value in self if name != "held_out"} | {"judges": judges}


class JudgesOverview(Frozen):
    """Every judge with its counts, those that look wrong, and how fresh the learned ones are.

    ``renamed``: where another model answered than was asked for.
    """

    judges: Sequence[JudgeSummary]
    suspects: Sequence[Suspect]
    learned: Sequence[Freshness]
    renamed: Sequence[Fact] = ()


@operation("judge propose", role=Role.ENGINEER, effect=Effect.GRADUAL)
def propose_judges(
    workspace: Workspace,
    *,
    order: ProposalOrder = EVERY_CRITERION,
    examined: Annotated[bool, NotAnOption()] = True,
) -> ProposedJudges:
    """Propose candidate judges for the accepted criteria.

    Those that look wrong are looked for, which takes seconds.

    Raises:
        BadInput: a kind was asked for that cannot be had.
    """
    report = propose_all(workspace, order)
    suspects = suspicious(workspace, report.versions) if examined else []
    return ProposedJudges(
        judges=tuple(report.versions),
        suspects=tuple(suspects),
        warnings=tuple(report.remarks),
        held_out=report.held_out,
        nothing=tuple(report.nothing),
    )


@operation("judge list", role=Role.MANAGER)
def overview(
    workspace: Workspace,
    *,
    kind: Annotated[
        Annotated[str, AfterValidator(known_word)] | None, Field(description="code, llm, learned or feedback")
    ] = None,
) -> JudgesOverview:
    """Show every judge with its verdicts in counts, and those that look wrong."""
    active = of_kind(active_judges(workspace), kind)
    current = of_kind(judge_table.current(workspace.db, workspace.project.id), kind)
    return JudgesOverview(
        judges=list_judges(workspace, current),
        suspects=suspicious(workspace, current),
        learned=freshness(workspace, active),
        renamed=tuple(renamed(workspace.db, active).values()),
    )
