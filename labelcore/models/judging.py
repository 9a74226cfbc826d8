"""What judges say: their versions, decisions and runs, and the probes that test them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import Field

from labelcore.models.base import CourtValue, Frozen, ProbeValue, ProjectItem, RunState, VerdictValue, now
from labelcore.wording import Wording


class JudgeVersion(Frozen):
    """One version of an automatic decision on one criterion. ``id`` is the hash of its content.

    ``spec`` is what its ``kind`` reads. ``fitted_on``: the splits whose grades shaped it, so that no
    figure on them is called held-out; () where none of this project's did. ``why``: what a person made it
    for.
    """

    id: str
    judge_id: str
    project_id: str
    name: str
    kind: str
    version: int
    criterion_id: str | None
    criterion_version: int | None
    spec: dict[str, Any]
    description: str = ""
    model: str = ""
    fitted_on: tuple[str, ...] = ()
    author: str = ""
    why: str = ""
    at: datetime = Field(default_factory=now)

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return self.model_dump(mode="json", exclude={"project_id", "author"})


class JudgePointer(ProjectItem):
    """That a version of a judge is in use, until a version comes whose number is above ``newest``."""

    judge_id: str
    judge_version_id: str
    newest: int
    author: str = ""
    why: str = ""
    at: datetime = Field(default_factory=now)


def total_cost(costs: Iterable[float | None]) -> float | None:
    """US dollars together; None where one of them is not known, because no price is set."""
    known = list(costs)
    return None if None in known else sum(filter(None, known), 0.0)


class Decision(Frozen):
    """What a judge says of one output, before it is stored as a verdict. ``cost_usd``: None where no price is
    set for the model, 0 where it costs nothing.
    """

    value: VerdictValue
    reason: str = ""
    probability: float | None = None
    raw: str = ""
    model: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = 0.0
    latency_ms: float = 0.0


class Verdict(Frozen):
    """A stored decision. Its key is output x judge version x repeat."""

    output_id: str
    judge_version_id: str
    project_id: str
    run_id: str
    decision: Decision
    repeat: int = 0
    at: datetime = Field(default_factory=now)


class VerdictError(Frozen):
    """A judge's failure to decide: kept apart, never counted as a verdict."""

    output_id: str
    judge_version_id: str
    project_id: str
    run_id: str
    kind: str
    message: str
    at: datetime = Field(default_factory=now)


class Run(ProjectItem):
    """One execution of judges over outputs, resumable.

    ``total``: decisions that were missing when it began. ``answers_cached``: answers that were paid
    for before and not asked again. ``error_kinds`` counts decisions that did not come, ``faults``
    the calls that went wrong and were made again. ``seconds_left`` is None where nothing is done yet.
    ``known_usd``: what the answers cost whose price is set, where that of others is not.
    """

    judge_version_ids: tuple[str, ...]
    n_outputs: int
    state: RunState = "running"
    verdicts_new: int = 0
    verdicts_cached: int = 0
    errors: int = 0
    requests: int = 0
    cost_usd: float | None = 0.0
    known_usd: float = 0.0
    seconds: float = 0.0
    message: str = ""
    total: int = 0
    repeats: int = 1
    answers_cached: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    error_kinds: dict[str, int] = Field(default_factory=dict)
    faults: dict[str, int] = Field(default_factory=dict)
    seconds_left: float | None = None
    reasons: dict[str, Wording] = Field(default_factory=dict)
    ended_by: str = ""
    pending: dict[str, int] = Field(default_factory=dict)
    at: datetime = Field(default_factory=now)

    @property
    def exit_code(self) -> int:
        """1 where a decision that was asked for did not come; what waits for a batch still comes."""
        return int(bool(self.errors) or self.ended_by not in {"", "waiting"})

    def document(self) -> dict[str, Any]:
        """Its JSON form: how it went, in figures, and why decisions did not come."""
        apart = {"id", "project_id", "judge_version_ids", "n_outputs", "seconds_left", "reasons", "at"}
        failures = [
            {"kind": kind, "n": n, "reason": self.reasons.get(kind, "")}
            for kind, n in self.error_kinds.items()
        ]
        return {"run": self.id} | self.model_dump(mode="json", exclude=apart) | {"failures": failures}


class PaidAnswer(Frozen):
    """A model's answer that was paid for; ``key`` is the hash of the whole question."""

    key: str
    text: str
    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = 0.0
    latency_ms: float = 0.0
    at: datetime = Field(default_factory=now)


class BatchJob(ProjectItem):
    """Questions (their hashes) that a provider answers in its time, at its lower price.

    ``state``: "handing over" (no ``provider_id`` yet), "with the provider", "collected" or "failed".
    """

    endpoint: str
    address: str = ""
    model: str
    provider_id: str = ""
    state: str
    questions: tuple[str, ...]
    message: str = ""
    at: datetime = Field(default_factory=now)


class ProbeCase(ProjectItem):
    """A passed output (``output_id``) with one planted defect; a failure only once an expert confirms it.

    ``where``: the changed bit verbatim, in ``text`` or, where something was only taken away, in the source.
    """

    criterion_id: str
    criterion_version: int
    output_id: str
    defect: str
    text: str
    where: str
    seed: int = 0
    author: str = ""
    at: datetime = Field(default_factory=now)

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return self.model_dump(mode="json", exclude={"project_id"})


class ProbeOpinion(ProjectItem):
    """What an expert says of a probe: an event that is never changed, only superseded or ``undone``."""

    probe_id: str
    annotator: str
    value: ProbeValue
    note: str = ""
    at: datetime = Field(default_factory=now)

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return self.model_dump(mode="json", exclude={"project_id"})


class CourtRuling(ProjectItem):
    """What a person rules where a judge and people differ: an event, only superseded or withdrawn.

    It holds for this judge's ``verdict`` against this grade, also of later versions of the judge.
    """

    output_id: str
    judge_id: str
    judge_version_id: str
    criterion_id: str | None
    verdict: VerdictValue
    human_pass: bool
    value: CourtValue
    reason: str
    author: str
    at: datetime = Field(default_factory=now)


class HardnessResult(ProjectItem):
    """What a judge says of one output before and after a change that tests it.

    ``people``: their grade, "" where there is none. ``changed_text``: as it was, where the judge was changed.
    """

    judge_version_id: str
    test: str
    family: str
    output_id: str
    people: str
    changed_text: str
    before_value: VerdictValue
    before_reason: str
    after_value: VerdictValue
    after_reason: str
    cost_usd: float | None = 0.0
    at: datetime = Field(default_factory=now)
