"""Cascades run step by step, so that the second judge is asked only where it must be."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from labelcore.judges.cascade_steps import Votes, decides
from labelcore.judges.kinds import kind_of
from labelcore.judges.kinds.cascade import CascadeKind, CascadeSpec
from labelcore.models import Decision, JudgeVersion, Run, Verdict, new_id, total_cost
from labelcore.stages.judging.running import execution
from labelcore.stages.judging.running.live_run import RunOptions
from labelcore.store import Database, judges as judge_table, runs as run_table, verdicts as verdict_table
from labelcore.workspace import Workspace

_CHUNK = 2_000


def parts(db: Database, version: JudgeVersion) -> tuple[CascadeSpec, JudgeVersion, JudgeVersion]:
    """A cascade's specification with its two judges, in the versions that it was set with."""
    first, then = judges_of(db, version)
    return CascadeKind(version.spec).spec, first, then


def judges_of(db: Database, version: JudgeVersion) -> list[JudgeVersion]:
    """The judges that a cascade asks at most, or the judge itself where it is none."""
    parts = kind_of(version).parts
    judges = judge_table.many(db, parts) if parts else {}
    return [judges[part] for part in parts] or [version]


def asked_in_doubt(db: Database, versions: Sequence[JudgeVersion]) -> set[str]:
    """LLM judges that a cascade among these asks only in doubt: asked everywhere, it would save nothing."""
    second = [part for version in versions for part in kind_of(version).parts[1:]]
    return {judge.id for judge in judge_table.many(db, second).values() if kind_of(judge).needs_model}


def run_cascade(workspace: Workspace, version: JudgeVersion, ids: Sequence[str], options: RunOptions) -> Run:
    """Run a cascade: the first judge on all outputs, the second where it must be asked.

    The verdicts of both are kept, so nothing is asked or paid twice. The cascade's
    verdicts follow from them; where a judge had an error there is none until it decides.
    """
    spec, first, then = parts(workspace.db, version)
    began = time.monotonic()
    pending = verdict_table.missing(workspace.db, version.id, ids)
    done = [run_missing(workspace, first, pending, options)]
    if spec.then.rule != "never" and not options.stop.is_set():
        votes = votes_of(workspace.db, first, pending)
        unsure = ~decides(spec.first, votes) & (votes.words != "")
        done.append(run_missing(workspace, then, list(itertools.compress(pending, unsure)), options))
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
            "error_kinds": dict(sum((Counter(step.error_kinds) for step in steps), Counter[str]())),
            "reasons": {kind: why for step in steps for kind, why in step.reasons.items()},
            "ended_by": next((step.ended_by for step in steps if step.ended_by), ""),
            "requests": sum(step.requests for step in steps),
            "cost_usd": total_cost(step.cost_usd for step in steps),
            "tokens_in": sum(step.tokens_in for step in steps),
            "tokens_out": sum(step.tokens_out for step in steps),
            "seconds": round(time.monotonic() - began, 3),
            "message": " ".join(step.message for step in steps if step.message),
        }
    )
    run_table.save(workspace.db, finished)
    return finished


def _record(workspace: Workspace, version: JudgeVersion, ids: Sequence[str], run_id: str) -> int:
    """Store what the cascade says by the stored verdicts of its judges. Returns how many were new."""

    def stored(version_id: str, ids_now: Sequence[str]) -> dict[str, Decision]:
        verdicts = verdict_table.of_outputs(workspace.db, ids_now, [version_id])
        return {verdict.output_id: verdict.decision for verdict in verdicts}

    new, judge = 0, CascadeKind(version.spec)
    for start in range(0, len(ids), _CHUNK):
        verdicts = [
            Verdict(
                output_id=output_id,
                judge_version_id=version.id,
                project_id=workspace.project.id,
                run_id=run_id,
                decision=decision,
            )
            for output_id, decision in judge.decide_in_turn(stored, ids[start : start + _CHUNK]).items()
            if isinstance(decision, Decision)
        ]
        new += verdict_table.record(workspace.db, verdicts)
    return new


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
