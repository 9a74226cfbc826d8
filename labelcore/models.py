"""The nouns of labelcore, as frozen pydantic models (see the glossary in the README).

Pass is the positive class everywhere. Times are timezone-aware UTC. Ids are strings made in
Python, because the same tables must work where a database has no sequences.
"""

from __future__ import annotations

import secrets
import time
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

GradeValue = Literal["pass", "fail", "unsure", "skipped", "undone"]
Preference = Literal["first", "second", "tie", "skipped", "undone"]
VerdictValue = Literal["pass", "fail", "abstain"]
ProbeValue = Literal["confirmed", "rejected", "undone"]
JudgeKind = Literal["code", "llm", "learned", "imported"]
Severity = Literal["must", "should"]
SplitName = Literal["train", "dev", "test"]
CriterionStatus = Literal["proposed", "accepted", "rejected", "dropped"]
CriterionOrigin = Literal["notes", "model", "prompt", "person", "library"]
RunState = Literal["running", "stopped", "finished", "failed"]

DOOR_SUFFIX = ".door"
"""Beside the database, the running app leaves its address in a file with this ending."""

OVERALL = "overall"
"""The criterion word for "the output as a whole", used wherever no single criterion is meant."""


def new_id(kind: str) -> str:
    """A short id that sorts by the time of its making, such as ``grade_018f…``."""
    return f"{kind}_{time.time_ns():016x}{secrets.token_hex(4)}"


def now() -> datetime:
    """The present moment, timezone-aware."""
    return datetime.now(UTC)


class Frozen(BaseModel):
    """Base of all models: immutable, and unknown fields are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Project(Frozen):
    """One pipeline's outputs and everything that people and judges said about them."""

    id: str
    name: str
    task: str = ""
    prompt_template: str = ""
    glossary: dict[str, str] = Field(default_factory=dict)
    risk: Literal["low", "medium", "high"] = "medium"
    settings: dict[str, Any] = Field(default_factory=dict)
    at: datetime = Field(default_factory=now)


class Term(Frozen):
    """A word or abbreviation of the domain, what it means, and where.

    ``scope`` maps metadata fields to the value that they must have; {} holds everywhere. ``origin``
    says whether a person wrote it or it was found in the notes.
    """

    term: str
    meaning: str
    scope: dict[str, str] = Field(default_factory=dict)
    author: str = ""
    at: datetime = Field(default_factory=now)
    origin: Literal["person", "notes"] = "person"


class GradingRules(Frozen):
    """How a project's outputs are handed out for grading; kept in its settings.

    ``per_output``: so many people grade each output, and nobody is given one that others hold; None
    lets everybody grade everything. ``repeat_share``: the share of outputs that come back to the
    same person unannounced, to measure how steady they are. ``review``: outputs picked by hand, in
    this order, before anything else. ``ask_criteria``: each accepted criterion is asked too.
    ``suggestions``: the chosen judges' verdict is never shown, shown once the grade is given, or
    shown first (faster, and people follow it: see the anchoring report).

    ``scale``: names of the levels of an ordinal grade, the worst first; () asks for pass or fail.
    An output passes from the level ``passing_from`` on (1 is the worst), so that all figures
    on passes and fails stay what they are. ``ask_fields``: each field of a JSON output is graded
    too. ``compare``: two pipeline versions whose answers to the same input are compared blind.
    ``regrade``: criteria whose stale answers are given anew (see the drift ledger).
    ``deadline``: the day by which the sample shall be graded. ``contest``: the counts of all
    people are shown while they grade.
    """

    per_output: int | None = Field(default=None, ge=1, le=100)
    reserve_minutes: float = Field(default=20, gt=0, le=24 * 60)
    repeat_share: float = Field(default=0, ge=0, le=0.5)
    review: tuple[str, ...] = ()
    ask_criteria: bool = False
    suggestions: Literal["off", "after", "first"] = "off"
    scale: tuple[Annotated[str, Field(min_length=1, max_length=40)], ...] = Field(
        default=(), max_length=9
    )
    passing_from: int = Field(default=2, ge=2)
    ask_fields: bool = False
    compare: tuple[str, str] | None = None
    regrade: tuple[str, ...] = ()
    deadline: date | None = None
    contest: bool = False

    @model_validator(mode="after")
    def _scale_holds_together(self) -> GradingRules:
        if self.scale and not 2 <= self.passing_from <= len(self.scale):
            raise ValueError(
                f"with {len(self.scale)} levels, passing begins at 2 to {len(self.scale)}"
            )
        if self.compare and self.compare[0] == self.compare[1]:
            raise ValueError("two different versions are needed for a comparison")
        return self

    def value_of(self, level: int) -> Literal["pass", "fail"]:
        """Pass or fail, for a level of the scale."""
        return "pass" if level >= self.passing_from else "fail"


