"""Hardness tests of one judge: what moves its verdict that should not, and what it lets through.

What was asked is stored beside the verdicts, never as one, and never asked again; a test can be
stopped, and goes on where it was.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from labelcore.errors import BadInput, LabelcoreError, ModelTrouble
from labelcore.judges.kinds import kind_of
from labelcore.models import Decision, Frozen, HardnessResult, JudgeVersion, Output, Role, total_cost
from labelcore.operations import Effect, operation
from labelcore.progress import Progress
from labelcore.settings import settings
from labelcore.stages.judging.running.cascades import judges_of
from labelcore.stages.judging.running.deciding import Answers, PartSizes, decide, is_stopped
from labelcore.stages.judging.running.live_run import Result, span_words
from labelcore.stages.judging.testing.hardness_cases import FAMILIES, Case, Family, cases, sources
from labelcore.stages.judging.testing.hardness_report import HardnessReport, report
from labelcore.store import Database, probes as hardness_table, verdicts as verdict_table
from labelcore.workspace import Workspace

MOST = 200
_CHUNK = 40
_FIRST = 5
_CALLS = 2
"""Times as many cases together as calls at once: so much waits for a stop, and for being stored."""


@dataclass
class OngoingTest:
    """A test under way: how many cases are decided, and about how many seconds are left."""

    stop: threading.Event
    total: int
    done: int = 0
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds_left(self) -> float | None:
        """None until something is decided."""
        passed = time.monotonic() - self.started
        return passed / self.done * (self.total - self.done) if self.done else None


_live: dict[str, OngoingTest] = {}
_starting = threading.Lock()


def ongoing_test(version: JudgeVersion) -> OngoingTest | None:
    """How far the test of a judge is, where this process makes one now."""
    return _live.get(version.id)


@operation(role=Role.ENGINEER, effect=Effect.GRADUAL)
def stop_test(workspace: Workspace, version: JudgeVersion) -> bool:
    """Ask the test of one of the project's judges to stop; False where none is under way."""
    test = _live.get(version.id) if version.project_id == workspace.project.id else None
    if test:
        test.stop.set()
    return test is not None


class HardnessAhead(Frozen):
    """How many decisions a test would ask for."""

    decisions: int


@operation("judge harden", role=Role.ENGINEER, effect=Effect.GRADUAL)
def harden(
    workspace: Workspace,
    judge: JudgeVersion,
    *,
    limit: Annotated[int, Field(ge=1, le=MOST, description="At most so many outputs for each test.")] = 20,
    only: Annotated[Sequence[Family], Field(description=f"{', '.join(FAMILIES)}; again for more.")] = (),
    estimate: Annotated[bool, Field(description="Only say how much would be asked.")] = False,
) -> HardnessReport | HardnessAhead:
    """Test a judge with neutral changes, attacks and planted defects; nothing is asked twice.

    After a stop, what was decided until then is kept and reported.

    Raises:
        BadInput: the judge cannot be run, is tested already, or ``limit`` is out of range.
    """
    waiting = left_to_ask(workspace, judge, limit=limit, families=only or FAMILIES)
    if estimate:
        return HardnessAhead(decisions=len(waiting))
    with _starting:
        if judge.id in _live:  # two would pay for the same answers
            raise BadInput(
                "'{name}' is being tested already.", next_step="Wait, or stop that test.", name=judge.name
            )
        now = _live[judge.id] = OngoingTest(threading.Event(), len(waiting))
    try:
        errors = _Asking(workspace.db, judge, now).ask(waiting, workspace.progress)
    finally:
        _live.pop(judge.id, None)
    return report(workspace, judge, errors)


