"""Judges that are not worth their place, said with their counts; and the flip of an inverted one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from labelcore.errors import BadInput
from labelcore.judges import suspects
from labelcore.judges.identity import version_id
from labelcore.judges.kinds import kind_of
from labelcore.judges.suspects import Weakness
from labelcore.models import Decision, Fact, Frozen, JudgeVersion, Role, Verdict, fact, new_id
from labelcore.operations import Effect, operation
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.grading import fitting_labels
from labelcore.stages.judging.keeping.versions import judge_key
from labelcore.stages.judging.proposing.subjects import subject_of
from labelcore.stages.judging.running.deciding import decide
from labelcore.store import (
    Database,
    judges as judge_table,
    outputs as output_table,
    verdicts as verdict_table,
)
from labelcore.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd


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
    every = dict.fromkeys([*labels.value, *output_table.ids(workspace.db, workspace.project.id)])
    ids = list(every)[:LOOKED_AT]
    if not judges or not ids:
        return []
    words = _words(workspace.db, judges, ids, list(labels.value)[:_TRIED])
    criteria = {criterion.id: criterion for criterion in list_criteria(workspace)}
    truth = np.full((len(ids), len(judges)), np.nan)
    for j, version in enumerate(judges):
        fails = subject_of(criteria.get(version.criterion_id or ""), labels).fails
        truth[:, j] = [1.0 - fails[i] if i in fails else np.nan for i in ids]
    counts = verdict_table.counts(workspace.db, workspace.project.id)
    suspicions = suspects.find(
        np.asarray(words.map(lambda word: _WORDS.get(word, np.nan)), dtype=np.float64),
        truth,
        np.asarray((words == "abstain").sum(axis=0), dtype=np.int64),
        np.array([counts.get(version.id, {}).get("error", 0) for version in judges]),
        np.array([sum(counts.get(version.id, {}).values()) for version in judges]),
    )
    return [_suspect(suspicion, judges) for suspicion in suspicions if not _usual(suspicion, judges)]


def _usual(suspicion: suspects.Suspicion, versions: Sequence[JudgeVersion]) -> bool:
    """Users say something of few outputs, and often only that they are bad."""
    users = kind_of(versions[suspicion.judge]).chosen_by_users
    return users and suspicion.fault in {"abstaining", "constant"}


def _suspect(suspicion: suspects.Suspicion, versions: Sequence[JudgeVersion]) -> Suspect:
    version = versions[suspicion.judge]
    other = None if suspicion.other is None else versions[suspicion.other]
    apart = other is not None and len({version.criterion_id, other.criterion_id, None}) == 3
    fault, evidence = suspicion.fault, suspicion.evidence
    values = {"name": version.name, "other": other.name if other else "", **evidence}
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