class ToolCall(Frozen):
    """A call of a tool that a message asks for; ``arguments`` is as the model wrote it."""

    name: str
    arguments: str = ""


class Turn(Frozen):
    """One message of a conversation. ``name``: of the tool that answers, or of who speaks."""

    role: str
    content: str
    name: str = ""
    tool_calls: tuple[ToolCall, ...] = ()


class Output(Frozen):
    """One model answer with what it answered. ``id`` is the hash of its content."""

    id: str
    project_id: str
    text: str
    input: str = ""
    context: str = ""
    conversation: tuple[Turn, ...] = ()
    external_id: str | None = None
    group_key: str | None = None
    prompt_version: str = ""
    model: str = ""
    metadata: dict[str, Any] = Field(default_factory=dict)
    batch_id: str = ""
    at: datetime = Field(default_factory=now)

    @property
    def group(self) -> str:
        """What keeps rows of one source together in splits and intervals."""
        return self.group_key or self.id


class RejectedRow(Frozen):
    """A row that could not be imported, and why. ``row`` counts from 1 below the header."""

    row: int
    field: str
    reason: str
    raw: str = ""


class ImportBatch(Frozen):
    """One import of one file."""

    id: str
    project_id: str
    file_name: str
    sha256: str
    mapping: dict[str, Any]
    rows_read: int
    outputs_new: int
    outputs_known: int
    rows_rejected: int
    grades_new: int = 0
    verdicts_new: int = 0
    at: datetime = Field(default_factory=now)


class Pick(Frozen):
    """One output drawn into a sample. ``probability`` is its inclusion probability, if known."""

    output_id: str
    reason: str
    probability: float | None
    position: int


class Sample(Frozen):
    """A set of outputs drawn by a named, seeded rule."""

    id: str
    project_id: str
    rule: str
    seed: int
    picks: tuple[Pick, ...]
    parameters: dict[str, Any] = Field(default_factory=dict)
    author: str = ""
    at: datetime = Field(default_factory=now)


class Grade(Frozen):
    """One act of grading: an event that is never changed, only superseded.

    ``value == "undone"`` takes back the grade named in ``supersedes``. ``id`` may be made by the
    client, so that the same press sent twice is stored once. It is about the output as a whole, one
    criterion, or one ``field`` of a structured output (a JSON pointer). ``level`` is the place on
    the project's scale, 1 the worst.
    """

    id: str
    project_id: str
    output_id: str
    annotator: str
    value: GradeValue
    criterion_id: str | None = None
    criterion_version: int | None = None
    field: str | None = None
    level: int | None = None
    note: str = ""
    spans: tuple[dict[str, Any], ...] = ()
    corrected_text: str | None = None
    seconds: float | None = None
    judge_shown: bool = False
    source: Literal["person", "import", "suggestion", "feedback", "repeat"] = "person"
    supersedes: str | None = None
    sample_id: str | None = None
    at: datetime = Field(default_factory=now)

    @property
    def is_overall(self) -> bool:
        """Whether it is about the output as a whole."""
        return self.criterion_id is None and self.field is None


class Comparison(Frozen):
    """One act of comparing the outputs of two pipeline versions on the same input: an event.

    ``first_id`` belongs to the first of the two versions, wherever it stood on the screen;
    ``left_id`` says what stood on the left.
    """

    id: str
    project_id: str
    first_id: str
    second_id: str
    annotator: str
    value: Preference
    note: str = ""
    seconds: float | None = None
    left_id: str = ""
    supersedes: str | None = None
    at: datetime = Field(default_factory=now)

    @property
    def pair(self) -> str:
        """The id of the pair."""
        return f"{self.first_id}~{self.second_id}"