class _Asking:
    """A test that asks now: its judge, what the judge said of unchanged outputs, and whether it goes on."""

    def __init__(self, db: Database, version: JudgeVersion, now: OngoingTest) -> None:
        self._db, self._version, self._now = db, version, now
        self._known = {
            result.output_id: Decision(value=result.before_value, reason=result.before_reason)
            for result in hardness_table.hardness_of(db, version.id)
        }
        self._spent: dict[str, float | None] = {}  # what decisions on unchanged outputs cost now

    def ask(self, waiting: Sequence[Case], tell: Progress) -> list[LabelcoreError]:
        """Decide and store a few cases at a time. Returns the troubles of those without a result."""
        now, errors = self._now, list[LabelcoreError]()
        for part in _parts(self._version, waiting):
            if now.stop.is_set():
                break
            seconds = now.seconds_left
            words = "testing" if seconds is None else f"testing, about {span_words(seconds)} left"
            tell(now.done, len(waiting), words)
            results, troubles = self._results(part)
            hardness_table.save_hardness(self._db, results)
            errors += [trouble for trouble in troubles if not is_stopped(trouble)]
            now.done += len(part)
            if any(isinstance(trouble, ModelTrouble) and trouble.fatal for trouble in troubles):
                break
        tell(now.done, len(waiting), "stopped" if now.stop.is_set() else "done")
        return errors

    def _results(self, part: Sequence[Case]) -> tuple[list[HardnessResult], list[LabelcoreError]]:
        """The results of some cases, and the troubles of those that have none."""
        errors = self._learn([case.source for case in part])
        by_judge: dict[str, list[Case]] = defaultdict(list)
        for case in part:
            by_judge[case.judge.id].append(case)
        answers: dict[str, Result] = {}
        for turned in by_judge.values():  # each by the judge, or by its turned prompt
            answers |= self._decide(turned[0].judge, [case.after for case in turned])
        results = []
        for case in part:
            answer, before = answers[case.id], self._known.get(case.source.id)
            if isinstance(answer, LabelcoreError):
                errors.append(answer)
            elif before is not None:
                cost = total_cost([self._spent.pop(case.source.id, 0.0), answer.cost_usd])
                results.append(_result(self._version, case, before, answer, cost))
        return results, errors

    def _learn(self, outputs: Sequence[Output]) -> list[LabelcoreError]:
        """Add what the judge says of the unchanged outputs; a model's stored verdicts count as asked."""
        lacking = {output.id: output for output in outputs if output.id not in self._known}
        if kind_of(self._version).needs_model:
            for verdict in verdict_table.of_outputs(self._db, list(lacking), [self._version.id]):
                self._known[verdict.output_id] = verdict.decision
                lacking.pop(verdict.output_id)
        # A learned judge answers for a graded output from a model that did not see its grade; before and
        # after must come from the same model, so the output is judged under an id that no fit has seen.
        fresh = [
            output.model_copy(update={"id": f"unchanged {key}", "group_key": output.group})
            for key, output in lacking.items()
        ]
        answers = self._decide(self._version, fresh)
        for key, answer in zip(lacking, answers.values(), strict=True):
            if isinstance(answer, Decision):
                self._known[key], self._spent[key] = answer, answer.cost_usd
        return [answer for answer in answers.values() if isinstance(answer, LabelcoreError)]

    def _decide(self, version: JudgeVersion, outputs: Sequence[Output]) -> Answers:
        return decide(self._db, [version], outputs, self._now.stop)[version.id] if outputs else {}


def _parts(version: JudgeVersion, waiting: Sequence[Case]) -> Iterator[Sequence[Case]]:
    """As many cases together as a look at a stop may wait for."""
    if kind_of(version).decides_here:
        yield from PartSizes(_FIRST, _CHUNK).parts(waiting)
        return
    endpoints = settings().all_endpoints.values()
    size = min(_CHUNK, _CALLS * max((endpoint.concurrency for endpoint in endpoints), default=_CHUNK))
    for start in range(0, len(waiting), size):
        yield waiting[start : start + size]


@operation(role=Role.MANAGER)
def left_to_ask(
    workspace: Workspace, version: JudgeVersion, *, limit: int = 20, families: Sequence[Family] = FAMILIES
) -> list[Case]:
    """The cases that a test would ask now; their number says what it costs."""
    imported = [judge for judge in judges_of(workspace.db, version) if not kind_of(judge).runs]
    if imported:
        raise BadInput(
            "The verdicts of '{name}' were imported, so it cannot be run.",
            next_step="Test a judge that was proposed here.",
            name=imported[0].name,
        )
    if not 1 <= limit <= MOST:
        raise BadInput(
            "{limit} outputs cannot be tested.", next_step="Ask for 1 to {most}.", limit=limit, most=MOST
        )
    material = sources(workspace, version, limit)
    if not material.outputs:
        raise BadInput("There is no output to test the judge on.", next_step="Import outputs first.")
    done = {result.id for result in hardness_table.hardness_of(workspace.db, version.id)}
    every = {case.id: case for case in cases(workspace, version, material, limit, families)}
    return [case for key, case in every.items() if key not in done]


def _result(
    version: JudgeVersion, case: Case, before: Decision, after: Decision, cost: float | None
) -> HardnessResult:
    return HardnessResult(
        id=case.id,
        project_id=version.project_id,
        judge_version_id=version.id,
        test=case.test,
        family=case.family,
        output_id=case.source.id,
        people=case.people,
        changed_text=case.after.text,
        before_value=before.value,
        before_reason=before.reason,
        after_value=after.value,
        after_reason=after.reason,
        cost_usd=cost,
    )
