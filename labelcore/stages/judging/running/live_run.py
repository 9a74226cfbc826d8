"""A run under way: its counters, and the one place that stores what it decides."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from labelcore.errors import LabelcoreError, ModelTrouble
from labelcore.models import Decision, Paid, Run, RunState, Verdict, VerdictError
from labelcore.stages.judging.running.backlog import Backlog, Question
from labelcore.stages.judging.running.options import RunOptions
from labelcore.stages.judging.running.usage import Usage
from labelcore.store import runs as run_table
from labelcore.store import verdicts as verdict_table
from labelcore.workspace import Workspace

_REPORT_SECONDS = 1.0
Result = Decision | LabelcoreError
Decided = tuple[Question, Result]


@dataclass
class LiveRun(Usage):
    """Counters of one run. ``paused`` are the sentences that say why it cannot go on."""

    workspace: Workspace
    run: Run
    backlog: Backlog
    options: RunOptions
    started: float = field(default_factory=time.monotonic)
    new: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    notes: set[str] = field(default_factory=set)
    paused: list[str] = field(default_factory=list)
    _reported: float = 0.0

    @property
    def stop(self) -> threading.Event:
        """Set once somebody wants the run to end."""
        return self.options.stop

    def store(self, decided: Sequence[Decided], answers: Sequence[Paid] = ()) -> None:
        """Make decisions, errors and the answers behind them durable, then count and report them."""
        verdicts = [self._verdict(*pair) for pair in decided if isinstance(pair[1], Decision)]
        errors = [self._error(*pair) for pair in decided if isinstance(pair[1], LabelcoreError)]
        self.new += verdict_table.record(self.workspace.db, verdicts, errors, answers)
        self.errors.update(error.kind for error in errors)
        self.report()

    def report(self) -> None:
        """Tell the caller, and now and then the store, how far the run is."""
        now = self.state("running")
        self.workspace.progress(now.verdicts_new + now.errors, now.total, progress_words(now))
        if now.seconds - self._reported > _REPORT_SECONDS:
            self._reported = now.seconds
            run_table.save(self.workspace.db, now)

    def state(self, state: RunState) -> Run:
        """The run as it stands now."""
        done = self.new + sum(self.errors.values())
        seconds = time.monotonic() - self.started
        left = seconds / done * max(0, self.run.total - done) if done else None
        return self.run.model_copy(
            update={
                "state": state,
                "verdicts_new": self.new,
                "errors": sum(self.errors.values()),
                "requests": self.requests,
                "cost_usd": self.cost,
                "message": self._message(),
                "seconds": round(seconds, 3),
                "answers_cached": self.cached,
                "tokens_in": self.tokens_in,
                "tokens_out": self.tokens_out,
                "error_kinds": dict(self.errors.most_common()),
                "faults": dict(self.faults.most_common()),
                "seconds_left": None if left is None else round(left, 1),
            }
        )

    def _message(self) -> str:
        sentences = list(dict.fromkeys(self.paused))
        if self.errors:
            sentences.append(f"Errors: {kinds_words(self.errors)}.")
        return " ".join([*sentences, *sorted(self.notes)])

    def _verdict(self, question: Question, decision: Result) -> Verdict:
        return Verdict(
            output_id=question.output.id,
            judge_version_id=question.version.id,
            project_id=self.workspace.project.id,
            run_id=self.run.id,
            repeat=question.repeat,
            decision=decision,
        )

    def _error(self, question: Question, trouble: Result) -> VerdictError:
        kind = trouble.kind if isinstance(trouble, ModelTrouble) else "judge"
        return VerdictError(
            output_id=question.output.id,
            judge_version_id=question.version.id,
            project_id=self.workspace.project.id,
            run_id=self.run.id,
            kind=kind,
            message=str(trouble),
        )


def kinds_words(counts: Counter[str] | dict[str, int]) -> str:
    """``3 × timeout, 1 × malformed``, the most frequent first."""
    return ", ".join(f"{number:,} × {kind}" for kind, number in Counter(counts).most_common())


def progress_words(run: Run) -> str:
    """A run's live figures in a line."""
    left = "" if run.seconds_left is None else f"{run.seconds_left:,.0f} s left, "
    cached = f", {run.answers_cached:,} answers known" if run.answers_cached else ""
    asked = f", asked again: {kinds_words(run.faults)}" if run.faults else ""
    return f"{left}US$ {run.cost_usd:.4f}, {run.requests:,} calls{cached}, {run.errors:,} errors{asked}"
