"""Cascades run step by step, so that the second judge is asked only where it must be."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from labelcore.judges.cascade_steps import Votes, decides
from labelcore.judges.kinds import kind_of
from labelcore.judges.kinds.cascade import CascadeKind, CascadeSpec
from labelcore.models import Decision, JudgeVersion, Run, Verdict, new_id
from labelcore.stages.judging.running import execution
from labelcore.stages.judging.running.options import RunOptions
from labelcore.store import Database
from labelcore.store import judges as judge_table
from labelcore.store import runs as run_table
from labelcore.store import verdicts as verdict_table
from labelcore.workspace import Workspace

_CHUNK = 2_000


def parts(db: Database, version: JudgeVersion) -> tuple[CascadeSpec, JudgeVersion, JudgeVersion]:
    """A cascade's specification with its two judges, in the versions that it was set with."""
    judge = CascadeKind(version.spec)
    found = judge_table.many(db, judge.parts)
    first, then = judge.parts
    return judge.spec, found[first], found[then]


def judges_of(db: Database, version: JudgeVersion) -> list[JudgeVersion]:
    """The judges that a cascade asks at most, or the judge itself where it is none."""
    asked = kind_of(version).parts
    found = judge_table.many(db, asked) if asked else {}
    return [found[part] for part in asked] or [version]


def asked_in_doubt(db: Database, versions: Sequence[JudgeVersion]) -> set[str]:
    """LLM judges that a cascade among these asks only in doubt: asking them everywhere would spend
    what the cascade saves.
    """
    second = [part for version in versions for part in kind_of(version).parts[1:]]
    return {judge.id for judge in judge_table.many(db, second).values() if kind_of(judge).needs_model}


def run_cascade(workspace: Workspace, version: JudgeVersion, ids: Sequence[str], options: RunOptions) -> Run:
    """Run a cascade: the first judge on all outputs, the second where it must be asked.

    The verdicts of both are kept as their own, so nothing is asked or paid twice. The cascade's own
    verdicts follow from them; where a judge had an error there is none until it decides.
    """
    spec, first, then = parts(workspace.db, version)
    began = time.monotonic()
    pending = verdict_table.missing(workspace.db, version.id, ids)
    done = [run_missing(workspace, first, pending, options)]
    if spec.then.rule != "never" and not options.stop.is_set():
        undecided = list(_undecided(workspace.db, spec, first, pending))
        done.append(run_missing(workspace, then, undecided, options))
    whole = Run(
        id=new_id("run"),
        project_id=workspace.project.id,
        judge_version_ids=(version.id,),
        n_outputs=len(ids),
        verdicts_cached=len(ids) - len(pending),
    )
    new = _record(workspace, version, pending, whole.id)
    steps = [step for step in done if step]
    stopped = any(step.state != "finished" for step in steps)
    finished = whole.model_copy(
        update={
            "state": "stopped" if stopped else "finished",
            "verdicts_new": new,
            "errors": sum(step.errors for step in steps) if stopped else len(pending) - new,
            "requests": sum(step.requests for step in steps),
            "cost_usd": sum(step.cost_usd for step in steps),
            "seconds": round(time.monotonic() - began, 3),
            "message": " ".join(step.message for step in steps if step.message),
        }
    )
    run_table.save(workspace.db, finished)
    return finished


def _undecided(db: Database, spec: CascadeSpec, first: JudgeVersion, ids: Sequence[str]) -> Iterator[str]:
    """Outputs that the first judge has seen and is not sure of."""
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        votes = votes_of(db, first, chunk)
        open_ = ~decides(spec.first, votes) & (votes.words != "")
        yield from (chunk[int(i)] for i in np.flatnonzero(open_))


def _record(workspace: Workspace, version: JudgeVersion, ids: Sequence[str], run_id: str) -> int:
    new, judge = 0, CascadeKind(version.spec)
    for start in range(0, len(ids), _CHUNK):
        decisions = _combined(workspace.db, judge, ids[start : start + _CHUNK])
        verdicts = [
            Verdict(
                output_id=output_id,
                judge_version_id=version.id,
                project_id=workspace.project.id,
                run_id=run_id,
                decision=decision,
            )
            for output_id, decision in decisions.items()
        ]
        new += verdict_table.record(workspace.db, verdicts)
    return new


def _combined(db: Database, judge: CascadeKind, ids: Sequence[str]) -> dict[str, Decision]:
    """What the cascade says, from the stored verdicts of its judges."""

    def stored(version_id: str, wanted: Sequence[str]) -> dict[str, Decision]:
        verdicts = verdict_table.of_outputs(db, wanted, [version_id])
        return {verdict.output_id: verdict.decision for verdict in verdicts}

    found = judge.decide_in_turn(stored, ids)
    return {output_id: result for output_id, result in found.items() if isinstance(result, Decision)}


def run_missing(
    workspace: Workspace, judge: JudgeVersion, ids: Sequence[str], options: RunOptions
) -> Run | None:
    """Run one judge where it has not decided yet; imported verdicts are what they are."""
    if not kind_of(judge).runs or not verdict_table.missing(workspace.db, judge.id, ids):
        return None
    return execution.run(workspace, [judge], ids, replace(options, repeats=1))


def votes_of(db: Database, judge: JudgeVersion, ids: Sequence[str]) -> Votes:
    """What a judge said of these outputs, in their order; "" where it has said nothing."""
    table = verdict_table.values(db, [judge.id], output_ids=ids).set_index("output_id")
    verdicts = table.reindex(list(ids))
    words = verdicts["value"].fillna("").to_numpy(dtype=np.str_)
    return Votes(words, verdicts["probability"].to_numpy(dtype=float))