class Ruling(Frozen):
    """What an output's grade is where people disagreed, settled by somebody with a reason.

    ``withdrawn`` takes the ruling before it back.
    """

    id: str
    project_id: str
    output_id: str
    value: Literal["pass", "fail", "withdrawn"]
    reason: str
    author: str
    criterion_id: str | None = None
    at: datetime = Field(default_factory=now)


class Evidence(Frozen):
    """A quote of a note that supports a criterion, and the grade that it comes from."""

    grade_id: str
    output_id: str
    quote: str


class Code(Frozen):
    """What some notes say, in a few words; the raw material of criteria.

    ``criterion_id``: the criterion that it was put under.
    """

    id: str
    project_id: str
    label: str
    state: Literal["proposed", "accepted", "dropped"] = "proposed"
    criterion_id: str | None = None
    origin: Literal["offline", "model", "person"] = "offline"
    author: str = ""
    why: str = ""
    at: datetime = Field(default_factory=now)


class Quote(Frozen):
    """A verbatim part of a grade's note, and the code that it carries.

    ``sure``: how sure the proposal is, from 0 to 1; None where a person decided.
    """

    project_id: str
    grade_id: str
    output_id: str
    text: str
    code_id: str | None
    sure: float | None = None
    author: str = ""
    at: datetime = Field(default_factory=now)


class Criterion(Frozen):
    """One thing that makes an output good, in one version of its wording."""

    id: str
    project_id: str
    version: int
    name: str
    statement: str
    severity: Severity = "must"
    max_false_failure_rate: float = 0.25
    origin: CriterionOrigin = "notes"
    status: CriterionStatus = "proposed"
    pass_examples: tuple[str, ...] = ()
    fail_examples: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    wording_only: bool = False
    author: str = ""
    why: str = ""
    evidence: tuple[Evidence, ...] = ()
    at: datetime = Field(default_factory=now)


class JudgeVersion(Frozen):
    """One version of an automatic decision on one criterion. ``id`` is the hash of its content.

    ``spec`` depends on ``kind``: a detector with its parameters and threshold (code), a prompt with
    its few-shot items and model (llm), a recipe with the hash of the grades that it saw (learned).
    ``fitted_on`` says which splits' grades shaped it, so that no figure on them is called held-out;
    () where none of this project's did, as for a judge that came by file.
    """

    id: str
    judge_id: str
    project_id: str
    name: str
    kind: JudgeKind
    version: int
    criterion_id: str | None
    criterion_version: int | None
    spec: dict[str, Any]
    description: str = ""
    model: str = ""
    fitted_on: tuple[str, ...] = ()
    author: str = ""
    at: datetime = Field(default_factory=now)


class Decision(Frozen):
    """What a judge says of one output, before it is stored as a verdict."""

    value: VerdictValue
    reason: str = ""
    probability: float | None = None
    raw: str = ""
    model: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
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


class Run(Frozen):
    """One execution of judges over outputs, resumable."""

    id: str
    project_id: str
    judge_version_ids: tuple[str, ...]
    n_outputs: int
    state: RunState = "running"
    verdicts_new: int = 0
    verdicts_cached: int = 0
    errors: int = 0
    requests: int = 0
    cost_usd: float = 0.0
    seconds: float = 0.0
    message: str = ""
    at: datetime = Field(default_factory=now)


class ProbeCase(Frozen):
    """An edge case of a criterion: a passed output with one planted defect.

    ``output_id`` is the source; ``where`` is the changed bit verbatim, as it stands in ``text`` or,
    where something was only taken away, in the source. Nothing says that it fails the criterion
    until an expert confirms it.
    """

    id: str
    project_id: str
    criterion_id: str
    criterion_version: int
    output_id: str
    defect: str
    text: str
    where: str
    seed: int = 0
    author: str = ""
    at: datetime = Field(default_factory=now)


class ProbeOpinion(Frozen):
    """What an expert says of a probe: an event that is never changed, only superseded.

    ``confirmed``: it is a failure of its criterion now; ``rejected``: it is none; ``undone`` takes
    back what the same person said of it before.
    """

    id: str
    project_id: str
    probe_id: str
    annotator: str
    value: ProbeValue
    note: str = ""
    at: datetime = Field(default_factory=now)
