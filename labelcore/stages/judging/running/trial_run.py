"""A judge that is not kept, or not yet: it is asked like any other, and what was paid for is kept.

Its decisions are no verdicts: they live as long as the trial. Asked once more, or kept and run, it finds its
answers in the store and pays for none of them again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from typing_extensions import override

from labelcore.errors import ModelTrouble
from labelcore.judges.kinds import kind_of
from labelcore.models import Decision, JudgeVersion, PaidAnswer, Run, new_id
from labelcore.settings import settings
from labelcore.stages.judging.running.execution import decide_here, make_backlog
from labelcore.stages.judging.running.live_run import Decided, LiveRun, Remaining, Result, RunOptions
from labelcore.store import answers as answer_table, journal, verdicts as verdict_table
from labelcore.workspace import Workspace

_PATIENCE = 60.0  # seconds for a killed run's calls under way to end
Listen = Callable[[str, Result], None]


@dataclass(frozen=True)
class TrialDecisions:
    """What came of it: by output id a decision, or why there is none; and what it took."""

    found: dict[str, Result]
    run: Run

    @property
    def decisions(self) -> dict[str, Decision]:
        """The outputs that were decided."""
        return {key: result for key, result in self.found.items() if isinstance(result, Decision)}


@dataclass
class _TrialRun(LiveRun):
    """Keeps decisions in memory, and only answers in the store; no run of the project shows it."""

    flush_seconds: ClassVar[float] = 0.1
    found: dict[str, Result] = field(default_factory=dict)
    listen: Listen = lambda _id, _result: None
    _reported: float = math.inf

    @override
    def store(self, decided: Sequence[Decided], answers: Sequence[PaidAnswer] = ()) -> None:
        if answers:
            answer_table.append(self.workspace.db, answers)
        for question, result in decided:
            self.found[question.output.id] = result
            if isinstance(result, Decision):
                self.new += 1
            else:
                kind = result.kind if isinstance(result, ModelTrouble) else "judge"
                self.errors[kind] += 1
                self.reasons.setdefault(kind, result.what)
            self.listen(question.output.id, result)
        self.remaining.take([question.version for question, _ in decided])
        self.report()


def ask_unstored(
    workspace: Workspace,
    version: JudgeVersion,
    output_ids: Sequence[str],
    options: RunOptions | None = None,
    listen: Listen = lambda _id, _result: None,
) -> TrialDecisions:
    """Let a version decide outputs without storing verdicts; those that it has are taken.

    ``listen`` hears of each as it comes.

    Raises:
        ModelTrouble: its endpoint is not configured.
    """
    journal.replay(workspace.db, patience=min(_PATIENCE, settings().call_timeout))
    backlog = make_backlog(workspace.db, [version], output_ids, 1)
    verdicts = verdict_table.of_outputs(workspace.db, output_ids, [version.id])
    results: dict[str, Result] = {verdict.output_id: verdict.decision for verdict in verdicts}
    for output_id, result in results.items():
        listen(output_id, result)
    (judge,), missing = backlog.versions, len(set(output_ids) - results.keys())
    begun = Run(
        id=new_id("trial"),
        project_id=workspace.project.id,
        judge_version_ids=(version.id,),
        n_outputs=len(output_ids),
        verdicts_cached=len(results),
        total=missing,
    )
    remaining = Remaining([(judge, missing)])
    live = _TrialRun(workspace, begun, backlog, options or RunOptions(), remaining, listen=listen)
    if missing:
        decide_here(live, [(judge, missing)] if kind_of(version).needs_model else [], soon=True)
    ended = live.stop.is_set() or bool(live.paused)
    return TrialDecisions(results | live.found, live.state("stopped" if ended else "finished"))
